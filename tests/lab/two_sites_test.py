#!/usr/bin/env python3
"""Two sites on booted hosts: bare, then set up by site.yml; the writes moved, lost and brought back by the playbooks, while people work by
the desk's name.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages). TWO_SITES_ROUNDS: how often the writes move (2).
TWO_SITES_STRIDE: at each how manieth task fail-over and fail-back are killed (4), and site.yml at each ten times as manieth.
The figures that it sees are on its standard error."""
import json
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import host as lab  # noqa: E402
import name_server  # noqa: E402
import sites  # noqa: E402
import two_site_desk as desk  # noqa: E402

# In the order in which a fresh copy passes them.
REJOIN_POINTS = ("rejoin.copied", "rejoin.stopped", "rejoin.one-left", "rejoin.coming", "rejoin.one-came", "rejoin.exchanged", "rejoin.started")
# 10,000 transactions as people make them, on a site that nobody hears: requests with a message, opened and made urgent.
ONLY_HERE = """
SET GLOBAL rpl_semi_sync_master_enabled = 0;
SET GLOBAL sync_binlog = 0;
DELIMITER //
BEGIN NOT ATOMIC
  DECLARE i INT DEFAULT 0;
  SET @person = (SELECT MIN(person_id) FROM person);
  WHILE i < 2500 DO
    INSERT INTO request (subject, requester_id) VALUES (CONCAT('only here ', i), @person);
    SET @number = LAST_INSERT_ID();
    INSERT INTO message (number, author_id, body) VALUES (@number, @person, 'nobody was told of this');
    UPDATE request SET status = 'open' WHERE number = @number;
    UPDATE request SET severity = 1 WHERE number = @number;
    SET i = i + 1;
  END WHILE;
END //
"""
ROUNDS = int(os.environ.get("TWO_SITES_ROUNDS", "2"))
STRIDE = int(os.environ.get("TWO_SITES_STRIDE", "4"))


def figure(what, value):
    print(f"figure: {what}: {value}", file=sys.stderr, flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class TwoSites(unittest.TestCase):
    """In this order: each begins with what the one before has left, two sites in step."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(desk.TwoSiteDesk())

    def other(self, name):
        return next(site for site in sites.GROUPS["sites"] if site != name)

    def records(self, mark):
        return self.lab.work / f"records-{mark}"

    def whole(self, mark):
        """Nobody was told anything that does not hold, on either site."""
        records = desk.read_records(self.records(mark))
        self.lab.in_step()
        self.assertEqual(self.lab.contradictions_anywhere(records, mark), [])
        return records

    # E4, D7
    def test_1_bare_hosts_become_two_sites(self):
        began = time.monotonic()
        self.lab.play("site.yml")
        figure("site.yml, five bare hosts to two sites, seconds", round(time.monotonic() - began))
        self.assertEqual(self.lab.in_step(), "paris")

    # D7
    def test_2_people_reach_the_site_that_has_the_writes_by_its_name(self):
        self.assertEqual(self.lab.resolve(name_server.DESK), [self.lab.hosts["paris"].address])
        self.assertTrue(self.lab.signs_in("admin", self.lab.password("paris")))
        self.assertFalse(self.lab.signs_in("admin", "not the password"))

    # F4, D7
    def test_3_an_order_that_is_not_whole_does_nothing(self):
        before = self.lab.status("paris")["epoch"]
        for playbook, words in (("switchover.yml", {"ordered_by": "", "target": "lyon"}), ("switchover.yml", {"because": "", "target": "lyon"}),
                                ("switchover.yml", {"target": "geneva"}), ("failover.yml", {"confirm": "geneva"}), ("failover.yml", {"confirm": ""}),
                                # It answers, and has the writes: nothing is taken from it.
                                ("failover.yml", {"confirm": "lyon"})):
            self.assertNotEqual(self.lab.order(playbook, check=False, **words).returncode, 0, (playbook, words))
        self.assertEqual((self.lab.in_step(), self.lab.status("paris")["epoch"]), ("paris", before))

    # D8, F4
    def test_4_writes_move_without_loss(self):
        stalls = []
        for number in range(ROUNDS):
            mark = f"move{number}"
            before = self.lab.in_step()
            with self.lab.load(self.records(mark), mark=mark):
                self.lab.order("switchover.yml", target=self.other(before))
                count = len(desk.read_records(self.records(mark)))
                lab.poll(lambda: len(desk.read_records(self.records(mark))) > count + 50, 30, "people at work again")
            self.assertEqual(self.lab.in_step(), self.other(before))
            records = self.whole(mark)
            stalls.append(desk.longest_stall(records))
            done = [record for record in records if record.outcome == "acknowledged"]
            figure(f"switch-over {number}: acknowledged", len(done))
            figure(f"switch-over {number}: per second", round(len(done) / (done[-1].ended - done[0].began)))
        figure("switch-over: writes stood still, seconds (p50, p99, most)",
               [round(value, 2) for value in (percentile(stalls, 0.5), percentile(stalls, 0.99), max(stalls))])

    # D7, A39
    def test_5_a_lost_site_is_replaced_by_one_command(self):
        lost = self.lab.in_step()
        password = self.lab.password("paris")
        with self.lab.load(self.records("lost"), mark="lost"):
            self.lab.hosts[lost].kill()
            began = time.monotonic()
            self.lab.order("failover.yml", confirm=self.other(lost))
            figure("failover.yml, seconds", round(time.monotonic() - began, 1))
            lab.poll(lambda: self.lab.signs_in("admin", password), 60, "a sign-in by the desk's name")
            figure("order to a sign-in by the desk's name, seconds", round(time.monotonic() - began, 1))
            lab.poll(lambda: desk.read_records(self.records("lost"))[-1].outcome == "acknowledged", 30, "people at work again")
        self.assertEqual(self.lab.holder(), self.other(lost))
        self.assertEqual(self.lab.resolve(name_server.DESK), [self.lab.hosts[self.other(lost)].address])
        self.lab.hosts[lost].boot()
        self.assertEqual(self.lab.in_step(), self.other(lost))
        figure("a lost site: acknowledged, nothing lost", len(self.whole("lost")))

    # D8
    def test_6_the_writes_go_back(self):
        with self.lab.load(self.records("back"), mark="back"):
            self.lab.order("failback.yml")
        self.assertEqual(self.lab.in_step(), "paris")
        figure("fail-back: writes stood still, seconds", round(desk.longest_stall(self.whole("back")), 2))

    # F4
    def test_7_a_switch_over_that_is_killed_at_any_task_is_finished_by_the_next_run(self):
        tasks = appliance.tasks(self.lab.order("switchover.yml", target="paris"))
        self.assertGreater(len(tasks), 8)
        for number in range(len(tasks)):
            target = self.other(self.lab.in_step())
            with self.lab.load(self.records(f"kill{number}"), clients=2, mark=f"kill{number}"):
                self.lab.kill_at_task(number, "switchover.yml", target=target)
                self.lab.order("switchover.yml", target=target)
            self.assertEqual(self.lab.in_step(), target, tasks[number])
            self.whole(f"kill{number}")

    # F4, D7
    def test_7b_a_fail_over_that_is_killed_at_a_task_is_finished_by_the_next_run(self):
        task, number = "", 0
        while task is not None:
            lost, mark = self.lab.in_step(), f"lostkill{number}"
            with self.lab.load(self.records(mark), clients=2, mark=mark):
                self.lab.hosts[lost].kill()
                task = self.lab.kill_at_task(number, "failover.yml", confirm=self.other(lost))
                if task is not None:
                    self.lab.order("failover.yml", confirm=self.other(lost))
            self.assertEqual(self.lab.holder(), self.other(lost), task)
            self.lab.hosts[lost].boot()
            self.assertEqual(self.lab.in_step(), self.other(lost), task)
            self.whole(mark)
            number += STRIDE
        self.assertGreater(number, 2 * STRIDE)

    # F4, D8
    def test_7c_a_fail_back_that_is_killed_at_a_task_is_finished_by_the_next_run(self):
        task, number = "", 0
        while task is not None:
            if self.lab.in_step() == "paris":
                self.lab.order("switchover.yml", target="lyon")
            task = self.lab.kill_at_task(number, "failback.yml")
            if task is not None:
                self.lab.order("failback.yml")
            self.assertEqual(self.lab.in_step(), "paris", task)
            number += STRIDE
        self.assertGreater(number, 2 * STRIDE)

    # F4, E4
    def test_7d_a_set_up_that_is_killed_at_a_task_is_finished_by_the_next_run(self):
        holder, task, number = self.lab.in_step(), "", 0
        while task is not None:
            task = self.lab.kill_at_task(number, "site.yml")
            self.lab.play("site.yml")
            self.assertEqual(self.lab.in_step(), holder, task)
            number += 10 * STRIDE
        self.assertGreater(number, 20 * STRIDE)
        self.assertEqual(appliance.changes(self.lab.play("site.yml")), [])

    # F4, E4
    def test_7e_what_a_killed_run_has_written_is_taken_by_the_next_one(self):
        holder = self.lab.in_step()
        # nginx has its file, and was not told.
        self.assertEqual(self.lab.kill_at_task("nginx : Unit", "site.yml", nginx_body_limit="1k"), "nginx : Unit")
        self.assertNotEqual(self.lab.post(2000), 413)
        self.lab.play("site.yml", nginx_body_limit="1k")
        self.assertEqual(self.lab.post(2000), 413)
        self.assertEqual(self.lab.in_step(), holder)
        self.lab.play("site.yml")
        self.assertNotEqual(self.lab.post(2000), 413)
        self.assertEqual(appliance.changes(self.lab.play("site.yml")), [])

    # D5, D6
    def test_8_backups_and_monitoring_follow_the_writes(self):
        holder = self.lab.in_step()
        self.lab.order("switchover.yml", target=self.other(holder))
        holder = self.lab.in_step()
        with self.lab.load(self.records("kept"), clients=1, mark="kept"):
            began = time.time()
            lab.poll(lambda: self.lab.archived_until(holder) > began, 300, "what is written at the new site, in a repository")
        figure("the log of the new site is in a repository after, seconds", round(time.time() - began))
        # Whoever wants to know finds all of it there: the newest write of the load, too.
        self.whole("kept")
        for name in sites.GROUPS["sites"]:
            self.assertEqual([alert for alert in self.lab.alerts(name) if alert[1] == "critical"], [], name)
        lab.poll(lambda: self.lab.backup_agent_rests(self.other(holder)), 60, "the other site's agent, which rests")
        self.assertEqual(self.lab.backup_agent_rests(holder), False)

    # D8, F4
    def test_8b_a_fresh_copy_that_is_killed_anywhere_is_finished_by_the_next_call(self):
        name = self.other(self.lab.in_step())
        host = self.lab.hosts[name]
        with self.lab.load(self.records("copied"), clients=1, pause=0.2, mark="copied"):
            for point in REJOIN_POINTS:
                cut = host.root_sh(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} slipway site rejoin --execute", check=False, timeout=600)
                self.assertEqual(cut.returncode, 137, (point, cut.stderr))
                if point != "rejoin.copied":
                    self.assertEqual(self.lab.status(name), {}, point)
            host.kill()
            host.boot()
            said = host.root_sh("slipway site rejoin --execute --json", timeout=600)
        figure("a fresh copy, the rest of it after a power cut, seconds", round(json.loads(said.stdout)["took_ms"] / 1000, 1))
        self.assertEqual(self.lab.in_step(), self.other(name))
        self.whole("copied")
        # Where the writes are, nothing is ever overwritten.
        refused = self.lab.hosts[self.other(name)].root_sh("slipway site rejoin --execute", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertEqual(self.lab.in_step(), self.other(name))

    # E4
    def test_8c_updates_come_to_one_host_after_the_other(self):
        before = self.lab.in_step()
        with self.lab.load(self.records("patch"), clients=2, mark="patch"):
            self.lab.order("patch.yml", patch_restart="always")
        self.assertEqual(self.lab.in_step(), self.other(before))
        figure("patch.yml with a restart of every host: writes stood still, seconds", round(desk.longest_stall(self.whole("patch")), 2))

    # E4
    def test_8d_a_second_run_changes_nothing_and_a_check_says_what_a_run_will_change(self):
        self.assertEqual(appliance.changes(self.lab.play("site.yml")), [])
        foreseen = appliance.changes(self.lab.play("site.yml", "--check", nginx_body_limit="70m", site_patience="3s"))
        self.assertTrue(foreseen)
        self.assertEqual(appliance.changes(self.lab.play("site.yml", nginx_body_limit="70m", site_patience="3s")), foreseen)

    # D7
    def test_9_an_armed_site_takes_over_by_itself(self):
        self.lab.play("site.yml", site_armed=True)
        for number in range(ROUNDS):
            mark, lost = f"armed{number}", self.lab.in_step()
            with self.lab.load(self.records(mark), mark=mark):
                began = time.monotonic()
                self.lab.hosts[lost].kill()
                lab.poll(lambda: self.lab.status(self.other(lost)).get("writes_here"), 60, "writes on the other site")
                figure("armed: power cut to writes, seconds", round(time.monotonic() - began, 1))
                lab.poll(lambda: desk.read_records(self.records(mark))[-1].outcome == "acknowledged", 30, "people at work again")
            self.lab.hosts[lost].boot()
            self.assertEqual(self.lab.in_step(), self.other(lost))
            figure("armed: people's writes stood still, seconds", round(desk.longest_stall(self.whole(mark)), 1))

    # D6
    def test_9a_a_database_that_hangs_is_ended_and_started_again(self):
        holder = self.lab.in_step()
        with self.lab.load(self.records("hung"), clients=2, mark="hung"):
            # As if it had locked itself up: it listens, and answers nobody.
            self.lab.hosts[holder].root_sh("systemctl kill --kill-who=main --signal=STOP mariadb.service")
            began = time.monotonic()
            lab.poll(lambda: self.lab.status(self.other(holder)).get("writes_here"), 60, "writes on the other site")
            self.assertEqual(self.lab.in_step(), self.other(holder))
            figure("a database that hangs: in step again without a hand, seconds", round(time.monotonic() - began, 1))
        self.whole("hung")

    # D6
    def test_9b_ten_thousand_transactions_that_only_a_lost_site_has_are_set_aside(self):
        lost = self.lab.in_step()
        host, new = self.lab.hosts[lost], self.other(lost)
        with self.lab.load(self.records("apart"), clients=2, mark="apart"):
            host.root_sh("systemctl mask --runtime slipway-sited.service; systemctl kill --signal=KILL slipway-sited.service")
            self.lab.network.unplug(lost)
            lab.poll(lambda: self.lab.status(new).get("writes_here"), 60, "writes on the other site")
            self.lab.database(lost, ONLY_HERE)
            self.lab.network.plug(lost)
            host.root_sh("systemctl unmask --runtime slipway-sited.service")
            began = time.monotonic()
            host.root_sh("systemctl start slipway-sited.service")
            self.assertEqual(self.lab.in_step(), new)
            figure("10,000 transactions set aside and the site in step again, seconds", round(time.monotonic() - began, 1))
        self.whole("apart")
        folder = max(host.root_sh("ls -d /var/lib/slipway/site/quarantine/epoch-*").stdout.split(), key=lambda path: int(path.rsplit("-", 1)[1]))
        report = json.loads(host.root_sh(f"cat {folder}/report.json").stdout)
        self.assertGreaterEqual(report["transactions"], 10000)
        self.assertGreaterEqual(int(host.root_sh(f"grep -c 'only here' {folder}/transactions.txt").stdout), 2500)
        for name in sites.GROUPS["sites"]:
            self.assertEqual(self.lab.database(name, "SELECT COUNT(*) FROM request WHERE subject LIKE 'only here%';"), [["0"]], name)


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=True)
