#!/usr/bin/env python3
"""Copies the same databases with several tools, one after the other on the same two servers, and prints a JSON record
for each comparison. Every copy is compared with its source before its time counts."""
import getpass
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from migrate_shapes import SHAPES, script

NAME = "desk"
# What a copy that chooses by itself moves by SQL.
BY_SQL = {"blobs"}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


class Server:
    """A private MariaDB on a socket; ended by its process id."""

    def __init__(self, directory):
        self.directory = directory
        (directory / "tmp").mkdir(parents=True)
        self.socket = directory / "s"
        user = getpass.getuser()
        common = [f"--datadir={directory}/data", f"--tmpdir={directory}/tmp", f"--user={user}"]
        subprocess.run(["mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", *common],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.command = ["mariadbd", "--no-defaults", *common, f"--socket={self.socket}", f"--pid-file={directory}/pid", "--skip-networking",
                        "--innodb-buffer-pool-size=768M", "--innodb-log-file-size=512M", "--innodb-flush-log-at-trx-commit=2",
                        "--max-allowed-packet=64M", "--skip-log-bin"]
        self.start()

    def start(self):
        with open(self.directory / "log", "wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        for _ in range(600):
            if subprocess.run(["mariadb-admin", "--no-defaults", "-u", "root", "-S", self.socket, "ping"], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit(f"migrate: server did not start: {(self.directory / 'log').read_text()[-500:]}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def query(self, sql, database=""):
        done = subprocess.run(["mariadb", "--no-defaults", "-u", "root", "-S", self.socket, "-N", "-B", *([database] if database else [])],
                              input=sql.encode(), check=True, stdout=subprocess.PIPE)
        return done.stdout.decode()

    def picture(self, database):
        """Sums over every row; virtual columns apart, because CHECKSUM TABLE reads them as they happen to lie in memory."""
        tables = self.query(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{database}' ORDER BY 1").split()
        sums = [self.query(f"SHOW KEYS FROM {table}", database).count("\n") for table in tables]
        for table in tables:
            names = self.query("SELECT GROUP_CONCAT(CONCAT('`', column_name, '`') ORDER BY ordinal_position) FROM information_schema.columns "
                               f"WHERE table_schema = '{database}' AND table_name = '{table}'").strip()
            sums.append(self.query(f"SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', {names}))) FROM {table}", database))
        return sums

    def settle(self):
        """Writes what waits in memory, as it is on a server at rest; else the first tool after a change pays for it."""
        before = self.query("SELECT @@innodb_io_capacity_max, @@innodb_io_capacity, @@innodb_max_dirty_pages_pct, @@innodb_max_dirty_pages_pct_lwm").split()
        names = ("innodb_io_capacity_max", "innodb_io_capacity", "innodb_max_dirty_pages_pct", "innodb_max_dirty_pages_pct_lwm")
        self.query("SET GLOBAL innodb_io_capacity_max = 20000; SET GLOBAL innodb_io_capacity = 20000; SET GLOBAL innodb_max_dirty_pages_pct = 0")
        for _ in range(1200):
            if int(self.query("SHOW GLOBAL STATUS LIKE 'Innodb_checkpoint_age'").split()[1]) < 1_000_000:
                break
            time.sleep(0.1)
        else:
            raise SystemExit("migrate: a server does not come to rest")
        for name, value in reversed(list(zip(names, before))):
            self.query(f"SET GLOBAL {name} = {value}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Bench:
    def __init__(self, build, directory):
        self.peak_megabytes = 0
        self.report = {}
        self.program = pathlib.Path(build).resolve() / "bin" / "slipway-migrate"
        self.directory = directory
        self.source = Server(directory / "source")
        self.target = Server(directory / "target")

    def close(self):
        self.source.stop()
        self.target.stop()

    def measure(self, name, work):
        """Seconds and CPU seconds of `work(database)`, whose copy is compared and dropped. Settles the disk first."""
        self.target.query(f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} CHARACTER SET utf8mb4")
        self.target.settle()
        os.sync()
        servers = {"source": self.source.process.pid, "target": self.target.process.pid}
        before = {key: cpu_seconds(pid) for key, pid in servers.items()}
        own = os.times()
        began = time.monotonic()
        work(name)
        seconds = time.monotonic() - began
        after = os.times()
        cpu = {key: round(cpu_seconds(pid) - before[key], 1) for key, pid in servers.items()}
        cpu["tool"] = round(after.children_user + after.children_system - own.children_user - own.children_system, 1)
        if self.target.picture(name) != self.expected:
            raise SystemExit(f"migrate: {name}: the copy differs from its source")
        self.target.query(f"DROP DATABASE {name}")
        print(f"  {name}: {seconds:.1f} s, CPU {cpu}", file=sys.stderr, flush=True)
        return seconds

    def ours(self, database, method):
        arguments = [self.program, "copy", "--source", f"socket={self.source.socket},user=root,db={NAME}",
                     "--target", f"socket={self.target.socket},user=root,db={database}", "--method", method,
                     *os.environ.get("COPY_ARGS", "").split()]
        with open(self.directory / "ours.log", "wb") as log:
            process = subprocess.Popen(arguments, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit((self.directory / "ours.log").read_text())
        self.peak_megabytes = max(self.peak_megabytes, usage.ru_maxrss / 1024)
        self.report = json.loads((self.directory / "ours.log").read_text().splitlines()[-1])
        if os.environ.get("COPY_KEEP_LOG"):
            sys.stderr.write((self.directory / "ours.log").read_text())

    def backup(self, then_prepare):
        """Seconds of a streamed backup, and of what makes it ready to be imported or, without that, safe on the disk."""
        files = self.directory / "backup"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir()
        os.sync()
        began, own = time.monotonic(), os.times()
        with open(self.directory / "backup.log", "wb") as log:
            out = subprocess.Popen(["mariadb-backup", "--no-defaults", "--backup", "--stream=mbstream", f"--databases={NAME}", "--user=root",
                                    f"--socket={self.source.socket}", f"--datadir={self.source.directory}/data"], stdout=subprocess.PIPE, stderr=log)
            subprocess.run(["mbstream", "-x", "-C", files], stdin=out.stdout, check=True)
            out.stdout.close()
            if out.wait():
                raise SystemExit("migrate: mariadb-backup failed")
            streamed = time.monotonic() - began
            if then_prepare:
                subprocess.run(["mariadb-backup", "--no-defaults", "--prepare", "--export", f"--target-dir={files}"], check=True, stdout=log, stderr=log)
            else:
                os.sync()
        seconds, after = time.monotonic() - began, os.times()
        cpu = after.children_user + after.children_system - own.children_user - own.children_system
        what = "prepared" if then_prepare else "on the disk"
        print(f"  backup: {streamed:.1f} s, {what} {seconds:.1f} s, CPU {cpu:.1f}", file=sys.stderr, flush=True)
        shutil.rmtree(files)
        return streamed, seconds

    def dump(self, database):
        out = subprocess.Popen(["mariadb-dump", "--no-defaults", "-u", "root", "-S", self.source.socket, "--single-transaction", "--quick", NAME],
                               stdout=subprocess.PIPE)
        subprocess.run(["mariadb", "--no-defaults", "-u", "root", "-S", self.target.socket, database], stdin=out.stdout, check=True)
        out.stdout.close()
        if out.wait():
            raise SystemExit("migrate: mariadb-dump failed")

    def mydumper(self, threads):
        def work(database):
            files = self.directory / "mydumper"
            shutil.rmtree(files, ignore_errors=True)
            # Rows 50,000 at a time, so that one huge table is shared among its threads too.
            subprocess.run(["mydumper", "-u", "root", "-S", self.source.socket, "-B", NAME, "-o", files, "-t", str(threads), "-r", "50000",
                            "--trx-consistency-only"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            loaded = subprocess.run(["myloader", "-u", "root", "-S", self.target.socket, "-B", database, "-d", files, "-t", str(threads)],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if loaded.returncode:
                raise SystemExit(f"migrate: myloader failed: {loaded.stderr[-1000:]}")
            shutil.rmtree(files)
        return work

    def compare(self, shape, gigabytes, peers):
        print(f"{shape}, {gigabytes:g} GB", file=sys.stderr, flush=True)
        self.source.query(f"DROP DATABASE IF EXISTS {NAME}; CREATE DATABASE {NAME} CHARACTER SET utf8mb4")
        self.source.query(script(shape, gigabytes), NAME)
        self.expected = self.source.picture(NAME)
        rows, size = self.source.query("SELECT SUM(table_rows), SUM(data_length) FROM information_schema.tables "
                                       f"WHERE table_schema = '{NAME}'").split()
        self.source.settle()
        _, prepared = self.backup(then_prepare=True)
        streamed, on_disk = self.backup(then_prepare=False)
        seconds, method = {}, {}
        # As people type it, the copy chooses the method; then the other one.
        for way in ("auto", "sql", "physical"):
            if way == "auto" or way != method["auto"]:
                seconds[way] = self.measure(f"by_{way}", lambda database, way=way: self.ours(database, way))
                method[way] = self.report["method"]
                if way == "auto" and (method[way] == "sql") != (shape in BY_SQL):
                    raise SystemExit(f"migrate: {shape} went by {method[way]}: {self.report['method_reason']}")
                if method[way] == "physical":
                    files, compared = self.report["files_seconds"], seconds[way]
        what = f"{rows} rows, {int(size) // 1_000_000} MB, keys and verification included, peak {self.peak_megabytes:.0f} MB"
        label = f"migrate {shape} {gigabytes:g} GB"
        backups = {"mariadb-backup, streamed": streamed, "mariadb-backup, streamed, on the disk": on_disk, "mariadb-backup and its preparation": prepared}
        for name, theirs in backups.items():
            record(f"{label} files", files, theirs, name, "slipway-migrate copy: files taken, imported and on the disk")
        record(f"{label} files, compared", compared, on_disk, "mariadb-backup, streamed, on the disk", f"slipway-migrate copy, {what}")
        for peer in peers:
            if peer == "mydumper":
                runs = {threads: self.measure(f"mydumper_{threads}", self.mydumper(threads)) for threads in (2, 4)}
                best = min(runs, key=runs.get)
                name, theirs = f"mydumper + myloader, {best} threads", runs[best]
            else:
                name, theirs = "mariadb-dump | mariadb", self.measure("dump", self.dump)
            for way, ours in seconds.items():
                record(f"{label} by {'SQL' if method[way] == 'sql' else 'files'}", ours, theirs, name, f"slipway-migrate copy --method {way}, {what}")
                if way == "auto":
                    record(label, ours, theirs, name, f"slipway-migrate copy, {what}")


def record(name, ours, peer, peer_name, command):
    print(json.dumps({"name": name, "ours": round(ours, 1), "peer": round(peer, 1), "peer_name": peer_name, "unit": "s",
                      "ratio": round(peer / ours, 2), "command": command}), flush=True)


def main():
    shapes = sys.argv[2:] or [shape for shape in SHAPES if shape != "desk"]
    peers = os.environ.get("MIGRATE_PEERS", "mydumper mariadb-dump").split()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-migrate."))
    bench = Bench(sys.argv[1], directory)
    try:
        for gigabytes in os.environ.get("MIGRATE_GB", "1").split():
            for shape in shapes:
                bench.compare(shape, float(gigabytes), peers)
    finally:
        bench.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
