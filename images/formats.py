#!/usr/bin/env python3
"""Makes the files of a release out of one raw disk, signs them, and checks what was downloaded.

  formats.py make --raw slipway.raw --out release --name slipway-0.1.0
  formats.py make --raw slipway.raw --out release --name slipway-0.1.0 --format ova,raw.zst --sign-key release.pem --json
  formats.py sign release --sign-key release.pem
  formats.py verify release --key signing-key.pub

`make` keeps a finished file whose inputs are unchanged. A file gets its name when it is whole and has been read back and compared
with the disk; until then it is NAME.part. The same disk gives the same bytes. docs/image.md tells which file is for which platform.
"""
import argparse
import contextlib
import errno
import fcntl
import json
import os
import re
import shutil
import signal
import sys
import time

import conversions
import release_notes
import signing
from raw_disk import RawDisk
from reporting import Failure, Progress, human, nearest, run_tool, say, source_date_epoch

STATE = ".formats.json"
NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*-(\d+\.\d+\.\d+[a-z0-9.+~-]*)")


def wanted_formats(text):
    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    if not kinds:
        raise Failure("--format names none", f"known: {', '.join(conversions.FORMATS)}")
    for kind in kinds:
        if kind not in conversions.FORMATS:
            raise Failure(f"--format {kind}: unknown", nearest(kind, list(conversions.FORMATS)))
    return list(dict.fromkeys(kinds))


def version_of(name):
    found = NAME.fullmatch(name)
    if not found:
        raise Failure(f"--name {name}: must end in a version", "for example --name slipway-0.1.0")
    return found[1]


@contextlib.contextmanager
def only_run_in(directory):
    """Two runs in one directory would rename each other's files."""
    try:
        os.makedirs(directory, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Failure(f"{directory}: {error.strerror}", "choose a directory that can be written: --out DIR") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Failure(f"{directory}: another run works in it", "wait for it, or choose another --out") from error
    try:
        yield
    finally:
        os.close(handle)


def load_state(directory):
    """What earlier runs finished; a damaged record means that everything is made again."""
    try:
        with open(os.path.join(directory, STATE), encoding="utf-8") as file:
            state = json.load(file)
        return state if isinstance(state, dict) else {}
    except (OSError, ValueError):
        return {}


def save_state(directory, state):
    path = os.path.join(directory, STATE)
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        json.dump(state, file, indent=1, sort_keys=True)
    os.replace(f"{path}.part", path)


def finished(path, record, inputs):
    """Whether the file is there as an earlier run left it, made from the same inputs."""
    if not record or record.get("inputs") != inputs or not os.path.isfile(path):
        return False
    return os.path.getsize(path) == record["bytes"] and signing.digest_of(path) == record["sha256"]


def remove_parts(directory, name):
    """What a run that was killed left behind; other programs' unfinished files are not ours."""
    ours = (f"{name}.", signing.SUMS, signing.PUBLIC_KEY, STATE)
    for entry in os.scandir(directory):
        if entry.name.startswith(ours) and re.search(r"\.part(\.\w+)?$", entry.name):
            os.unlink(entry.path)


def convert(job, kind, directory):
    """Makes one format; returns what the state and the report say of it."""
    ending, maker, _ = conversions.FORMATS[kind]
    path = os.path.join(directory, f"{job.name}.{ending}")
    part = f"{path}.part"
    began = time.monotonic()
    whole = Progress(kind, job.raw.size)
    try:
        maker(job, part)
        job.raw.require_unchanged()
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        record = {"format": kind, "file": os.path.basename(path), "bytes": os.path.getsize(part), "sha256": signing.digest_of(part),
                  "seconds": round(time.monotonic() - began, 1)}
        os.chmod(part, 0o644)
        os.replace(part, path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        free = human(shutil.disk_usage(directory).free)
        raise Failure(f"{kind}: no space left in {directory} ({free} free beside the unfinished file)",
                      f"make room (the disk holds {human(os.stat(job.raw.path).st_blocks * 512)}) and run it again; finished files stay") from error
    finally:
        if os.path.exists(part):
            os.unlink(part)
    whole.end(f"{record['file']}, {human(record['bytes'])} of {human(job.raw.size)}")
    return record


def others_of_release(job, kinds, directory):
    """Formats that an earlier run left under this name and that are not asked for now: they are signed, too, so they must hold this disk."""
    state = load_state(directory)
    records = []
    for kind in conversions.FORMATS:
        file = f"{job.name}.{conversions.FORMATS[kind][0]}"
        path = os.path.join(directory, file)
        if kind in kinds or not os.path.lexists(path):
            continue
        record = state.get(file)
        if not record or not finished(path, record, record.get("inputs")) or record["inputs"].get("raw") != job.sha256:
            raise Failure(f"{path}: was not made from this disk, and would be signed with it", f"delete it, or name {kind} in --format, too")
        records.append({key: value for key, value in record.items() if key != "inputs"} | {"seconds": 0.0, "kept": True})
    return records


def make_formats(job, kinds, directory):
    records = others_of_release(job, kinds, directory)
    state = load_state(directory)
    for kind in kinds:
        inputs = conversions.inputs(job, kind)
        path = os.path.join(directory, f"{job.name}.{conversions.FORMATS[kind][0]}")
        kept = finished(path, state.get(os.path.basename(path)), inputs)
        if kept:
            record = {key: value for key, value in state[os.path.basename(path)].items() if key != "inputs"} | {"seconds": 0.0}
            say(f"{kind}: {record['file']} is there and unchanged, {human(record['bytes'])}")
        else:
            # Whatever bears the name now was made from something else; it must not outlive a run that fails.
            if os.path.lexists(path):
                say(f"{kind}: {os.path.basename(path)} was made from something else and is made anew")
                os.unlink(path)
            record = convert(job, kind, directory)
            state[record["file"]] = record | {"inputs": inputs}
            save_state(directory, state)
        records.append(record | {"kept": kept})
    return sorted(records, key=lambda record: list(conversions.FORMATS).index(record["format"]))


def signing_key(given):
    if given:
        signing.require_private_key(given)
        return given
    path = signing.state_key()
    if not os.path.exists(path):
        say(f"no --sign-key: a new key of this machine is made and kept in {path}")
        signing.make_key(path)
    signing.require_private_key(path)
    return path


def make(arguments):
    kinds = wanted_formats(arguments.format)
    version = version_of(arguments.name)
    notes = release_notes.of_version(arguments.changelog, version)
    key = signing_key(arguments.sign_key)
    for kind in kinds:
        for tool in conversions.FORMATS[kind][2]:
            conversions.require_tool(tool)
    began = time.monotonic()
    with only_run_in(arguments.out), RawDisk(arguments.raw) as raw:
        remove_parts(arguments.out, arguments.name)
        progress = Progress("raw", raw.size)
        sha256 = raw.sha256(progress)
        progress.end(f"{os.path.basename(arguments.raw)}, {human(raw.size)}, sha256 {sha256[:16]}…")
        job = conversions.Job(raw, sha256, arguments.name, version, arguments.firmware, arguments.zstd_level, arguments.mtime)
        records = make_formats(job, kinds, arguments.out)
        release_notes.write(os.path.join(arguments.out, f"{arguments.name}.md"), arguments.name, notes, records, (raw.size, sha256))
        print_of_key = signing.seal(arguments.out, key, {record["file"]: record["sha256"] for record in records})
    say(f"{signing.SUMS} signed by the key {print_of_key}")
    say(f"done in {time.monotonic() - began:.1f} s")
    if arguments.json:
        print(json.dumps({"raw": {"bytes": raw.size, "sha256": sha256}, "formats": records, "key_sha256": print_of_key,
                          "seconds": round(time.monotonic() - began, 1)}, indent=1))
    return 0


def sign(arguments):
    key = signing_key(arguments.sign_key)
    with only_run_in(arguments.directory):
        say(f"{signing.SUMS} signed by the key {signing.seal(arguments.directory, key)}")
    return 0


def verify(arguments):
    sums = signing.signed_sums(arguments.directory, arguments.key)
    wrong = signing.faults(arguments.directory, sums, arguments.partial)
    if arguments.json:
        print(json.dumps({"files": sorted(sums), "faults": [{"file": name, "fault": what} for name, what in wrong]}, indent=1))
    if wrong:
        raise Failure("; ".join(f"{name} {what}" for name, what in wrong),
                      "do not use these files; download them again" + ("" if arguments.partial else " (--partial: only what is there counts)"))
    here = [name for name in sums if os.path.lexists(os.path.join(arguments.directory, name))]
    if not here:
        raise Failure(f"{arguments.directory}: none of the signed files is here", f"signed are: {', '.join(sorted(sums))}")
    say(f"{len(here)} files are as signed: {', '.join(here)}")
    return 0


def parse(words):
    root = repository()
    parser = argparse.ArgumentParser(prog="formats.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    command = verbs.add_parser("make", help="make formats, release notes, sums and signature")
    command.add_argument("--raw", required=True, metavar="FILE", help="the raw disk")
    command.add_argument("--out", required=True, metavar="DIR", help="directory of the release; what else lies in it (an SBOM) is signed, too")
    command.add_argument("--name", required=True, help="name and version of the release, such as slipway-0.1.0")
    command.add_argument("--format", default=",".join(conversions.DEFAULT), metavar="A,B",
                         help=f"default: {','.join(conversions.DEFAULT)}; also: vhdx")
    command.add_argument("--firmware", choices=("efi", "bios"), default="efi", help="what the OVA asks VMware for; the disk starts under both")
    command.add_argument("--zstd-level", type=int, default=10, choices=range(1, 23), metavar="1-22", help="of raw.zst; default 10")
    command.add_argument("--mtime", type=int, default=source_date_epoch(), metavar="SECONDS",
                         help="time of the files inside the OVA; default: SOURCE_DATE_EPOCH, else 1970")
    command.add_argument("--changelog", default=os.path.join(root, "CHANGELOG.md"), metavar="FILE", help="where the release notes come from")
    command.add_argument("--sign-key", metavar="FILE", help=f"private RSA key (PEM); default: a key of this machine, {signing.state_key()}")
    command.add_argument("--json", action="store_true", help="a report on standard output")
    command = verbs.add_parser("sign", help="sums and signature of a directory anew, after a file was added")
    command.add_argument("directory", metavar="DIR")
    command.add_argument("--sign-key", metavar="FILE")
    command = verbs.add_parser("verify", help="check signature and sums, and name what is wrong")
    command.add_argument("directory", metavar="DIR")
    command.add_argument("--key", required=True, metavar="PUB", help="the publisher's public key (PEM)")
    command.add_argument("--partial", action="store_true", help="only some files were downloaded, or others lie in the same directory")
    command.add_argument("--json", action="store_true", help="the faults on standard output")
    return parser.parse_args(words)


def repository():
    return os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def interrupted(number, frame):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupted)
    verbs = {"make": make, "sign": sign, "verify": verify}

    def work():
        arguments = parse(sys.argv[1:])
        return verbs[arguments.verb](arguments)

    return run_tool("formats", work)


if __name__ == "__main__":
    sys.exit(main())
