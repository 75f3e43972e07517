#!/usr/bin/env python3
"""The roles on a real Debian 12: converged over SSH, again, and then looked at from inside and, as strangers do, from outside.

Needs root, mmdebstrap, systemd-container, ansible-core, nmap, openssl, curl. SLIPWAY_DEB names the real package; without it a stand-in is used."""
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import host as lab  # noqa: E402  (beside this file)
import stand_in  # noqa: E402

ROOT = HERE.parents[1]
PLAYBOOK_SECONDS = 1200
NEEDED = {"ansible-playbook": "ansible-core", "nmap": "nmap", "openssl": "openssl", "curl": "curl"}
state = {}


def setUpModule():
    missing = sorted({package for tool, package in NEEDED.items() if not shutil.which(tool)})
    if missing:
        raise lab.LabError("packages are missing: apt-get install --no-install-recommends " + " ".join(missing))
    root = lab.cached_root(lab.package_list(HERE / "appliance_packages.txt"))
    state["work"] = pathlib.Path(tempfile.mkdtemp(prefix="slipway-roles-"))
    unittest.addModuleCleanup(shutil.rmtree, state["work"])
    state["deb"] = os.environ.get("SLIPWAY_DEB") or str(stand_in.build(state["work"]))
    network = lab.Network()
    enter(network)
    host = lab.Host(network, root, "desk", 2)
    enter(host)
    state.update(network=network, host=host, outside=network.outsider(66))
    recap(converge())


def enter(context):
    """Enters a context that is left after the last test."""
    context.__enter__()
    unittest.addModuleCleanup(context.__exit__, None, None, None)


def converge(*options, check=True, **variables):
    """Runs the playbook from the controller's place; the whole output."""
    host, network = state["host"], state["network"]
    given = {"slipway_deb": state["deb"], "slipway_setup": True, "firewall_management_networks": [network.address(1)], **variables}
    inventory = {"all": {"hosts": {"desk": {
        "ansible_host": host.address, "ansible_user": lab.USER, "ansible_ssh_private_key_file": str(host.key),
        "ansible_ssh_common_args": " ".join(host.ssh_arguments()[2:])}}, "vars": given}}
    file = state["work"] / "inventory.json"
    file.write_text(json.dumps(inventory), encoding="utf-8")
    environment = dict(os.environ, ANSIBLE_CONFIG=str(ROOT / "ansible/ansible.cfg"), ANSIBLE_NOCOLOR="1", LC_ALL="C.UTF-8",
                       ANSIBLE_SSH_CONTROL_PATH_DIR=str(state["work"] / "control"))
    return network.inside(network.controller, "ansible-playbook", "-i", file, ROOT / "ansible/playbooks/appliance.yml", *options,
                          check=check, timeout=PLAYBOOK_SECONDS, env=environment, cwd=ROOT / "ansible")


def recap(result):
    """Numbers of the last line, and the tasks that changed something."""
    numbers = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", result.stdout.split("PLAY RECAP")[1])}
    task, changed = "", []
    for line in result.stdout.splitlines():
        if line.startswith(("TASK [", "RUNNING HANDLER [")):
            task = line.split("[", 1)[1].rsplit("]", 1)[0]
        elif line.startswith("changed:"):
            changed.append(task)
    return numbers, changed


def fetch(path, *options, check=True):
    """A request from outside: status, headers in small letters (all values), body."""
    network, host = state["network"], state["host"]
    result = network.inside(state["outside"], "curl", "--silent", "--insecure", "--path-as-is", "--include", "--max-time", "20", *options,
                            f"https://{host.address}{path}", check=check)
    head, _, body = result.stdout.replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    return int(lines[0].split()[1]), headers, body


class Roles(unittest.TestCase):
    def sh(self, script, **options):
        return state["host"].root_sh(script, **options).stdout.strip()

    # E4
    def test_a_second_run_changes_nothing_and_a_check_predicts_nothing(self):
        for options in ((), ("--check",)):
            numbers, changed = recap(converge(*options))
            self.assertEqual((numbers["changed"], numbers["failed"], changed), (0, 0, []), options)

    # E4
    def test_closing_the_door_behind_oneself_is_refused(self):
        result = converge(check=False, firewall_management_networks=["192.0.2.0/24"])
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(state["host"].ssh("true").returncode, 0)
        self.assertIn(state["network"].address(1), result.stdout + result.stderr)

    def test_no_unit_has_failed(self):
        self.assertEqual(self.sh("systemctl list-units --failed --plain --no-legend"), "")

    # A2
    def test_from_outside_443_alone_is_open(self):
        for options in (("-n", "-p-", state["host"].address), ("-n", "-6", "-p-", state["network"].address(2, 6))):
            seen = state["network"].inside(state["outside"], "nmap", "-Pn", "--max-retries", "1", "--min-rate", "4000", "-oG", "-", *options,
                                           timeout=900).stdout
            self.assertEqual(re.findall(r"(\d+)/open/tcp", seen), ["443"], seen)

    # A2
    def test_ssh_answers_the_management_network(self):
        seen = state["network"].inside(state["network"].controller, "nmap", "-Pn", "-n", "-p", "22,443", "-oG", "-", state["host"].address).stdout
        self.assertEqual(re.findall(r"(\d+)/open/tcp", seen), ["22", "443"])

    # A2
    def test_what_listens_for_the_host_itself_listens_on_loopback(self):
        listening = self.sh("ss -Hltn | awk '{print $4}'").split()
        wide = sorted({address.rsplit(":", 1)[1] for address in listening if not address.startswith(("127.", "[::1]"))})
        self.assertEqual(wide, ["22", "443"])

    # A3
    def test_tls_is_1_2_or_newer(self):
        answers = {}
        for version in ("tls1", "tls1_1", "tls1_2", "tls1_3"):
            result = state["network"].inside(state["outside"], "openssl", "s_client", "-brief", f"-{version}", "-cipher", "DEFAULT:@SECLEVEL=0",
                                             "-connect", f"{state['host'].address}:443", input="", check=False)
            answers[version] = result.returncode == 0
        self.assertEqual(answers, {"tls1": False, "tls1_1": False, "tls1_2": True, "tls1_3": True})

    def test_nginx_adds_what_webd_cannot_know_and_repeats_nothing(self):
        status, headers, _ = fetch("/")
        self.assertEqual(status, 200)
        self.assertIn("max-age=31536000", headers["strict-transport-security"][0])
        for name in ("content-security-policy", "referrer-policy", "x-content-type-options", "strict-transport-security", "x-frame-options"):
            self.assertEqual(len(headers[name]), 1, name)
        self.assertNotRegex(headers["server"][0], r"\d")

    def test_webd_is_told_one_address_and_nothing_a_client_claims(self):
        _, _, body = fetch("/echo?a=1", "-H", "X-Forwarded-For: 198.51.100.1", "-H", "Forwarded: for=198.51.100.1", "-H", "X-Real-IP: 198.51.100.1",
                           "-H", "X-Request-Id: 00000000")
        told = json.loads(body)
        self.assertEqual(told["path"], "/echo?a=1")
        self.assertEqual(told["headers"]["x-forwarded-for"], state["network"].address(66))
        self.assertNotIn("198.51.100.1", body)
        self.assertRegex(told["headers"]["x-request-id"], r"^[0-9a-f]{32}$")
        self.assertEqual(told["headers"]["host"], state["host"].address)

    # A2
    def test_health_is_answered_and_metrics_are_not(self):
        self.assertEqual(fetch("/health")[0], 200)
        for path in ("/metrics", "/ready", "//metrics", "/metrics/", "/%6detrics", "/a/../metrics", "/metrics?x=1", "/.//ready"):
            self.assertEqual(fetch(path)[0], 404, path)

    def test_a_body_above_the_limit_is_refused(self):
        big = state["work"] / "big"
        with open(big, "wb") as file:
            file.truncate(81 * 1024 * 1024)
        self.assertEqual(fetch("/upload", "--data-binary", f"@{big}", "-H", "Expect:")[0], 413)

    def test_while_webd_is_away_people_get_a_page_and_programs_a_problem(self):
        self.sh("systemctl stop slipway-webd")
        try:
            english, french = fetch("/"), fetch("/", "-H", "Accept-Language: fr-CH, fr;q=0.9")
            program = fetch("/api/v1/acme/requests")
        finally:
            self.sh("systemctl start slipway-webd")
        self.assertEqual({english[0], french[0], program[0]}, {503})
        self.assertIn('lang="en"', english[2])
        self.assertIn('lang="fr"', french[2])
        self.assertNotRegex(english[2], r"(?:src|href)=\"[^\"]")
        self.assertEqual(program[1]["content-type"][0], "application/problem+json")
        self.assertEqual(json.loads(program[2])["title"], "Service Unavailable")
        self.assertIn("retry-after", program[1])
        lab.poll(lambda: fetch("/health")[0] == 200, 30, "webd again")

    # A5
    def test_a_flood_of_requests_is_answered_429(self):
        flooder = state["network"].outsider(70)
        url = f"https://{state['host'].address}/echo?[1-900]"
        codes = state["network"].inside(flooder, "curl", "--silent", "--insecure", "--http1.1", "--parallel", "--parallel-max", "40", "--output",
                                        "/dev/null", "--write-out", "%{http_code}\n", url).stdout.split()
        self.assertIn("429", codes)
        self.assertIn("200", codes)
        self.assertEqual(fetch("/")[0], 200)

    # A5
    def test_who_probes_for_what_is_not_there_is_banned(self):
        prober = state["network"].outsider(71)

        def probe():
            url = f"https://{state['host'].address}/missing/[1-30]"
            result = state["network"].inside(prober, "curl", "--silent", "--insecure", "--fail-early", "--max-time", "3", "--output", "/dev/null", "--write-out",
                                             "%{http_code}\n", url, check=False)
            return "000" in result.stdout
        lab.poll(probe, 60, "a ban of whoever asked for missing pages")
        self.assertEqual(fetch("/")[0], 200)

    # A5
    def test_jails_run(self):
        jails = self.sh("fail2ban-client status | sed -n 's/.*Jail list:[[:space:]]*//p'").replace(",", "").split()
        self.assertEqual(sorted(jails), ["nginx-limit-req", "slipway-probe", "slipway-sign-in", "sshd"])

    def test_access_log_is_json_without_queries(self):
        fetch("/echo/marked?code=secret-in-a-query")
        last = lab.poll(lambda: self.sh("grep marked /var/log/nginx/access.log | tail -n 1"), 10, "a line of the access log")
        line = json.loads(last)
        self.assertEqual((line["path"], line["status"], line["address"]), ("/echo/marked", 200, state["network"].address(66)))
        self.assertEqual(self.sh("grep -c secret-in-a-query /var/log/nginx/access.log || true"), "0")

    def test_servers_accept_their_settings(self):
        self.sh("nginx -t -q && sshd -t && nft --check --file /etc/nftables.conf && promtool check config /etc/prometheus/prometheus.yml "
                "&& amtool check-config /etc/prometheus/alertmanager.yml && visudo --check --quiet && logrotate --debug /etc/logrotate.conf "
                "&& apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/slipway-mariadbd /etc/apparmor.d/slipway-nginx")

    # A2
    def test_nobody_signs_in_over_ssh_with_a_password_or_as_root(self):
        settings = dict(line.split(" ", 1) for line in self.sh("sshd -T").splitlines() if " " in line)
        wanted = {"passwordauthentication": "no", "kbdinteractiveauthentication": "no", "permitrootlogin": "no", "x11forwarding": "no",
                  "allowtcpforwarding": "no", "authenticationmethods": "publickey"}
        self.assertEqual({key: settings[key] for key in wanted}, wanted)

    def test_database_has_its_settings_and_no_network(self):
        names = ("innodb_flush_log_at_trx_commit", "sync_binlog", "binlog_format", "gtid_strict_mode", "skip_networking", "local_infile", "log_bin",
                 "character_set_server", "time_zone", "innodb_buffer_pool_size", "server_id")
        rows = self.sh(f"mariadb -BN -e \"SHOW GLOBAL VARIABLES WHERE Variable_name IN {names}\"")
        found = dict(row.split("\t") for row in rows.splitlines())
        wanted = {"innodb_flush_log_at_trx_commit": "1", "sync_binlog": "1", "binlog_format": "ROW", "gtid_strict_mode": "ON", "skip_networking": "ON",
                  "local_infile": "OFF", "log_bin": "ON", "character_set_server": "utf8mb4", "time_zone": "+00:00"}
        self.assertEqual({key: found[key] for key in wanted}, wanted)
        written = self.sh("cat /etc/mysql/mariadb.conf.d/70-machine.cnf")
        self.assertIn(f"server_id = {found['server_id']}\n", written)
        self.assertIn(f"innodb_buffer_pool_size = {int(found['innodb_buffer_pool_size']) // 2**20}M\n", written)
        self.assertEqual(self.sh("mariadb -BN -e \"SELECT COUNT(*) FROM mysql.global_priv WHERE User = ''\""), "0")

    def test_backup_agent_reads_every_table_and_changes_none(self):
        self.sh("mariadb -e 'CREATE DATABASE IF NOT EXISTS lab_rights; CREATE OR REPLACE TABLE lab_rights.one (a INT) SELECT 1 AS a; FLUSH TABLES'")
        user = "setpriv --reuid slipway-backup --regid slipway-backup --groups $(getent group mysql | cut -d: -f3)"
        self.addCleanup(self.sh, "mariadb -e 'DROP DATABASE IF EXISTS lab_rights'")
        self.assertEqual(self.sh(f"{user} find /var/lib/mysql ! -readable ! -name '*.flag'"), "")
        self.assertEqual(self.sh(f"{user} find /var/lib/mysql -writable"), "")

    def test_exporters_user_sees_counters_alone(self):
        grants = self.sh("mariadb -BN -e 'SHOW GRANTS FOR prometheus@localhost'")
        self.assertNotIn("ALL PRIVILEGES", grants)
        self.assertNotRegex(grants, r"SELECT ON `?\*|INSERT|UPDATE|DELETE")
        refused = state["host"].root_sh("setpriv --reuid prometheus --regid prometheus --clear-groups mariadb -u prometheus -e 'SELECT * FROM mysql.user'",
                                        check=False)
        self.assertNotEqual(refused.returncode, 0)

    def test_prometheus_reaches_everything_it_watches(self):
        def all_up():
            answer = json.loads(self.sh("curl -sS 'http://127.0.0.1:9090/api/v1/query?query=up'"))
            found = {row["metric"]["job"]: row["value"][1] for row in answer["data"]["result"]}
            state["up"] = found
            return len(found) == 10 and set(found.values()) == {"1"}
        try:
            lab.poll(all_up, 120, "all targets up")
        except lab.LabError as fault:
            self.fail(f"{fault}: {state['up']}")
        probe = json.loads(self.sh("curl -sS 'http://127.0.0.1:9090/api/v1/query?query=probe_success+and+on()+mysql_up==1'"))
        self.assertEqual([row["value"][1] for row in probe["data"]["result"]], ["1"])

    def test_alert_rules_say_what_they_are_for(self):
        copy = "mkdir -p /tmp/rules-test/rules && cp /etc/prometheus/rules/*.yml /tmp/rules-test/rules/ && cat >/tmp/rules-test/rules_test.yml <<'TEXT'\n"
        cases = (HERE.parent / "ansible/rules_test.yml").read_text(encoding="utf-8")
        result = state["host"].root_sh(f"{copy}{cases}\nTEXT\npromtool test rules /tmp/rules-test/rules_test.yml", check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    # C9
    def test_updates_are_of_security_and_inside_the_window(self):
        origins = self.sh("apt-config dump Unattended-Upgrade::Origins-Pattern | sed -n 's/.*:: //p'")
        self.assertEqual(origins, '"origin=Debian,codename=${distro_codename}-security,label=Debian-Security";')
        self.assertEqual(self.sh("systemctl show -P TimersCalendar apt-daily-upgrade.timer | grep -o 'OnCalendar=[^;]*' | tr -s ' '").strip(),
                         "OnCalendar=Sun *-*-* 03:00:00")

    # A2
    def test_lynis_gives_at_least_85(self):
        self.sh("lynis audit system --quick --no-colors --quiet >/dev/null 2>&1 || true", timeout=900)
        report = self.sh("cat /var/log/lynis-report.dat")
        index = int(re.search(r"^hardening_index=(\d+)", report, re.M).group(1))
        advice = re.findall(r"^(?:suggestion|warning)\[\]=([^|]*\|[^|]*)", report, re.M)
        self.assertGreaterEqual(index, 85, "\n".join(advice))


if __name__ == "__main__":
    unittest.main(verbosity=2)
