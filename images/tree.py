#!/usr/bin/env python3
"""Says what a directory tree is, and where two differ: to show that two builds gave the same."""
import argparse
import hashlib
import json
import os
import pathlib
import stat
import sys

import manifest

TYPES = [(stat.S_ISREG, "file"), (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "link"), (stat.S_ISCHR, "character device"),
         (stat.S_ISBLK, "block device"), (stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket")]


def content_digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def extended(path):
    """Capabilities, ACLs and other extended attributes: name -> hexadecimal value."""
    return {name: os.getxattr(path, name, follow_symlinks=False).hex()
            for name in sorted(os.listxattr(path, follow_symlinks=False))}


def describe(path, until, first_names):
    """Everything about one path that an installed system could notice."""
    info = os.lstat(path)
    kind = next(name for test, name in TYPES if test(info.st_mode))
    row = {"type": kind, "mode": f"{stat.S_IMODE(info.st_mode):04o}", "owner": f"{info.st_uid}:{info.st_gid}"}
    # A link's own time cannot matter to anybody; some tools cannot set it.
    if kind != "link":
        row["time"] = int(min(info.st_mtime, until))
    if kind == "file":
        row["size"] = info.st_size
        row["sha256"] = content_digest(path)
        if info.st_nlink > 1:
            row["same file as"] = first_names.setdefault((info.st_dev, info.st_ino), None)
    elif kind == "link":
        row["target"] = os.readlink(path)
    elif kind.endswith("device"):
        row["device"] = f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}"
    attributes = extended(path)
    if attributes:
        row["attributes"] = attributes
    return row, info


def walk(top):
    """Every path below top and top itself, sorted, relative."""
    yield "."
    pending = [("", entry) for entry in sorted(os.listdir(top), reverse=True)]
    while pending:
        folder, name = pending.pop()
        relative = f"{folder}{name}"
        yield relative
        path = os.path.join(top, relative)
        if os.path.isdir(path) and not os.path.islink(path):
            pending += [(f"{relative}/", entry) for entry in sorted(os.listdir(path), reverse=True)]


def digest(top, until):
    """path -> what it is. Times later than `until` count as `until`, as a build clamps them."""
    if not os.path.isdir(top):
        raise manifest.Refused(f"{top}: not a directory")
    rows = {}
    first_names = {}
    for relative in walk(top):
        path = os.path.join(top, relative)
        row, info = describe(path, until, first_names)
        if "same file as" in row:
            key = (info.st_dev, info.st_ino)
            if first_names[key] is None:
                first_names[key] = relative
                row["same file as"] = relative
        rows[relative] = row
    return rows


def differences(before, after):
    """One line for each path that differs, and how."""
    for path in sorted(before.keys() | after.keys()):
        if path not in after:
            yield f"{path}: only in the first ({before[path]['type']})"
        elif path not in before:
            yield f"{path}: only in the second ({after[path]['type']})"
        elif before[path] != after[path]:
            one, two = before[path], after[path]
            keys = [key for key in sorted(one.keys() | two.keys()) if one.get(key) != two.get(key)]
            yield f"{path}: " + ", ".join(f"{key} {one.get(key, 'none')} / {two.get(key, 'none')}" for key in keys)


def load(what, until):
    """A directory, or a file that `digest` has written."""
    if os.path.isdir(what):
        return digest(what, until)
    try:
        with open(what, encoding="utf-8") as file:
            rows = (json.loads(line) for line in file)
            return {row.pop("path"): row for row in rows}
    except (OSError, ValueError, KeyError) as error:
        raise manifest.Refused(f"{what}: neither a directory nor written by 'tree.py digest' ({error})") from error


def write(rows, out):
    for path, row in rows.items():
        out.write(json.dumps({"path": path, **row}, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog="Example: tree.py digest root >one.jsonl; tree.py compare one.jsonl root2",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epoch", type=int, help="times after this count as this (default: that of the last commit)")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("digest", help="one JSON line for each path, and the digest of all of them on the error output")
    one.add_argument("directory", type=pathlib.Path)
    two = verbs.add_parser("compare", help="names what differs; status 1 when something does")
    two.add_argument("first")
    two.add_argument("second")
    chosen = parser.parse_args()
    until = manifest.epoch() if chosen.epoch is None else chosen.epoch
    sys.stdout.reconfigure(errors="surrogateescape")
    if chosen.verb == "digest":
        rows = digest(chosen.directory, until)
        write(rows, sys.stdout)
        total = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
        print(f"{chosen.directory}: {len(rows)} paths, {total}", file=sys.stderr)
        return 0
    count = 0
    for line in differences(load(chosen.first, until), load(chosen.second, until)):
        print(line)
        count += 1
    print(f"{count} paths differ" if count else "no difference", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    manifest.guarded(main)
