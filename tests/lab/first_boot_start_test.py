#!/usr/bin/env python3
"""The first boot of a machine that does not begin empty: restored from a repository that another machine filled, or with the data of a
running on-premise server; also where it is killed at every mark, and where power is cut (F7)."""
import json
import os
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk_content as content  # noqa: E402
import first_boot_host as first  # noqa: E402
import host as lab  # noqa: E402
import start_peers as peers  # noqa: E402

CASES = first.ROOT / "tests/migration_cases"
NAME = "desk.example.org"
PASSWORD = "crane under green rain"
# The unit is held: the test carries the answers out by hand, so that each call can be told where to die.
KILLED = (-9, 137)
BY_HAND = "/etc/systemd/system/slipway-first-boot.service.d/test.conf"
ANSWERS = "/srv/slipway/config/first-boot.toml"
# What is the same of the two tables that must differ.
JOURNAL = ("journal", "*")
GENERATIONS = ("account_generation", "database_name, account_id, generation, database_user, state, created_at")
RESTORE_POINTS = [
    "restore.unpacked", "restore.prepared", "restore.adopted",  # of the child `slipway restore`
    *("firstboot.restore." + name for name in (
        "beside", "stopped", "leaving", "one-left:1", "one-left:3", "left", "coming", "one-came:1", "one-came:4", "came", "exchanged", "marks-gone",
        "accounts", "started", "tree-gone", "done"))]
# Power is cut at these instead: what systemd starts at the next boot must not make an empty database, nor serve half of one.
POWER_POINTS = {"firstboot.restore.one-left:3", "firstboot.restore.left", "firstboot.restore.one-came:4", "firstboot.restore.exchanged"}


def toml_text(text):
    return '"""\n' + text.replace("\\", "\\\\") + '"""'


def answers(network, last, more):
    return f'''hostname = "{NAME}"
timezone = "Europe/Paris"
[network]
address = ["{network.address(last)}/24"]
gateway = ["{network.address(1)}"]
[management]
networks = ["{network.address(0)}/24"]
{more}'''


def phase_of(host):
    return host.status()["phase"]


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Start(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="slipway-start-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.network = cls.enterClassContext(lab.Network(79))

    def without_secrets(self, host, *secrets):
        """None of them is left where something is written: answers, progress, log, what it works in, and command lines of now."""
        text = host.sh("cat /etc/slipway/first-boot.toml /var/lib/slipway/first-boot/*; journalctl --no-pager; cat /run/slipway-first-boot/*; "
                       "cat /var/lib/slipway/migrations/* ; cat /proc/[0-9]*/cmdline", check=False).stdout
        for secret in secrets:
            self.assertNotIn(secret, text)

    def serves(self, host):
        self.assertEqual(host.sh(f"curl -s --cacert /etc/slipway/tls/fullchain.pem -o /dev/null -w '%{{http_code}}' https://{NAME}/health").stdout,
                         "200")

    def killed(self, host, point, power):
        """One `slipway first-boot apply` that ends at this point by kill -9, or stops there until the power goes."""
        if not power:
            said = host.sh(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} slipway first-boot apply", check=False, timeout=900)
            of_child = point.startswith("restore.")
            self.assertIn(said.returncode, (12,) if of_child else KILLED, said.stdout + said.stderr)
            if of_child:
                self.assertIn("signal 9", host.status()["failure"]["message"])
            return
        self.stopped(host, point)
        before = self.database_of(host)
        host.power_cut()
        host.boot()
        # Neither made anew nor started, for as long as its files are exchanged; a moment of the boot later than this one is not waited for.
        self.assertEqual(self.database_of(host), before)
        self.assertNotEqual(host.sh("systemctl is-active mariadb", check=False).stdout.strip(), "active")

    def stopped(self, host, point):
        """An apply that stands still at this point, or whose child does."""
        host.sh(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} SLIPWAY_FAIL_ACTION=stop "
                "setsid slipway first-boot apply </dev/null >/run/apply.log 2>&1 &")
        lab.poll(lambda: "T" in host.sh("ps -o stat= -C slipway", check=False).stdout, 300, f"{host.name}: apply at {point}")

    def database_of(self, host):
        """What lies where the database belongs."""
        return sorted(os.listdir(host.merged / "srv/slipway/mysql"))


class FromRepository(Start):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sftp = cls.enterClassContext(peers.SftpHost(cls.network))
        cls.fill_source()

    @classmethod
    def fill_source(cls):
        """A machine that backs itself up, and is gone."""
        more = f'''[administrator]
email = "admin@example.org"
password = "{PASSWORD}"
[backup]
even = "{cls.sftp.url}"
even_credentials = {toml_text(cls.sftp.private_key)}
known_hosts = "{cls.sftp.known_hosts}"
'''
        with first.FirstBootHost(cls.network, "source", 21) as host:
            host.lay(ANSWERS, answers(cls.network, 21, more))
            host.boot()
            host.wait_for("done")
            desk = content.Desk(host)
            cls.requests = desk.fill(6, cls.folder.name)
            lab.poll(lambda: '"id"' in host.sh("slipway backup list --json", check=False).stdout, 300, "source: its first backup")
            # What comes after the backup is in the log alone.
            cls.requests.update(desk.fill(3, cls.folder.name))
            cls.recovery = json.loads(host.sh("slipway backup key show --recovery --json").stdout)["recovery_key"]
            host.sh("systemctl stop slipway-webd slipway-jobd")
            cls.picture = content.picture(host)
            cls.journal = content.rows(host, "slipway", *JOURNAL)
            cls.generations = content.rows(host, "slipway", *GENERATIONS)
            # In the middle of the first proof, as likely as not: that says nothing against the backup.
            host.sh("systemctl stop slipway.target slipway-backupd", timeout=300)
        print(f"source: {len(cls.requests)} requests, {len(cls.picture)} tables", flush=True)

    def restore_answers(self, last, own):
        """`own`: the machine takes over the repository of the one that is gone; else it only restores from there."""
        if own:
            more = f'''[backup]
even = "{self.sftp.url}"
even_credentials = {toml_text(self.sftp.private_key)}
known_hosts = "{self.sftp.known_hosts}"
key = "{self.recovery}"
[start]
from = "repository"
'''
        else:
            more = f'''[backup]
known_hosts = "{self.sftp.known_hosts}"
key = "{self.recovery}"
[start]
from = "repository"
repository = "{self.sftp.url}"
repository_credentials = {toml_text(self.sftp.private_key)}
'''
        return answers(self.network, last, more)

    def check_restored(self, host):
        host.sh("systemctl stop slipway-jobd")
        self.assertEqual(content.differences(self.picture, content.picture(host), content.OF_THE_MACHINE), [])
        self.assertEqual(content.rows(host, "slipway", *GENERATIONS), self.generations)
        journal = content.rows(host, "slipway", *JOURNAL)
        self.assertTrue(self.journal)
        self.assertTrue(journal.startswith(self.journal))
        desk = content.Desk(host)
        self.serves(host)
        self.assertEqual(desk.read(), self.requests)
        self.assertTrue(desk.may_sign_in("admin", PASSWORD))
        self.assertFalse(desk.may_sign_in("admin", PASSWORD + "."))
        self.without_secrets(host, PASSWORD, self.recovery, self.sftp.private_key.splitlines()[1])
        self.assertEqual(host.sh("ls /srv/slipway").stdout.count("mysql.restored"), 0)

    # F7
    def test_1_the_same_desk_at_once(self):
        with first.FirstBootHost(self.network, "restored", 22) as host:
            host.lay(ANSWERS, self.restore_answers(22, own=False))
            host.boot()
            host.wait_for("done")
            self.check_restored(host)

    # F7
    def test_2_killed_at_every_mark(self):
        with first.FirstBootHost(self.network, "kills", 23) as host:
            host.lay(BY_HAND, "[Unit]\nConditionPathExists=/nowhere\n", 0o644)
            host.lay(ANSWERS, self.restore_answers(23, own=True))
            host.boot()
            self.orphaned(host)
            for point in RESTORE_POINTS:
                with self.subTest(point):
                    self.killed(host, point, point in POWER_POINTS)
                    if point == "firstboot.restore.coming":
                        self.other_answers_are_refused(host)
                    print(f"{point}: {'power' if point in POWER_POINTS else 'kill'}", flush=True)
            # The last time without a hand: systemd goes on with it at the next boot.
            self.stopped(host, "firstboot.restore.recorded")
            host.power_cut()
            (host.merged / BY_HAND.lstrip("/")).unlink()
            host.boot()
            host.wait_for("done")
            self.check_restored(host)
            self.takes_over(host)

    def other_answers_are_refused(self, host):
        """Nothing is built on a database whose files are half exchanged, and nothing of it is changed."""
        before = self.database_of(host)
        other = f'[backup]\nkey = "{self.recovery}"\n[start]\nfrom = "repository"\nrepository = "file:///srv/other"\n'
        for more, words in (("", "a restore was cut off"), (other, self.sftp.url)):
            host.lay(ANSWERS, answers(self.network, 23, more))
            said = host.sh("slipway first-boot apply", check=False, timeout=900)
            self.assertEqual(said.returncode, 6, said.stderr)
            self.assertIn(words, host.status()["failure"]["message"])
            self.assertTrue(host.status()["failure"]["hint"])
            self.assertEqual(self.database_of(host), before)
        host.lay(ANSWERS, self.restore_answers(23, own=True))

    def orphaned(self, host):
        """Apply is killed while its child works: what that has begun ends with it."""
        self.stopped(host, "restore.replaying")
        host.sh("kill -9 $(pgrep -xo slipway)")
        lab.poll(lambda: host.sh("pgrep -x slipway || pgrep -f mysql.restored", check=False).returncode == 1, 60, "the end of apply's children")

    def takes_over(self, host):
        """The agent of the new machine goes on in the repository of the one that is gone."""
        host.sh("systemctl start slipway.target")
        lab.poll(lambda: len(set(re.findall(r"[0-9t]+z-full", host.sh("slipway backup list --json", check=False).stdout))) > 1, 400,
                 "a backup of the new machine")


class FromServer(Start):
    """The database of a Request Tracker 4.4 on a running server, with attachments (tests/migration_cases/rt4)."""
    # Read out of its tables by themselves, not through the profile: what must be there of requests, and of files by their digests.
    TICKETS = "SELECT id, Subject FROM Tickets WHERE Type = 'ticket' AND id BETWEEN 1 AND 320"
    FILES = """SELECT DISTINCT LOWER(SHA2(IF(ContentEncoding = 'base64', FROM_BASE64(Content), Content), 256)) FROM Attachments
               WHERE Filename IS NOT NULL AND TransactionId < 99999"""
    MIGRATE = "/usr/local/sbin/slipway-migrate"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(peers.OldServer(cls.network))
        cls.server.load("rt4", CASES / "rt4/create.sql")
        cls.tickets = {int(number): subject for number, subject in cls.server.sql(cls.TICKETS, "rt4")}
        cls.files = {row[0] for row in cls.server.sql(cls.FILES, "rt4")}

    def server_answers(self, last, password, server=None):
        return answers(self.network, last, f'''[administrator]
email = "admin@example.org"
password = "{PASSWORD}"
[start]
from = "server"
server = "{(server or self.server).url}"
server_password = "{password}"
''')

    def check_moved(self, host):
        self.serves(host)
        report = json.loads(host.sh("slipway-migrate report --config /etc/slipway/slipway.toml --account production --json").stdout)
        self.assertGreater(len(report["verify"]["checks"]), 10)
        self.assertEqual([check for check in report["verify"]["checks"] if check["expected"] != check["found"]], [])
        self.status = json.loads(host.sh("slipway-migrate status --config /etc/slipway/slipway.toml --account production --json").stdout)
        self.assertEqual(self.status["outcome"], "published")
        desk = content.Desk(host)
        found = desk.subjects()
        self.assertGreater(len(self.tickets), 300)
        self.assertEqual({number: found.get(number) for number in self.tickets}, self.tickets)
        self.assertGreater(len(self.files), 60)
        self.assertEqual(self.files - desk.stored_files(), set())
        # Of the first of these files, byte by byte over HTTPS.
        number = next(number for number in sorted(self.tickets) if number % 4 == 2)
        wanted = self.server.sql(f"SELECT LOWER(SHA2(FROM_BASE64(Content), 256)) FROM Attachments WHERE id = {number * 10 + 2}", "rt4")[0][0]
        self.assertIn(wanted, desk.attachments(number))
        self.assertTrue(desk.may_sign_in("admin", PASSWORD))
        self.without_secrets(host, PASSWORD, self.server.PASSWORD)

    def wrapper(self, host, script):
        """In front of slipway-migrate, which knows no fail points of slipway and is not told of them."""
        host.lay(self.MIGRATE, f"#!/bin/sh\nunset SLIPWAY_TEST SLIPWAY_FAIL_POINT\n{script}exec /usr/bin/slipway-migrate \"$@\"\n", 0o755)

    def apply(self, host, environment=""):
        return host.sh(f"{environment} slipway first-boot apply", check=False, timeout=900)

    # F7
    def test_1_the_desk_of_a_running_server(self):
        with first.FirstBootHost(self.network, "moved", 31) as host:
            host.lay(ANSWERS, self.server_answers(31, self.server.PASSWORD))
            host.boot()
            host.wait_for("done")
            self.check_moved(host)

    # F7
    def test_2_wrong_password_kills_and_the_right_one(self):
        with first.FirstBootHost(self.network, "cut", 32) as host:
            host.lay(BY_HAND, "[Unit]\nConditionPathExists=/nowhere\n", 0o644)
            host.lay(ANSWERS, self.server_answers(32, "wrong and secret"))
            host.boot()
            self.refused(host)
            host.lay(ANSWERS, self.server_answers(32, self.server.PASSWORD))
            # The tool dies while it copies; then apply does, and takes the tool with it; then behind the publication, unrecorded.
            self.wrapper(host, "export SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT=copy.after_commit\n")
            said = self.apply(host)
            self.assertEqual(said.returncode, 12, said.stderr)
            self.assertIn("signal 9", host.status()["failure"]["message"])
            self.wrapper(host, "export SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT=run.transformed SLIPWAY_FAIL_ACTION=stop\n")
            host.sh("setsid slipway first-boot apply </dev/null >/run/apply.log 2>&1 &")
            lab.poll(lambda: "T" in host.sh("ps -o stat= -C slipway-migrate", check=False).stdout, 300, "slipway-migrate at its point")
            host.sh("kill -9 $(pgrep -x slipway)")
            lab.poll(lambda: host.sh("pgrep slipway-migrate", check=False).returncode == 1, 60, "the end of slipway-migrate")
            for point in ("firstboot.migration.published", "firstboot.migration.done", "firstboot.migration.recorded"):
                self.wrapper(host, "")
                said = self.apply(host, f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point}")
                self.assertIn(said.returncode, KILLED, said.stderr)
            host.sh(f"rm {self.MIGRATE}")
            said = self.apply(host)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertEqual(phase_of(host), "done")
            self.check_moved(host)
            self.assertEqual(self.status["resumes"], 2)

    # F7
    def test_3_a_server_without_tls_is_refused_with_the_way_out(self):
        with first.FirstBootHost(self.network, "plain", 33) as host, peers.OldServer(self.network, port=3308, tls=False) as server:
            server.load("rt4", CASES / "rt4/create.sql")
            host.lay(BY_HAND, "[Unit]\nConditionPathExists=/nowhere\n", 0o644)
            host.lay(ANSWERS, self.server_answers(33, server.PASSWORD, server))
            host.boot()
            self.assertEqual(self.apply(host).returncode, 12)
            failure = host.status()["failure"]
            print(f"no TLS: {failure['message']}\n  hint: {failure['hint']}", flush=True)
            self.assertIn(server.address, failure["message"])
            self.assertIn("certificate", failure["hint"])
            self.assertIn('start.from = "new"', failure["hint"])

    def refused(self, host):
        said = self.apply(host)
        self.assertEqual(said.returncode, 12, said.stderr)
        failure = host.status()["failure"]
        self.assertEqual(failure["step"], "migration")
        self.assertIn(self.server.address, failure["message"])
        self.assertIn("slipway first-boot apply", failure["hint"])
        self.assertNotIn("wrong and secret", said.stdout + said.stderr + json.dumps(failure) + host.sh("journalctl --no-pager").stdout)
        print(f"wrong password: {failure['message']}\n  hint: {failure['hint']}", flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
