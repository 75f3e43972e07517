"""The lab of two sites: paris and lyon, the witness, the backup hosts even and odd, and dns, a name server; six hosts at one time.

Sites, witness and backup hosts stand on the image's root, and no role has run on them: playbook() is for that. `client` is a place that has
no business with any of them and asks the lab's name server for names."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import host as lab  # noqa: E402
import name_server  # noqa: E402
import roots  # noqa: E402

LAST = {"paris": 2, "lyon": 3, "witness": 4, "even": 5, "odd": 6, "dns": 7}
GROUPS = {"sites": ["paris", "lyon"], "witnesses": ["witness"], "backups": ["even", "odd"]}
MEMBERS = [name for names in GROUPS.values() for name in names]
CLIENT = 66
PLAYBOOK_SECONDS = 3600
# As on a disk (images/manifest.toml), so that one host's can be full; the file is sparse.
VOLUME_MIB = 6144
TOOLS = {"ansible-playbook": "ansible-core", "dig": "bind9-dnsutils", "mkfs.ext4": "e2fsprogs", "losetup": "mount"}
# Of one user on this machine, all hosts together; each host's systemd alone takes some twenty.
INOTIFY_INSTANCES = 1024


def enough_inotify():
    """Debian's limit is for one machine, not for six."""
    limit = pathlib.Path("/proc/sys/fs/inotify/max_user_instances")
    if int(limit.read_text(encoding="ascii")) < INOTIFY_INSTANCES:
        limit.write_text(str(INOTIFY_INSTANCES), encoding="ascii")


class SiteLab(contextlib.ExitStack):
    """`say` is told how the start goes on; `note` what will outlive this process (host.Network)."""

    def __init__(self, debs=None, say=roots.say_on_stderr, note=None):
        super().__init__()
        self.debs, self.say, self.note = debs, say, note
        self.hosts = {}

    def __enter__(self):
        super().__enter__()
        lab.require_tools(TOOLS)
        with contextlib.ExitStack() as undone:
            undone.callback(self.close)
            self._start()
            undone.pop_all()
        return self

    def _start(self):
        began = time.monotonic()
        self.debs = self.debs or self.enter_context(appliance.packages())
        self.work = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="slipway-sites-")))
        root = roots.image_root(self.debs, self.say)
        enough_inotify()
        self.network = self.enter_context(lab.Network(note=self.note))
        self.network.name_server = self.network.address(LAST["dns"])
        self.tsig = name_server.new_key()
        records = {name: self.network.address(last) for name, last in LAST.items()}
        self.hosts = {name: lab.Host(self.network, root, name, LAST[name], volume_mib=VOLUME_MIB) for name in MEMBERS}
        self.hosts["dns"] = name_server.NameServer(self.network, "dns", LAST["dns"], self.tsig, records)
        self.client = self._client()
        self.callback(self._all, self._end)
        self._all(self._enter)
        self.say(f"lab: all {len(self.hosts)} hosts are up after {time.monotonic() - began:.0f} s")

    def _all(self, what):
        """The same for every host, at one time; the first fault, when all are through."""
        with concurrent.futures.ThreadPoolExecutor(len(self.hosts)) as pool:
            under_way = [pool.submit(what, host) for host in self.hosts.values()]
        for one in under_way:
            one.result()

    def _enter(self, host):
        began = time.monotonic()
        host.__enter__()
        self.say(f"lab: {host.name} is up after {time.monotonic() - began:.0f} s")

    def _end(self, host):
        host.__exit__(None, None, None)

    def _client(self):
        namespace = self.network.outsider(CLIENT)
        place = pathlib.Path("/etc/netns", namespace)
        self.network.note("resolver", namespace)
        self.callback(shutil.rmtree, place, ignore_errors=True)
        place.mkdir(parents=True)
        (place / "resolv.conf").write_text(f"nameserver {self.network.name_server}\noptions timeout:2 attempts:1\n", encoding="utf-8")
        return namespace

    def resolve(self, name, kind="A"):
        """What the lab's name server answers to the client: addresses, none for a name that it does not know."""
        said = self.network.inside(self.client, "dig", "+short", "+time=2", "+tries=2", f"@{self.network.name_server}", name, kind, check=False)
        if said.returncode != 0:
            raise lab.LabError(f"the lab's name server does not answer: {said.stdout.strip()}")
        return said.stdout.split()

    def inventory(self, extra=None):
        """What Ansible is told of the members."""
        groups = {group: {"hosts": {name: {
            "ansible_host": self.hosts[name].address, "ansible_user": lab.USER, "ansible_ssh_private_key_file": str(self.hosts[name].key),
            "ansible_ssh_common_args": " ".join(self.hosts[name].ssh_arguments()[2:])} for name in names}} for group, names in GROUPS.items()}
        given = {"slipway_deb": str(self.debs[0]), "firewall_management_networks": [self.network.address(1)], "appliance_apt_update": False,
                 # Each host sees the memory of this machine as its own.
                 "mariadb_memory_percent": 5}
        return {"all": {"children": groups, "vars": {**given, **(extra or {})}}}

    def write_inventory(self, extra=None):
        file = self.work / "inventory.json"
        file.write_text(json.dumps(self.inventory(extra), indent=1), encoding="utf-8")
        return file

    def playbook(self, name, *options, check=True, extra=None, timeout=PLAYBOOK_SECONDS):
        """Runs a playbook of this repository from the controller's place; `extra` are variables of all hosts."""
        return self.network.inside(self.network.controller, "ansible-playbook", "-i", self.write_inventory(extra),
                                   appliance.REPOSITORY / "ansible/playbooks" / name, *options, check=check, timeout=timeout,
                                   env=self.ansible_environment(), cwd=appliance.REPOSITORY / "ansible")

    def ansible_environment(self):
        return dict(os.environ, ANSIBLE_CONFIG=str(appliance.REPOSITORY / "ansible/ansible.cfg"), ANSIBLE_NOCOLOR="1", LC_ALL="C.UTF-8",
                    ANSIBLE_SSH_CONTROL_PATH_DIR=str(self.work / "control"))
