#!/usr/bin/env python3
"""What a drill makes of its figures: the verdict, the page, the trend, the signature. Needs openssl, no host and no root."""
import os
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import drill_figures as figures  # noqa: E402  (beside this file)
import drill_keep as keep  # noqa: E402
import drill_report  # noqa: E402
from roots import LabError  # noqa: E402
from two_site_desk import Record  # noqa: E402

NOTHING = {"lost": [], "doubled": [], "refused_but_there": []}


def drill(**more):
    """A drill that met its goals."""
    made = {"drill": "20260101T000000Z", "began_at": "2026-01-01T00:00:00Z", "ended_at": "2026-01-01T00:08:00Z",
            "state": "carried out", "reached": "the end",
            "goals": {"rto_seconds": 60.0, "rpo_transactions": 0},
            "order": {"by": "A. Operator", "because": "a test", "given_at": "2026-01-01T00:06:00Z"},
            "failover": {"from": "paris", "to": "lyon", "cut_at": "2026-01-01T00:05:50Z", "rto_seconds": 20.5, "stall_seconds": 20.7,
                         "phases": figures.phases({"detected": 8.0, "ordered": 8.1, "acknowledged": 20.5}, 0.0),
                         "outcomes": {"acknowledged": 500, "refused": 30, "unknown": 4, "per_second": 40.1},
                         "writes": NOTHING, "rpo": figures.rpo(NOTHING)},
            "failback": {"arrived": True, "writes": NOTHING, "against": [], "stall_seconds": 1.5,
                         "outcomes": {"acknowledged": 90, "refused": 3, "unknown": 0, "per_second": 9.0}},
            "production": {"untouched": None, "words": "No lab was kept."}, **more}
    made["verdict"] = figures.judge(made)
    return made


def missed(facts):
    return [row["name"] for row in facts["verdict"]["goals"] if row["met"] is False]


class Judging(unittest.TestCase):
    records = [Record("a-1", 10.0, 10.1, "acknowledged"), Record("a-2", 98.0, 99.5, "acknowledged"), Record("a-3", 99.9, 100.2, "unknown"),
               # Begun before the power was gone: no sign of a site that took over.
               Record("a-4", 99.9, 100.3, "acknowledged"), Record("a-5", 101.0, 102.0, "refused"), Record("a-6", 118.0, 120.5, "acknowledged"),
               Record("a-7", 119.0, 120.25, "acknowledged")]

    # F3
    def test_the_first_acknowledged_request_is_one_that_began_after_the_cut(self):
        self.assertEqual(figures.first_acknowledged(self.records, 100.5), 120.25)
        self.assertIsNone(figures.first_acknowledged(self.records, 130))

    # F3
    def test_what_is_lost_is_counted_and_its_age_is_that_before_the_cut(self):
        found = figures.writes([("a-1", "acknowledged", 0), ("a-2", "acknowledged", 0), ("a-6", "acknowledged", 0), ("a-7", "acknowledged", 2),
                                ("a-3", "unknown", 2), ("a-5", "refused", 1)], self.records, 100.0)
        self.assertEqual(figures.rpo(found), {"transactions": 3, "seconds": 89.9})
        self.assertEqual([one["seconds_before_cut"] for one in found["lost"]], [89.9, 0.5, 0.0])
        self.assertEqual([one["subject"] for one in found["doubled"]], ["a-7", "a-3"])
        self.assertEqual(found["refused_but_there"], [{"subject": "a-5"}])
        self.assertEqual(figures.rpo(NOTHING), {"transactions": 0, "seconds": 0.0})

    # F3
    def test_phases_stand_in_the_order_of_time_and_those_that_never_came_at_the_end(self):
        rows = figures.phases({"ordered": 108.0, "detected": 105.5, "address": 112.0}, 100.0)
        self.assertEqual([(row["name"], row["since_cut"], row["since_order"]) for row in rows[:3]],
                         [("detected", 5.5, None), ("ordered", 8.0, 0.0), ("address", 12.0, 4.0)])
        self.assertEqual({row["since_cut"] for row in rows[3:]}, {None})
        self.assertEqual(len(rows), len(figures.PHASES))

    # F3
    def test_goals_that_are_met_make_a_drill_that_passed(self):
        self.assertEqual((drill()["verdict"]["word"], missed(drill()), figures.exit_status(drill())), ("passed", [], 0))
        self.assertEqual(missed(drill(goals={"rto_seconds": 20.5, "rpo_transactions": 0})), [])

    # F3
    def test_each_goal_that_is_missed_is_named(self):
        good = drill()
        one_lost = {**NOTHING, "lost": [{"subject": "a-1", "seconds_before_cut": 7300.0}]}
        for more, names in (
                ({"goals": {"rto_seconds": 20.4, "rpo_transactions": 0}}, ["RTO"]),
                ({"failover": {**good["failover"], "writes": one_lost, "rpo": figures.rpo(one_lost)}}, ["RPO", "RPO of the documents"]),
                ({"failover": {**good["failover"], "rto_seconds": None}}, ["RTO", "RTO of the documents"]),
                ({"failover": {**good["failover"], "writes": {**NOTHING, "doubled": [{"subject": "a", "times": 2}]}}}, ["Nothing doubled"]),
                ({"failback": {**good["failback"], "writes": {**NOTHING, "refused_but_there": [{"subject": "a"}]}}}, ["Nothing doubled"]),
                ({"failback": {**good["failback"], "against": [("a-1", "acknowledged", 0)]}}, ["Fail-back"]),
                ({"failback": {**good["failback"], "arrived": False}}, ["Fail-back"]),
                ({"production": {"untouched": False, "words": "changed"}}, ["Production untouched"])):
            facts = drill(**more)
            self.assertEqual((missed(facts), facts["verdict"]["word"], figures.exit_status(facts)), (names, "failed", 1), more)

    # F3
    def test_a_drill_that_was_cut_short_is_neither_passed_nor_failed(self):
        facts = drill(state="cut short", failover={}, failback={}, production={}, fault="no hosts", reached="the lab's start")
        self.assertEqual((facts["verdict"]["word"], facts["verdict"]["passed"], figures.exit_status(facts)), ("not carried out", False, 2))
        # The figures may all be good, and it still did not come to its end.
        self.assertEqual(figures.exit_status(drill(state="cut short")), 2)

    # F3
    def test_production_is_untouched_when_machines_epoch_and_holder_are_the_same(self):
        before = {"machines": {"paris": "7"}, "members": {"paris": {"epoch": 3, "holder": "paris"}}, "position": "0-1-9"}
        self.assertIs(figures.production(None, None)["untouched"], None)
        self.assertIs(figures.production(before, before)["untouched"], True)
        self.assertIn("0-1-9, as before", figures.production(before, before)["words"])
        later = figures.production(before, {**before, "position": "0-1-12"})
        self.assertIs(later["untouched"], True)
        self.assertIn("was 0-1-9 and is 0-1-12", later["words"])
        for change in ({"machines": {"paris": "8"}}, {"members": {"paris": {"epoch": 4, "holder": "lyon"}}}):
            self.assertIs(figures.production(before, {**before, **change})["untouched"], False)
        self.assertIs(figures.production(before, None)["untouched"], False)


class Page(unittest.TestCase):
    # F3
    def test_the_page_says_first_whether_it_passed(self):
        text = drill_report.page(drill(), [figures.trend_line(drill())])
        self.assertIn('<div class="verdict passed"><b>Passed</b>', text)
        self.assertLess(text.index("Passed"), text.index("<h2>Goals"))
        facts = drill(goals={"rto_seconds": 10.0, "rpo_transactions": 0})
        text = drill_report.page(facts, [figures.trend_line(facts)])
        self.assertIn('<div class="verdict failed"><b>Failed</b>', text)
        self.assertIn("Missed: RTO.", text)
        self.assertEqual(text.count("✗ missed"), 1)

    # F3
    def test_whatever_was_typed_or_measured_is_escaped_and_nothing_is_fetched(self):
        evil = "<script>alert('1')</script>\"&"
        facts = drill(order={"by": evil, "because": evil, "given_at": evil}, state="cut short", fault=evil, reached=evil,
                      remarks=[evil], signed_by=evil, commit=evil, host={evil: evil}, package={"Package": evil},
                      begins_with=evil, production={"untouched": False, "words": evil})
        facts["failover"] = {**facts["failover"], "from": evil, "to": evil, "cut_at": evil,
                             "writes": {"lost": [{"subject": evil, "seconds_before_cut": 1.0}], "doubled": [], "refused_but_there": []}}
        text = drill_report.page(facts, [{**figures.trend_line(facts), "drill": evil, "word": evil}])
        self.assertNotIn("<script", text)
        self.assertNotIn(evil, text)
        self.assertGreater(text.count("&lt;script&gt;"), 10)
        self.assertIsNone(re.search(r"https?:|src=|@import|url\(|<link|javascript:", text))

    # F3
    def test_a_drill_that_never_began_has_a_page_that_says_how_far_it_came(self):
        facts = drill(state="cut short", failover={}, failback={}, production={}, fault="site.yml: failed", reached="the sites are being set up")
        text = drill_report.page(facts, [])
        self.assertIn("<b>Not carried out</b>", text)
        self.assertIn("the sites are being set up. What stopped it: site.yml: failed", text)
        self.assertNotIn("<h2>Fail-over", text)

    # F3
    def test_bars_begin_where_the_phase_before_has_ended(self):
        self.assertIn("left:25.0%;width:50.0%", drill_report.bar(5, 15, 20))
        self.assertEqual(drill_report.bar(5, None, 20), "")


class Kept(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Keys take their time; each is made once."""
        cls.keys = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="slipway-keys-"))

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="slipway-drills-")))
        state = os.environ.get("XDG_STATE_HOME")
        self.addCleanup(lambda: os.environ.pop("XDG_STATE_HOME") if state is None else os.environ.update(XDG_STATE_HOME=state))
        self.use_key("mine")
        self.drills = self.place / "drills"

    def use_key(self, name):
        os.environ["XDG_STATE_HOME"] = str(pathlib.Path(self.keys, name))

    def signed(self):
        key, fingerprint = keep.require_key(self.drills)
        directory = self.drills / "one"
        directory.mkdir()
        (directory / "report.json").write_text('{"rto_seconds": 20.5}', encoding="utf-8")
        (directory / "report.html").write_text("<p>20.5 s</p>", encoding="utf-8")
        self.assertEqual(keep.sign(directory, key), fingerprint)
        return directory, self.drills / keep.KEY, fingerprint

    # F3
    def test_a_signed_report_is_verified_and_a_changed_byte_is_found(self):
        directory, public, fingerprint = self.signed()
        self.assertEqual(keep.verify(directory, public), (fingerprint, ["report.html", "report.json"]))
        self.assertEqual(keep.private_key().stat().st_mode & 0o777, 0o600)
        page = directory / "report.html"
        page.write_bytes(page.read_bytes().replace(b"20.5", b"10.5"))
        self.refused("report.html differs from what was signed", directory, public)
        page.unlink()
        self.refused("report.html is missing", directory, public)

    # F3
    def test_a_report_that_brings_its_own_key_proves_nothing(self):
        directory, public, _ = self.signed()
        self.use_key("forger")
        key, _ = keep.require_key(self.place / "elsewhere")
        (directory / "report.json").write_text('{"rto_seconds": 0.1}', encoding="utf-8")
        keep.sign(directory, key)
        self.refused("brings a key of its own", directory, public)
        (directory / "signing-key.pub").write_bytes(public.read_bytes())
        self.refused("not signed by the key", directory, public)
        public.unlink()
        self.refused("no such key", directory, public)

    # F3
    def test_a_key_beside_the_trend_is_never_replaced(self):
        _, public, _ = self.signed()
        before = public.read_bytes()
        self.use_key("forger")
        with self.assertRaisesRegex(LabError, "keep drills in another directory"):
            keep.require_key(self.drills)
        self.assertEqual(public.read_bytes(), before)

    def refused(self, words, *verified):
        with self.assertRaisesRegex(LabError, words):
            keep.verify(*verified)

    # F3
    def test_the_trend_keeps_a_line_per_drill_and_survives_a_half_written_one(self):
        self.drills.mkdir()
        self.assertEqual(keep.read_trend(self.drills), [])
        line = figures.trend_line(drill())
        keep.add_to_trend(self.drills, line)
        with open(self.drills / keep.TREND, "a", encoding="utf-8") as file:
            file.write('{"drill": "cut o')
        keep.add_to_trend(self.drills, {**line, "drill": "second"})
        self.assertEqual([one["drill"] for one in keep.read_trend(self.drills)], [line["drill"], "second"])
        self.assertEqual((line["rto_seconds"], line["rpo_transactions"], line["word"]), (20.5, 0, "passed"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
