#!/usr/bin/env python3
"""clang-tidy over every source file that has changed since it was last found clean. `tidy.py BUILD_DIR JOBS [FILE…]`

A file is clean as long as nothing it depends on changes: its text, the headers of ours that it reaches, the way it is
compiled, the checks and clang-tidy itself. The stamps of clean files, named by all that, lie outside the checkout."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLEAN = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "slipway/tidy"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


class Tree:
    """Texts of the files of ours, and which of them a file reaches."""

    def __init__(self, build):
        self.places = [ROOT, build]
        self.texts = {}

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = path.read_bytes()
        return self.texts[path]

    def reached(self, path):
        seen, waiting = set(), [path]
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            for name in INCLUDE.findall(self.text(file)):
                found = [place / name.decode() for place in [file.parent, *self.places] if (place / name.decode()).is_file()]
                waiting += found[:1]
        return sorted(seen)


def checks_of(path):
    """The .clang-tidy files that apply, nearest first."""
    return [folder / ".clang-tidy" for folder in path.parents if folder.is_relative_to(ROOT) and (folder / ".clang-tidy").is_file()]


def main():
    build, jobs, wanted = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), sys.argv[3:]
    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout
    commands = {pathlib.Path(entry["file"]): entry["command"].encode() for entry in json.loads((build / "compile_commands.json").read_text())}
    names = subprocess.run(["git", "ls-files", "*.cpp"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    tree, todo = Tree(build), []
    for name in wanted or names:
        path = ROOT / name
        key = digest(version, name.encode(), commands.get(path, b""), *(tree.text(part) for part in checks_of(path) + tree.reached(path)))
        if not (CLEAN / key).is_file():
            todo.append((name, CLEAN / key))
    print(f"  {len(todo)} of {len(wanted or names)} files to look at", file=sys.stderr, flush=True)

    def look(job):
        name, stamp = job
        done = subprocess.run(["clang-tidy", "--quiet", "-p", build, "--extra-arg=-Wno-unknown-warning-option", name], cwd=ROOT,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if done.returncode == 0:
            CLEAN.mkdir(parents=True, exist_ok=True)
            stamp.write_text(name)
        return name, done

    began, findings = time.monotonic(), []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for count, future in enumerate(concurrent.futures.as_completed([pool.submit(look, job) for job in todo]), 1):
            name, done = future.result()
            if done.returncode != 0:
                findings.append(name)
                print(done.stdout.decode(errors="replace") or f"{name}: clang-tidy ended with {done.returncode}", flush=True)
            if count % 20 == 0:
                rest = (time.monotonic() - began) / count * (len(todo) - count)
                print(f"  {count} of {len(todo)}, about {rest / 60:.0f} min left", file=sys.stderr, flush=True)
    if findings:
        raise SystemExit(f"clang-tidy: {len(findings)} files with findings: {' '.join(sorted(findings))}")
    print("clang-tidy: clean", file=sys.stderr)


if __name__ == "__main__":
    main()
