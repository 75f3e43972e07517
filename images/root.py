#!/usr/bin/env python3
"""Builds the root file system of the image from Debian packages, the same twice."""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import hooks
import manifest
import seal

LOCK = manifest.HERE / "packages.lock"


def proxies():
    """The proxy settings of this machine's apt, as options for the one that builds; they are not kept in the root."""
    lines = manifest.run("apt-config", "dump").splitlines()
    return [line for line in lines if re.match(r'Acquire::(http|https|ftp)::(Proxy|Proxy-Auto-Detect)(::\S+)? "[^"]+";', line)]


def configured(suite):
    """Where this machine's apt gets a suite from, or nothing."""
    said = manifest.run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(SUITE) $(RELEASE)", "Created-By: Packages")
    for line in said.splitlines():
        address, *names = line.split()
        if suite in names and re.match(r"(https?|ftp|file|copy|mirror\+https?):", address):
            return address.rstrip("/")
    return None


def archives(content, chosen):
    """apt lines for the three suites, from the options or else from where this machine's apt gets them."""
    release = content["release"]
    suite, components = release["suite"], " ".join(release["components"])
    main = chosen.mirror or configured(suite)
    security = chosen.security_mirror or configured(f"{suite}-security")
    if not main or not security:
        raise manifest.Refused(f"this machine's apt knows no {suite}{'' if not main else '-security'}",
                               "name where it is: --mirror URL --security-mirror URL")
    return [f"deb {main} {suite} {components}", f"deb {main} {suite}-updates {components}",
            f"deb {security} {suite}-security {components}"]


def local_archive(files, folder):
    """A package archive of our own .deb files, so that apt resolves what they depend on. Returns its line and their names."""
    names, index = [], []
    for file in files:
        if not file.is_file():
            raise manifest.Refused(f"{file}: no such package file", "build it with ./dev package")
        control = manifest.run("dpkg-deb", "--field", file).rstrip("\n")
        names.append(manifest.run("dpkg-deb", "--field", file, "Package").strip())
        copy = folder / file.name
        shutil.copyfile(file, copy)
        with open(copy, "rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        index.append(f"{control}\nFilename: ./{file.name}\nSize: {copy.stat().st_size}\nSHA256: {digest}\n")
    (folder / "Packages").write_text("\n".join(index))
    return f"deb [trusted=yes] copy://{folder} ./", names


def installed(top):
    """name -> version of every package in a root."""
    database = top / "var/lib/dpkg"
    if not (database / "status").is_file():
        raise manifest.Refused(f"{top}: no package database", "give the directory that 'root.py build --out' has made")
    said = manifest.run("dpkg-query", "--admindir", database, "-W", "-f", "${Package}=${Version} ${db:Status-Status}\n")
    return dict(line.split(" ")[0].split("=", 1) for line in said.splitlines() if line.endswith(" installed"))


def locked():
    if not LOCK.is_file():
        return {}
    return dict(line.split("=", 1) for line in LOCK.read_text().splitlines() if line and not line.startswith("#"))


def compare(found, expected):
    """One line for each package that is not as packages.lock says."""
    for name in sorted(found.keys() | expected.keys()):
        have, want = found.get(name), expected.get(name)
        if have is None:
            yield f"{name} {want}: in packages.lock, not installed"
        elif want is None:
            yield f"{name} {have}: installed, not in packages.lock"
        elif have != want:
            yield f"{name}: {want} in packages.lock, {have} installed"


def mmdebstrap(content, chosen, at, scratch):
    """The command that makes the root."""
    lines = archives(content, chosen)
    wanted = manifest.packages(content)
    if chosen.deb:
        folder = scratch / "local"
        folder.mkdir()
        line, names = local_archive(chosen.deb, folder)
        lines.append(line)
        wanted += names
    # Hooks get the root as their first argument.
    hook = f"{sys.executable} {pathlib.Path(__file__).resolve()} hook"
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
               f"--architectures={content['release']['architecture']}", f"--include={','.join(wanted)}",
               '--aptopt=APT::Install-Recommends "false"', f"--dpkgopt={hooks.ROOTFS / 'etc/dpkg/dpkg.cfg.d/slipway'}",
               f"--setup-hook={hook} early \"$1\"", f"--customize-hook={hook} late \"$1\""]
    command += [f"--aptopt={line.rstrip(';')}" for line in proxies()]
    if "snapshot." in lines[0]:
        # A snapshot's index has run out by definition.
        command.append('--aptopt=Acquire::Check-Valid-Until "false"')
    command += [content["release"]["suite"], str(chosen.out), *lines]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "SOURCE_DATE_EPOCH": str(at), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                   "DEBIAN_FRONTEND": "noninteractive", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return command, environment


def refuse_target(out):
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise manifest.Refused(f"{out}: exists and is not an empty directory", f"remove it yourself, or name another: rm -r {out}")
    if out.resolve().is_relative_to(manifest.HERE):
        raise manifest.Refused(f"{out}: lies in the source tree")


def build(chosen):
    manifest.need_root("building a root")
    content, at = manifest.load(), manifest.epoch()
    chosen.out = pathlib.Path(os.path.abspath(chosen.out))
    refuse_target(chosen.out)
    log = chosen.out.with_name(chosen.out.name + ".log")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="slipway-root-") as scratch:
        # apt reads the local archive as another user.
        os.chmod(scratch, 0o755)
        command, environment = mmdebstrap(content, chosen, at, pathlib.Path(scratch))
        print(f"· {len(manifest.packages(content))} packages and what they need into {chosen.out} (log: {log})", file=sys.stderr)
        with open(log, "wb") as output:
            try:
                status = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/").returncode
            except FileNotFoundError as error:
                raise manifest.Refused("mmdebstrap: not installed", "install the packages of cmake/packages/image.txt") from error
        if status != 0:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise manifest.Refused(f"mmdebstrap failed with status {status}:\n{last}", f"the whole log: {log}")
    made = time.monotonic() - began
    print(f"· packages installed after {made:.0f} s; sealing", file=sys.stderr)
    seal.seal(chosen.out, at)
    found = installed(chosen.out)
    own = {manifest.run("dpkg-deb", "--field", file, "Package").strip() for file in chosen.deb}
    notes = list(compare({name: version for name, version in found.items() if name not in own}, locked()))
    report = {"root": str(chosen.out), "epoch": at, "packages": len(found), "seconds_install": round(made),
              "seconds": round(time.monotonic() - began), "differs_from_lock": notes}
    return told(report, notes, chosen)


def told(report, notes, chosen):
    if not LOCK.is_file():
        notes = [f"{LOCK} does not exist yet, so nothing is compared; write it with: root.py lock {report['root']}"]
    if chosen.json:
        print(json.dumps(report))
    else:
        print(f"{report['root']}: {report['packages']} packages, {report['seconds']} s")
    for note in notes:
        print(f"{'error' if chosen.locked else 'note'}: {note}", file=sys.stderr)
    if notes and chosen.locked:
        raise manifest.Refused(f"{len(notes)} packages are not those of packages.lock",
                               "give --mirror and --security-mirror a snapshot of that day, or take the new versions: root.py lock")
    return 0


def lock(chosen):
    found = installed(chosen.root)
    own = set(chosen.without)
    unknown = own - found.keys()
    if unknown:
        raise manifest.Refused(f"{chosen.root}: package {', '.join(sorted(unknown))} is not installed there")
    text = "# Every package of the image and its version. Written by images/root.py lock; a build says where it differs.\n"
    LOCK.write_text(text + "".join(f"{name}={found[name]}\n" for name in sorted(found) if name not in own))
    print(f"{LOCK}: {len(found) - len(own)} packages")
    return 0


def main():
    if sys.argv[1:2] == ["hook"]:
        return hooks.main(*sys.argv[2:4])
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: root.py build --out build/image/root && root.py lock build/image/root")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("build", help="makes the root in a new directory (as root)")
    one.add_argument("--out", type=pathlib.Path, required=True, help="directory to make")
    one.add_argument("--deb", type=pathlib.Path, action="append", default=[], help="package file to install as well; may be repeated")
    one.add_argument("--mirror", help="where the suite comes from (default: as this machine's apt)")
    one.add_argument("--security-mirror", help="where the security updates come from (default: as this machine's apt)")
    one.add_argument("--locked", action="store_true", help="other versions than packages.lock are an error")
    one.add_argument("--json", action="store_true")
    two = verbs.add_parser("lock", help="writes images/packages.lock from a root")
    two.add_argument("root", type=pathlib.Path)
    two.add_argument("--without", action="append", default=[], help="package that is built here, so has no place in the lock")
    chosen = parser.parse_args()
    return build(chosen) if chosen.verb == "build" else lock(chosen)


if __name__ == "__main__":
    manifest.guarded(main)
