#!/usr/bin/env python3
"""Hosts of a lab on one machine: Debian 12 with systemd as PID 1, in namespaces, reached over SSH as real hosts are.

Each host is an overlay on a root file system that is made once (roots.py), so one more costs seconds and no download. Hosts and whoever
looks at them live in network namespaces on one bridge: nothing here touches a network of the machine.
"""
import argparse
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import roots  # noqa: E402  (beside this file)
import volume  # noqa: E402
from control_group import ControlGroup  # noqa: E402
from roots import LabError, poll, run  # noqa: E402

# The user that operators sign in as; `operator` is a group of Debian's already.
USER = "keeper"
BOOT_SECONDS = 180
NETWORKS = itertools.count()  # of this process: each has names of its own
STOP_SECONDS = 60
RESTART_ASKED = 133  # the status of a systemd-nspawn with --keep-unit
# What passes from one cable to another; the controller's own traffic does not.
APART = """\
table bridge slipway_lab {
  set apart { type ifname . ifname; }
  chain forward { type filter hook forward priority 0; policy accept; iifname . oifname @apart drop; }
}
"""
TOOLS = {"mmdebstrap": "mmdebstrap", "systemd-nspawn": "systemd-container", "ip": "iproute2", "ssh": "openssh-client",
         "nft": "nftables"}


def require_tools(more=()):
    """Everything that is missing, at once; `more` are further tools and their packages."""
    if os.geteuid() != 0:
        raise LabError("the lab makes namespaces and mounts: run it as root")
    missing = sorted({package for tool, package in {**TOOLS, **dict(more)}.items() if not shutil.which(tool)})
    if missing:
        raise LabError("packages are missing: apt-get install --no-install-recommends " + " ".join(missing))


class Network(contextlib.ExitStack):
    """A bridge in a namespace of its own. `controller` is where Ansible and SSH run; `outsider()` gives further places to look from.

    `note(kind, name, …)` is told of whatever could outlive this process, before it is made (leftovers.Journal)."""

    def __init__(self, number=77, note=None):
        super().__init__()
        self.prefix = f"slw{os.getpid()}-{next(NETWORKS)}"
        self.number = number
        self.note = note or (lambda *what, **more: None)
        self.controller = f"{self.prefix}-lan"
        self.cables = {}  # by who is attached
        self.name_server = None  # the address that hosts ask for names
        self.lock = threading.Lock()
        self.apart = None  # pairs that are cut; None: nothing was ever cut
        self.unplugged = set()

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
        self.note("namespace", name)
        run("ip", "netns", "add", name)
        self.callback(run, "ip", "netns", "del", name, check=False)
        run("ip", "-n", name, "link", "set", "lo", "up")

    def _addresses(self, namespace, device, last):
        run("ip", "-n", namespace, "addr", "add", f"{self.address(last)}/24", "dev", device)
        run("ip", "-n", namespace, "-6", "addr", "add", f"{self.address(last, 6)}/64", "dev", device, "nodad")
        run("ip", "-n", namespace, "link", "set", device, "up")

    def attach(self, name, last):
        """A namespace with one cable to the bridge, and the addresses that end so. Whoever is attached already gets a new one, as at a start of
        the machine: nothing of an earlier firewall or connection is left."""
        namespace = f"{self.prefix}-{name}"
        with self.lock:
            again = name in self.cables
            cable = self.cables.setdefault(name, f"c{len(self.cables) + 1}")
        if again:
            run("ip", "-n", self.controller, "link", "del", cable, check=False)
            run("ip", "netns", "del", namespace)
        self._namespace(namespace)
        # The same hardware address each time: others remember it.
        run("ip", "-n", self.controller, "link", "add", cable, "type", "veth", "peer", "name", "eth0",
            "address", f"02:51:57:{self.number:02x}:00:{last:02x}", "netns", namespace)
        run("ip", "-n", self.controller, "link", "set", cable, "master", "br0", "up")
        self._addresses(namespace, "eth0", last)
        self.unplugged.discard(name)
        return namespace

    def outsider(self, last):
        """A namespace for whoever has no business with the host."""
        return self.attach(f"out{last}", last)

    def _change(self, verb, pairs):
        ways = [f"{self.cables[one]} . {self.cables[other]}" for pair in pairs for one, other in itertools.permutations(pair)]
        if ways:
            self.inside(self.controller, "nft", "-f", "-", input=f"{verb} element bridge slipway_lab apart {{ {', '.join(ways)} }}\n")

    def cut(self, one, other):
        """From now on nothing passes between these two, in either direction, without a word to either; both reach everybody else."""
        if self.apart is None:
            self.inside(self.controller, "nft", "-f", "-", input=APART)
            self.apart = set()
        self._change("add", [(one, other)])
        self.apart.add(frozenset((one, other)))

    def heal(self, one=None, other=None):
        """The contrary of cut(), for these two or for all."""
        healed = {pair for pair in self.apart or () if one is None or pair == {one, other}}
        self._change("delete", healed)
        if healed:
            self.apart -= healed

    def unplug(self, name):
        """Pulls the cable of whoever is attached by this name."""
        run("ip", "-n", self.controller, "link", "set", self.cables[name], "down")
        self.unplugged.add(name)

    def plug(self, name):
        run("ip", "-n", self.controller, "link", "set", self.cables[name], "up")
        self.unplugged.discard(name)

    def inside(self, namespace, *argv, **options):
        """Runs a command as if on another machine."""
        return run("ip", "netns", "exec", namespace, *argv, **options)


class Host:
    """One host: an overlay on a root, booted by systemd-nspawn in its own network namespace and its own control group.

    `as_shipped` boots a root as it is: no user is added, so nobody signs in over SSH, and root_sh is the way in. `volume_mib` is the size of a
    file system of its own for the data volume; without it, that is a directory of the overlay."""

    def __init__(self, network, root, name, last, as_shipped=False, volume_mib=None):
        self.network, self.root, self.name, self.last, self.as_shipped = network, root, name, last, as_shipped
        self.volume_mib = volume_mib
        self.address = network.address(last)
        self.work = pathlib.Path(tempfile.mkdtemp(prefix=f"slipway-lab-{name}-"))
        self.merged, self.key = self.work / "merged", self.work / "key"
        self.process = self.namespace = self.group = None
        self.boots = 0

    def __enter__(self):
        try:
            self._lay_overlay()
            self.boot()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        self._remove_group()
        volume.unmount(self.work)
        shutil.rmtree(self.work, ignore_errors=True)

    def _lay_overlay(self):
        for part in ("upper", "over", "merged"):
            (self.work / part).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={self.root},upperdir={self.work / 'upper'},workdir={self.work / 'over'}", self.merged)
        if self.volume_mib:
            volume.lay(self.work / "volume", self.volume_mib, self.merged / "srv/slipway")
        # The cable has its addresses already; networkd, where there is one, leaves them alone, and knows that the host is online.
        if (self.merged / "etc/systemd/network").is_dir():
            (self.merged / "etc/systemd/network/10-lab.network").write_text(
                "[Match]\nName=eth0\n[Network]\nKeepConfiguration=yes\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
                + (f"DNS={self.network.name_server}\n" if self.network.name_server else ""),
                encoding="utf-8")
        # A container has no disks; what is bound from one directory to another stays.
        table = self.merged / "etc/fstab"
        if table.exists():
            lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
            table.write_text("".join(line for line in lines if not line.startswith("LABEL=")), encoding="utf-8")
        if (self.merged / "usr/lib/slipway/data-volume").exists():
            self._answer_first_boot()
        if not self.as_shipped:
            self._add_operator()

    def _answer_first_boot(self):
        """A host that roles configure has no first boot; one as it is shipped is told as little as possible."""
        volume = self.merged / "srv/slipway"
        path, text = ("config/first-boot.toml", 'timezone = "Etc/UTC"\n') if self.as_shipped else ("slipway/first-boot/done", "")
        (volume / path).parent.mkdir(parents=True, exist_ok=True)
        (volume / path).write_text(text, encoding="utf-8")
        (volume / path).chmod(0o600)

    def _add_operator(self):
        """A user with a key, who may become root, and the host's name."""
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        run("chroot", self.merged, "useradd", "--create-home", "--key", "HOME_MODE=0750", "--shell", "/bin/bash", USER)
        sudoers = self.merged / "etc/sudoers.d" / USER
        sudoers.write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n", encoding="utf-8")
        sudoers.chmod(0o440)
        # The image makes its key at its first boot, by a unit of its own.
        if not (self.merged / "usr/lib/systemd/system/slipway-ssh-keys.service").exists():
            run("ssh-keygen", "-A", "-f", self.merged)
        home = self.merged / "home" / USER / ".ssh"
        home.mkdir(mode=0o700)
        shutil.copy(f"{self.key}.pub", home / "authorized_keys")
        run("chroot", self.merged, "chown", "-R", f"{USER}:{USER}", f"/home/{USER}/.ssh")
        (self.merged / "etc/hostname").write_text(self.name + "\n", encoding="utf-8")
        (self.merged / "etc/hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{self.address} {self.name}.lab {self.name}\n", encoding="utf-8")

    def boot(self, settled=True):
        """Starts the host, and waits until it answers on SSH and, if it shall be settled, its start-up is over."""
        if self.runs():
            raise LabError(f"host {self.name}: runs already")
        self.namespace = self.network.attach(self.name, self.last)
        self.group = ControlGroup(self.namespace)
        self.network.note("group", self.group.name, places=self.group.paths())
        self.group.make()
        self.boots += 1
        console = open(self.work / "console", "ab")
        with console:
            self.process = subprocess.Popen(self.group.entering(
                "systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--resolv-conf=off", "--timezone=off", "--link-journal=no",
                # A name of its own for each boot: what nspawn keeps by name of the last one would be in the way.
                f"--machine={self.namespace}-{self.boots}",
                # What a machine of its own has: a firewall, and memory that a database may lock.
                "--capability=CAP_NET_ADMIN,CAP_IPC_LOCK",
                f"--hostname={self.name}", "-D", self.merged, f"--network-namespace-path=/run/netns/{self.namespace}", "--console=pipe"),
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        threading.Thread(target=self._start_again, args=[self.process], daemon=True).start()
        poll(self._answers, BOOT_SECONDS, f"host {self.name}: a sign-in (its console: {self.work / 'console'})")
        if settled:
            self.root_sh("systemctl is-system-running --wait", check=False, timeout=BOOT_SECONDS)

    def _start_again(self, process):
        """A host that restarts itself: nspawn ends, and leaves the new start to whoever keeps it."""
        if process.wait() == RESTART_ASKED and process is self.process:
            self._remove_group()
            self.boot(settled=False)

    def _answers(self):
        if not self.runs():
            said = (self.work / "console").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise LabError(f"host {self.name}: systemd-nspawn ended with {self.process.returncode}\n{said}")
        if self.as_shipped:
            return self.init() and self.root_sh("systemctl is-system-running", check=False).stdout.strip() not in ("", "offline", "initializing")
        return self.ssh("true", check=False).returncode == 0

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def state(self):
        """up, frozen or down."""
        if not self.runs():
            return "down"
        return "frozen" if self.group.frozen() else "up"

    def init(self):
        """The host's process 1 as this machine sees it, or nothing yet."""
        if not self.runs():
            raise LabError(f"host {self.name}: does not run")
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii").split()
        return children[0] if children else None

    def stop(self):
        """Shuts down; kills what does not end in time."""
        if self.runs():
            self.thaw()
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """As if the power was cut: everything of the host ends at once, and nobody hears of it. boot() starts it again, on the same disk."""
        self.network.unplug(self.name)
        init = self.init()
        # Not nspawn first: its init outlives it.
        if init is not None:
            os.kill(int(init), signal.SIGKILL)
        else:
            self.process.kill()
        self.thaw()
        self.process.wait()
        # Its processes go a moment later; until then they hold what the kernel counts for all hosts together.
        self._remove_group()

    def _remove_group(self):
        if self.group is not None:
            self.group.remove()

    def freeze(self):
        """Nothing of the host runs until thaw(); its kernel still takes what arrives, and answers pings."""
        self.group.freeze()

    def thaw(self):
        self.group.thaw()

    def ssh_arguments(self):
        """Options of ssh that hold for this host alone."""
        return ["-i", str(self.key), "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "BatchMode=yes",
                "-o", f"UserKnownHostsFile={self.work / 'known_hosts'}", "-o", "ConnectTimeout=5", "-o", "LogLevel=ERROR"]

    def ssh(self, command, check=True, timeout=120, **options):
        """Runs a command line as the operators' user."""
        return self.network.inside(self.network.controller, "ssh", *self.ssh_arguments(), f"{USER}@{self.address}", command,
                                   check=check, timeout=timeout, **options)

    def root_sh(self, script, check=True, timeout=120):
        """Runs a script as root, as from the console: also where SSH lets nobody in."""
        return run("nsenter", "--target", self.init(), "--all", "--root", "--wd", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                   "LC_ALL=C.UTF-8", "bash", "-s", input=script, check=check, timeout=timeout)


def main():
    parser = argparse.ArgumentParser(
        description="A host of the lab to look at by hand.", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example: tests/lab/host.py up --deb build/packages/slipway_0.1.0_amd64.deb")
    parser.add_argument("verb", choices=["root", "up"], help="root: make the root if need be, print its path; up: a host, until Ctrl-C")
    parser.add_argument("--deb", type=pathlib.Path, action="append", default=[], metavar="FILE", help="package that the image's root is to have room for")
    parser.add_argument("--plain", type=roots.package_list, metavar="FILE", help="a Debian with the packages of this list instead of the image's root")
    given = parser.parse_args()
    require_tools()
    root = roots.image_root(given.deb) if given.plain is None else roots.plain_root(given.plain)
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
