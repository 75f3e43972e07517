#!/usr/bin/env python3
"""./dev lab: the lab of two sites. Six hosts on this machine, in namespaces: paris and lyon, the witness, the backup hosts even and odd, and
dns, a name server. They stay up, held by a process of its own, until `down`. `drill` has a lab of its own, and a report."""
import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import breaks  # noqa: E402  (beside this file)
import drill  # noqa: E402
import keeper  # noqa: E402
import leftovers  # noqa: E402
import sites  # noqa: E402
from roots import LabError, poll  # noqa: E402

LOG = pathlib.Path(__file__).resolve().parents[2] / "build/log/lab-keeper.log"
# The first time on a machine, roots are made.
UP_SECONDS = 1800
DOWN_SECONDS = 240
NOT_UP = "the lab is not up; start it with ./dev lab up"
EPILOGS = {
    "up": "SLIPWAY_PACKAGES: the directory of the packages under test, else build/packages; SLIPWAY_LAB_STATE: where the lab's state is, else\n"
          "/run/slipway-lab; a further lab needs another.\n\nExample: ./dev package && ./dev lab up",
    "down": "Example: ./dev lab down",
    "status": "Example: ./dev lab status --json",
    "ssh": "Example: ./dev lab ssh paris 'sudo slipway site status'",
    "break": "Example: ./dev lab break cut paris lyon",
    "drill": drill.EPILOG,
}


@contextlib.contextmanager
def one_at_a_time():
    """up and down wait for each other."""
    keeper.PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(keeper.LOCK, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def known_state():
    state = keeper.state()
    if state is None:
        left = "; what an earlier one has left goes with ./dev lab down" if keeper.JOURNAL.exists() else ""
        raise LabError(NOT_UP + left)
    return state


def ask(verb, words=()):
    known_state()
    with socket.socket(socket.AF_UNIX) as way:
        way.connect(str(keeper.SOCKET))
        way.sendall(json.dumps({"verb": verb, "words": list(words)}).encode() + b"\n")
        line = way.makefile("rb").readline()
    if not line:
        raise LabError(f"the lab's keeper has ended without an answer; its log: {LOG}")
    said = json.loads(line)
    if "error" in said:
        raise LabError(said["error"])
    return said["answer"]


def clear_up():
    """What a keeper that was killed has left."""
    if keeper.JOURNAL.exists():
        print("lab: an earlier lab was not taken down; its hosts, namespaces and mounts go now", file=sys.stderr, flush=True)
        leftovers.remove(keeper.JOURNAL)
    for path in (keeper.STATE, keeper.SOCKET):
        path.unlink(missing_ok=True)


def up(_):
    with one_at_a_time():
        if keeper.state():
            print("lab: is up already")
            return show(ask("status"))
        if leftovers.keeper(keeper.JOURNAL):
            raise LabError("another ./dev lab up was interrupted and its lab is still starting; wait for it, or ./dev lab down")
        clear_up()
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with open(LOG, "wb") as log:
            process = subprocess.Popen([sys.executable, __file__, "keep"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            follow(process)
        except KeyboardInterrupt:
            raise LabError("it goes on starting; ./dev lab down ends it") from None
        return show(ask("status"))


def follow(process):
    """What the keeper says, until all hosts are up."""
    with open(LOG, encoding="utf-8", errors="replace") as log:
        def further():
            over = process.poll() is not None
            for line in log:
                print(line, end="", file=sys.stderr, flush=True)
            return over or keeper.state()
        poll(further, UP_SECONDS, f"the lab's start (its log: {LOG})")
    if process.poll() is not None:
        clear_up()
        raise LabError(f"it did not start; the log: {LOG}")


def down(_):
    with one_at_a_time():
        process = leftovers.keeper(keeper.JOURNAL)
        if process is None and not keeper.JOURNAL.exists():
            print("lab: is not up")
            return 0
        if process is not None:
            began = leftovers.started(process)
            os.kill(process, signal.SIGTERM)
            poll(lambda: leftovers.started(process) != began, DOWN_SECONDS, f"the end of the lab's keeper, process {process} (its log: {LOG})")
        clear_up()
        print("lab: is down")
        return 0


def status(given):
    said = ask("status")
    if given.json:
        print(json.dumps(said, indent=1))
        return 0
    return show(said)


def show(said):
    for name, host in said["hosts"].items():
        print(f"{name:8} {host['address']:12} {host['state']:7} {host['site'] or ''}".rstrip())
    for kind, found in said["broken"].items():
        for one in found:
            print(f"{kind}: {one if isinstance(one, str) else ' '.join(one)}")
    print(f"inventory for Ansible: {said['inventory']} (ip netns exec {said['controller']} ansible-playbook -i …)")
    print(f"somebody else's machine: ip netns exec {said['client']} COMMAND")
    return 0


def ssh(given):
    state = known_state()
    if given.host not in state["hosts"]:
        raise LabError(f"there is no host '{given.host}'; known: {', '.join(state['hosts'])}")
    host = state["hosts"][given.host]
    command = given.command if len(given.command) < 2 else [shlex.join(given.command)]
    argv = ["ip", "netns", "exec", state["controller"], "ssh", *host["ssh"], f"{state['user']}@{host['address']}", *command]
    os.execvp(argv[0], argv)


def break_(given):
    said = ask(given.what, given.words)
    if given.what != "list":
        print(f"lab: {said}")
    elif not any(said.values()):
        print("lab: nothing is broken")
    else:
        for kind, found in said.items():
            for one in found:
                print(f"{kind}: {one if isinstance(one, str) else ' '.join(one)}")
    return 0


def arguments():
    parser = argparse.ArgumentParser(prog="./dev lab", description=__doc__, epilog="Example: ./dev lab up && ./dev lab break cut paris lyon")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, does, text, **more):
        made = verbs.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".", epilog=EPILOGS[name],
                                formatter_class=argparse.RawDescriptionHelpFormatter, **more)
        made.set_defaults(does=does)
        return made

    verb("up", up, "boots all hosts, and returns when they are up")
    verb("down", down, "takes away hosts, namespaces, mounts and control groups, those of a lab whose process was killed as well")
    verb("status", status, "each host's address and state, and what the agent of two sites says there").add_argument("--json", action="store_true")
    way = verb("ssh", ssh, f"signs in at a host ({', '.join(sites.LAST)}), as a user who may become root, or runs a command there")
    way.add_argument("host", metavar="HOST")
    way.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    breaking = verb("break", break_, "breaks something, or mends it")
    breaking.epilog = "\n".join(f"  {name + ' ' + words:20} {text}" for name, (words, _, text) in breaks.VERBS.items()) + "\n\n" + EPILOGS["break"]
    breaking.add_argument("what", metavar="WHAT", choices=list(breaks.VERBS), help=", ".join(breaks.VERBS))
    breaking.add_argument("words", nargs="*", metavar="WORD")
    drill.add_options(verb("drill", drill.main, "loses a site under load, in a lab of its own, and writes a signed report of RTO and RPO"))
    verbs.add_parser("keep").set_defaults(does=lambda _: keeper.hold())
    return parser.parse_args()


def main():
    given = arguments()
    if os.geteuid() != 0 and not getattr(given, "verify", None):
        raise LabError("the lab makes namespaces and mounts: run it as root")
    return given.does(given)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (LabError, OSError) as fault:
        sys.exit(f"lab: {fault}")
