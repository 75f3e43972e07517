#!/usr/bin/env python3
"""The sealed image's own tree, booted as it is shipped: nobody has configured it, and nobody can sign in over SSH yet.

Needs root, and the packages of cmake/packages/lab.txt; the tree is that of tests/lab/shipped.py."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import front_cases  # noqa: E402
import inside_cases  # noqa: E402
import shipped  # noqa: E402

DESK = appliance.Shipped(shipped.sealed_root)


def setUpModule():
    unittest.enterModuleContext(DESK)


class Shipped(unittest.TestCase):
    desk = DESK


class FirstBoot(Shipped):
    # A2, F9
    def test_443_alone_is_open_before_anybody_has_configured_it(self):
        for family in (4, 6):
            self.assertEqual(self.desk.open_ports(self.desk.outside, "-p-", family=family), ["443"])

    # A2
    def test_ssh_opens_to_a_management_network_alone_when_one_is_named(self):
        inside, family6 = self.desk.network.address(1), self.desk.network.address(1, 6)
        self.desk.sh(f"printf 'add element inet slipway management4 {{ {inside} }}\\nadd element inet slipway management6 {{ {family6} }}\\n' "
                     "> /etc/nftables.d/10-management.nft && systemctl reload nftables")
        self.assertEqual(self.desk.open_ports(self.desk.network.controller, "-p", "22,443"), ["22", "443"])
        for family in (4, 6):
            self.assertEqual(self.desk.open_ports(self.desk.outside, "-p", "22,443", family=family), ["443"])

    # F9
    def test_it_has_made_secrets_keys_and_a_certificate_of_its_own(self):
        for path in ("/etc/slipway/secrets/account.key", "/etc/slipway/secrets/session.key", "/etc/slipway/tls/privkey.pem",
                     "/etc/ssh/ssh_host_ed25519_key", "/var/lib/mysql/ibdata1"):
            self.assertEqual(self.desk.sh(f"test -s {path} && echo there"), "there", path)

    def test_no_unit_has_failed(self):
        self.assertEqual(self.desk.sh("systemctl list-units --failed --plain --no-legend"), "")


class Tls(front_cases.Tls, Shipped):
    pass


class Hardness(inside_cases.Hardness, Shipped):
    pass


class Watching(inside_cases.Watching, Shipped):
    pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
