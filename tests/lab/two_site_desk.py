"""The two sites of a lab as a service desk: set up by site.yml, worked with by name, asked who has the writes."""
import collections
import contextlib
import datetime
import functools
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import appliance
import host as lab
import name_server
import sites

LOAD = pathlib.Path(__file__).resolve().parent / "desk_load.py"
CLIENTS = 8
Record = collections.namedtuple("Record", "subject began ended outcome")
# The load comes from one address.
UNLIMITED = {"nginx_requests_per_second": 5000, "nginx_requests_burst": 5000, "nginx_sign_ins_per_minute": 600}


class TwoSiteDesk(sites.SiteLab):
    def variables(self, **more):
        """The inventory's, for the lab's name server."""
        return {"site_desk_name": name_server.DESK, "site_dns_server": self.network.name_server, "site_dns_zone": name_server.ZONE, "site_dns_ttl": 5,
                "site_dns_key_name": self.tsig.name, "site_dns_key_algorithm": self.tsig.algorithm, "site_dns_key_secret": self.tsig.secret,
                "base_timezone": "Etc/UTC", **UNLIMITED, **more}

    def play(self, name, *options, check=True, **more):
        return self.playbook(name, *options, check=check, extra=self.variables(**more))

    def order(self, name, check=True, **words):
        """A playbook that asks: its answers are given."""
        answers = {"ordered_by": "A. Operator", "because": "a test", **words}
        return self.play(name, *(part for key, value in answers.items() for part in ("-e", json.dumps({key: value}))), check=check)

    def kill_at_task(self, which, name, **words):
        """Starts a playbook, and kills it when this task (its name, or how many are before it) begins, as if its machine was gone. The task's
        name; nothing when the playbook ended before."""
        answers = {"ordered_by": "A. Operator", "because": "a test", **words}
        given = [part for key, value in answers.items() for part in ("-e", json.dumps({key: value}))]
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.network.controller, "ansible-playbook", "-i", self.write_inventory(self.variables()),
             appliance.REPOSITORY / "ansible/playbooks" / name, *given],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**self.ansible_environment(), "PYTHONUNBUFFERED": "1"}, cwd=appliance.REPOSITORY / "ansible")
        with process:
            begun = (line for line in process.stdout if line.startswith("TASK ["))
            if isinstance(which, int):
                task = next(itertools.islice(begun, which, None), None)
            else:
                task = next((line for line in begun if f"[{which}]" in line), None)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        return task and task.split("[", 1)[1].rsplit("]", 1)[0]

    def status(self, name):
        """What `slipway site status` says there; nothing where no agent answers."""
        said = self.hosts[name].root_sh("slipway site status --json", check=False)
        return json.loads(said.stdout) if said.returncode == 0 else {}

    def holder(self):
        """The site that takes writes, by its own word; nothing when none does."""
        return next((name for name in sites.GROUPS["sites"] if self.hosts[name].state() == "up" and self.status(name).get("writes_here")), None)

    def in_step(self, seconds=120):
        """Waits until one site takes writes and the other one has everything; its name."""
        def look():
            name = self.holder()
            return name if name and self.status(name).get("standby") else None
        return lab.poll(look, seconds, "two sites in step")

    @functools.cached_property
    def token(self):
        """Of whoever loads the desk; one for all runs, as it is there on both sites and whatever is broken."""
        said = self.hosts[self.holder()].root_sh("slipway account token production --login admin --label load --json")
        return json.loads(said.stdout)["token"]

    @contextlib.contextmanager
    def load(self, file, clients=CLIENTS, pause=0.0, mark="load"):
        """People at work, from the client's place."""
        with self.client_process(file, clients, pause, mark):
            lab.poll(lambda: acknowledged(file), 30, "a first request that is acknowledged")
            yield

    @contextlib.contextmanager
    def client_process(self, file, clients, pause, mark, *more):
        """desk_load.py, until this ends."""
        token = self.work / f"token-{mark}"
        token.write_text(self.token, encoding="utf-8")
        process = subprocess.Popen(["ip", "netns", "exec", self.client, sys.executable, LOAD, "--name", name_server.DESK, "--token-file", token,
                                    "--clients", str(clients), "--pause", str(pause), "--mark", mark, *more, file], stdin=subprocess.PIPE)
        try:
            yield
        finally:
            process.stdin.close()
            process.wait(60)

    def database(self, name, statement):
        """Rows of account production's database on a site, as lists of texts."""
        host = self.hosts[name]
        found = json.loads(host.root_sh("slipway account databases production --json").stdout)
        database = next(one["database"] for one in found if one["state"] == "published")
        said = host.root_sh(f"mariadb --batch --skip-column-names {database} <<'SQL'\n{statement}\nSQL")
        return [line.split("\t") for line in said.stdout.splitlines()]

    def contradictions(self, name, records, mark):
        """What a site has against what people were told: lost, doubled, there though refused."""
        there = {subject: int(count) for subject, count in self.database(
            name, f"SELECT subject, COUNT(*) FROM request WHERE subject LIKE '{mark}-%' GROUP BY subject;")}
        found = [(record.subject, record.outcome, there.get(record.subject, 0)) for record in records]
        return [one for one in found if one[1:] not in (("acknowledged", 1), ("refused", 0), ("unknown", 0), ("unknown", 1))]

    def contradictions_now(self, name, records, mark):
        """The same of a site whose database may be starting: that it does not answer is one."""
        try:
            return self.contradictions(name, records, mark)
        except lab.LabError as fault:
            return [("no answer", str(fault)[:300])]

    def contradictions_anywhere(self, records, mark, seconds=120):
        """The same for both sites: the one that follows has so long to apply what it has; where its disk was full, the server waits a minute."""
        until = time.monotonic() + seconds
        while True:
            found = [(name, *one) for name in sites.GROUPS["sites"] for one in self.contradictions_now(name, records, mark)]
            if not found or time.monotonic() > until:
                return found
            time.sleep(1)

    def backups(self, name):
        """What the backup agent of a site tells the console."""
        said = self.hosts[name].root_sh("curl -sS --max-time 20 --unix-socket /run/slipway-backupd/http.sock http://agent/timeline", check=False)
        return json.loads(said.stdout) if said.returncode == 0 else {}

    def archived_until(self, name):
        """Up to when a site's log is in its repositories, in seconds since 1970; 0: nothing is."""
        text = self.backups(name).get("archived_until")
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else 0

    def alerts(self, name):
        """Those that fire on a site: name and severity."""
        said = json.loads(self.hosts[name].root_sh("curl -sS --max-time 20 http://127.0.0.1:9090/api/v1/alerts").stdout)
        return sorted((one["labels"]["alertname"], one["labels"].get("severity", "")) for one in said["data"]["alerts"] if one["state"] == "firing")

    def backup_agent_rests(self, name):
        return self.backups(name).get("rests")

    def signs_in(self, login, password):
        """Whether a person gets in by the desk's name, from the client's place: through DNS, TLS and the page's form."""
        base, jar = f"https://{name_server.DESK}", self.work / "cookies"
        jar.unlink(missing_ok=True)
        script = f"""
          page=$(curl -sSk --max-time 5 -c {jar} {base}/production/sign-in) || exit 1
          csrf=$(sed -n 's/.*name="csrf" value="\\([^"]*\\)".*/\\1/p' <<<"$page" | head -n 1)
          curl -sSk --max-time 5 -b {jar} -c {jar} -o /dev/null -w '%{{http_code}}' -H 'Origin: {base}' --data-urlencode "csrf=$csrf" -d return= \\
            -d login={login} --data-urlencode "password={password}" {base}/production/sign-in
        """
        said = self.network.inside(self.client, "bash", "-c", script, check=False, timeout=30)
        return said.stdout.strip() in ("302", "303")

    def post(self, size):
        """The status that a body of so many bytes gets by the desk's name."""
        body = self.work / "body"
        body.write_bytes(bytes(size))
        said = self.network.inside(self.client, "curl", "-sSk", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary",
                                   f"@{body}", f"https://{name_server.DESK}/production/sign-in")
        return int(said.stdout)

    def password(self, name):
        """Of the first administrator, where the accounts were made."""
        return self.hosts[name].root_sh("cat /etc/slipway/secrets/admin_production").stdout.strip()


def read_records(file):
    return [Record(*json.loads(line)) for line in pathlib.Path(file).read_text(encoding="utf-8").splitlines()]


def acknowledged(file):
    return pathlib.Path(file).exists() and any(record.outcome == "acknowledged" for record in read_records(file))


def longest_stall(records):
    """The longest time between two acknowledgements, in seconds."""
    times = sorted(record.ended for record in records if record.outcome == "acknowledged")
    return max((later - earlier for earlier, later in zip(times, times[1:])), default=float("inf"))
