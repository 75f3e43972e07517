#!/usr/bin/env python3
"""The image from its beginning to files that a hosting team takes: packages, root, disk, Packer, formats.

Every step is done once for the same inputs: an interrupted build goes on with the step it was at.

Example: images/build.py --packages build/packages --format qcow2,ova
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import boot
import conversions
import manifest
import tree

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent
# What decides what is in the root, besides rootfs/ and the manifest.
ROOT_TOOLS = ("root.py", "hooks.py", "manifest.py", "seal.py")
TASK = re.compile(rb"TASK \[(.*?)\] \*")


class Build:
    def __init__(self, work, out, version, epoch):
        self.work, self.out, self.name = work, out, f"slipway-{version}"
        self.environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
        self.stamps = work / "steps.json"
        self.done = json.loads(self.stamps.read_text()) if self.stamps.exists() else {}
        self.key = ""
        self.seconds = {}

    def step(self, name, title, inputs, results, action):
        """Does `action` unless its results are there, made of the same inputs and after the same earlier steps."""
        digest = hashlib.sha256(self.key.encode())
        for item in inputs:
            digest.update(digest_of(item).encode())
        self.key = digest.hexdigest()
        if self.done.get(name) == self.key and all(path.exists() for path in results):
            print(f"· {title}: there already", file=sys.stderr, flush=True)
            return
        print(f"· {title}", file=sys.stderr, flush=True)
        began = time.monotonic()
        self.done.pop(name, None)
        action()
        self.seconds[name] = round(time.monotonic() - began)
        self.done[name] = self.key
        part = self.stamps.with_suffix(".part")
        part.write_text(json.dumps(self.done))
        part.replace(self.stamps)
        print(f"  {self.seconds[name]} s", file=sys.stderr, flush=True)

    def run(self, name, *command, **variables):
        """A program of the build, its output in a log; what Ansible is at is shown, since that takes most of the time."""
        log, began = self.work / f"{name}.log", time.monotonic()
        with open(log, "wb") as output:
            started = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=REPOSITORY,
                                       env={**self.environment, **variables})
            for line in started.stdout:
                output.write(line)
                output.flush()
                task = TASK.search(line)
                if task:
                    minutes, seconds = divmod(round(time.monotonic() - began), 60)
                    print(f"  {minutes:2}:{seconds:02}  {task[1].decode(errors='replace')}", file=sys.stderr, flush=True)
        if started.wait() != 0:
            tail = log.read_text(errors="replace").splitlines()[-15:]
            raise manifest.Refused("\n".join([*tail, f"{name}: failed with status {started.returncode}"]), f"the whole log: {log}")


def digest_of(item):
    """Of a value, a file, or every file below a directory that is the project's."""
    if not isinstance(item, pathlib.Path):
        return hashlib.sha256(repr(item).encode()).hexdigest()
    digest = hashlib.sha256()
    for path in sorted(item.rglob("*")) if item.is_dir() else [item]:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(item)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def fresh(path):
    """The path with nothing there."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()
    return path


def build_disk(made, packages):
    """The disk that is shipped, and the tree that is in it."""
    work = made.work
    base_tools = [path for path in sorted(HERE.iterdir()) if path.suffix in (".toml", ".lock") or path.name in ROOT_TOOLS]
    disk_tools = [HERE / name for name in ("disk.py", "bootloader.py", "tree.py")]
    root, base, packed, sealed, raw = (work / name for name in ("root", "base.raw", "packer", "sealed", "slipway.raw"))
    debs = [argument for package in packages for argument in ("--deb", package)]
    made.step("root", "root: Debian and Slipway's packages", [*base_tools, HERE / "rootfs", *packages], [root],
              lambda: made.run("root", HERE / "root.py", "build", "--out", fresh(root), *debs))
    made.step("base", "disk that boots", disk_tools, [base],
              lambda: made.run("base", HERE / "disk.py", "make", "--root", root, "--out", fresh(base)))
    made.step("packer", "Packer: boot, configure, check, seal", [REPOSITORY / "packer", REPOSITORY / "ansible"], [packed / "slipway.raw"],
              lambda: pack(made, base, fresh(work / "seed"), fresh(packed)))
    made.step("sealed", "the sealed system, read out of Packer's disk", disk_tools, [sealed],
              lambda: unpack(made, packed / "slipway.raw", fresh(sealed)))
    made.step("disk", "the disk that is shipped", disk_tools, [raw],
              lambda: made.run("disk", HERE / "disk.py", "make", "--root", sealed, "--out", fresh(raw)))
    return sealed, raw


def build(made, packages, formats, sign_key):
    sealed, raw = build_disk(made, packages)
    bill = made.out / f"{made.name}.spdx.json"
    made.step("sbom", "bill of materials: every file owned or listed", [HERE / "sbom.py"], [bill],
              lambda: made.run("sbom", HERE / "sbom.py", "make", "--root", sealed, "--name", made.name, "--out", bill))
    key = ["--sign-key", sign_key] if sign_key else []
    made.step("formats", f"formats: {', '.join(formats)}; sums, signature", [HERE / "formats.py", formats, str(sign_key)], [made.out / "SHA256SUMS"],
              lambda: made.run("formats", HERE / "formats.py", "make", "--raw", raw, "--out", made.out, "--name", made.name,
                               "--format", ",".join(formats), *key))


def twice(made, packages):
    """Everything up to the disk once more, from nothing, and where it differs from the first time: paths, then the disk."""
    again = Build(fresh(made.work / "again"), made.out, "again", made.environment["SOURCE_DATE_EPOCH"])
    again.work.mkdir()
    build_disk(again, packages)
    until = int(made.environment["SOURCE_DATE_EPOCH"])
    first, second = (tree.load(str(one.work / "sealed"), until) for one in (made, again))
    found = list(tree.differences(first, second))
    same = subprocess.run(["cmp", "--silent", made.work / "slipway.raw", again.work / "slipway.raw"]).returncode == 0
    if same:
        shutil.rmtree(again.work)
    return {"paths": found, "disk": same}


def pack(made, base, seed, output):
    """Packer signs in as the user of a seed that is made for this build; sealing removes both."""
    seed.mkdir()
    disk = boot.seed(seed, boot.key_for_this_run(seed))
    values = {"base": base, "seed": disk, "ssh_key": seed / "key", "output": output, "accelerator": boot.accelerator(),
              "processor": boot.processor(boot.accelerator())}
    print(f"  accelerator: {values['accelerator']}", file=sys.stderr, flush=True)
    variables = [word for name, value in values.items() for word in ("-var", f"{name}={value}")]
    # Its cache and its settings belong to this build and not to the person who builds.
    made.run("packer", "packer", "build", "-color=false", *variables, "packer/slipway.pkr.hcl",
             PACKER_CACHE_DIR=str(made.work / "packer-cache"), CHECKPOINT_DISABLE="1", HOME=str(made.work))


def unpack(made, disk, sealed):
    made.run("extract", HERE / "disk.py", "extract", "--disk", disk, "--out", sealed)
    made.run("seal", HERE / "seal.py", "seal", sealed)
    made.run("hygiene", HERE / "seal.py", "check", sealed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=pathlib.Path, required=True, help="directory with the packages slipway and slipway-migrate")
    parser.add_argument("--work", type=pathlib.Path, default=REPOSITORY / "build/image/steps", help="where steps leave what the next one takes")
    parser.add_argument("--out", type=pathlib.Path, default=REPOSITORY / "build/image/out", help="where the files are put")
    parser.add_argument("--format", default=",".join(conversions.DEFAULT), help="which of " + ", ".join(conversions.FORMATS))
    parser.add_argument("--sign-key", type=pathlib.Path, help="key that signs the sums; without one this machine's own")
    parser.add_argument("--again", action="store_true", help="make the disk a second time from nothing, and say where the two differ (status 1)")
    parser.add_argument("--json", action="store_true", help="a report as JSON on standard output")
    given = parser.parse_args()
    formats = given.format.split(",")
    unknown = [name for name in formats if name not in conversions.FORMATS]
    if unknown:
        parser.error(f"no format is called '{unknown[0]}'; there are {', '.join(conversions.FORMATS)}")
    manifest.need_root("making an image")
    packages = sorted(given.packages.glob("slipway*.deb"))
    if not packages:
        raise manifest.Refused(f"{given.packages}: holds no package slipway*.deb", "make them with ./dev package")
    for directory in (given.work, given.out):
        directory.mkdir(parents=True, exist_ok=True)
    made = Build(given.work.resolve(), given.out.resolve(), packages[0].name.split("_")[1], manifest.epoch())
    began = time.monotonic()
    build(made, packages, formats, given.sign_key)
    files = {path.name: path.stat().st_size for path in sorted(made.out.iterdir())}
    report = {"seconds": round(time.monotonic() - began), "steps": made.seconds, "directory": str(made.out), "files": files}
    if given.again:
        report["again"] = twice(made, packages)
    print(json.dumps(report) if given.json else as_text(report))
    return 0 if not given.again or report["again"]["disk"] else 1


def as_text(report):
    lines = [f"made in {report['seconds']} s, in {report['directory']}:"]
    lines += [f"  {name}  {size / 2**20:.1f} MiB" for name, size in report["files"].items()]
    if "again" in report:
        paths = report["again"]["paths"]
        lines += ["made once more: " + ("the same disk, byte for byte" if report["again"]["disk"] else f"the disk differs; {len(paths)} paths:")]
        lines += [f"  {line}" for line in paths]
    return "\n".join(lines)


if __name__ == "__main__":
    manifest.guarded(main)
