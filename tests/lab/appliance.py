"""One appliance of the lab: a host on the image's root, configured by the roles over SSH, and the places from which it is looked at."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import host as lab  # noqa: E402  (beside this file)
import roots  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOK_SECONDS = 1200
TOOLS = {"ansible-playbook": "ansible-core", "nmap": "nmap", "openssl": "openssl", "curl": "curl", "testssl": "testssl.sh", "lynis": "lynis"}


def need_tools():
    """Everything that is missing, at once."""
    lab.require_tools()
    missing = sorted({name for tool, name in TOOLS.items() if not shutil.which(tool)})
    if missing:
        raise lab.LabError("packages are missing: apt-get install --no-install-recommends " + " ".join(missing))


def as_of_the_commit():
    """The environment in which the same programs give the same package."""
    return {**os.environ, "SOURCE_DATE_EPOCH": lab.run("git", "-C", REPOSITORY, "log", "-1", "--format=%ct").stdout.strip()}


@contextlib.contextmanager
def packages():
    """The packages under test, slipway and slipway-migrate: those of the directory SLIPWAY_PACKAGES, or made now of the programs in SLIPWAY_BUILD,
    or what ./dev package has made."""
    given, build = os.environ.get("SLIPWAY_PACKAGES"), os.environ.get("SLIPWAY_BUILD")
    with tempfile.TemporaryDirectory(prefix="slipway-package-") as made:
        if not given and build:
            lab.run("cpack", "--config", pathlib.Path(build) / "CPackConfig.cmake", "-B", made, env=as_of_the_commit())
            given = made
        place = pathlib.Path(given or REPOSITORY / "build/packages").resolve()
        found = [sorted(place.glob(f"{name}_*.deb")) for name in ("slipway", "slipway-migrate")]
        if [len(files) for files in found] != [1, 1]:
            raise lab.LabError(f"{place}: not one package slipway_*.deb and one slipway-migrate_*.deb there; make them with ./dev package")
        yield [file for files in found for file in files]


class Desk(contextlib.ExitStack):
    """A booted host of an appliance, and `outside`, a place that has no business with it."""

    def start(self, root, name, **how):
        self.work = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="slipway-roles-")))
        self.network = self.enter_context(lab.Network())
        self.host = self.enter_context(lab.Host(self.network, root, name, 2, **how))
        self.outside = self.network.outsider(66)
        return self

    def sh(self, script, **options):
        """What a script prints as root of the host."""
        return self.host.root_sh(script, **options).stdout.strip()

    def open_ports(self, place, *options, family=4):
        """The TCP ports of the host that answer at this place."""
        seen = self.network.inside(place, "nmap", "-Pn", "-n", "--max-retries", "1", "--min-rate", "4000", "-oG", "-", *options,
                                   *(["-6"] if family == 6 else []), self.network.address(self.host.last, family), timeout=900).stdout
        if "Status: Up" not in seen:
            raise lab.LabError(f"nmap saw no host:\n{seen}")
        return re.findall(r"(\d+)/open/tcp", seen)

    def fetch(self, path, *options):
        """A request from outside: status, headers in small letters (all values), body."""
        result = self.network.inside(self.outside, "curl", "--silent", "--insecure", "--path-as-is", "--include", "--max-time", "20", *options,
                                     f"https://{self.host.address}{path}")
        head, _, body = result.stdout.replace("\r\n", "\n").partition("\n\n")
        lines = head.split("\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            headers.setdefault(name.lower(), []).append(value)
        return int(lines[0].split()[1]), headers, body


class Appliance(Desk):
    """A host on the image's root that is not configured yet: `converge` does that."""

    def __init__(self, debs=None):
        super().__init__()
        self.debs = debs

    def __enter__(self):
        super().__enter__()
        need_tools()
        with contextlib.ExitStack() as undone:
            undone.callback(self.close)
            self.debs = self.debs or self.enter_context(packages())
            self.deb = self.debs[0]
            self.start(roots.image_root(self.debs), "desk")
            undone.pop_all()
        return self

    def install(self):
        """The packages without the roles, as images/root.py lays them into the image."""
        for deb in self.debs:
            shutil.copy(deb, self.host.merged / "var/cache")
        self.host.root_sh("dpkg --install " + " ".join(f"/var/cache/{deb.name}" for deb in self.debs), timeout=600)

    def converge(self, *options, check=True, **variables):
        """Runs the playbook from the controller's place; the whole output."""
        given = {"slipway_deb": str(self.deb), "slipway_setup": True, "firewall_management_networks": [self.network.address(1)], **variables}
        inventory = {"all": {"hosts": {"desk": {
            "ansible_host": self.host.address, "ansible_user": lab.USER, "ansible_ssh_private_key_file": str(self.host.key),
            "ansible_ssh_common_args": " ".join(self.host.ssh_arguments()[2:])}}, "vars": given}}
        file = self.work / "inventory.json"
        file.write_text(json.dumps(inventory), encoding="utf-8")
        environment = dict(os.environ, ANSIBLE_CONFIG=str(REPOSITORY / "ansible/ansible.cfg"), ANSIBLE_NOCOLOR="1", LC_ALL="C.UTF-8",
                           ANSIBLE_SSH_CONTROL_PATH_DIR=str(self.work / "control"))
        return self.network.inside(self.network.controller, "ansible-playbook", "-i", file, REPOSITORY / "ansible/playbooks/appliance.yml",
                                   *options, check=check, timeout=PLAYBOOK_SECONDS, env=environment, cwd=REPOSITORY / "ansible")


class Shipped(Desk):
    """The tree of a sealed image, as it is; `tree()` gives it."""

    def __init__(self, tree):
        super().__init__()
        self.tree = tree

    def __enter__(self):
        super().__enter__()
        need_tools()
        with contextlib.ExitStack() as undone:
            undone.callback(self.close)
            self.start(self.tree(), "slipway", as_shipped=True)
            undone.pop_all()
        return self


def recap(result):
    """Numbers of the last line, and the tasks that changed something."""
    numbers = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", result.stdout.split("PLAY RECAP")[1])}
    task, changed = "", []
    for line in result.stdout.splitlines():
        if line.startswith(("TASK [", "RUNNING HANDLER [")):
            task = line.split("[", 1)[1].rsplit("]", 1)[0]
        elif line.startswith("changed:"):
            changed.append(task)
    return numbers, changed


def changes(result):
    """(task, host) of what was changed, or would be."""
    found, task = [], ""
    for line in result.stdout.splitlines():
        if line.startswith(("TASK [", "RUNNING HANDLER [")):
            task = line.split("[", 1)[1].rsplit("]", 1)[0]
        elif line.startswith("changed: ["):
            found.append((task, line.split("[", 1)[1].split("]", 1)[0]))
    return sorted(set(found))


def tasks(result):
    """The tasks of a run, in order."""
    return [line.split("[", 1)[1].rsplit("]", 1)[0] for line in result.stdout.splitlines() if line.startswith("TASK [")]
