#!/usr/bin/env python3
"""Copies a database while the tool, the source's server and the target's server are killed with -9 at random times, and
resumes until it is done; then compares every row, and begins again until KILLS kills have happened.
Usage: migrate_kills.py BUILD_DIR; sizes and numbers: KILLS=200 KILLS_GB=1 KILLS_SEED=7. Prints one JSON record."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from migrate_bench import NAME, Server
from migrate_shapes import script

TARGET = "copy"
# Seconds within which a copy is killed: rows are kept chunk by chunk, files only when they are imported.
WITHIN = {"sql": 4.0, "auto": 15.0}
UNAVAILABLE = 12  # the exit status of slipway-migrate when a server goes away


class Kills:
    def __init__(self, build, directory, dice):
        self.program = pathlib.Path(build).resolve() / "bin" / "slipway-migrate"
        self.directory = directory
        self.dice = dice
        self.source = Server(directory / "source")
        self.target = Server(directory / "target")
        self.killed = {"tool": 0, "source": 0, "target": 0}
        self.copies = 0
        self.method = ""

    def copy(self):
        log = open(self.directory / "log", "wb")
        return subprocess.Popen(
            [self.program, "copy", "--resume", "--method", self.method, "--source", f"socket={self.source.socket},user=root,db={NAME}",
             "--target", f"socket={self.target.socket},user=root,db={TARGET}"], stdout=log, stderr=log)

    def committed(self):
        """Rows whose chunks are recorded; none before the records are there."""
        if not self.target.query(f"SHOW TABLES FROM {TARGET} LIKE 'slipway_copy_chunk'").strip():
            return 0
        return int(self.target.query("SELECT COALESCE(SUM(row_count), 0) FROM slipway_copy_chunk", TARGET))

    def disturb(self, child):
        """Kills one of the three at a random time of the copy; False when it was done before."""
        try:
            child.wait(self.dice.uniform(0.1, WITHIN[self.method]))
            if child.returncode != 0:
                raise SystemExit(f"kills: {(self.directory / 'log').read_text()}")
            return False
        except subprocess.TimeoutExpired:
            pass
        victim = self.dice.choice(list(self.killed))
        self.killed[victim] += 1
        if victim == "tool":
            child.kill()
            child.wait()
            return True
        server = getattr(self, victim)
        server.kill()
        child.wait(120)
        # It may have been done in the very moment; else it says which side is gone.
        if child.returncode not in (0, UNAVAILABLE):
            raise SystemExit(f"kills: exit {child.returncode} after the {victim} was killed: {(self.directory / 'log').read_text()}")
        server.start()
        return child.returncode != 0

    def whole_copy(self, kills):
        """One copy with kills in it until it is done; what was committed is never copied again."""
        self.target.query(f"DROP DATABASE IF EXISTS {TARGET}; CREATE DATABASE {TARGET} CHARACTER SET utf8mb4")
        before = 0
        self.method = self.dice.choice(list(WITHIN))
        while True:
            child = self.copy()
            if sum(self.killed.values()) >= kills:
                if child.wait(600) != 0:
                    raise SystemExit(f"kills: {(self.directory / 'log').read_text()}")
                break
            if not self.disturb(child):
                break
            now = self.committed()
            print(f"  {self.killed}, {now} rows are there", file=sys.stderr, flush=True)
            if now < before:
                raise SystemExit(f"kills: {before} rows were committed, {now} are left")
            before = now
        if self.target.picture(TARGET) != self.source.picture(NAME):
            raise SystemExit("kills: the copy differs from its source")
        self.copies += 1
        print(f"  copy {self.copies}: ({self.method}): equal after kills {self.killed}", file=sys.stderr, flush=True)


def main():
    kills = int(os.environ.get("KILLS", "200"))
    gigabytes = float(os.environ.get("KILLS_GB", "1"))
    seed = int(os.environ.get("KILLS_SEED", "7"))
    directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-kills."))
    began = time.monotonic()
    work = Kills(sys.argv[1], directory, random.Random(seed))
    try:
        work.source.query(f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4")
        work.source.query(script("desk", gigabytes), NAME)
        while sum(work.killed.values()) < kills:
            work.whole_copy(kills)
        survived = sum(work.killed.values())
        print(json.dumps({"name": f"kills {gigabytes:g} GB", "ours": survived, "peer": survived, "peer_name": "kills in all", "unit": "kills",
                          "ratio": 1.0, "command": f"slipway-migrate copy --resume: {work.killed}, {work.copies} copies equal, seed {seed}, "
                                                   f"{time.monotonic() - began:.0f} s"}))
    finally:
        work.source.stop()
        work.target.stop()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
