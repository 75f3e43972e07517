#!/usr/bin/env python3
"""Faults of two sites and their witness on booted hosts, one schedule after another, each from its seed (schedule.py), while people ask at
both sites for writes: never two sites that acknowledge at one time, never an acknowledged request lost.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages). TWO_SITES_SCHEDULES: how many (10); TWO_SITES_SEED:
the first one's seed (1)."""
import contextlib
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import breaks  # noqa: E402  (beside this file)
import clock  # noqa: E402
import host as lab  # noqa: E402
import outside  # noqa: E402
import schedule  # noqa: E402
import sites  # noqa: E402
import two_site_desk as desk  # noqa: E402

FIRST = int(os.environ.get("TWO_SITES_SEED", "1"))
COUNT = int(os.environ.get("TWO_SITES_SCHEDULES", "10"))
SETTLE_SECONDS = 180
CLIENTS = 4  # at each site


class Judge:
    """Carries out schedules, and says what people saw of each."""

    def __init__(self, held):
        self.lab = held
        self.breaks = breaks.Breaks(held)
        for name in sites.GROUPS["sites"]:
            clock.prepare(held.hosts[name])
        held.in_step(SETTLE_SECONDS)

    def epoch(self):
        return max(self.lab.status(name).get("epoch", 0) for name in sites.GROUPS["sites"])

    def run(self, seed):
        """What happened, and everything about it that must not be: nothing, where all is well."""
        files = {name: self.lab.work / f"seed{seed}-{name}" for name in sites.GROUPS["sites"]}
        before, began = self.epoch(), time.monotonic()
        one = schedule.Schedule(self.lab, self.breaks, seed)
        with contextlib.ExitStack() as clients:
            for name, file in files.items():
                clients.enter_context(self.lab.client_process(file, CLIENTS, 0.0, f"s{seed}-{name}", "--at", self.lab.hosts[name].address))
            lab.poll(lambda: any(desk.acknowledged(file) for file in files.values()), 30, "a first request that is acknowledged")
            one.run()
            mended = time.monotonic()
            holder = self.lab.in_step(SETTLE_SECONDS)
            settled = time.monotonic()
            count = len(desk.read_records(files[holder]))
            lab.poll(lambda: len(desk.read_records(files[holder])) > count + 2 * CLIENTS, 60, "people at work again")
        records = {name: desk.read_records(file) for name, file in files.items()}
        faults = self.lab.contradictions_anywhere([record for each in records.values() for record in each], f"s{seed}")
        switches, epochs = outside.switches(records), self.epoch() - before
        if switches > epochs:
            faults.append(f"the site that acknowledges has changed {switches} times in {epochs} epochs")
        done = sum(record.outcome == "acknowledged" for each in records.values() for record in each)
        return (f"schedule {seed}: {', '.join(one.told)} → {holder}; {done} acknowledged, {switches} switches, {epochs} epochs, in step "
                f"{settled - mended:.0f} s after all was mended, {time.monotonic() - began:.0f} s in all"), faults


class Schedules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(desk.TwoSiteDesk())
        cls.lab.play("site.yml", site_armed=True)
        cls.judge = Judge(cls.lab)

    # F5, D6
    def test_never_two_writers_and_nothing_acknowledged_is_lost(self):
        for seed in range(FIRST, FIRST + COUNT):
            with self.subTest(seed=seed):
                told, faults = self.judge.run(seed)
                print(told, file=sys.stderr, flush=True)
                self.assertEqual(faults, [])


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=True)
