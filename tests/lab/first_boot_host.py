"""A host made from the image, before its first boot: an overlay on the image's sealed root, booted by systemd-nspawn in a network
namespace. It is looked at from outside (nsenter), since nobody may sign in yet."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import host as lab
import shipped

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import console_dialogue  # noqa: E402

BOOT_SECONDS = 300


def in_space(space):
    """Processes of this machine that belong to a PID namespace."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found += [entry.name] if os.readlink(entry / "ns/pid") == space else []
    return found


class FirstBootHost:
    """One machine. `lay` files before boot(); power_cut() and boot() again keep its disk."""

    def __init__(self, network, name, last):
        self.network, self.name, self.last = network, name, last
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"slipway-first-{name}-"))
        self.merged = self.work / "merged"
        self.process, self.namespace = None, None
        self.has_screen, self.screen = False, None
        self.count = 0

    def __enter__(self):
        for part in ("upper", "over", "merged"):
            (self.work / part).mkdir()
        lab.run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={shipped.sealed_root()},upperdir={self.work / 'upper'},workdir={self.work / 'over'}", self.merged)
        self.namespace = self.network.attach(self.name, self.last)
        return self

    def __exit__(self, *_):
        self.power_cut()
        if self.screen:
            self.screen.close()
        lab.run("umount", self.merged, check=False)
        shutil.rmtree(self.work, ignore_errors=True)

    def lay(self, path, text, mode=0o600):
        target = self.merged / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def have_screen(self):
        """Before boot(): from now on its console is a terminal, `screen`, on which the console's unit runs in a getty's place."""
        lab.run("chroot", self.merged, "systemctl", "mask", "--quiet", "console-getty.service")
        lab.run("chroot", self.merged, "systemctl", "enable", "--quiet", "slipway-console@console.service")
        self.has_screen = True

    def boot(self, *arguments):
        self.count += 1
        argv = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                # A name of its own for each boot: what a power cut leaves of the last one would be in the way.
                f"--machine=first-{self.name}-{os.getpid()}-{self.count}",
                "--capability=CAP_NET_ADMIN,CAP_IPC_LOCK", f"--hostname={self.name}", "-D", str(self.merged),
                f"--network-namespace-path=/run/netns/{self.namespace}", f"--console={'interactive' if self.has_screen else 'pipe'}", *arguments]
        if self.has_screen:
            if self.screen:
                self.screen.close()
            self.screen = console_dialogue.Meeting(argv)
            self.process = self.screen.process
        else:
            with open(self.work / f"console{self.count}", "ab") as console:
                self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        lab.poll(self._init, BOOT_SECONDS, f"{self.name}: init")
        lab.poll(lambda: self.sh("systemctl is-system-running", check=False).stdout.strip() not in ("", "offline", "initializing"), BOOT_SECONDS,
                 f"{self.name}: systemd")

    def _init(self):
        """The process that is the machine's init: nspawn's grandchild, or none yet."""
        if self.process.poll() is not None:
            said = self.screen.all if self.screen else (self.work / f"console{self.count}").read_text(encoding="utf-8", errors="replace")
            raise lab.LabError(f"{self.name}: systemd-nspawn ended with {self.process.returncode}: {said[-800:]}")
        with contextlib.suppress(OSError, IndexError):
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
            for child in children:
                if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="ascii").strip() == "systemd":
                    return child
        return None

    def inside(self):
        # Nothing of the environment outside: the programs read SLIPWAY_… variables.
        return ["nsenter", "-t", self._init(), "-m", "-u", "-i", "-n", "-p", "-C", "env", "-i", "HOME=/root", "TERM=vt220",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]

    def sh(self, script, check=True, timeout=120):
        """Runs a script as root of the machine."""
        init = self._init()
        if init is None:
            raise lab.LabError(f"{self.name}: does not run")
        return lab.run(*self.inside(), "/bin/bash", "-c", script, check=check, timeout=timeout)

    def status(self):
        """What `slipway first-boot status --json` says."""
        said = self.sh("slipway first-boot status --json", check=False)
        return json.loads(said.stdout) if said.stdout.startswith("{") else {"phase": "unknown", "said": said.stderr}

    def wait_for(self, phase, seconds=600):
        """Until the first boot is in this phase; a failure that is not waited for is an error."""
        def reached():
            status = self.status()
            if status["phase"] == "failed" and phase != "failed":
                raise lab.LabError(f"{self.name}: first boot failed: {status['failure']}\n{self.sh('journalctl -b --no-pager | tail -40').stdout}")
            # After a boot the database server may still be starting, and its part of the state is null.
            complete = phase != "done" or status["state"]["administrator"]
            return status if status["phase"] == phase and complete else None
        return lab.poll(reached, seconds, f"{self.name}: phase {phase}")

    def power_cut(self):
        """The machine's init dies with its nspawn."""
        if self.process is None or self.process.poll() is not None:
            return
        init = self._init()
        space = os.readlink(f"/proc/{init}/ns/pid") if init else None
        # Not nspawn, whose machine would live on for a while: with its init, all of a PID namespace goes.
        if init:
            os.kill(int(init), signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        # Its processes go a moment later; until then they hold what the kernel counts for all hosts together, inotify instances above all.
        lab.poll(lambda: not space or not in_space(space), 60, f"{self.name}: the end of its processes")
