"""Control groups of the lab's hosts.

systemd-nspawn with --keep-unit makes `payload` and `supervisor` in the group that it is started in: two hosts that are started from one
session would share them, and what each host's systemd makes below. So each host has a group of its own, in every hierarchy of this machine
(version 1, hybrid, or version 2 alone), below the group that this process is in."""
import contextlib
import os
import pathlib
import signal

from roots import LabError, poll

END_SECONDS = 60
FREEZE_SECONDS = 30
# Enters the groups before `--`, then becomes what follows.
ENTER = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"'


def own_groups():
    """Directory of this process's group in each hierarchy that is mounted; the key is the hierarchy's controllers, empty for version 2."""
    mine = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        mine[controllers] = path
    found = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, _, source = line.partition(" - ")
        top, point = place.split()[3:5]
        kind, _, options = source.split()[:3]
        for controllers, path in mine.items():
            fits = kind == "cgroup2" if not controllers else kind == "cgroup" and set(controllers.split(",")) <= set(options.split(","))
            directory = pathlib.Path(point, os.path.relpath(path, top)) if fits else None
            if directory and directory.is_dir():
                found.setdefault(controllers, directory)
    if not found:
        raise LabError("no control groups are mounted on this machine: systemd-nspawn needs them")
    return found


def set_up(directory):
    """A group of processors takes nobody in before it says which; on other machines it has its parent's."""
    directory.mkdir(exist_ok=True)
    for name in ("cpuset.cpus", "cpuset.mems"):
        file = directory / name
        if file.exists() and not file.read_text(encoding="ascii").strip():
            with contextlib.suppress(OSError):  # version 2 takes its parent's by itself
                file.write_text((directory.parent / name).read_text(encoding="ascii"), encoding="ascii")


class ControlGroup:
    """The group of one host, of this name in every hierarchy."""

    def __init__(self, name, paths=None):
        """`paths` are those of another process's group."""
        self.name = name
        paths = paths or {controllers: directory / name for controllers, directory in own_groups().items()}
        self.places = {controllers: pathlib.Path(path) for controllers, path in paths.items()}

    def paths(self):
        return {controllers: str(place) for controllers, place in self.places.items()}

    def make(self):
        for place in self.places.values():
            set_up(place)

    def entering(self, *argv):
        """The command line that runs this one inside."""
        return ["sh", "-c", ENTER, "sh", *map(str, self.places.values()), "--", *map(str, argv)]

    def _directories(self):
        """From the leaves up; they may go meanwhile, which os.walk does not mind."""
        return [directory for place in self.places.values() for directory, _, _ in os.walk(place, topdown=False)]

    def processes(self):
        """Everybody inside and below."""
        found = set()
        for directory in self._directories():
            with contextlib.suppress(OSError):
                found.update(int(line) for line in pathlib.Path(directory, "cgroup.procs").read_text(encoding="ascii").split())
        return found - {0}  # of another PID namespace

    def _freezer(self):
        """The file that freezes, what to write for it and for its contrary, and the file and words that say it is done."""
        place = self.places.get("")
        if place and (place / "cgroup.freeze").exists():
            return place / "cgroup.freeze", ("1", "0"), place / "cgroup.events", ("frozen 1", "frozen 0")
        place = self.places.get("freezer")
        if not place:
            raise LabError("this machine can freeze no control group: neither version 2 nor the freezer of version 1")
        return place / "freezer.state", ("FROZEN", "THAWED"), place / "freezer.state", ("FROZEN", "THAWED")

    def _turn(self, which):
        file, words, answer, done = self._freezer()
        file.write_text(words[which], encoding="ascii")
        poll(lambda: done[which] in answer.read_text(encoding="ascii"), FREEZE_SECONDS, f"{self.name}: {done[which]}")

    def freeze(self):
        """Nobody inside runs until thaw()."""
        self._turn(0)

    def thaw(self):
        self._turn(1)

    def frozen(self):
        _, _, answer, done = self._freezer()
        return answer.exists() and done[0] in answer.read_text(encoding="ascii")

    def kill(self):
        """Ends everybody inside. The frozen of version 1 hear of it when they are thawed."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self.thaw()

    def remove(self):
        """With all that is below; processes that are still ending are waited for."""
        poll(self._removed, END_SECONDS, f"control group {self.name}: its end; still inside: {sorted(self.processes())}")

    def _removed(self):
        for directory in self._directories():
            with contextlib.suppress(OSError):
                os.rmdir(directory)
        return not any(place.exists() for place in self.places.values())
