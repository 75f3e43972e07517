#!/usr/bin/env python3
"""The roles and our package on the image's root, with real systemd: converged over SSH, again, and then looked at from inside and, as
strangers do, from outside.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import front_cases  # noqa: E402
import inside_cases  # noqa: E402

DESK = appliance.Appliance()


def setUpModule():
    unittest.enterModuleContext(DESK)
    appliance.recap(DESK.converge())


class OnTheAppliance(unittest.TestCase):
    desk = DESK


class Converged(OnTheAppliance):
    # E4
    def test_a_second_run_changes_nothing_and_a_check_predicts_nothing(self):
        for options in ((), ("--check",)):
            numbers, changed = appliance.recap(self.desk.converge(*options))
            self.assertEqual((numbers["changed"], numbers["failed"], changed), (0, 0, []), options)

    # E4
    def test_closing_the_door_behind_oneself_is_refused(self):
        result = self.desk.converge(check=False, firewall_management_networks=["192.0.2.0/24"])
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.desk.host.ssh("true").returncode, 0)
        self.assertIn(self.desk.network.address(1), result.stdout + result.stderr)

    def test_no_unit_has_failed(self):
        self.assertEqual(self.desk.sh("systemctl list-units --failed --plain --no-legend"), "")


class FromOutside(OnTheAppliance):
    # A2
    def test_443_alone_is_open(self):
        for family in (4, 6):
            self.assertEqual(self.desk.open_ports(self.desk.outside, "-p-", family=family), ["443"])

    # A2
    def test_ssh_answers_the_management_network(self):
        self.assertEqual(self.desk.open_ports(self.desk.network.controller, "-p", "22,443"), ["22", "443"])

    # A2
    def test_what_listens_for_the_host_itself_listens_on_loopback(self):
        listening = self.desk.sh("ss -Hltn | awk '{print $4}'").split()
        wide = sorted({address.rsplit(":", 1)[1] for address in listening if not address.startswith(("127.", "[::1]"))})
        self.assertEqual(wide, ["22", "443"])


class Tls(front_cases.Tls, OnTheAppliance):
    pass


class Requests(front_cases.Requests, OnTheAppliance):
    pass


class Floods(front_cases.Floods, OnTheAppliance):
    pass


class Database(inside_cases.Database, OnTheAppliance):
    pass


class Watching(inside_cases.Watching, OnTheAppliance):
    pass


class Hardness(inside_cases.Hardness, OnTheAppliance):
    pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
