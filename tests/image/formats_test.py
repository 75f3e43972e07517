#!/usr/bin/env python3
"""images/formats.py with real qemu-img and zstd, on a small disk."""
import hashlib
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys
import tarfile
import time
import unittest
import xml.etree.ElementTree as xml
import zipfile
import zlib

from formats_case import MIB, NAME, TOOL, FormatsCase, make_disk, sha256

OVF = "{http://schemas.dmtf.org/ovf/envelope/1}"
RASD = "{http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData}"
VMW = "{http://www.vmware.com/schema/ovf}"
DEADLINE_S = 60


class Bytes(FormatsCase):
    def assert_same_disk(self, kind, path):
        compared = subprocess.run(["qemu-img", "compare", "-f", "raw", "-F", kind, self.disk, path], capture_output=True, text=True, check=False)
        self.assertEqual(compared.returncode, 0, compared.stdout + compared.stderr)
        plain = self.fresh() / "plain"
        subprocess.run(["qemu-img", "convert", "-f", kind, "-O", "raw", path, plain], check=True)
        self.assertEqual(sha256(plain), sha256(self.disk), "not even a byte longer")

    # F9
    def test_every_format_holds_the_same_disk(self):
        self.assert_same_disk("qcow2", self.release / f"{NAME}.qcow2")
        self.assert_same_disk("vhdx", self.release / f"{NAME}.vhdx")
        self.assert_same_disk("vmdk", self.vmdk())
        with zipfile.ZipFile(self.release / f"{NAME}.vhdx.zip") as archive:
            self.assertEqual(archive.read(f"{NAME}.vhdx"), (self.release / f"{NAME}.vhdx").read_bytes())
        unpacked = subprocess.run(["zstd", "-dc", self.release / f"{NAME}.raw.zst"], check=True, capture_output=True).stdout
        self.assertEqual(hashlib.sha256(unpacked).hexdigest(), sha256(self.disk))
        self.assertEqual(self.report["raw"], {"bytes": 64 * MIB, "sha256": sha256(self.disk)})

    def test_qemu_finds_nothing_wrong(self):
        for kind in ("qcow2", "vhdx"):
            checked = subprocess.run(["qemu-img", "check", "-f", kind, self.release / f"{NAME}.{kind}"], capture_output=True, text=True, check=False)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    # F9, E4
    def test_same_disk_gives_the_same_bytes(self):
        copy = self.fresh() / "copy-of-another-name.raw"
        copy.write_bytes(self.disk.read_bytes())  # no holes, another inode and time
        out = self.fresh()
        made = self.make(out, "--format", "vhdx.zip,raw.zst,ova,vhdx,qcow2", disk=copy)
        self.assertEqual(made.returncode, 0, made.stderr)
        names = sorted(path.name for path in self.release.iterdir() if not path.name.startswith("."))
        self.assertEqual(names, sorted(path.name for path in out.iterdir() if not path.name.startswith(".")))
        self.assertEqual(len(names), 9)
        for name in names:
            self.assertEqual(sha256(out / name), sha256(self.release / name), name)

    def test_disks_that_differ_have_other_identities(self):
        other, out = self.fresh() / "other.raw", self.fresh()
        make_disk(other, seed=2)
        made = self.make(out, "--format", "ova,vhdx", disk=other)
        self.assertEqual(made.returncode, 0, made.stderr)
        for read in (lambda directory: re.search(rb"CID=(\w+)", self.vmdk(directory).read_bytes())[1],
                     lambda directory: (directory / f"{NAME}.vhdx").read_bytes()[64 * 1024 + 16:64 * 1024 + 48]):
            self.assertNotEqual(read(out), read(self.release))
            self.assertTrue(any(read(out)))


class Ova(FormatsCase):
    def stream(self, data):
        """Reads a VMDK from front to back as an importer does that sees a stream. Returns (disk, markers, where grains lay)."""
        disk, kinds, grains = bytearray(64 * MIB), [], {}
        at = struct.unpack_from("<Q", data, 64)[0] * 512  # behind what the header calls overhead
        tables = []
        while at < len(data):
            value, size, kind = struct.unpack_from("<QII", data, at)
            if size:
                grain = zlib.decompress(data[at + 12:at + 12 + size])
                self.assertEqual(len(grain), 64 * 1024)
                disk[value * 512:value * 512 + len(grain)] = grain
                grains[value // 128] = at // 512
                at += -(-(12 + size) // 512) * 512
                continue
            kinds.append(kind)
            at += 512
            if kind == 1:
                tables.append((at // 512, struct.unpack_from("<512I", data, at)))
            elif kind == 2:
                directory = (at // 512, struct.unpack_from(f"<{value * 128}I", data, at))
            elif kind == 3:
                footer = data[at:at + 512]
            elif kind == 0:
                break
            at += value * 512
        self.assertEqual(at, len(data), "the stream's end is the file's end")
        return bytes(disk), kinds, grains, dict(tables), directory, footer

    # F9
    def test_disk_reads_as_a_stream(self):
        data = self.vmdk().read_bytes()
        disk, kinds, grains, tables, directory, footer = self.stream(data)
        self.assertEqual(disk, self.disk.read_bytes())
        self.assertEqual(kinds, [1, 1, 2, 3, 0])
        found = {}
        for number, sector in enumerate(directory[1]):
            for entry, place in enumerate(tables[sector] if sector else ()):
                if place:
                    found[number * 512 + entry] = place
        self.assertEqual(found, grains)
        self.assertEqual(struct.unpack_from("<Q", data, 56)[0], 0xFFFFFFFFFFFFFFFF, "the header says that the directory is at the end")
        self.assertEqual(struct.unpack_from("<Q", footer, 56)[0], directory[0])
        self.assertEqual(data[:56] + data[64:512], footer[:56] + footer[64:])
        self.assertLess(len(grains), 200, "grains of zeros are left out")

    def test_archive_is_in_the_order_importers_need(self):
        with tarfile.open(self.release / f"{NAME}.ova") as archive:
            members = archive.getmembers()
            self.assertEqual([member.name for member in members], [f"{NAME}.ovf", f"{NAME}.mf", f"{NAME}-disk1.vmdk"])
            for member in members:
                self.assertEqual((member.uid, member.gid, member.mtime, member.mode), (0, 0, 1700000000, 0o644))
            manifest = archive.extractfile(f"{NAME}.mf").read().decode()
            sums = re.findall(r"^SHA256\((\S+)\)= ([0-9a-f]{64})$", manifest, re.MULTILINE)
            self.assertEqual(len(sums), 2)
            for name, digest in sums:
                self.assertEqual(hashlib.sha256(archive.extractfile(name).read()).hexdigest(), digest)
        with open(self.release / f"{NAME}.ova", "rb") as file:
            self.assertEqual(file.read(512)[257:265], b"ustar\x0000")

    def test_descriptor_tells_the_disk_and_the_hardware(self):
        vmdk = self.vmdk()
        root = xml.parse(vmdk.with_name(f"{NAME}.ovf")).getroot()
        file, disk = root.find(f"{OVF}References/{OVF}File"), root.find(f"{OVF}DiskSection/{OVF}Disk")
        self.assertEqual(file.get(f"{OVF}href"), vmdk.name)
        self.assertEqual(int(file.get(f"{OVF}size")), vmdk.stat().st_size)
        self.assertEqual((disk.get(f"{OVF}capacity"), disk.get(f"{OVF}capacityAllocationUnits")), (str(64 * MIB), "byte"))
        self.assertEqual(disk.get(f"{OVF}fileRef"), file.get(f"{OVF}id"))
        hardware = root.find(f"{OVF}VirtualSystem/{OVF}VirtualHardwareSection")
        items = [{child.tag.removeprefix(RASD): child.text for child in item} for item in hardware.iter(f"{OVF}Item")]
        of_kind = {kind: [item for item in items if item["ResourceType"] == kind] for kind in ("3", "4", "6", "10", "17")}
        self.assertEqual({kind: len(found) for kind, found in of_kind.items()}, dict.fromkeys(of_kind, 1))
        self.assertEqual((of_kind["3"][0]["VirtualQuantity"], of_kind["4"][0]["VirtualQuantity"]), ("2", "4096"))
        self.assertEqual(of_kind["10"][0]["ResourceSubType"], "E1000")
        self.assertEqual(of_kind["17"][0]["HostResource"], f"ovf:/disk/{disk.get(f'{OVF}diskId')}")
        self.assertEqual(of_kind["17"][0]["Parent"], of_kind["6"][0]["InstanceID"])
        for item in hardware.iter(f"{OVF}Item"):
            tags = [child.tag for child in item]
            self.assertEqual(tags, sorted(tags), "the schema demands this order")
        firmware = [config.get(f"{VMW}value") for config in hardware.iter(f"{VMW}Config") if config.get(f"{VMW}key") == "firmware"]
        self.assertEqual(firmware, ["efi"])

    # C9
    def test_first_boot_can_be_answered_at_the_import(self):
        root = xml.parse(self.vmdk().with_name(f"{NAME}.ovf")).getroot()
        hardware = root.find(f"{OVF}VirtualSystem/{OVF}VirtualHardwareSection")
        self.assertEqual(hardware.get(f"{OVF}transport").split(), ["com.vmware.guestInfo", "iso"])
        found = {node.get(f"{OVF}key"): node for node in root.iter(f"{OVF}Property")}
        # The names that cloud-init's OVF data source knows, and those of the first boot.
        self.assertLessEqual({"hostname", "public-keys", "instance-id", "user-data", "network-config"}, set(found))
        self.assertLessEqual({"address", "gateway", "dns", "timezone", "administrator"}, set(found))
        self.assertTrue(found["instance-id"].get(f"{OVF}value"), "cloud-init would take an empty one for an id")
        for key, node in found.items():
            self.assertNotRegex(key, r"[.:]", "the standard forbids both in keys")
            self.assertEqual(node.get(f"{OVF}userConfigurable"), "true")
            self.assertTrue(node.findtext(f"{OVF}Label") and node.findtext(f"{OVF}Description"))


class Runs(FormatsCase):
    def test_finished_formats_are_kept_and_changed_ones_made_anew(self):
        out, disk = self.fresh(), self.fresh() / "disk.raw"
        make_disk(disk)
        self.assertEqual(self.make(out, "--format", "qcow2,raw.zst", disk=disk).returncode, 0)
        inode = (out / f"{NAME}.qcow2").stat().st_ino

        def kept():
            made = self.make(out, "--format", "qcow2,raw.zst", "--json", disk=disk)
            self.assertEqual(made.returncode, 0, made.stderr)
            return {record["format"]: record["kept"] for record in json.loads(made.stdout)["formats"]}

        self.assertEqual(kept(), {"qcow2": True, "raw.zst": True})
        self.assertEqual((out / f"{NAME}.qcow2").stat().st_ino, inode)
        with open(out / f"{NAME}.raw.zst", "r+b") as file:
            file.seek(1000)
            file.write(b"damaged")
        self.assertEqual(kept(), {"qcow2": True, "raw.zst": False})
        with open(disk, "r+b") as file:
            file.write(b"changed")
        self.assertEqual(kept(), {"qcow2": False, "raw.zst": False})

    def test_a_format_of_another_disk_is_not_signed_along(self):
        out, disk = self.fresh(), self.fresh() / "disk.raw"
        make_disk(disk)
        self.assertEqual(self.make(out, "--format", "qcow2,raw.zst", disk=disk).returncode, 0)
        with open(disk, "r+b") as file:
            file.write(b"changed")
        self.refused(self.make(out, "--format", "qcow2", disk=disk), f"{NAME}.raw.zst")

    # E4
    def test_an_interrupted_run_leaves_no_final_name(self):
        big = self.fresh() / "big.raw"
        big.write_bytes(random.Random(3).randbytes(96 * MIB))
        for kind in ("raw.zst", "ova"):
            for number in (signal.SIGTERM, signal.SIGKILL):
                with self.subTest(kind=kind, signal=number.name):
                    out = self.fresh()
                    self.interrupt(out, big, kind, number)
                    left = {path.name for path in out.iterdir() if not path.name.startswith(".")}
                    self.assertEqual({name for name in left if ".part" not in name}, set())
                    if number == signal.SIGTERM:
                        self.assertEqual(left, set(), "it tidies up when it can")
                    made = self.make(out, "--format", "qcow2", disk=self.disk)
                    self.assertEqual(made.returncode, 0, made.stderr)
                    self.assertEqual({path.name for path in out.iterdir() if ".part" in path.name}, set(), "the next run removes what is left")

    def interrupt(self, out, disk, kind, number):
        """Ends a run while it writes; level 19 keeps it busy for seconds."""
        words = [str(word) for word in self.words(out, "--format", kind, "--zstd-level", "19", disk=disk)]
        child = subprocess.Popen([sys.executable, TOOL, *words], stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            deadline = time.monotonic() + DEADLINE_S
            while not any(".part" in path.name and path.stat().st_size for path in out.glob(f"{NAME}*")):
                self.assertLess(time.monotonic(), deadline, "it never began to write")
                self.assertIsNone(child.poll(), "it ended before it was interrupted")
                time.sleep(0.005)
            child.send_signal(number)
            self.assertNotEqual(child.wait(DEADLINE_S), 0)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()

    def test_a_full_disk_is_said_and_leaves_what_is_finished(self):
        # A small file system of its own; an unprivileged user gets one in a user name space.
        out = self.fresh()
        inner = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(out)]
        space = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        if subprocess.run([*space, *inner], capture_output=True, check=False).returncode != 0:
            self.skipTest("no file system can be mounted here")
        words = [str(word) for word in self.words(out, "--format", "qcow2,vhdx")]
        script = 'mount -t tmpfs -o size=3m tmpfs "$1"; out=$1; shift; status=0; "$@" || status=$?; ls "$out" >&2; exit $status'
        done = subprocess.run([*space, "sh", "-c", script, "sh", str(out), sys.executable, str(TOOL), *words],
                              capture_output=True, text=True, check=False)
        self.refused(done, "no space left", "vhdx")
        self.assertEqual(done.stderr.split("hint:")[1].split("\n", 1)[1].split(), [f"{NAME}.qcow2"])

    def test_two_runs_in_one_directory_do_not_meet(self):
        out = self.fresh()
        holder = subprocess.Popen(["flock", out, "sh", "-c", "echo ready; read line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.assertEqual(holder.stdout.readline(), b"ready\n")
            self.refused(self.make(out, "--format", "qcow2"), "another run")
        finally:
            holder.communicate(b"\n")

    def test_bad_input_is_named(self):
        odd, empty = self.fresh() / "odd.raw", self.fresh() / "empty.raw"
        odd.write_bytes(bytes(MIB + 512))
        empty.touch()
        out = self.fresh() / "out"
        self.refused(self.make(out, disk=odd), "odd.raw", "MiB")
        self.refused(self.make(out, disk=empty), "empty.raw")
        self.refused(self.make(out, disk=self.release / f"{NAME}.qcow2"), "is a qcow2 image")
        self.refused(self.make(out, disk=self.work / "nothing.raw"), "nothing.raw")
        self.refused(self.make(out, "--format", "qcow"), "did you mean 'qcow2'")
        self.refused(self.make(out, "--name", "slipway"), "version")
        self.refused(self.make(out, "--name", "slipway-7.0.0"), "7.0.0", "0.1.0")
        self.refused(self.make("/proc/nowhere"), "/proc/nowhere")

    def test_release_notes_tell_this_version(self):
        notes = (self.release / f"{NAME}.md").read_text(encoding="utf-8")
        self.assertIn("- first line of 0.1.0", notes)
        for other in ("later", "older"):
            self.assertNotIn(f"- {other}", notes)
        for record in self.report["formats"]:
            self.assertIn(f"`{record['file']}`", notes)
        self.assertIn(sha256(self.disk), notes)

if __name__ == "__main__":
    unittest.main()
