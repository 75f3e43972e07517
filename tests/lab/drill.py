"""./dev lab drill: a lab of its own, people at work, a site that loses its power, the order, and a signed report of what came of it.

Never the lab of ./dev lab up: that one is looked at, before and after, and nothing else."""
import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import appliance
import drill_figures as figures
import drill_keep
import drill_report
import drill_watch
import leftovers
import sites
import two_site_desk as desk
from roots import LabError, poll, run

PLACE = pathlib.Path(os.environ.get("SLIPWAY_DRILL_STATE", "/run/slipway-drill"))
DRILLS = appliance.REPOSITORY / "build/drills"
RTO_GOAL_SECONDS, RPO_GOAL_TRANSACTIONS = 60.0, 0
CLIENTS, RATE, FILLED = 8, 50.0, 300
# How long a thing is waited for that has to come.
DETECTED_SECONDS, RECOVERED_SECONDS, WORK_SECONDS, FOLLOWS_SECONDS = 90, 180, 60, 240
# What stays to be waited for when the order itself was refused.
REFUSED_SECONDS = 5
WORK = 100  # acknowledged requests that say that people are at work again
EPILOG = """\
Exit status: 0, all goals were met; 1, one was missed; 2, the drill could not be carried out. There is a report each time.
SLIPWAY_PACKAGES: the directory of the packages under test, else build/packages.

Example: ./dev lab drill --by 'M. Dupont' --because 'the yearly drill' && ./dev lab drill --verify build/drills/20261130T211359Z"""


def add_options(parser):
    parser.add_argument("--out", type=pathlib.Path, default=DRILLS, metavar="DIR", help="where drills are kept, with trend and key (build/drills)")
    parser.add_argument("--json", action="store_true", help="the report on standard output")
    parser.add_argument("--rto-goal", type=float, default=RTO_GOAL_SECONDS, metavar="SECONDS",
                        help="power cut to the first acknowledged request (60)")
    parser.add_argument("--rpo-goal", type=int, default=RPO_GOAL_TRANSACTIONS, metavar="TRANSACTIONS", help="acknowledged ones that may be lost (0)")
    parser.add_argument("--by", default=None, metavar="NAME", help="who orders it (the user)")
    parser.add_argument("--because", default="a drill", metavar="WORDS", help="why")
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="requests a second, at most (50)")
    parser.add_argument("--hold-order", type=float, default=0.0, metavar="SECONDS",
                        help="gives the order so long after the loss was seen, as a person would who thinks it over (0)")
    parser.add_argument("--verify", type=pathlib.Path, metavar="DIR",
                        help="no drill: whether the report in DIR is as it was signed, by the key beside the trend")
    parser.add_argument("--key", type=pathlib.Path, metavar="FILE", help="for --verify: the public key, kept elsewhere")


def main(given):
    if given.verify:
        return verify(given)
    try:
        return Drill(given).carry_out()
    except (LabError, OSError) as fault:
        print(f"drill: {fault}", file=sys.stderr)
        return 2


def verify(given):
    """0 and the fingerprint, or a LabError that says what is wrong."""
    key = given.key or given.out / drill_keep.KEY
    fingerprint, names = drill_keep.verify(given.verify, key)
    facts = json.loads((given.verify / "report.json").read_text(encoding="utf-8"))
    if given.json:
        print(json.dumps({"drill": facts["drill"], "word": facts["verdict"]["word"], "key": fingerprint, "files": names}, indent=1))
    else:
        print(f"drill {facts['drill']}: {facts['verdict']['word']}\n{', '.join(names)}: as they were signed\nby the key {fingerprint} ({key})")
    return 0


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def user():
    return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name


@contextlib.contextmanager
def place():
    """One drill at a time on a machine. What an earlier one has left that was killed goes first; gives a journal for this one."""
    PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(PLACE / "lock", "w", encoding="utf-8") as lock, contextlib.ExitStack() as undone:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError("another drill is under way on this machine; wait for its end") from None
        journal = PLACE / "journal"
        if journal.exists():
            leftovers.remove(journal)
        note = leftovers.Journal(journal)
        undone.callback(journal.unlink, missing_ok=True)
        directory = pathlib.Path(tempfile.gettempdir(), f"slipway-lab-drill_{os.getpid()}")
        note("directory", str(directory))
        directory.mkdir(mode=0o700)
        undone.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        undone.callback(shutil.rmtree, directory, ignore_errors=True)
        tempfile.tempdir = str(directory)
        yield note


def end_processes(network, *namespaces):
    """What still runs where the playbooks and the load were: ways that ssh keeps open, a load that was cut off."""
    for namespace in namespaces:
        for process in run("ip", "netns", "pids", namespace, check=False).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)


def why(done):
    """What a playbook says of the host where it ended."""
    said = done.stdout.rpartition("fatal: ")[2] or done.stderr
    return " ".join(said.split("\n\n")[0].split())[:600]


class Drill:
    """One drill and what is known of it, `facts`, which the report is made of."""

    def __init__(self, given):
        self.given, self.began = given, time.monotonic()
        begun = now()
        self.facts = {"drill": begun.replace("-", "").replace(":", ""), "began_at": begun, "state": "cut short", "reached": "the beginning",
                      "goals": {"rto_seconds": given.rto_goal, "rpo_transactions": given.rpo_goal},
                      "order": {"by": given.by or user(), "because": given.because, "held_seconds": given.hold_order},
                      "load": {"clients": CLIENTS, "rate": given.rate}, "remarks": []}
        self.directory = given.out / self.facts["drill"]
        self.lab = None
        self.signal, self.may_stop = None, False

    def say(self, text):
        print(f"drill: {time.monotonic() - self.began:5.0f} s  {text}", file=sys.stderr, flush=True)

    def step(self, text):
        """What the drill is at now, for those who look on and for the report."""
        self.facts["reached"] = text
        self.say(text)

    def carry_out(self):
        """The drill and its report; the exit status."""
        self.key, self.facts["signed_by"] = drill_keep.require_key(self.given.out)
        self.directory.mkdir()
        former = {number: signal.signal(number, self.interrupted) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            self.in_lab()
            self.facts["state"] = "carried out"
        except (Exception, KeyboardInterrupt) as fault:  # noqa: BLE001  (whatever stopped it, the report says so)
            self.facts["fault"] = str(fault) or repr(fault)
            self.say(f"stopped: {self.facts['fault']}")
        self.report()
        for number, handler in former.items():
            signal.signal(number, handler)
        return figures.exit_status(self.facts)

    def in_lab(self):
        before = drill_watch.kept_lab()
        try:
            self.step("the lab's hosts are started")
            with place() as note, desk.TwoSiteDesk(say=self.say, note=note) as self.lab:
                self.lab.callback(end_processes, self.lab.network, self.lab.network.controller, self.lab.client)
                with self.interruptible():
                    self.of_what(self.lab.debs[0])
                    self.step("site.yml makes two sites of them, about five minutes")
                    self.lab.play("site.yml")
                    self.in_step_lab()
                self.say("the lab is taken down")
        finally:
            self.facts["production"] = figures.production(before, drill_watch.kept_lab())

    def interrupted(self, number, _):
        """The first signal ends the drill; hosts that are just started or taken away are so to the end, and no further signal disturbs that."""
        first, self.signal = self.signal is None, self.signal or number
        if first and self.may_stop:
            self.stop()

    def stop(self):
        raise KeyboardInterrupt(f"interrupted by {signal.Signals(self.signal).name}")

    @contextlib.contextmanager
    def interruptible(self):
        self.may_stop = True
        try:
            if self.signal:
                self.stop()
            yield
        finally:
            self.may_stop = False

    def of_what(self, deb):
        """What is tested, and where."""
        fields = dict(line.split(": ", 1) for line in run("dpkg-deb", "--field", deb, "Package", "Version", "Architecture").stdout.splitlines())
        self.facts["package"] = {**fields, "sha256": drill_keep.signing.digest_of(deb)}
        said = run("git", "-C", appliance.REPOSITORY, "rev-parse", "HEAD", check=False)
        if said.returncode == 0:
            changed = run("git", "-C", appliance.REPOSITORY, "status", "--porcelain", "--untracked-files=no", check=False).stdout.strip()
            self.facts["commit"] = said.stdout.strip() + (" and changes" if changed else "")
        system = os.uname()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self.facts["host"] = {"kernel": system.release, "processors": os.cpu_count(), "memory GiB": round(memory / 2**30, 1),
                              "load when it began": " ".join(f"{part:.1f}" for part in os.getloadavg())}

    def in_step_lab(self):
        """All behind the lab's set-up: fail-over, what people were told, fail-back."""
        lost = self.lab.in_step()
        to = next(name for name in sites.GROUPS["sites"] if name != lost)
        self.facts["failover"] = found = {"from": lost, "to": to}
        records = self.fail_over(found)
        # From here on whatever does not come is a goal that is missed, and no reason to say nothing.
        try:
            self.way_back(found, records)
        except (LabError, subprocess.TimeoutExpired) as fault:
            self.facts["remarks"].append(f"{self.facts['reached']}: {fault}")

    def mark(self, way):
        """What the subjects of this drill begin with, and of no other."""
        return f"{self.facts['drill']}-{way}"

    def load(self, file, mark):
        return self.lab.load(file, clients=CLIENTS, pause=CLIENTS / self.given.rate, mark=mark)

    def fail_over(self, found):
        """The power cut, the order, and everything until people are at work again; the client's records."""
        file, lost, to = self.directory / "records-failover.jsonl", found["from"], found["to"]
        password, epoch = self.lab.password(lost), self.lab.status(to)["epoch"]
        self.step("people go to work")
        with self.load(file, self.mark("out")):
            poll(lambda: self.count(file) >= FILLED, 120, f"{FILLED} acknowledged requests")
            filled = self.count(file)
            self.facts["begins_with"] = f"an empty desk, filled with {filled} requests before the power cut; no copy of production's data"
            with drill_watch.Watch(drill_watch.of_takeover(self.lab, to, epoch, lambda: self.lab.signs_in("admin", password))) as watch:
                self.step(f"{lost} loses its power")
                found["cut_at"], found["cut"] = now(), time.monotonic()
                self.lab.hosts[lost].kill()
                found["dark"] = time.monotonic()
                self.order(found, watch)
                self.recover(found, watch, file)
            found["marks"] = {name: round(moment - found["cut"], 2) for name, moment in watch.marks.items()}
        records = desk.read_records(file)
        first = figures.first_acknowledged(records, found["dark"])
        marks = dict(watch.marks) | ({"acknowledged": first} if first is not None else {})
        found.update(phases=figures.phases(marks, found["cut"]), outcomes=figures.outcomes(records),
                     stall_seconds=round(desk.longest_stall(records), 2), rto_seconds=None if first is None else round(first - found["cut"], 2))
        return records

    def order(self, found, watch):
        """The order, once the other site sees the loss."""
        with contextlib.suppress(LabError):
            poll(lambda: watch.seen("detected"), DETECTED_SECONDS, "the other site's word that this one is gone")
        hold = time.monotonic() + self.given.hold_order
        if self.given.hold_order:
            self.step(f"the order is held back, {self.given.hold_order:g} s")
        poll(lambda: time.monotonic() >= hold, self.given.hold_order + 60, "the order's time")
        self.step(f"the order: {found['to']} takes over")
        self.facts["order"]["given_at"] = now()
        watch.marks["ordered"] = time.monotonic()
        done = self.play("failover.yml", confirm=found["to"])
        watch.marks["playbook"] = time.monotonic()
        # A lost host alone makes Ansible's status another than 0; who has the writes says whether it was refused.
        found["playbook_status"] = done.returncode
        if done.returncode != 0 and not watch.seen("elected"):
            found["refused"] = why(done)
            self.facts["remarks"].append(f"The order was refused: {found['refused']}")

    def play(self, name, **words):
        """A playbook, in the name of whoever ordered the drill."""
        return self.lab.order(name, check=False, ordered_by=self.facts["order"]["by"], because=self.facts["order"]["because"], **words)

    def recover(self, found, watch, file):
        """Waits until people are at work again and get in; one that does not come is for the verdict."""
        self.step("people wait to be at work again")
        begun = self.count(file, found["dark"])
        try:
            poll(lambda: watch.seen("signed_in") and self.count(file, found["dark"]) >= begun + WORK,
                 REFUSED_SECONDS if found.get("refused") else RECOVERED_SECONDS, "people at work again")
        except LabError as fault:
            self.facts["remarks"].append(str(fault))

    def way_back(self, found, records):
        """What the new site has against what people were told; then the lost site comes back and gets its writes again."""
        lost, to, home = found["from"], found["to"], {}
        self.facts["failback"] = home
        if found["rto_seconds"] is not None:
            self.step("every request is looked up at the new site")
            self.compare(found, to, records, self.mark("out"), found["cut"])
        self.step(f"{lost} gets its power back")
        begun = time.monotonic()
        self.lab.hosts[lost].boot()
        home["boot_seconds"] = round(time.monotonic() - begun, 1)
        holder = self.lab.in_step(FOLLOWS_SECONDS)
        home["follows_seconds"] = round(time.monotonic() - begun, 1)
        if holder == lost:
            self.facts["remarks"].append(f"{lost} has the writes again by itself: nobody took over while it was away.")
            self.compare(found, lost, records, self.mark("out"), found["cut"])
            return
        self.step("people go to work, and the writes go back")
        file = self.directory / "records-failback.jsonl"
        with self.load(file, self.mark("back")):
            poll(lambda: self.count(file) >= WORK // 2, WORK_SECONDS, "people at work")
            ordered = time.monotonic()
            done = self.play("failback.yml")
            home.update(playbook_seconds=round(time.monotonic() - ordered, 1), playbook_status=done.returncode)
            if done.returncode != 0:
                self.facts["remarks"].append(f"failback.yml: {why(done)}")
            since = time.monotonic()
            poll(lambda: self.count(file, since) >= WORK // 2, WORK_SECONDS, "people at work again")
        back = desk.read_records(file)
        home.update(outcomes=figures.outcomes(back), stall_seconds=round(desk.longest_stall(back), 2))
        home["arrived"] = self.lab.in_step(FOLLOWS_SECONDS) == lost
        self.step("every request is looked up at both sites")
        self.compare(home, lost, back, self.mark("back"), ordered)
        # The power cut's own contradictions are told of already; what is new came on the way back.
        known = {tuple(one) for one in found.get("contradictions", ())}
        home["against"] = sorted({one for name in (lost, to) for mark, kept in ((self.mark("out"), records), (self.mark("back"), back))
                                  for one in self.lab.contradictions(name, kept, mark)} - known)

    def compare(self, part, site, records, mark, cut):
        part["contradictions"] = self.lab.contradictions(site, records, mark)
        part["writes"] = figures.writes(part["contradictions"], records, cut)
        part["rpo"] = figures.rpo(part["writes"])

    @staticmethod
    def count(file, since=0.0):
        """Acknowledged ones that began after a moment."""
        return sum(record.outcome == "acknowledged" and record.began >= since for record in desk.read_records(file))

    def report(self):
        """Report, signature, trend; in this order, so that the trend names nothing that is not there."""
        facts = self.facts
        facts["ended_at"] = now()
        facts["verdict"] = figures.judge(facts)
        line = figures.trend_line(facts)
        trend = [*drill_keep.read_trend(self.given.out), line][-drill_keep.SHOWN:]
        text = json.dumps({**facts, "trend": trend}, indent=1, ensure_ascii=False) + "\n"
        (self.directory / "report.json").write_text(text, encoding="utf-8")
        (self.directory / "report.html").write_text(drill_report.page(facts, trend), encoding="utf-8")
        drill_keep.sign(self.directory, self.key)
        drill_keep.add_to_trend(self.given.out, line)
        if self.given.json:
            print(text, end="")
        for row in facts["verdict"]["goals"]:
            state = {True: "met", False: "MISSED", None: "-"}[row["met"]]
            self.say(f"{row['name']}: {state}, {'not measured' if row['measured'] is None else row['measured']} {row['unit']}".rstrip())
        self.say(f"{facts['verdict']['word']}; the report: {self.directory / 'report.html'}")
