#!/usr/bin/env python3
"""An account of two sites goes back to a moment by restore.yml, on booted hosts with real backups: beside the living one and in its place, seen on
both sites; what is no order does nothing; a run that is killed, or loses its host, is finished by the next one and restores once.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages). The figures that it sees are on its standard error."""
import datetime
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import host as lab  # noqa: E402
import sites  # noqa: E402
import two_site_desk as desk  # noqa: E402

ACCOUNT = "production"
# Where a run is killed: before anything, as the restore begins, while it is at work, when it is done, and with the last word to be written.
KILLED_AT = ("site : The plan", "site : The account is restored", "site : The restore ends", "site : The account is served",
             "site : This run in the history")
OPENED = 20


def figure(what, value):
    print(f"figure: {what}: {value}", file=sys.stderr, flush=True)


def now_utc():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def next_second():
    """The log knows whole seconds: what follows is of a later one."""
    began = int(time.time())
    lab.poll(lambda: int(time.time()) > began, 5, "the next second")


class RestoreDesk(desk.TwoSiteDesk):
    """Two sites, and what their accounts hold."""

    def rows(self, name, account, statement):
        """As TwoSiteDesk.database, of any account; None where a site has no such account."""
        found = self.hosts[name].root_sh(f"slipway account show {account} --json", check=False)
        if found.returncode != 0:
            return None
        said = self.hosts[name].root_sh(f"mariadb --batch --skip-column-names {json.loads(found.stdout)['database']} <<'SQL'\n{statement}\nSQL")
        return [line.split("\t") for line in said.stdout.splitlines()]

    def subjects(self, name, account):
        rows = self.rows(name, account, "SELECT subject FROM request ORDER BY number;")
        return None if rows is None else [row[0] for row in rows]

    def published(self, name):
        """How often another database was published for the account, as the site knows."""
        said = self.hosts[name].root_sh("mariadb --batch --skip-column-names -e \"SELECT COUNT(*) FROM slipway.journal "
                                        f"WHERE account_name = '{ACCOUNT}' AND action = 'account.published'\"")
        return int(said.stdout)

    def databases(self, name):
        """[(database, state)] of the account."""
        said = json.loads(self.hosts[name].root_sh(f"slipway account databases {ACCOUNT} --json").stdout)
        return sorted((one["database"], one["state"]) for one in said)

    def history(self, name):
        """The newest restore as a member has it."""
        return json.loads(self.hosts[name].root_sh("cat $(ls /var/lib/slipway/site-runs/*-restore.json | tail -n 1)").stdout)

    def leads_to(self, moment):
        """Whether a backup leads to that moment."""
        planned = self.hosts[self.holder()].root_sh(f"slipway restore --json --to {moment} --account {ACCOUNT}", check=False)
        return planned.returncode == 0


class Restores(unittest.TestCase):
    """In this order: each begins with what the one before has left, two sites in step."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(RestoreDesk())
        cls.lab.play("site.yml")
        cls.before, cls.after = cls.lab.work / "records-before", cls.lab.work / "records-after"
        cls.make_a_past()

    @classmethod
    def make_a_past(cls):
        """Requests, a moment, a mistake, further requests; all of it archived."""
        holder = cls.lab.in_step()
        lab.poll(lambda: cls.lab.leads_to(now_utc()), 600, "a backup from which the log goes on")
        with cls.lab.load(cls.before, clients=2, mark="before"):
            lab.poll(lambda: len(desk.read_records(cls.before)) >= OPENED, 60, "requests")
        next_second()
        cls.moment = now_utc()
        next_second()
        cls.lab.database(holder, "UPDATE request SET subject = CONCAT('spoilt ', number) WHERE subject LIKE 'before-%';")
        with cls.lab.load(cls.after, clients=1, pause=0.2, mark="after"):
            began = time.time()
            lab.poll(lambda: cls.lab.archived_until(holder) > began, 300, "all of it in a repository")
        cls.lab.in_step()

    def setUp(self):
        self.holder = self.lab.in_step()
        self.other = next(site for site in sites.GROUPS["sites"] if site != self.holder)
        self.times = self.lab.published(self.holder)

    def restore(self, check=True, **words):
        return self.lab.order("restore.yml", check=check, **{"restore_account": ACCOUNT, "restore_to": self.moment, "restore_into": "", "confirm": "",
                                                             **words})

    def words(self, said):
        return " ".join((said.stdout + said.stderr).split())

    def as_it_was(self, account):
        """Of what was opened before the moment all that was acknowledged, unspoilt, and nothing that came later; on both sites."""
        records = desk.read_records(self.before)
        certain = {record.subject for record in records if record.outcome == "acknowledged"}
        possible = certain | {record.subject for record in records if record.outcome == "unknown"}
        self.assertGreater(len(certain), OPENED // 2)
        for name in (self.holder, self.other):
            found = self.lab.subjects(name, account)
            self.assertIsNotNone(found, (name, account))
            self.assertEqual(len(found), len(set(found)), name)
            opened = {subject for subject in found if subject.startswith("before-")}
            self.assertTrue(certain <= opened <= possible, (name, certain - opened, opened - possible))
            self.assertEqual([subject for subject in found if subject.startswith(("after-", "spoilt "))], [], name)

    def as_it_is(self):
        """The account is spoilt, with what came later."""
        for name in (self.holder, self.other):
            found = self.lab.subjects(name, ACCOUNT)
            self.assertTrue(any(subject.startswith("spoilt ") for subject in found), name)
            self.assertTrue(any(subject.startswith("after-") for subject in found), name)

    # A37, F4
    def test_1_what_is_no_order_does_nothing(self):
        databases = self.lab.databases(self.holder)
        for words, why in (({"restore_account": "nobody", "confirm": "nobody"}, "is not on this server"),
                           ({"restore_to": "", "confirm": ACCOUNT}, "The order needs"),
                           ({"confirm": ""}, "type its name as confirm"), ({"confirm": "acme"}, "type its name as confirm"),
                           ({"restore_to": "yesterday", "confirm": ACCOUNT}, "is no time, GTID or backup"),
                           ({"restore_to": "2099-01-01T00:00:00Z", "confirm": ACCOUNT}, "is in the future"),
                           ({"restore_to": "2020-01-01T00:00:00Z", "confirm": ACCOUNT}, "no backup leads to it"),
                           ({"restore_into": ACCOUNT}, "The order needs"), ({"ordered_by": "", "confirm": ACCOUNT}, "The order needs")):
            said = self.restore(check=False, **words)
            self.assertNotEqual(said.returncode, 0, words)
            self.assertIn(why, self.words(said), words)
        self.assertEqual((self.lab.published(self.holder), self.lab.databases(self.holder)), (self.times, databases))
        self.as_it_is()

    # A37, E4
    def test_2_a_check_shows_the_plan_and_changes_nothing(self):
        databases = self.lab.databases(self.holder)
        words = {"ordered_by": "A. Operator", "because": "a test", "restore_account": ACCOUNT, "restore_to": self.moment, "restore_into": "",
                 "confirm": ACCOUNT}
        said = self.lab.play("restore.yml", "--check", "-e", json.dumps(words))
        self.assertIn(f"account {ACCOUNT} in its place", self.words(said))
        self.assertIn(("site : The account is restored", self.holder), appliance.changes(said))
        self.assertEqual((self.lab.published(self.holder), self.lab.databases(self.holder)), (self.times, databases))

    # A37, E4
    def test_3_an_account_is_restored_beside_the_living_one(self):
        began = time.monotonic()
        said = self.restore(restore_into="before_it")
        figure("restore.yml, beside, seconds", round(time.monotonic() - began))
        self.assertIn("slipway account delete before_it --confirm before_it", self.words(said))
        self.as_it_was("before_it")
        self.as_it_is()
        self.assertEqual(self.lab.published(self.holder), self.times)
        # A second one of that name is refused, and so is nothing of the first one lost.
        self.assertIn("is there already", self.words(self.restore(check=False, restore_into="before_it")))
        self.as_it_was("before_it")

    # A37, E4
    def test_4_an_account_goes_back_in_its_place_and_forth_again(self):
        served = next(name for name, state in self.lab.databases(self.holder) if state == "published")
        began = time.monotonic()
        said = self.restore(confirm=ACCOUNT)
        figure("restore.yml, in its place, seconds", round(time.monotonic() - began))
        self.as_it_was(ACCOUNT)
        self.assertEqual(self.lab.published(self.other), self.times + 1)
        self.assertIn(f"is kept: database {served}", self.words(said))
        for name in (*sites.GROUPS["sites"], "witness"):
            run = self.lab.history(name)
            self.assertEqual((run["state"], run["from"], run["to"], run["restored"]["set_aside"]), ("done", self.holder, self.holder, served), name)
            self.assertTrue(run["restored"]["gtid"] and run["restored"]["next_gtid"], run)
        self.assertTrue(self.lab.signs_in("admin", self.lab.password(self.holder)))
        # Undone as it says.
        undo = run["restored"]["undo_to"]
        with self.lab.load(self.lab.work / "records-again", clients=1, pause=0.2, mark="again"):
            began = time.time()
            lab.poll(lambda: self.lab.archived_until(self.holder) > began, 300, "the restore in a repository")
        self.restore(restore_to=undo, confirm=ACCOUNT)
        self.as_it_is()

    # A37, F4
    def test_5_a_run_that_is_killed_at_a_task_is_finished_by_the_next_one_and_restores_once(self):
        tasks = appliance.tasks(self.restore(confirm=ACCOUNT))
        for task in KILLED_AT:
            number = len(tasks) - 1 - tasks[::-1].index(task)
            times = self.lab.published(self.holder)
            words = {"restore_account": ACCOUNT, "restore_to": self.moment, "restore_into": "", "confirm": ACCOUNT}
            self.lab.kill_at_task(number, "restore.yml", **words)
            self.restore(confirm=ACCOUNT)
            self.assertEqual(self.lab.in_step(), self.holder, task)
            self.assertEqual(self.lab.published(self.holder), times + 1, task)
            self.assertEqual(self.lab.history("witness")["state"], "done", task)
            self.as_it_was(ACCOUNT)

    # A37, F4
    def test_6_a_site_that_loses_its_power_meanwhile_is_restored_once_and_whole(self):
        tasks = appliance.tasks(self.restore(restore_into="in_peace"))
        words = {"restore_account": ACCOUNT, "restore_to": self.moment, "restore_into": "power_cut", "confirm": ""}
        # Behind the last look: the restore is at work.
        self.lab.kill_at_task(tasks.index("site : The restore ends"), "restore.yml", **words)
        self.lab.hosts[self.holder].kill()
        self.lab.hosts[self.holder].boot()
        self.holder = self.lab.in_step()
        self.restore(restore_into="power_cut")
        self.as_it_was("power_cut")
        self.assertEqual(self.lab.published(self.holder), self.times)

    # A37, D7
    def test_7_it_is_done_where_the_writes_are_and_not_without_the_other_site(self):
        self.lab.order("switchover.yml", target=self.other)
        self.assertEqual(self.lab.in_step(), self.other)
        self.holder, self.other = self.other, self.holder
        self.restore(restore_into="moved")
        self.as_it_was("moved")
        self.assertEqual(self.lab.history("witness")["to"], self.holder)
        self.lab.hosts[self.other].kill()
        said = self.restore(check=False, restore_into="alone")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn(f"{self.other}: does not answer", self.words(said))
        self.assertIsNone(self.lab.subjects(self.holder, "alone"))
        self.restore(restore_into="alone", restore_alone=True)
        self.lab.hosts[self.other].boot()
        self.lab.in_step()
        self.as_it_was("alone")


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=True)
