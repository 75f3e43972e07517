"""What can be broken in the lab of two sites, and mended: by words, as ./dev lab break has them."""
import concurrent.futures
import json
import threading

import clock
import volume
from roots import LabError

DIRECTORY = "/var/lib/mysql"
AGENT_SECONDS = 10
# Verb -> its words, how many there may be, what it does.
VERBS = {
    "cut": ("A B", (2,), "nothing passes between two hosts any more; both reach all others"),
    "heal": ("[A B]", (0, 2), "the contrary of cut, for two hosts or for all"),
    "unplug": ("HOST", (1,), "pulls a host's cable"),
    "plug": ("HOST", (1,), "puts it back"),
    "freeze": ("HOST", (1,), "nothing of a host runs; its kernel still takes what arrives"),
    "thaw": ("HOST", (1,), "the contrary of freeze"),
    "kill": ("HOST", (1,), "power cut"),
    "start": ("HOST", (1,), "boots a host that was killed, on the same disk"),
    "fill": ("HOST [DIR]", (1, 2), f"takes all the room of the file system of {DIRECTORY}, or of DIR"),
    "unfill": ("HOST [DIR]", (1, 2), "gives it back"),
    "clock": ("HOST SECONDS", (2,), "sets the wall clock of a host's services so far ahead (or behind, -60); 0: right again"),
    "list": ("", (0,), "what is broken now"),
}
CHANGE_INITS = ("kill", "start")


def site_line(said):
    """What `slipway site status --json` says, in one line."""
    heard = []
    for member in said["members"]:
        if not member["self"]:
            ago = member["heard_ms_ago"]
            heard.append(f"{member['name']} " + ("never" if ago is None else f"{ago / 1000:.1f} s ago"))
    # A witness has no database.
    holder = "takes writes" if said.get("writes_here") else f"the writes are at '{said['holder']}'" if said["holder"] else "nobody has the writes"
    return f"{'witness' if said['witness'] else said['role']}, {holder}, epoch {said['epoch']}; heard: {', '.join(heard) or 'nobody'}"


class Breaks:
    """Does what the words say to the hosts of a SiteLab, one after another."""

    def __init__(self, held):
        self.held = held
        self.lock = threading.Lock()
        self.filled = {}  # directories by host
        self.stepped = {}  # seconds by host

    def do(self, verb, words):
        if verb == "status":
            return self.status()
        takes, counts, _ = VERBS[verb]
        if len(words) not in counts:
            raise LabError(f"break {verb} takes: {takes or 'nothing more'}")
        with self.lock:
            return getattr(self, verb)(*words)

    def host(self, name, *states):
        """The host of this name, which is in one of these states."""
        if name not in self.held.hosts:
            raise LabError(f"there is no host '{name}'; known: {', '.join(self.held.hosts)}")
        found = self.held.hosts[name]
        if states and found.state() not in states:
            raise LabError(f"{name} is {found.state()}, and not {' or '.join(states)}")
        return found

    def cut(self, one, other):
        if self.host(one) is self.host(other):
            raise LabError(f"{one} cannot be cut from itself")
        self.held.network.cut(one, other)
        return f"{one} and {other} do not reach each other any more"

    def heal(self, *pair):
        for name in pair:
            self.host(name)
        self.held.network.heal(*pair)
        return " and ".join(pair or ["all"]) + " reach each other again"

    def unplug(self, name):
        self.host(name)
        self.held.network.unplug(name)
        return f"{name}'s cable is out"

    def plug(self, name):
        self.host(name, "up", "frozen")
        self.held.network.plug(name)
        return f"{name}'s cable is in"

    def freeze(self, name):
        self.host(name, "up").freeze()
        return f"{name} is frozen"

    def thaw(self, name):
        self.host(name, "frozen").thaw()
        return f"{name} runs again"

    def kill(self, name):
        self.host(name, "up", "frozen").kill()
        return f"{name} has no power"

    def start(self, name):
        self.host(name, "down").boot()
        return f"{name} is up"

    def fill(self, name, directory=DIRECTORY):
        volume.fill(self.host(name, "up"), directory)
        self.filled.setdefault(name, set()).add(directory)
        return f"{name}: {directory} is full"

    def unfill(self, name, directory=DIRECTORY):
        volume.unfill(self.host(name, "up"), directory)
        self.filled.get(name, set()).discard(directory)
        return f"{name}: {directory} has room again"

    def clock(self, name, seconds):
        """The first time its services are started again: only then their clock is one that can be set."""
        host = self.host(name, "up")
        try:
            step = int(seconds)
        except ValueError:
            raise LabError(f"break clock: '{seconds}' is no number of seconds") from None
        if not clock.prepared(host):
            clock.prepare(host)
        clock.step(host, step)
        self.stepped[name] = step
        return f"{name}'s clock is {f'{step:+d} s off' if step else 'right'}"

    def list(self):
        """By kind: pairs that are cut, hosts, directories, clocks."""
        network, hosts = self.held.network, self.held.hosts
        states = {name: host.state() for name, host in hosts.items()}
        return {"cut": sorted(sorted(pair) for pair in network.apart or ()),
                # A host without power has no cable to pull either.
                "unplugged": sorted(name for name in network.unplugged if states.get(name) != "down"),
                "frozen": [name for name, state in states.items() if state == "frozen"],
                "down": [name for name, state in states.items() if state == "down"],
                "full": sorted([name, directory] for name, directories in self.filled.items() for directory in directories),
                "clock": sorted([name, f"{step:+d} s"] for name, step in self.stepped.items() if step)}

    def status(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.held.hosts)) as pool:
            hosts = dict(zip(self.held.hosts, pool.map(self._status, self.held.hosts.values())))
        return {"hosts": hosts, "broken": self.list(), "inventory": str(self.held.work / "inventory.json"),
                "controller": self.held.network.controller, "client": self.held.client}

    def _status(self, host):
        state = host.state()
        return {"address": host.address, "state": state, "site": self._site(host) if state == "up" else None}

    def _site(self, host):
        """The agent's word where it runs."""
        asking = f"systemctl is-active --quiet slipway-sited && timeout {AGENT_SECONDS} slipway site status --json"
        try:
            said = host.root_sh(asking, check=False, timeout=AGENT_SECONDS + 10)
            return site_line(json.loads(said.stdout)) if said.stdout.startswith("{") else (said.stderr.strip().splitlines() or [None])[-1]
        except (LabError, KeyError, TypeError, ValueError) as fault:
            return f"not known: {fault!r}"
