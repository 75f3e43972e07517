#!/usr/bin/env python3
"""Saves and restores the same server with Slipway and with what people use without it, by turns on one machine in one run, and prints a
JSON record for each comparison: medians. Files are read from a warm page cache, but for mariadb-backup, which reads past it; what is
written is synced before its time ends."""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from backup_desk import FAST, USER, Desk, Run, shell, size_of
from migrate_bench import peak_memory

GIGABYTES = float(os.environ.get("BACKUP_GB", "2"))
LOG_MEGABYTES = float(os.environ.get("BACKUP_LOG_MB", "250"))
ROUNDS = int(os.environ.get("BACKUP_ROUNDS", "3"))
PARTS = os.environ.get("BACKUP_PARTS", "backups quiet_hour restores archive replays memory").split()  # in this order; some need those before them
SESSIONS = 4
MEMORY_GOAL_MB = 300


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def empty(directory):
    """A new directory, with nothing left to write from before."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    os.sync()
    return directory


class Bench:
    def __init__(self, build, top):
        self.programs = pathlib.Path(build).resolve() / "bin"
        self.top = top
        self.state = top / "state"
        self.peaks = {}

    def slipway(self, *words, config="slipway.toml", form=("--json",)):
        run = Run([self.programs / "slipway", "--config", self.top / config, *words, *form])
        for name, megabytes in run.peaks.items():
            key = f"{name} of {words[0]}"
            self.peaks[key] = max(self.peaks.get(key, 0), megabytes)
        return run

    def mariadb_backup(self):
        return (f"mariadb-backup --no-defaults --backup --stream=mbstream --user={USER} --socket={self.desk.socket} --datadir={self.desk.data} "
                f"--target-dir={self.top}/tmp")

    def configure(self, name, repositories, enabled):
        """Two repositories in a directory, which is the scratch directory too, and holds the key."""
        for part in ("even", "odd"):
            (repositories / part).mkdir(parents=True)
        (self.top / name).write_text(
            f'[database]\nsocket = "{self.desk.socket}"\nuser = "{USER}"\n[backup]\neven = "file://{repositories}/even"\n'
            f'odd = "file://{repositories}/odd"\nkey_file = "{repositories}/key"\ndata_dir = "{self.desk.data}"\nwork_dir = "{repositories}/work"\n'
            f'enabled = {"true" if enabled else "false"}\n')
        self.slipway("backup", "key", "new", config=name)

    def set_up(self):
        """Databases, users and keys are those of an embedded Slipway; the server is then run without its programs."""
        for words in (["up", "--port", "0"], ["down"]):
            Run([self.programs / "slipway", "--state-dir", self.state, *words])
        database = next(path.parent for path in self.state.rglob("data") if (path / "ibdata1").exists())
        self.desk = Desk(database, "--log-bin=binlog", "--server-id=1", "--binlog-format=ROW", "--gtid-strict-mode=ON", *FAST)
        began = time.monotonic()
        self.desk.fill(GIGABYTES)
        self.desk.settle()
        say(f"{size_of(self.desk.data):.0f} MB of data files, filled in {time.monotonic() - began:.0f} s; "
            f"page cache warm (mariadb-backup reads past it), {os.cpu_count()} cores")
        self.configure("slipway.toml", self.top / "repositories", False)

    def record(self, name, ours, peer, peer_name, unit, goal, command, smaller_is_better=False):
        ratio = peer / ours if smaller_is_better else ours / peer
        print(json.dumps({"name": name, "ours": round(ours, 2), "peer": round(peer, 2), "peer_name": peer_name, "unit": unit, "ratio": round(ratio, 2),
                          "goal": goal, "command": f"{command}; {GIGABYTES:g} GB, page cache warm, median of {ROUNDS}"}), flush=True)

    def rounds(self, works):
        """Every work once, then all again; the results of each."""
        results = {name: [] for name in works}
        for number in range(1, ROUNDS + 1):
            for name, work in works.items():
                os.sync()
                run = work()
                results[name].append(run)
                say(f"round {number}, {name}: {run.seconds:.2f} s, CPU {run.cpu:.2f} s, " +
                    ", ".join(f"{process} {peak:.0f} MB" for process, peak in run.peaks.items() if process != "bash"))
        return results

    def backups(self):
        """Full backups of the running server; restic of the same files, at rest."""
        files, out = self.top / "files", self.top / "out"
        self.desk.stop()
        shutil.copytree(self.desk.data, files, ignore=shutil.ignore_patterns("binlog.*"))
        self.desk.start()
        self.full_id = None

        def ours():
            run = self.slipway("backup", "run")
            self.full_id, self.plain, self.stored = (run.json()[key] for key in ("id", "plain_bytes", "stored_bytes"))
            return run

        def zstd(options):
            def work():
                empty(out)
                return shell(f"{self.mariadb_backup()} | zstd -q {options} >{out}/backup && sync {out}/backup && stat -c 'stored %s' {out}/backup >&2")
            return work

        def restic():
            empty(out)
            environment = f"RESTIC_PASSWORD=bench RESTIC_REPOSITORY={out}/repository RESTIC_CACHE_DIR={out}/cache"
            shell(f"{environment} restic init -q")
            return shell(f"{environment} restic backup -q {files} && sync -f {out} && du -sb {out}/repository | sed 's/^/stored /' >&2")

        names = {"ours": ours, "mariadb-backup | zstd -1": zstd("-1"), "mariadb-backup | zstd -1 -T2": zstd("-1 -T2"), "restic": restic}
        runs = self.rounds(names)
        sizes = {"ours": self.plain, "restic": size_of(files) * 1e6}
        rates = {name: statistics.median(sizes.get(name, self.plain) / 1e6 / run.seconds for run in runs[name]) for name in names}
        for peer, goal in (("mariadb-backup | zstd -1", ">= 1.5"), ("mariadb-backup | zstd -1 -T2", "told"), ("restic", "told")):
            stored = int(runs[peer][-1].lines[-1][1].split()[1]) / 1e6
            self.record("backup full", rates["ours"], rates[peer], f"{peer} ({stored:.0f} MB)", "MB/s", goal,
                        f"slipway backup run: {self.plain / 1e6:.0f} MB sealed in {self.stored / 1e6:.0f} MB, synced")
        self.peer_memory = max(run.peaks.get("mariadb-backup", 0) for run in runs["mariadb-backup | zstd -1"])
        shutil.rmtree(out)

    def quiet_hour(self):
        """Incrementals when nothing has changed."""
        self.desk.settle()
        self.slipway("backup", "run")  # the state that the next ones find unchanged
        parent = self.slipway("backup", "list").json()["backups"][-1]

        def ours():
            time.sleep(1.1)  # a backup's name has its second
            return self.slipway("backup", "run", "--incremental")

        def peer():
            return shell(f"{self.mariadb_backup()} --incremental-lsn={parent['to_lsn']} | zstd -q -1 >{self.top}/increment")

        runs = self.rounds({"ours": ours, "mariadb-backup --incremental-lsn": peer})
        seconds = {name: statistics.median(run.seconds for run in of) for name, of in runs.items()}
        cpu = statistics.median(run.cpu for run in runs["ours"])
        self.record("backup idle", seconds["ours"], seconds["mariadb-backup --incremental-lsn"], "mariadb-backup --incremental-lsn | zstd -1", "s",
                    "<= 1 s", f"slipway backup run --incremental, nothing changed: CPU {cpu:.2f} s, {runs['ours'][-1].json()['stored_bytes']} bytes", True)

    def restores(self):
        """Into new directories, to a server that answers; the peer has the files of a server at rest already."""
        into, expected = self.top / "restored", self.desk.sums()

        def ours():
            shutil.rmtree(into, ignore_errors=True)
            return self.slipway("restore", "--to", self.full_id, "--directory", into, "--execute")

        def peer():
            empty(into)
            return shell(f"cp -r {self.top}/files {into}/data && sync -f {into}")

        runs = self.rounds({"cp -r": peer, "ours": ours})
        server = Desk(into)
        if server.sums() != expected:
            raise SystemExit("backup: what was restored differs from the server that was saved")
        server.stop()
        shutil.rmtree(into)
        seconds = {name: statistics.median(run.seconds for run in of) for name, of in runs.items()}
        self.record("restore", seconds["ours"], seconds["cp -r"], "cp -r and sync", "s", "ratio >= 0.5",
                    "slipway restore --directory: unpacked, prepared, server started, answers, stopped again", True)

    def archive(self):
        """The agent takes a backup that its archive of the log goes on from; then people write, and the log is archived to its end."""
        agent = self.top / "agent"
        self.configure("agent.toml", agent, True)
        (agent / "work").mkdir()
        (agent / "spool").symlink_to(agent / "work" / "spool")  # where the step program looks for it
        (agent / "work" / "spool").mkdir()
        self.slipway("backup", "list", config="agent.toml")  # makes the repositories
        with open(self.top / "agent.log", "wb") as log:
            process = subprocess.Popen([self.programs / "slipway-backupd", "--config", self.top / "agent.toml"], stdout=log, stderr=log)
        try:
            while len(self.slipway("backup", "list", config="agent.toml").json()["backups"]) < 2:
                if process.poll() is not None:
                    raise SystemExit("backup: slipway-backupd ended: " + (self.top / "agent.log").read_text()[-500:])
                time.sleep(0.5)
            self.peaks["slipway-backupd"] = peak_memory(process.pid) / 1e6
        finally:
            process.kill()  # it would prove those backups now
            process.wait()
        self.base = self.slipway("backup", "list", config="agent.toml").json()["backups"][-1]
        began = time.monotonic()
        self.desk.write(SESSIONS, LOG_MEGABYTES, GIGABYTES)
        self.expected = self.desk.sums()
        end = self.desk.query("SELECT @@gtid_binlog_pos").strip()
        logs = self.desk.binary_logs()
        self.logs = logs[next(i for i, log in enumerate(logs) if log.name == self.base["binlog_file"]):]
        self.log_megabytes = (sum(log.stat().st_size for log in self.logs) - self.base["binlog_position"]) / 1e6
        say(f"{self.log_megabytes:.0f} MB of log written by {SESSIONS} clients in {time.monotonic() - began:.0f} s")
        run = Run([self.programs / "backup_step", "archive", agent, self.desk.socket, USER, "1000", end])
        self.peaks["archiver"] = run.peaks["backup_step"]
        say(f"archived into two repositories in {run.seconds:.1f} s, CPU {run.cpu:.1f} s")

    def replays(self):
        """The same log onto the same backup: by the restore, and by the client of a restored server. Both end with a server at rest."""
        into, base = self.top / "restored", self.top / "base"
        self.slipway("restore", "--to", self.base["id"], "--directory", base, "--execute", config="agent.toml")

        def check():
            server = Desk(into)
            if server.sums() != self.expected:
                raise SystemExit("backup: after the log the server differs from the one that was saved")
            server.stop()

        def ours():
            shutil.rmtree(into, ignore_errors=True)
            # In words for people, because those say when each step begins.
            run = self.slipway("restore", "--to", "latest", "--directory", into, "--execute", config="agent.toml", form=())
            run.seconds -= run.second_of("· log")  # what comes before is a restore without a log
            check()
            return run

        def peer():
            empty(into)
            shutil.copytree(base / "data", into / "data")
            os.sync()
            began = time.monotonic()
            server = Desk(into)
            run = shell(f"mariadb-binlog --no-defaults --start-position={self.base['binlog_position']} {' '.join(map(str, self.logs))} | "
                        f"mariadb --no-defaults -u {USER} -S {server.socket}")
            server.stop()
            run.seconds = time.monotonic() - began
            check()
            return run

        runs = self.rounds({"mariadb-binlog | mariadb": peer, "ours": ours})
        rates = {name: statistics.median(self.log_megabytes / run.seconds for run in of) for name, of in runs.items()}
        self.record("replay", rates["ours"], rates["mariadb-binlog | mariadb"], "mariadb-binlog | mariadb", "MB/s", "> 1",
                    f"slipway restore, from the log on: {self.log_megabytes:.0f} MB fetched, opened, applied, server stopped")

    def memory(self):
        """Of each of our processes; the database's own programs are told beside them."""
        ours = {name: peak for name, peak in self.peaks.items() if name.startswith(("slipway", "archiver"))}
        for name, peak in sorted(self.peaks.items()):
            say(f"peak memory of {name}: {peak:.0f} MB")
        worst = max(ours, key=ours.get)
        self.record("memory", ours[worst], self.peer_memory, "mariadb-backup itself", "MB", f"<= {MEMORY_GOAL_MB} MB",
                    "largest of our processes: " + worst + "; all: " + ", ".join(f"{name} {peak:.0f}" for name, peak in sorted(self.peaks.items())), True)

    def run(self):
        self.set_up()
        try:
            for part in PARTS:
                getattr(self, part)()
        finally:
            self.desk.stop()


def main():
    top = pathlib.Path(tempfile.mkdtemp(prefix="slipway-bench-backup."))
    try:
        Bench(sys.argv[1], top).run()
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
