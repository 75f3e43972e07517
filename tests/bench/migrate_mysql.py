#!/usr/bin/env python3
"""Copies the same rows from a MySQL and from a MariaDB into the same MariaDB, in turn, and prints a JSON record for each
shape: how fast the copy from MySQL is beside the other. Usage: migrate_mysql.py BUILD_DIR [SHAPE…]; MIGRATE_GB=0.5"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from migrate_bench import NAME, Bench, Server
from migrate_shapes import script

ROUNDS = 3


class MySqlServer(Server):
    """A MySQL of another Debian release (tests/peers/servers), with the same memory."""

    def __init__(self, directory):
        self.directory = directory
        self.socket = directory / "s"
        directory.mkdir(parents=True)
        server = pathlib.Path(__file__).resolve().parent.parent / "peers/servers/server"
        self.command = [server, "exec", "mysql", directory, "--innodb-buffer-pool-size=768M", "--max-allowed-packet=64M",
                        "--innodb-redo-log-capacity=1G", "--innodb-flush-log-at-trx-commit=2", "--disable-log-bin"]
        self.start()

    def fill_from(self, other):
        """The tables of another server's database, by a dump of its rows."""
        self.query(f"DROP DATABASE IF EXISTS {NAME}; CREATE DATABASE {NAME} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        out = subprocess.Popen(["mariadb-dump", "--no-defaults", "-u", "root", "-S", other.socket, "--quick", "--skip-comments", NAME],
                               stdout=subprocess.PIPE)
        subprocess.run(["mariadb", "--no-defaults", "-u", "root", "-S", self.socket, NAME], stdin=out.stdout, check=True)
        out.stdout.close()
        if out.wait():
            raise SystemExit("migrate: mariadb-dump failed")


def compare(bench, mysql, shape, gigabytes):
    maria = bench.source
    maria.query(f"DROP DATABASE IF EXISTS {NAME}; CREATE DATABASE {NAME} CHARACTER SET utf8mb4")
    maria.query(script(shape, gigabytes), NAME)
    mysql.fill_from(maria)
    bench.expected = maria.picture(NAME)
    seconds = {"mysql": [], "maria": []}
    for _ in range(ROUNDS):
        for name, source in (("mysql", mysql), ("maria", maria)):
            bench.source = source
            seconds[name].append(bench.measure(name, lambda database: bench.ours(database, "sql")))
    bench.source = maria
    ours, peer = (statistics.median(seconds[name]) for name in ("mysql", "maria"))
    print(json.dumps({"name": f"migrate {shape} {gigabytes:g} GB from MySQL", "ours": round(ours, 1), "peer": round(peer, 1),
                      "peer_name": "the same rows from MariaDB", "unit": "s", "ratio": round(peer / ours, 2),
                      "command": f"slipway-migrate copy, medians of {ROUNDS}"}), flush=True)


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-mysql."))
    bench = Bench(sys.argv[1], directory)
    try:
        mysql = MySqlServer(directory / "mysql")
        try:
            for shape in sys.argv[2:] or ["wide", "narrow", "blobs", "huge"]:
                compare(bench, mysql, shape, float(os.environ.get("MIGRATE_GB", "0.5")))
        finally:
            mysql.stop()
    finally:
        bench.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
