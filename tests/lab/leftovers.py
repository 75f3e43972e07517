"""What a lab leaves behind when its process is killed: a journal of it, written before each step, and its removal by exact name."""
import contextlib
import json
import os
import pathlib
import re
import shutil

import volume
from control_group import ControlGroup
from roots import LabError, run

# Names that the lab gives; a journal that names anything else is nobody's to follow.
NAMESPACE = re.compile(r"slw\d+-\d+-\w+")
DIRECTORY = re.compile(r"/.*/slipway-lab-\w+")


def started(process):
    """When a process started, in ticks since the machine did; None when there is none. With its id that names it for good."""
    with contextlib.suppress(OSError, IndexError):
        fields = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        return None if fields[0] == "Z" else int(fields[19])
    return None


class Journal:
    """Lines of JSON, on the disk before the step that they tell of."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")  # kept open as long as the lab is there
        os.chmod(path, 0o600)

    def __call__(self, kind, name, **more):
        self.file.write(json.dumps({"kind": kind, "name": name, **more}) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())


def read(path):
    """What a journal tells of, a half-written last line aside."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def keeper(path):
    """The process that wrote a journal, if it still runs."""
    for entry in read(path):
        if entry["kind"] == "keeper" and started(entry["name"]) == entry["started"]:
            return entry["name"]
    return None


def remove(path):
    """Removes what a journal tells of, and then the journal. Its writer has ended."""
    entries = read(path)
    named = {kind: {entry["name"]: entry for entry in entries if entry["kind"] == kind} for kind in ("group", "namespace", "resolver", "directory")}
    check(named)
    groups = [ControlGroup(name, entry["places"]) for name, entry in named["group"].items()]
    # All first: a host that ends alone would be missed by others.
    for group in groups:
        group.kill()
    for group in groups:
        group.remove()
    there = {line.split()[0] for line in run("ip", "netns", "list").stdout.splitlines() if line.strip()}
    for name in named["namespace"]:
        if name in there:
            run("ip", "netns", "del", name)
    for name in named["resolver"]:
        shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)
    for name in named["directory"]:
        volume.unmount(name)
        if volume.mounts_below(name):
            raise LabError(f"{name}: something is still mounted below it ({', '.join(volume.mounts_below(name))}); nothing of it was removed")
        shutil.rmtree(name, ignore_errors=True)
    path.unlink(missing_ok=True)


def check(named):
    for kind, names in named.items():
        pattern = DIRECTORY if kind == "directory" else NAMESPACE
        for name, entry in names.items():
            places = entry.get("places", {}).values()
            if not pattern.fullmatch(name) or not all(place.startswith("/sys/fs/cgroup/") and place.endswith(f"/{name}") for place in places):
                raise LabError(f"the lab's journal names what is not the lab's: {kind} {name}; nothing was removed")
