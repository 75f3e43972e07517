#!/usr/bin/env python3
"""Makes a bootable disk (BIOS and UEFI) of a root directory: the same bytes for the same root. No loop device, no mount of it."""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import bootloader
import manifest
import tree

MIB = 1 << 20
SECTOR = 512
BIOS_BOOT = "21686148-6449-6E6F-744E-656564454649"
ESP = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
LINUX = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
# e2fsprogs of newer systems would turn these on; GRUB 2.06 cannot read them.
EXT4_WITHOUT = "^orphan_file,^metadata_csum_seed"


def size(text):
    """'2G', '512M' -> MiB."""
    found = re.fullmatch(r"(\d+)([MG])(?:iB)?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size like 512M or 2G")
    return int(found[1]) * (1024 if found[2] == "G" else 1)


def layout(content, at, data_mib):
    """The partitions: name -> (number, first MiB, MiB, type, UUID). Data comes last: it grows with the disk."""
    disk = content["disk"]
    sizes = [("bios", 1, BIOS_BOOT), ("esp", disk["esp_mib"], ESP), ("root", disk["root_mib"], LINUX), ("data", data_mib, LINUX)]
    parts, start = {}, 1
    for number, (name, mib, kind) in enumerate(sizes, 1):
        parts[name] = (number, start, mib, kind, manifest.identifier(f"partition {name}", at))
        start += mib
    return parts, start + 1


def partition(out, parts, total_mib, at):
    """The GPT with fixed identifiers."""
    lines = ["label: gpt", "unit: sectors", f"label-id: {manifest.identifier('disk', at)}", "first-lba: 34"]
    for name, (_, start, mib, kind, identity) in parts.items():
        lines.append(f"start={start * MIB // SECTOR}, size={mib * MIB // SECTOR}, type={kind}, uuid={identity}, name={name}")
    with open(out, "wb") as file:
        file.truncate(total_mib * MIB)
    manifest.run("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", out, input="\n".join(lines) + "\n")


def place(out, part, start_mib):
    """Writes a partition's file into the disk; what is empty stays a hole."""
    manifest.run("dd", f"if={part}", f"of={out}", "bs=1M", f"seek={start_mib}", "conv=notrunc,sparse", "status=none")


def make_esp(file, mib, root, label, at, scratch):
    with open(file, "wb") as out:
        out.truncate(mib * MIB)
    volume = manifest.identifier("esp", at).hex[:8]
    # --invariant: no time and no chance in the file system's header.
    manifest.run("mkfs.vfat", "-F", "32", "-n", "ESP", "--invariant", "-i", volume, file)
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(at), TZ="UTC", MTOOLS_SKIP_CHECK="1", LC_ALL="C")
    made = set()
    for path, data in bootloader.efi_files(root, label):
        folders = path.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in made:
                manifest.run("mmd", "-i", file, f"::{folder}", env=environment)
                made.add(folder)
        source = scratch / "efi-file"
        source.write_bytes(data)
        os.utime(source, (at, at))
        manifest.run("mcopy", "-m", "-i", file, source, f"::{path}", env=environment)


def used_inodes(file):
    """Numbers of the inodes in use, from the ranges that dumpe2fs calls free."""
    said = manifest.run("dumpe2fs", file, stderr=subprocess.DEVNULL, capture_output=False, stdout=subprocess.PIPE)
    count = int(re.search(r"^Inode count:\s+(\d+)", said, re.MULTILINE)[1])
    free = bytearray(count + 1)
    for ranges in re.findall(r"^  Free inodes: (.*)$", said, re.MULTILINE):
        for first, last in re.findall(r"(\d+)(?:-(\d+))?", ranges):
            for number in range(int(first), int(last or first) + 1):
                free[number] = 1
    # 1 to 10 are the file system's own; 2 is its root.
    return [2, *(number for number in range(11, count + 1) if not free[number])]


def fix_times(file, at):
    """mke2fs copies the change time and the access time of each source file, which nobody can set: both become the epoch."""
    commands = "".join(f"set_inode_field <{number}> {field} @{at}\n" for number in used_inodes(file) for field in ("ctime", "atime"))
    done = subprocess.run(["debugfs", "-w", "-f", "-", str(file)], input=commands, text=True, capture_output=True,
                          env=dict(os.environ, E2FSPROGS_FAKE_TIME=str(at)))
    wrong = [line for line in done.stderr.splitlines() if line and not line.startswith("debugfs 1.")]
    if done.returncode != 0 or wrong:
        raise manifest.Refused(f"debugfs cannot set times in {file}: {(wrong or [done.returncode])[0]}")


def make_ext4(file, mib, label, source, at, options=(), grows_to=None):
    """An ext4 with the content of a directory; its bytes depend on the order in which that lists its entries: see ordered()."""
    with open(file, "wb") as out:
        out.truncate(mib * MIB)
    identity = manifest.identifier(f"ext4 {label}", at)
    extended = f"hash_seed={manifest.identifier(f'hash {label}', at)},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0"
    if grows_to:
        extended += f",resize={grows_to}"
    environment = dict(os.environ, E2FSPROGS_FAKE_TIME=str(at), TZ="UTC", LC_ALL="C", MKE2FS_CONFIG="/etc/mke2fs.conf")
    manifest.run("mkfs.ext4", "-q", "-F", "-b", "4096", "-L", label, "-U", identity, "-O", EXT4_WITHOUT, "-E", extended, *options,
                 "-d", source, file, env=environment)
    fix_times(file, at)
    # -n changes nothing; a file system that is not clean here would be a bug of the tools.
    manifest.run("e2fsck", "-fn", file, env=environment)


def ordered(root, copy):
    """Fills a memory file system with a tree, sorted. A directory on a disk lists its entries in an order that depends on that
    disk, and mke2fs numbers inodes in the order it meets; here the order depends on nothing but the names."""
    transfer(root, copy)


def transfer(source, target):
    """A tree with everything that belongs to it: owners, capabilities, ACLs, links, times."""
    kept = ["--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner"]
    reader = subprocess.Popen(["tar", "--create", "--sort=name", "--one-file-system", *kept, "--directory", source, "."],
                              stdout=subprocess.PIPE)
    try:
        manifest.run("tar", "--extract", "--same-permissions", *kept, "--directory", target, stdin=reader.stdout)
    finally:
        reader.stdout.close()
        status = reader.wait()
    if status != 0:
        raise manifest.Refused(f"{source}: cannot be read completely (tar: status {status})")


def empty(folder, at):
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    os.utime(folder, (at, at))


def make(chosen):
    manifest.need_root("making a disk")
    content, at = manifest.load(chosen.manifest), manifest.epoch()
    if not (chosen.root / "etc/fstab").is_file() or not (chosen.root / "srv/slipway").is_dir():
        raise manifest.Refused(f"{chosen.root}: not a root of the image", "build one: images/root.py build --out DIR")
    if chosen.out.exists() and not chosen.force:
        raise manifest.Refused(f"{chosen.out}: exists", "remove it, or add --force to replace it")
    began = time.monotonic()
    parts, total_mib = layout(content, at, chosen.data_size or content["disk"]["data_mib"])
    half = chosen.out.with_name(chosen.out.name + ".part")
    with tempfile.TemporaryDirectory(prefix="slipway-disk-", dir=chosen.out.parent.resolve()) as name:
        scratch = pathlib.Path(name)
        copy = scratch / "copy"
        copy.mkdir()
        manifest.run("mount", "-t", "tmpfs", "-o", "size=90%,mode=0755", "slipway-disk", copy)
        try:
            ordered(chosen.root, copy)
            say(began, "tree copied; file systems")
            partition(half, parts, total_mib, at)
            fill(half, parts, content["disk"], copy, at, scratch)
            half.rename(chosen.out)
        finally:
            half.unlink(missing_ok=True)
            manifest.run("umount", copy)
    blocks = chosen.out.stat().st_blocks * 512
    report = {"disk": str(chosen.out), "bytes": total_mib * MIB, "bytes_used": blocks, "seconds": round(time.monotonic() - began)}
    print(json.dumps(report) if chosen.json else f"{chosen.out}: {total_mib} MiB, {blocks // MIB} MiB of them written, {report['seconds']} s")
    return 0


def say(began, what):
    print(f"· {time.monotonic() - began:4.0f} s {what}", file=sys.stderr)


def fill(out, parts, disk, copy, at, scratch):
    """Makes the partitions one after the other, each as a file of its own, and places it."""
    bootloader.install(copy, disk["root_label"])
    for relative in [*tree.walk(copy / "boot/grub"), ".."]:
        os.utime(copy / "boot/grub" / relative, (at, at))
    core = bootloader.bios_core(copy, disk["root_label"], scratch)
    _, start, mib, *_ = parts["bios"]
    boot, core = bootloader.bios_images(copy, core, start * MIB // SECTOR, mib * MIB)
    with open(out, "r+b") as file:
        file.write(boot)
        file.seek(start * MIB)
        file.write(core)
    part = scratch / "part"
    _, start, mib, *_ = parts["esp"]
    make_esp(part, mib, copy, disk["root_label"], at, scratch)
    place(out, part, start)
    _, start, mib, *_ = parts["data"]
    # Room in the group table for 8 TiB, so that the volume grows while it is in use; a journal for a database's disk.
    make_ext4(part, mib, disk["data_label"], copy / "srv/slipway", at, ["-m", "1", "-J", "size=128"],
              grows_to=(8 << 40) // 4096)
    place(out, part, start)
    empty(copy / "srv/slipway", at)
    _, start, mib, *_ = parts["root"]
    make_ext4(part, mib, disk["root_label"], copy, at, ["-m", "2"])
    place(out, part, start)


def found_partitions(file):
    """name -> (first byte, bytes) of a disk made here."""
    said = json.loads(manifest.run("sfdisk", "--json", file))["partitiontable"]
    return {part.get("name"): (part["start"] * SECTOR, part["size"] * SECTOR) for part in said["partitions"]}


def extract(chosen):
    """The way back: the tree of a disk, after it was booted and configured, to be sealed and made into a fresh disk."""
    manifest.need_root("reading a disk")
    if chosen.out.exists() and any(chosen.out.iterdir()):
        raise manifest.Refused(f"{chosen.out}: not empty", "name a new directory")
    parts = found_partitions(chosen.disk)
    lacking = {"root", "data"} - parts.keys()
    if lacking:
        raise manifest.Refused(f"{chosen.disk}: has no partition named {' or '.join(sorted(lacking))}", "give a disk of 'disk.py make'")
    chosen.out.mkdir(parents=True, exist_ok=True)
    chosen.out.chmod(0o755)
    for name, below in (("root", "."), ("data", "srv/slipway")):
        with tempfile.TemporaryDirectory(prefix="slipway-disk-") as place_of:
            start, length = parts[name]
            # A disk that was not shut down cleanly is refused: its journal cannot be replayed on a read-only device.
            manifest.run("mount", "-t", "ext4", "-o", f"loop,ro,nosuid,nodev,offset={start},sizelimit={length}", chosen.disk, place_of)
            try:
                transfer(place_of, chosen.out / below)
            finally:
                manifest.run("umount", place_of)
    print(f"{chosen.out}: extracted; now images/seal.py seal {chosen.out}")
    return 0


def own_namespace():
    """Mounts are seen by this process alone and end with it, however it ends."""
    if os.environ.get("SLIPWAY_MOUNTS") != "private" and os.geteuid() == 0:
        os.environ["SLIPWAY_MOUNTS"] = "private"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: disk.py make --root build/image/root --out build/image/slipway.raw")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("make", help="a disk of a root (as root)")
    one.add_argument("--root", type=pathlib.Path, required=True, help="directory that root.py has built")
    one.add_argument("--out", type=pathlib.Path, required=True, help="raw disk to write")
    one.add_argument("--data-size", type=size, help="size of the data volume, like 2G (default: of the manifest)")
    one.add_argument("--manifest", type=pathlib.Path, default=manifest.HERE / "manifest.toml", help="sizes and labels (default: %(default)s)")
    one.add_argument("--force", action="store_true", help="replace an existing file")
    one.add_argument("--json", action="store_true")
    two = verbs.add_parser("extract", help="the root of a disk, as a directory (as root)")
    two.add_argument("--disk", type=pathlib.Path, required=True)
    two.add_argument("--out", type=pathlib.Path, required=True, help="directory to make")
    chosen = parser.parse_args()
    own_namespace()
    return make(chosen) if chosen.verb == "make" else extract(chosen)


if __name__ == "__main__":
    manifest.guarded(main)
