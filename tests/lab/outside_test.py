#!/usr/bin/env python3
"""How the lab judges from outside whether two sites took writes at one time (outside.py)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import outside  # noqa: E402  (beside this file)
from two_site_desk import Record  # noqa: E402


def acknowledged(*spans):
    return [Record("a request", began, ended, "acknowledged") for began, ended in spans]


class Switches(unittest.TestCase):
    # F5
    def test_one_site_alone_never_switches(self):
        self.assertEqual(outside.switches({"paris": acknowledged((0, 1), (2, 3)), "lyon": []}), 0)
        self.assertEqual(outside.switches({"paris": [], "lyon": []}), 0)

    # F5
    def test_a_hand_over_is_one(self):
        self.assertEqual(outside.switches({"paris": acknowledged((0, 1), (2, 3)), "lyon": acknowledged((4, 5), (6, 7))}), 1)

    # F5
    def test_answers_that_come_late_prove_nothing(self):
        # Both may have been written before the other site's, and answered behind it.
        self.assertEqual(outside.switches({"paris": acknowledged((0, 1), (1, 6), (2, 9)), "lyon": acknowledged((3, 4), (5, 7))}), 1)

    # F5
    def test_two_that_write_at_one_time_switch_with_each_request(self):
        paris = acknowledged(*((second, second + 0.4) for second in range(10)))
        lyon = acknowledged(*((second + 0.5, second + 0.9) for second in range(10)))
        self.assertEqual(outside.switches({"paris": paris, "lyon": lyon}), 19)

    # F5
    def test_only_what_was_acknowledged_counts(self):
        lyon = [Record("a request", 1.5, 1.8, outcome) for outcome in ("refused", "unknown")]
        self.assertEqual(outside.switches({"paris": acknowledged((0, 1), (2, 3)), "lyon": lyon}), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
