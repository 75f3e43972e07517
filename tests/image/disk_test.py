#!/usr/bin/env python3
"""A disk of a small root, made by the real tools; booting a real one is tests/image/boot_test.py. As root; run: python3 tests/image/disk_test.py"""
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

IMAGES = pathlib.Path(__file__).resolve().parents[2] / "images"
sys.path.insert(0, str(IMAGES))
import bootloader  # noqa: E402
import tree  # noqa: E402

AT = 1700000000
GRUB = pathlib.Path("/usr/lib/grub/i386-pc")
# Sizes that a test can afford; the labels are the real ones.
SMALL = {"root_mib = 6144": "root_mib = 300", "data_mib = 2048": "data_mib = 300"}


def digest(file):
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def command(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Disk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="slipway-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.top = pathlib.Path(folder.name)
        cls.root = cls.top / "root"
        cls.make_root(cls.root, sorted)
        text = (IMAGES / "manifest.toml").read_text()
        for old, new in SMALL.items():
            assert old in text, old
            text = text.replace(old, new)
        (cls.top / "manifest.toml").write_text(text)
        cls.disk = cls.top / "one.raw"
        made = cls.make_disk(cls.root, cls.disk)
        assert made.returncode == 0, made.stderr

    @classmethod
    def make_root(cls, top, order):
        """The same tree, its files made in the order that is asked for."""
        files = {"etc/fstab": b"LABEL=slipway-root / ext4\n", "boot/vmlinuz-6.1.0-9-amd64": b"kernel", "boot/vmlinuz-6.1.0-10-amd64": b"k10",
                 "boot/initrd.img-6.1.0-9-amd64": b"i9", "boot/initrd.img-6.1.0-10-amd64": b"i10", "usr/bin/ping": b"#!ping",
                 "usr/lib/shim/shimx64.efi.signed": b"shim" * 900, "usr/lib/shim/mmx64.efi.signed": b"mm",
                 "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed": b"grub" * 700, "srv/slipway/slipway/file": b"data",
                 **{f"usr/share/many/{number:03}": bytes([number]) * number * 100 for number in range(200)}}
        for path in order(files):
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(files[path])
        shutil.copytree(GRUB, top / "usr/lib/grub/i386-pc", dirs_exist_ok=True)
        (top / "etc/default/grub.d").mkdir(parents=True)
        shutil.copy(IMAGES / "rootfs/etc/default/grub.d/slipway.cfg", top / "etc/default/grub.d")
        (top / "usr/bin/ping").chmod(0o4755)
        # cap_net_raw=ep, as dpkg would set it
        os.setxattr(top / "usr/bin/ping", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
        os.chown(top / "srv/slipway/slipway", 77, 78)
        (top / "usr/bin/link").symlink_to("ping")
        os.link(top / "usr/bin/ping", top / "usr/bin/ping4")
        for relative in sorted(tree.walk(top), reverse=True):
            os.utime(top / relative, (AT - 9, AT - 9), follow_symlinks=False)

    @classmethod
    def make_disk(cls, root, out, *more):
        environment = dict(os.environ, SOURCE_DATE_EPOCH=str(AT))
        return command(IMAGES / "disk.py", "make", "--root", root, "--out", out, "--manifest", cls.top / "manifest.toml", *more, env=environment)

    def partitions(self):
        table = json.loads(command("sfdisk", "--json", self.disk).stdout)["partitiontable"]
        return {part["name"]: part for part in table["partitions"]}

    def cut(self, name):
        part = self.partitions()[name]
        file = self.top / f"{name}.part"
        with open(self.disk, "rb") as disk, open(file, "wb") as out:
            disk.seek(part["start"] * 512)
            shutil.copyfileobj(disk_range(disk, part["size"] * 512), out)
        return file

    # F9
    def test_the_same_tree_gives_the_same_bytes_in_whatever_order_it_lies_on_the_disk(self):
        other = self.top / "other"
        self.make_root(other, lambda names: sorted(names, reverse=True))
        again = self.top / "two.raw"
        self.assertEqual(self.make_disk(other, again).returncode, 0)
        self.assertEqual(digest(again), digest(self.disk))
        # And the test can tell: one byte more is another disk.
        (other / "etc/fstab").write_text("LABEL=slipway-root / ext4 \n")
        self.assertEqual(self.make_disk(other, again, "--force").returncode, 0)
        self.assertNotEqual(digest(again), digest(self.disk))

    def test_partitions_are_sound_and_the_data_volume_is_last(self):
        checked = command("sfdisk", "--verify", self.disk)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        parts = self.partitions()
        self.assertEqual(list(parts), ["bios", "esp", "root", "data"])
        self.assertEqual(max(parts, key=lambda name: parts[name]["start"]), "data")

    def test_the_first_sector_leads_to_core_and_core_to_its_rest(self):
        parts = self.partitions()
        with open(self.disk, "rb") as disk:
            first = disk.read(512)
            disk.seek(parts["bios"]["start"] * 512)
            core = disk.read(parts["bios"]["size"] * 512)
        self.assertEqual(struct.unpack_from("<Q", first, bootloader.KERNEL_SECTOR)[0], parts["bios"]["start"])
        self.assertEqual(first[510:], b"\x55\xaa")
        self.assertEqual(first[450], 0xEE, "no protective partition")
        start, count, segment = struct.unpack_from("<QHH", core, bootloader.BLOCK_LIST)
        self.assertEqual((start, segment), (parts["bios"]["start"] + 1, 0x820))
        used = len(core.rstrip(b"\0"))
        self.assertLessEqual(used, (1 + count) * 512)
        self.assertGreater(used, count * 512 - 512)

    def test_the_efi_partition_has_the_signed_chain(self):
        part = self.cut("esp")
        shim = command("mtype", "-i", part, "::EFI/BOOT/BOOTX64.EFI").stdout
        self.assertEqual(shim, "shim" * 900)
        for path in ("EFI/debian/grub.cfg", "EFI/BOOT/grub.cfg"):
            self.assertIn("slipway-root", command("mtype", "-i", part, f"::{path}").stdout)
        self.assertEqual(command("fsck.vfat", "-n", part).returncode, 0)

    def test_file_systems_are_clean_and_bear_no_time_of_the_build(self):
        for name, label in (("root", "slipway-root"), ("data", "slipway-data")):
            part = self.cut(name)
            self.assertEqual(command("e2fsck", "-fn", part).returncode, 0)
            self.assertEqual(command("e2label", part).stdout.strip(), label)
        said = command("debugfs", "-R", "stat /usr/bin/ping", self.top / "root.part").stdout
        times = {line.split()[0]: int(line.split()[1].split(":")[0], 16) for line in said.splitlines() if "time:" in line and "0x" in line}
        self.assertEqual(times, {"ctime:": AT, "atime:": AT, "mtime:": AT - 9, "crtime:": AT})

    # C9
    def test_extracting_gives_the_tree_back_with_owners_and_capabilities(self):
        out = self.top / "extracted"
        done = command(IMAGES / "disk.py", "extract", "--disk", self.disk, "--out", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = list(tree.differences(tree.digest(self.root, AT), tree.digest(out, AT)))
        # What the disk adds, and the times of directories that it touches.
        added = ("boot/grub", "boot:", ".:", "lost+found", "srv/slipway/lost+found", "srv/slipway:")
        self.assertEqual([line for line in lines if not line.startswith(added)], [])
        self.assertIn("security.capability", os.listxattr(out / "usr/bin/ping"))

    def test_the_newest_kernel_comes_first_in_the_menu(self):
        self.assertEqual([row[0] for row in bootloader.kernels(self.root)], ["6.1.0-10-amd64", "6.1.0-9-amd64"])
        menu = bootloader.menu(self.root, "slipway-root")
        first = menu[menu.index("menuentry"):].split("}")[0]
        self.assertIn("vmlinuz-6.1.0-10-amd64 root=LABEL=slipway-root", first)
        self.assertIn("console=ttyS0,115200", first)
        self.assertIn("apparmor=1", first)
        checked = command("grub-script-check", input=menu)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_wrong_input_is_refused_and_leaves_nothing(self):
        refused = self.make_disk(self.top, self.top / "no.raw")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("root.py build", refused.stderr)
        before = digest(self.disk)
        self.assertEqual(self.make_disk(self.root, self.disk).returncode, 1)
        self.assertEqual(digest(self.disk), before)
        bare = self.top / "bare"
        shutil.copytree(self.root, bare, symlinks=True)
        (bare / "usr/lib/shim/shimx64.efi.signed").unlink()
        refused = self.make_disk(bare, self.top / "no.raw")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("shim-signed", refused.stderr)
        self.assertEqual([path.name for path in self.top.glob("no.raw*")], [])
        self.assertEqual([path.name for path in self.top.glob("slipway-disk-*")], [])


class disk_range:
    """The next `length` bytes of a file, as a file."""

    def __init__(self, file, length):
        self.file, self.left = file, length

    def read(self, count):
        data = self.file.read(min(count, self.left))
        self.left -= len(data)
        return data


if __name__ == "__main__":
    unittest.main()
