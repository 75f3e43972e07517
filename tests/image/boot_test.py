#!/usr/bin/env python3
"""Boots a disk of the image in QEMU, in every way a platform could. Needs SLIPWAY_DISK, the disk that images/disk.py has made;
takes about two minutes for each boot without hardware virtualisation. Run: SLIPWAY_DISK=slipway.raw python3 tests/image/boot_test.py"""
import os
import pathlib
import subprocess
import unittest

BOOT = pathlib.Path(__file__).resolve().parents[2] / "images/boot.py"
DISK = os.environ.get("SLIPWAY_DISK")
# The first sign-in is possible before everything has started.
BOOTED = "systemctl is-system-running --wait >/dev/null; "
RUNNING = "systemctl is-system-running --wait || { systemctl --failed --no-legend; exit 1; }"
# A half-made database is made anew, a damaged one is left alone; then the service runs again.
DATABASE = r"""
set -eu
data=/srv/slipway/mysql
sudo mariadb -e 'SELECT 1' >/dev/null
sudo systemctl stop mariadb
sudo touch $data/.being-made; sudo rm -r $data/mysql; sudo mkdir -p /srv/slipway/mysql.new/mysql
sudo systemctl restart slipway-database-init
sudo systemctl start mariadb
sudo mariadb -e 'SELECT 1' >/dev/null
sudo test ! -e $data/.being-made -a ! -e /srv/slipway/mysql.new
sudo systemctl stop mariadb
sudo mv $data/mysql $data/lost
before=$(sudo ls -A $data)
if sudo systemctl restart slipway-database-init 2>/dev/null; then echo 'a damaged database was replaced'; exit 1; fi
test "$before" = "$(sudo ls -A $data)"
sudo mv $data/lost $data/mysql
sudo systemctl reset-failed
sudo systemctl restart slipway-database-init mariadb
sudo mariadb -e 'SELECT 1' >/dev/null
echo sound
"""


@unittest.skipUnless(DISK, "SLIPWAY_DISK names no disk")
class Boots(unittest.TestCase):
    def boot(self, *options, timeout=420):
        done = subprocess.run([BOOT, "--disk", DISK, "--timeout", str(timeout), *options], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    # F9
    def test_bios_without_a_failed_unit(self):
        self.assertEqual(self.boot("--firmware", "bios", "--run", RUNNING), "running")

    # F9
    def test_uefi_without_a_failed_unit(self):
        self.assertEqual(self.boot("--firmware", "uefi", "--run", RUNNING), "running")

    # F9
    def test_secure_boot_is_on_and_accepted(self):
        said = self.boot("--firmware", "uefi-secure", "--run", "mokutil --sb-state")
        self.assertIn("SecureBoot enabled", said)

    # F9
    def test_controllers_and_cards_of_the_other_platforms(self):
        for bus, card in (("pvscsi", "vmxnet3"), ("sata", "e1000"), ("nvme", "virtio"), ("virtio-scsi", "e1000e")):
            # Debian's UEFI for QEMU has no driver for VMware's controllers.
            firmware = "bios" if bus == "pvscsi" else "uefi"
            with self.subTest(bus=bus, card=card):
                self.boot("--firmware", firmware, "--bus", bus, "--card", card, "--run", "findmnt -n /srv/slipway")

    # F9
    def test_the_data_volume_fills_a_larger_disk_at_the_first_boot(self):
        said = self.boot("--grow-to", "20G", "--bus", "nvme", "--run",
                         "df --output=size -BG /srv/slipway | tail -1; findmnt -no SOURCE /var/lib/mysql")
        grown, source = said.split("\n")
        self.assertGreaterEqual(int(grown.strip().rstrip("G")), 12)
        self.assertIn("/mysql", source)

    # A2
    def test_nothing_but_ssh_listens_before_it_is_configured(self):
        said = self.boot("--run", BOOTED + "sudo ss -Hltun | awk '{print $5}'")
        outside = sorted({line.rsplit(":", 1)[1] for line in said.split() if not line.startswith(("127.", "[::1]"))} - {"68", "546"})
        self.assertEqual(outside, ["22"])

    # C9, F9
    def test_no_two_clones_share_keys_or_identity(self):
        asked = BOOTED + "cat /etc/machine-id /etc/ssh/ssh_host_*_key.pub"
        one, two = (set(self.boot("--run", asked).split("\n")) for _ in range(2))
        self.assertGreaterEqual(len(one), 2)
        self.assertEqual({line for line in one & two if line}, set())

    # C9
    def test_a_half_made_database_is_made_anew_and_a_damaged_one_left_alone(self):
        self.assertEqual(self.boot("--run", BOOTED + DATABASE).split("\n")[-1], "sound")

    # E3
    def test_the_boot_loader_updates_itself_inside(self):
        said = self.boot("--firmware", "uefi", "--run", "sudo update-grub 2>/dev/null; sudo grub-install --target=x86_64-efi --no-nvram "
                         "--uefi-secure-boot --force-extra-removable 2>&1; sudo grub-install --target=i386-pc /dev/vda 2>&1; "
                         "sudo grep -c 'console=ttyS0' /boot/grub/grub.cfg")
        self.assertEqual(said.count("No error reported"), 2, said)
        self.assertGreaterEqual(int(said.split()[-1]), 1)


if __name__ == "__main__":
    unittest.main()
