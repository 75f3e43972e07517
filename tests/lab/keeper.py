"""The process that holds the lab of ./dev lab: it makes the hosts, answers on a socket, and takes everything away when it is asked to end."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socketserver
import tempfile
import threading

import breaks
import host as lab
import leftovers
import roots
import sites

PLACE = pathlib.Path(os.environ.get("SLIPWAY_LAB_STATE", "/run/slipway-lab"))
STATE, SOCKET, JOURNAL, LOCK = PLACE / "state.json", PLACE / "control.socket", PLACE / "journal", PLACE / "lock"


def state():
    """What a keeper that runs has written when all hosts were up; None without one."""
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(STATE.read_text(encoding="utf-8"))
        if leftovers.started(known["keeper"]["pid"]) == known["keeper"]["started"]:
            return known
    return None


def write_state(held):
    """As of now: a host that was started again has another init."""
    known = {
        "keeper": {"pid": os.getpid(), "started": leftovers.started(os.getpid())},
        "controller": held.network.controller, "client": held.client, "inventory": str(held.write_inventory()), "user": lab.USER,
        "hosts": {name: {"address": host.address, "namespace": host.namespace, "init": host.init() if host.runs() else None, "ssh": host.ssh_arguments()}
                  for name, host in held.hosts.items()}}
    part = STATE.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(known, file, indent=1)
    part.rename(STATE)


class Answers(socketserver.StreamRequestHandler):
    """One request: a line of JSON, {"verb": …, "words": […]}; one answer: {"answer": …} or {"error": …}."""

    def handle(self):
        try:
            asked = json.loads(self.rfile.readline())
            said = {"answer": self.server.broken.do(asked["verb"], asked["words"])}
            if asked["verb"] in breaks.CHANGE_INITS:
                write_state(self.server.held)
        except Exception as fault:  # noqa: BLE001  (whatever it is, who asked is told)
            said = {"error": str(fault) or repr(fault)}
        with contextlib.suppress(OSError):  # who asked may have gone
            self.wfile.write(json.dumps(said).encode() + b"\n")


class Socket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def leave(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def hold():
    """Until SIGTERM. The caller has seen to it that no other keeper runs and nothing of one is left."""
    signal.signal(signal.SIGTERM, leave)
    note = leftovers.Journal(JOURNAL)
    note("keeper", os.getpid(), started=leftovers.started(os.getpid()))
    place = pathlib.Path(tempfile.gettempdir(), f"slipway-lab-keeper_{os.getpid()}")
    note("directory", str(place))
    place.mkdir(mode=0o700)
    tempfile.tempdir = str(place)
    with contextlib.ExitStack() as undone:
        undone.callback(JOURNAL.unlink, missing_ok=True)
        undone.callback(shutil.rmtree, place, ignore_errors=True)
        undone.callback(STATE.unlink, missing_ok=True)
        held = undone.enter_context(sites.SiteLab(note=note))
        SOCKET.unlink(missing_ok=True)
        server = undone.enter_context(Socket(str(SOCKET), Answers))
        os.chmod(SOCKET, 0o600)
        undone.callback(SOCKET.unlink, missing_ok=True)
        server.held, server.broken = held, breaks.Breaks(held)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        undone.callback(server.shutdown)
        write_state(held)
        roots.say_on_stderr("lab: ready")
        while True:
            signal.pause()
