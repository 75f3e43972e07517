#!/usr/bin/env python3
"""Takes from a tree what belongs to one machine or one build: keys, identities, logs, caches, times.

`seal` changes the tree; `check` only names what is left over (status 1 when there is any)."""
import argparse
import os
import pathlib
import re
import shutil
import stat
import struct

import manifest
import tree

# Files that go. A pattern ending in /** empties a directory and keeps it with its mode.
GONE = [
    # secrets and identities: each machine makes its own
    "etc/ssh/ssh_host_*", "var/lib/systemd/random-seed", "var/lib/systemd/credential.secret", "var/lib/dbus/machine-id",
    "etc/ssl/private/*", "etc/slipway/secrets/**", "etc/slipway/tls/**", "etc/slipway/first-boot.toml*",
    "var/lib/slipway/first-boot/**", "etc/systemd/network/05-slipway.network", "etc/nftables.d/10-management.nft",
    "etc/cloud/cloud.cfg.d/95_slipway_first_boot.cfg", "etc/sudoers.d/90-slipway-operator", "root/.ssh", "home/*/.ssh/authorized_keys",
    # the history of the build
    "var/lib/cloud/**", "run/**", "tmp/**", "var/tmp/**", "var/backups/**", "var/lib/dhcp/*.leases", "var/lib/chrony/*",
    "var/lib/systemd/timers/**", "var/lib/systemd/timesync/**", "var/lib/systemd/linger/**", "var/lib/systemd/coredump/**",
    "var/lib/fail2ban/**", "var/lib/private/**", "root/.*_history", "root/.cache", "root/.ansible", "home/*/.*_history",
    "home/*/.ansible", "etc/.pwd.lock", "etc/cloud/cloud-init.disabled", "etc/systemd/network/10-cloud-init-*", "etc/nftables.d/trial.nft", "etc/fail2ban/jail.d/trial.local",
    "var/lib/unattended-upgrades/**", "var/lib/apt/periodic/*", "var/lib/logrotate/status",
    # the database and the metrics are made on first use
    "srv/slipway/mysql/**", "srv/slipway/mysql.new", "srv/slipway/prometheus/**", "srv/slipway/slipway/**",
    "etc/mysql/mariadb.conf.d/70-machine.cnf", "srv/slipway/lost+found", "lost+found",
    # what programs make anew
    "var/lib/apt/lists/**", "var/cache/apt/**", "var/cache/ldconfig/**", "var/cache/apparmor/**", "var/cache/debconf/*-old",
    "var/cache/nginx/**", "var/lib/dpkg/*-old", "var/lib/ucf/*.[0-9]",
    "etc/passwd-", "etc/shadow-", "etc/group-", "etc/gshadow-", "etc/subuid-", "etc/subgid-",
    # settings of the building machine
    "etc/apt/sources.list", "etc/apt/apt.conf.d/99mmdebstrap", "etc/dpkg/dpkg.cfg.d/99mmdebstrap", "usr/sbin/policy-rc.d",
]
# apt wants these, empty.
WANTED = [("var/lib/apt/lists/partial", 0o700), ("var/cache/apt/archives/partial", 0o700), ("var/log/journal", 0o2755)]
EMPTY = ["etc/machine-id"]
# systemd compares their time with that of /usr: without them the first boot rebuilds hardware database, library cache and catalogue.
UP_TO_DATE = ["etc/.updated", "var/.updated"]
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
# Where a key could lie; programs' own test keys in /usr are part of their packages.
KEYS_IN = ["etc", "root", "home", "srv", "var", "opt"]


def places(pattern):
    """The pattern, and where what it names lies when its directory is one of the data volume."""
    yield pattern
    for name, path, *_ in manifest.data_directories():
        if pattern.startswith(path.lstrip("/") + "/"):
            yield f"srv/slipway/{name}" + pattern[len(path) - 1:]


def expand(top, pattern):
    """The paths of a pattern that exist; for DIR/** what is in DIR."""
    found = []
    for place in places(pattern):
        if place.endswith("/**"):
            found += [path for folder in sorted(top.glob(place[:-3])) if folder.is_dir() and not folder.is_symlink()
                      for path in sorted(folder.iterdir())]
        else:
            found += sorted(top.glob(place))
    return found


def leftovers(top):
    """Paths that seal would take away."""
    kept = {top / path for path, _ in WANTED} | {(top / path).parent for path, _ in WANTED}
    for pattern in GONE:
        yield from (path for path in expand(top, pattern) if path not in kept or any(below.is_file() for below in path.rglob("*")))
    yield from logs(top)
    yield from (top / path for path in EMPTY if (top / path).is_file() and (top / path).stat().st_size)


def logs(top):
    """Files below /var/log; its directories stay, programs do not make them again."""
    for folder, _, files in os.walk(top / "var/log"):
        for name in sorted(files):
            yield pathlib.Path(folder) / name
    for folder in sorted((top / "var/log/journal").glob("*")):
        yield folder


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def shadow_dates(top, at):
    """Passwords were last changed on the day of the build, not of the commit."""
    path = top / "etc/shadow"
    if not path.is_file():
        return
    rows = [line.split(":") for line in path.read_text().splitlines()]
    for row in rows:
        if row[2].isdigit():
            row[2] = str(min(int(row[2]), at // 86400))
    rewrite(path, "".join(":".join(row) + "\n" for row in rows))


def rewrite(path, text):
    """New content, same file: owner, mode and links stay."""
    with open(path, "r+", encoding="utf-8") as file:
        file.write(text)
        file.truncate()


def compiled(path, at):
    """A .pyc bears its source's time: when that is clamped, so must this be, or Python compiles it anew at every start."""
    with open(path, "r+b") as file:
        head = file.read(16)
        if len(head) == 16 and head[4:8] == b"\0\0\0\0" and struct.unpack("<I", head[8:12])[0] > at:
            file.seek(8)
            file.write(struct.pack("<I", at))


def clamp(top, at):
    """No time after that of the commit."""
    for relative in tree.walk(top):
        path = os.path.join(top, relative)
        if relative.endswith(".pyc"):
            compiled(path, at)
    # From the leaves up: what is done inside a directory must not touch it again. Nanoseconds go with the times that stay too.
    for relative in sorted(tree.walk(top), reverse=True):
        path = os.path.join(top, relative)
        info = os.lstat(path)
        when = min(int(info.st_mtime), at)
        os.utime(path, (when, when), follow_symlinks=False)


def number(top, database, name):
    """The id of a user or group of the tree, not of the building machine."""
    for line in (top / database).read_text().splitlines():
        if line.split(":")[0] == name:
            return int(line.split(":")[2])
    return 0


def refuse_wrong_place(top):
    if not (top / "etc/debian_version").is_file():
        raise manifest.Refused(f"{top}: not the root of a Debian system", "give the directory that root.py has built")
    if os.path.samefile(top, "/"):
        raise manifest.Refused("/ is this machine's own root: not touched")
    if os.path.ismount(top / "proc") or os.path.ismount(top / "dev"):
        raise manifest.Refused(f"{top}: something is mounted inside", "unmount it first: sealing deletes files")


def seal(top, at):
    """Takes away everything of GONE and clamps every time. Running it again changes nothing."""
    refuse_wrong_place(top)
    for pattern in GONE:
        for path in expand(top, pattern):
            remove(path)
    for path in list(logs(top)):
        remove(path)
    owners = {"var/log/journal": (0, number(top, "etc/group", "systemd-journal"))}
    for path, mode in WANTED:
        folder = top / path
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, *owners.get(path, (number(top, "etc/passwd", "_apt"), 0)))
        folder.chmod(mode)
    for path in EMPTY:
        (top / path).write_bytes(b"")
        (top / path).chmod(0o444)
    for path in UP_TO_DATE:
        (top / path).write_text(f"# Up to date as of the build.\nTIMESTAMP_NSEC={at}000000000\n")
        os.utime(top / path, (at, at))
    shadow_dates(top, at)
    clamp(top, at)


def secrets(top):
    """(path, why): what must not be in an image, wherever it lies."""
    for line in (top / "etc/shadow").read_text().splitlines():
        user, password = line.split(":")[:2]
        if password == "" or password.startswith("$"):
            yield top / "etc/shadow", f"user {user} has {'no password at all' if password == '' else 'a password'}"
    for name in KEYS_IN:
        for folder, _, files in os.walk(top / name):
            for entry in sorted(files):
                path = pathlib.Path(folder) / entry
                if entry in ("authorized_keys", "authorized_keys2"):
                    yield path, "lets somebody in"
                elif stat.S_ISREG(path.lstat().st_mode) and path.lstat().st_size < 1 << 20 and PRIVATE_KEY.search(path.read_bytes()):
                    yield path, "holds a private key"


def archives(top, allowed):
    """Package sources other than the manifest's: a mirror of the building machine."""
    listed = [top / "etc/apt/sources.list", *(top / "etc/apt/sources.list.d").glob("*")]
    for path in listed:
        for address in re.findall(r"(?:https?|ftp|file|copy):\S+", path.read_text()) if path.is_file() else []:
            if address.rstrip("/") not in allowed:
                yield path, f"names {address}"


def check(top, allowed):
    """Every leftover: (path below the top, why)."""
    found = [(path, "belongs to one machine or one build") for path in leftovers(top)]
    found += [*secrets(top), *archives(top, allowed)]
    return [(str(path.relative_to(top)), why) for path, why in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: seal.py seal root && seal.py check root",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["seal", "check"])
    parser.add_argument("directory", type=pathlib.Path)
    chosen = parser.parse_args()
    if not chosen.directory.is_dir():
        raise manifest.Refused(f"{chosen.directory}: not a directory")
    if chosen.verb == "seal":
        manifest.need_root("sealing a tree")
        seal(chosen.directory, manifest.epoch())
        return 0
    found = check(chosen.directory, set(manifest.public_archives(chosen.directory)))
    for path, why in found:
        print(f"{path}: {why}")
    print(f"{chosen.directory}: {len(found)} leftovers" if found else f"{chosen.directory}: nothing left over")
    return 1 if found else 0


if __name__ == "__main__":
    manifest.guarded(main)
