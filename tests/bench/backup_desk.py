"""The server that `./dev bench backup` saves: an embedded Slipway's data directory, filled with a desk, run by the bench itself."""
import getpass
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from backup_data import SCHEMA, TABLES, rows_of, transactions
from migrate_bench import Server, peak_memory

USER = getpass.getuser()
CLIENT = ["mariadb", "--no-defaults", "-u", USER]
# As Slipway starts its own, with the binary log of a backed-up server.
OPTIONS = ["--skip-networking", "--character-set-server=utf8mb4", "--default-time-zone=+00:00", "--max-allowed-packet=64M", "--performance-schema=OFF",
           "--innodb-buffer-pool-size=256M", "--innodb-log-file-size=64M", "--local-infile=1"]
FAST = ["--innodb-flush-log-at-trx-commit=2", "--sync-binlog=0"]  # to fill it; what is measured of ours is told where it is


class Desk(Server):
    """A server on a data directory that is there already."""

    def __init__(self, directory, *more):
        self.directory = pathlib.Path(directory)
        (self.directory / "tmp").mkdir(exist_ok=True)
        self.data = self.directory / "data"
        self.socket = self.directory / "s"
        self.command = ["mariadbd", "--no-defaults", f"--datadir={self.data}", f"--tmpdir={self.directory}/tmp", f"--user={USER}",
                        f"--socket={self.socket}", f"--pid-file={self.directory}/pid", *OPTIONS, *more]
        self.start()

    def start(self):
        with open(self.directory / "bench.log", "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        deadline = time.monotonic() + 120
        while subprocess.run([*CLIENT, "-S", self.socket, "-e", "SELECT 1"], capture_output=True).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"backup: server does not start: {(self.directory / 'bench.log').read_text()[-800:]}")
            time.sleep(0.02)

    def query(self, sql, database=""):
        done = subprocess.run([*CLIENT, "-S", self.socket, "-N", "-B", *([database] if database else [])], input=sql.encode(), check=True,
                              stdout=subprocess.PIPE)
        return done.stdout.decode()

    def sums(self):
        return self.query("CHECKSUM TABLE " + ", ".join(f"desk.{table}" for table in TABLES))

    def fill(self, gigabytes):
        """In no binary log, like a desk that has been there for long."""
        self.query("SET sql_log_bin = 0;" + SCHEMA)
        for table, rows in rows_of(gigabytes):
            load = f"SET sql_log_bin = 0, unique_checks = 0; LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE {table} CHARACTER SET "
            load += "binary" if table == "attachment" else "utf8mb4"
            client = subprocess.Popen([*CLIENT, "-S", self.socket, "--local-infile=1", "desk", "-e", load], stdin=subprocess.PIPE)
            client.stdin.writelines(rows)
            client.stdin.close()
            if client.wait():
                raise SystemExit(f"backup: table {table} is not filled")

    def write(self, sessions, megabytes, gigabytes):
        """Several clients at once; what they write is the same every time, its order is not."""
        def run(session):
            client = subprocess.Popen([*CLIENT, "-S", self.socket, "desk"], stdin=subprocess.PIPE, text=True)
            client.stdin.writelines(transactions(session, megabytes / sessions, gigabytes))
            client.stdin.close()
            failed[session] = client.wait()

        failed = [1] * sessions
        threads = [threading.Thread(target=run, args=(session,)) for session in range(sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if any(failed):
            raise SystemExit("backup: a client could not write")

    def binary_logs(self):
        return [self.data / name for name in self.query("SELECT @@log_bin_basename; SHOW BINARY LOGS").split() if name.startswith("binlog.")]


def size_of(directory):
    """Megabytes of a data directory, but for binary logs."""
    return sum(file.stat().st_size for file in pathlib.Path(directory).rglob("*") if file.is_file() and not file.name.startswith("binlog.")) / 1e6


def children_of(pid):
    try:
        return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


class Run:
    """A command run to its end: seconds, CPU seconds of all its processes, the peak memory of each by its name, its output."""

    def __init__(self, command, **more):
        self.lines = []  # of standard error: seconds since the start, text
        self.peaks = {}
        own, began = os.times(), time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, text=True,
                                   start_new_session=True, **more)
        reading = threading.Thread(target=self.read_words, args=(process.stderr, began))
        watching = threading.Thread(target=self.watch, args=(process,))
        reading.start()
        watching.start()
        try:
            self.output = process.stdout.read() if process.stdout else ""
            status = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        self.seconds, after = time.monotonic() - began, os.times()
        reading.join()
        watching.join()
        self.cpu = after.children_user + after.children_system - own.children_user - own.children_system
        if status:
            raise SystemExit(f"backup: {command[0]} ended with {status}: " + "\n".join(text for _, text in self.lines)[-1500:])

    def read_words(self, stream, began):
        for line in stream:
            self.lines.append((time.monotonic() - began, line.rstrip()))

    def watch(self, process):
        while process.poll() is None:
            for pid in [process.pid, *children_of(process.pid)]:
                try:
                    name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
                    if name == "python3":  # not begun yet
                        continue
                    self.peaks[name] = max(self.peaks.get(name, 0), peak_memory(pid) / 1e6)
                except OSError:
                    pass  # has ended
            time.sleep(0.02)

    def second_of(self, word):
        return next(second for second, text in self.lines if word in text)

    def json(self):
        return json.loads(self.output)


def shell(line):
    """A pipeline as people type it; fails when any part does."""
    return Run(["bash", "-o", "pipefail", "-c", line])
