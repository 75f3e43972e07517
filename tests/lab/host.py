#!/usr/bin/env python3
"""Hosts of a lab on one machine: Debian 12 with systemd as PID 1, in namespaces, reached over SSH as real hosts are.

A root file system is made once by mmdebstrap and kept outside the checkout; each host is an overlay on it, so one more costs seconds and no
download. Hosts and whoever looks at them live in network namespaces on one bridge: nothing here touches a network of the machine.
"""
import argparse
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
# The user that operators sign in as; `operator` is a group of Debian's already.
USER = "keeper"
BOOT_SECONDS = 180
STOP_SECONDS = 60
# What any host of the lab needs; what it is for comes on top.
BASE_PACKAGES = ["systemd-sysv", "dbus", "udev", "openssh-server", "sudo", "python3", "python3-apt", "iproute2", "ca-certificates", "procps"]
TOOLS = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "ip": "iproute2", "ssh": "openssh-client"}


class LabError(Exception):
    """What went wrong, and the way out."""


def run(*argv, check=True, timeout=600, **options):
    """subprocess.run with text, both streams kept, and an error that holds what the command said."""
    result = subprocess.run([str(part) for part in argv], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **options)
    if check and result.returncode != 0:
        words = (result.stderr or result.stdout).strip().splitlines()[-15:]
        raise LabError(f"{' '.join(map(str, argv))}: ended with {result.returncode}\n" + "\n".join(words))
    return result


def poll(question, seconds, what):
    """The first true answer within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds} s")
        time.sleep(0.25)


def require_tools():
    """Everything that is missing, at once."""
    if os.geteuid() != 0:
        raise LabError("the lab makes namespaces and mounts: run it as root")
    missing = sorted({package for tool, package in TOOLS.items() if not shutil.which(tool)})
    if missing:
        raise LabError("packages are missing: apt-get install --no-install-recommends " + " ".join(missing))


def cache_directory():
    """Where roots are kept: SLIPWAY_LAB_DIR, or the user's cache."""
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "slipway" / "lab"
    directory = pathlib.Path(os.environ.get("SLIPWAY_LAB_DIR", default))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def package_list(file):
    """Names of a list: one a line, comments above."""
    lines = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def mirror_lines():
    """Debian 12's archives as this machine's apt is configured; empty where it has none, which leaves Debian's own."""
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages", check=False).stdout
    lines = []
    for line in sorted(set(found.splitlines())):
        uri, release, component = (line.split() + ["", "", ""])[:3]
        if release in ("bookworm", "bookworm-updates", "bookworm-security") and component == "main":
            lines.append(f"deb {uri} {release} {component}")
    return lines


def cached_root(packages, say=print):
    """The root with these packages; made by the first who asks, while others wait."""
    require_tools()
    names = sorted(set(BASE_PACKAGES) | set(packages))
    key = hashlib.sha256((" ".join(names) + " 1").encode()).hexdigest()[:12]
    root = cache_directory() / f"root-{key}"
    with open(f"{root}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            say(f"lab: making a root of {len(names)} packages and what they depend on in {root}")
            make_root(root, names)
    return root


def make_root(root, names):
    """mmdebstrap into a directory beside, renamed when all is done."""
    part = pathlib.Path(f"{root}.part")
    shutil.rmtree(part, ignore_errors=True)
    settings = (
        f"chroot \"$1\" useradd --create-home --shell /bin/bash {USER}"
        f" && printf '{USER} ALL=(ALL) NOPASSWD: ALL\\n' >\"$1/etc/sudoers.d/{USER}\" && chmod 0440 \"$1/etc/sudoers.d/{USER}\""
        " && rm -f \"$1\"/etc/ssh/ssh_host_* && : >\"$1/etc/machine-id\" && rm -f \"$1/var/lib/dbus/machine-id\"")
    run("mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", f"--include={','.join(names)}", f"--customize-hook={settings}",
        "bookworm", part, *mirror_lines(), timeout=1800)
    os.rename(part, root)


class Network(contextlib.ExitStack):
    """A bridge in a namespace of its own. `controller` is where Ansible and SSH run; `outsider()` gives further places to look from."""

    def __init__(self, number=77):
        super().__init__()
        self.prefix = f"slw{os.getpid()}"
        self.number = number
        self.controller = f"{self.prefix}-lan"
        self.count = 0

    def __enter__(self):
        super().__enter__()
        require_tools()
        self._namespace(self.controller)
        run("ip", "-n", self.controller, "link", "add", "br0", "type", "bridge")
        self._addresses(self.controller, "br0", 1)
        return self

    def address(self, last, family=4):
        """The address with this last part."""
        return f"10.{self.number}.0.{last}" if family == 4 else f"fd{self.number}::{last:x}"

    def _namespace(self, name):
        run("ip", "netns", "add", name)
        self.callback(run, "ip", "netns", "del", name, check=False)
        run("ip", "-n", name, "link", "set", "lo", "up")

    def _addresses(self, namespace, device, last):
        run("ip", "-n", namespace, "addr", "add", f"{self.address(last)}/24", "dev", device)
        run("ip", "-n", namespace, "-6", "addr", "add", f"{self.address(last, 6)}/64", "dev", device, "nodad")
        run("ip", "-n", namespace, "link", "set", device, "up")

    def attach(self, name, last):
        """A namespace with one cable to the bridge, and the addresses that end so."""
        self.count += 1
        namespace, cable = f"{self.prefix}-{name}", f"c{self.count}"
        self._namespace(namespace)
        run("ip", "-n", self.controller, "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
        run("ip", "-n", self.controller, "link", "set", cable, "master", "br0", "up")
        self._addresses(namespace, "eth0", last)
        return namespace

    def outsider(self, last):
        """A namespace for whoever has no business with the host."""
        return self.attach(f"out{last}", last)

    def inside(self, namespace, *argv, **options):
        """Runs a command as if on another machine."""
        return run("ip", "netns", "exec", namespace, *argv, **options)


class Host:
    """One host: an overlay on a root, booted by systemd-nspawn in its own network namespace."""

    def __init__(self, network, root, name, last):
        self.network, self.root, self.name, self.last = network, root, name, last
        self.address = network.address(last)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"slipway-lab-{name}-"))
        self.merged, self.key = self.work / "merged", self.work / "key"
        self.process = None
        self.namespace = None

    def __enter__(self):
        try:
            self._lay_overlay()
            self.namespace = self.network.attach(self.name, self.last)
            self.boot()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        run("umount", self.merged, check=False)
        shutil.rmtree(self.work, ignore_errors=True)

    def _lay_overlay(self):
        for part in ("upper", "over", "merged"):
            (self.work / part).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={self.root},upperdir={self.work / 'upper'},workdir={self.work / 'over'}", self.merged)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        run("ssh-keygen", "-A", "-f", self.merged)
        home = self.merged / "home" / USER / ".ssh"
        home.mkdir(mode=0o700)
        shutil.copy(f"{self.key}.pub", home / "authorized_keys")
        run("chroot", self.merged, "chown", "-R", f"{USER}:{USER}", f"/home/{USER}/.ssh")
        (self.merged / "etc/hostname").write_text(self.name + "\n", encoding="utf-8")
        (self.merged / "etc/hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{self.address} {self.name}.lab {self.name}\n", encoding="utf-8")

    def boot(self):
        """Starts the host, and waits until it answers on SSH and its start-up is over."""
        console = open(self.work / "console", "ab")
        with console:
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                 # What a machine of its own has: a firewall, and memory that a database may lock.
                 "--capability=CAP_NET_ADMIN,CAP_IPC_LOCK",
                 f"--hostname={self.name}", "-D", str(self.merged), f"--network-namespace-path=/run/netns/{self.namespace}", "--console=pipe"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        poll(self._answers, BOOT_SECONDS, f"host {self.name}: SSH (its console: {self.work / 'console'})")
        self.ssh("systemctl is-system-running --wait", check=False)

    def _answers(self):
        if self.process.poll() is not None:
            said = (self.work / "console").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise LabError(f"host {self.name}: systemd-nspawn ended with {self.process.returncode}\n{said}")
        return self.ssh("true", check=False).returncode == 0

    def stop(self):
        """Shuts down; kills what does not end in time."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """As if the power was cut: the init of the host dies with its nspawn."""
        self.process.kill()
        self.process.wait()

    def ssh_arguments(self):
        """Options of ssh that hold for this host alone."""
        return ["-i", str(self.key), "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes",
                "-o", f"UserKnownHostsFile={self.work / 'known_hosts'}", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"]

    def ssh(self, command, check=True, timeout=120, **options):
        """Runs a command line as the operators' user."""
        return self.network.inside(self.network.controller, "ssh", *self.ssh_arguments(), f"{USER}@{self.address}", command,
                                   check=check, timeout=timeout, **options)

    def root_sh(self, script, check=True, timeout=120):
        """Runs a script as root."""
        return self.ssh("sudo bash -s", input=script, check=check, timeout=timeout)


def main():
    parser = argparse.ArgumentParser(
        description="A host of the lab to look at by hand.", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: tests/lab/host.py up --packages tests/lab/appliance_packages.txt")
    parser.add_argument("verb", choices=["root", "up"], help="root: make the root if need be, print its path; up: a host, until Ctrl-C")
    parser.add_argument("--packages", type=package_list, default=[], metavar="FILE", help="list of packages beyond the base")
    given = parser.parse_args()
    root = cached_root(given.packages, lambda text: print(text, file=sys.stderr))
    if given.verb == "root":
        print(root)
        return
    with Network() as network, Host(network, root, "desk", 2) as host:
        print("ip netns exec", network.controller, "ssh", *host.ssh_arguments(), f"{USER}@{host.address}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    try:
        main()
    except LabError as fault:
        sys.exit(f"lab: {fault}")
