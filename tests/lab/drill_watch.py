"""What a drill sees while it goes on: when each thing was first so, and how the lab that is kept stands."""
import contextlib
import json
import subprocess
import threading
import time

import keeper
import name_server
import roots
import sites

EVERY_SECONDS = 0.1


class Watch:
    """Asks until an answer is true, and notes when that was: `marks`, by name. Each chain is asked by a thread of its own, one question after
    another, until the watch ends. A moment is noted when the answer is there; so none is noted too early."""

    def __init__(self, chains):
        self.marks = {}
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(chain,)) for chain in chains]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def _ask(self, chain):
        for name, question in chain:
            while not self._yes(question):
                if self.ended.wait(EVERY_SECONDS):
                    return
            self.marks[name] = time.monotonic()

    def _yes(self, question):
        """Whatever goes wrong on the way: not yet."""
        with contextlib.suppress(roots.LabError, OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError):
            return question()
        return False

    def seen(self, name):
        return name in self.marks


def of_takeover(desk, name, epoch, signs_in):
    """The chains of a site that takes over: how its agent stands, and where people get to. `signs_in` is asked once the name leads there:
    a sign-in at a site without power would only wait."""
    def status(holds):
        return lambda: holds(desk.status(name))
    return [[("detected", status(lambda said: said["promotion"]["possible"] or said["epoch"] > epoch)),
             ("elected", status(lambda said: said["role"] == "holder" and said["epoch"] > epoch)),
             ("writable", status(lambda said: said["writes_here"]))],
            [("address", lambda: desk.resolve(name_server.DESK) == [desk.hosts[name].address]), ("signed_in", signs_in)]]


def kept_lab():
    """How the lab of ./dev lab up stands, looked at and nothing else; nothing when none is up."""
    known = keeper.state()
    if known is None:
        return None
    said = {name: _status(known["hosts"][name]["init"]) for name in (*sites.GROUPS["sites"], *sites.GROUPS["witnesses"])}
    holder = next((one for one in said.values() if one.get("writes_here")), {})
    return {"machines": {name: host["init"] for name, host in known["hosts"].items()},
            "members": {name: {"epoch": one["epoch"], "holder": one["holder"]} for name, one in said.items() if one},
            "position": holder.get("database", {}).get("position", "")}


def _status(init):
    if init is None:
        return {}
    done = roots.run("nsenter", "--target", init, "--all", "--root", "--wd", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                     "bash", "-c", "timeout 10 slipway site status --json", check=False, timeout=30)
    with contextlib.suppress(ValueError):
        return json.loads(done.stdout)
    return {}
