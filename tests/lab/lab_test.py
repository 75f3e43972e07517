#!/usr/bin/env python3
"""The lab of two sites itself: what breaks there is what was to break and nothing else, and what is mended is whole again.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages)."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import breaks  # noqa: E402  (beside this file)
import host as lab  # noqa: E402
import name_server  # noqa: E402
import roots  # noqa: E402
import sites  # noqa: E402

MEGABYTE = "dd if=/dev/zero of=/var/lib/mysql/one bs=1M count=1 conv=fsync"
GONE_SECONDS = 60


class Broken(unittest.TestCase):
    """One lab for all; each test leaves it whole."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(sites.SiteLab())
        cls.breaks = breaks.Breaks(cls.lab)

    def tearDown(self):
        self.assertFalse(any(self.breaks.list().values()), self.breaks.list())

    def do(self, *words):
        return self.breaks.do(words[0], list(words[1:]))

    def reaches(self, one, other, family=4):
        """One echo, asked for a second time after a loss: a link that was just mended learns its neighbours anew."""
        target = self.lab.network.address(sites.LAST[other], family)
        return self.lab.hosts[one].root_sh(f"ping -q -c 1 -W 1 {target} || ping -q -c 1 -W 1 {target}", check=False).returncode == 0

    def answers(self, name):
        return self.lab.hosts[name].ssh("true", check=False, timeout=30).returncode == 0

    # E4
    def test_all_hosts_are_up_and_no_unit_has_failed(self):
        for name, host in self.lab.hosts.items():
            failed = host.root_sh("systemctl --failed --no-legend --plain; systemctl is-system-running", check=False).stdout
            self.assertEqual((host.state(), failed.strip()), ("up", "running"), name)

    # E4
    def test_each_host_has_its_own_groups_addresses_and_disk(self):
        units = {name: host.root_sh("systemctl show --property=ControlGroup --value ssh.service; cat /etc/hostname").stdout.split()
                 for name, host in self.lab.hosts.items()}
        self.assertEqual(set(units), set(sites.LAST))
        for name, (group, hostname) in units.items():
            self.assertEqual((group, hostname), ("/system.slice/ssh.service", name))
        inside = [self.lab.hosts[name].group.processes() for name in sites.LAST]
        self.assertEqual(len(set.union(*inside)), sum(map(len, inside)))
        for name in sites.MEMBERS:
            self.assertEqual(self.lab.hosts[name].root_sh("findmnt -no FSTYPE -T /var/lib/mysql").stdout.strip(), "ext4", name)

    # E4
    def test_ansible_reaches_the_members_by_their_groups(self):
        command = ["ansible", "-i", self.lab.write_inventory(), "--one-line", "-m", "command", "-a", "id -un", "--become"]
        for group, names in sites.GROUPS.items():
            said = self.lab.network.inside(self.lab.network.controller, *command, group, env=self.lab.ansible_environment()).stdout
            self.assertEqual(sorted(line.split(" | ")[0] for line in said.splitlines()), sorted(names))
            self.assertEqual(said.count("(stdout) root"), len(names), said)

    # F4
    def test_a_cut_parts_the_two_and_nobody_else(self):
        self.do("cut", "paris", "lyon")
        self.assertEqual(self.do("list")["cut"], [["lyon", "paris"]])
        names = ["paris", "lyon", "witness"]
        pairs = [(one, other) for one in names for other in names if one != other]
        for one, other in pairs:
            for family in (4, 6):
                self.assertEqual(self.reaches(one, other, family), {one, other} != {"paris", "lyon"}, (one, other, family))
        self.assertTrue(self.answers("paris") and self.answers("lyon"))
        # A connection does not hear that it was cut: no answer, and no refusal either.
        silent = self.lab.hosts["paris"].root_sh(f"timeout 2 bash -c '</dev/tcp/{self.lab.hosts['lyon'].address}/22'", check=False)
        self.assertEqual(silent.returncode, 124, silent.stderr)
        self.do("cut", "paris", "witness")
        self.do("heal", "lyon", "paris")
        self.assertTrue(self.reaches("paris", "lyon"))
        self.assertFalse(self.reaches("witness", "paris"))
        self.do("heal")
        self.assertTrue(all(self.reaches(*pair) for pair in pairs))

    # F4
    def test_a_pulled_cable_parts_a_host_from_all(self):
        self.do("unplug", "lyon")
        self.assertEqual(self.do("list")["unplugged"], ["lyon"])
        self.assertFalse(self.reaches("lyon", "witness") or self.reaches("paris", "lyon") or self.answers("lyon"))
        self.assertTrue(self.reaches("paris", "witness"))
        self.do("plug", "lyon")
        lab.poll(lambda: self.reaches("paris", "lyon") and self.answers("lyon"), 30, "lyon's answer")

    # F4
    def test_a_frozen_host_does_nothing_until_it_is_thawed(self):
        host = self.lab.hosts["witness"]
        host.root_sh("systemd-run --quiet --unit=beat bash -c 'while sleep 0.1; do date +%s.%N >/run/beat; done'")
        beat = host.merged / "run/beat"
        read = lambda: host.root_sh("cat /run/beat").stdout  # noqa: E731
        lab.poll(lambda: host.root_sh("test -s /run/beat", check=False).returncode == 0, 30, f"the first {beat.name}")
        self.do("freeze", "witness")
        self.assertEqual((host.state(), self.do("list")["frozen"]), ("frozen", ["witness"]))
        last = read()
        self.assertFalse(self.answers("witness"))  # after the seconds that ssh waits
        self.assertEqual(read(), last)
        self.assertTrue(self.answers("paris"))
        self.do("thaw", "witness")
        lab.poll(lambda: read() != last and self.answers("witness"), 30, "the witness's next beat")
        host.root_sh("systemctl stop beat")

    # F4
    def test_a_host_without_power_falls_silent_and_comes_back_with_its_disk(self):
        host = self.lab.hosts["lyon"]
        host.root_sh("echo kept | tee /var/lib/mysql/kept /etc/kept >/dev/null; sync; nft add table inet left; touch /run/lost")
        frozen_too = self.lab.hosts["odd"]
        frozen_too.freeze()
        for name in ("lyon", "odd"):
            self.do("kill", name)
        self.assertEqual(self.do("list")["down"], ["lyon", "odd"])
        self.assertFalse(self.reaches("paris", "lyon") or self.reaches("paris", "odd"))
        self.assertTrue(self.reaches("paris", "even"))
        with self.assertRaisesRegex(lab.LabError, "lyon is down"):
            self.do("freeze", "lyon")
        for name in ("lyon", "odd"):
            self.do("start", name)
        self.assertEqual(host.root_sh("cat /var/lib/mysql/kept /etc/kept; test ! -e /run/lost; systemctl is-system-running").stdout.split(),
                         ["kept", "kept", "running"])
        self.assertNotIn("left", host.root_sh("nft list tables").stdout)
        self.assertTrue(self.reaches("paris", "lyon") and self.answers("odd"))

    # F4
    def test_a_full_disk_takes_no_more_and_is_one_hosts_alone(self):
        self.do("fill", "paris")
        self.assertEqual(self.do("list")["full"], [["paris", "/var/lib/mysql"]])
        full = self.lab.hosts["paris"].root_sh(MEGABYTE, check=False)
        self.assertNotEqual(full.returncode, 0)
        self.assertIn("No space left on device", full.stderr)
        self.lab.hosts["lyon"].root_sh(f"{MEGABYTE} && rm /var/lib/mysql/one")
        self.do("unfill", "paris")
        self.lab.hosts["paris"].root_sh(f"{MEGABYTE}; rm /var/lib/mysql/one")
        with self.assertRaisesRegex(lab.LabError, "disk of the machine that the lab runs on"):
            self.do("fill", "paris", "/var/log")

    def update(self, text, signed):
        key = self.lab.tsig
        lines = [f"server {self.lab.network.name_server}", f"zone {name_server.ZONE}"]
        lines += [f"key {key.algorithm}:{key.name} {key.secret}"] if signed else []
        return self.lab.network.inside(self.lab.client, "nsupdate", input="\n".join([*lines, text, "send", ""]), check=False)

    # F4
    def test_the_name_server_moves_the_desks_name_for_who_has_the_key(self):
        desk, lyon = name_server.DESK, self.lab.hosts["lyon"].address
        self.assertEqual(self.lab.resolve(f"paris.{name_server.ZONE}"), [self.lab.hosts["paris"].address])
        self.assertEqual(self.lab.resolve(desk), [])
        change = f"update delete {desk} A\nupdate add {desk} 5 A {lyon}"
        refused = self.update(change, signed=False)
        self.assertIn("REFUSED", refused.stderr)
        self.assertEqual(self.lab.resolve(desk), [])
        self.assertEqual((self.update(change, signed=True).stderr, self.lab.resolve(desk)), ("", [lyon]))
        other = self.update(f"update add lyon.{name_server.ZONE} 5 A 192.0.2.1", signed=True)
        self.assertIn("REFUSED", other.stderr)
        # Programs of the client's, and of the hosts, ask this server.
        for place in (self.lab.client, self.lab.hosts["even"].namespace):
            self.assertEqual(self.lab.network.inside(place, "dig", "+short", f"@{self.lab.network.name_server}", desk).stdout.split(), [lyon])
        self.assertIn(lyon, self.lab.network.inside(self.lab.client, "getent", "ahostsv4", desk).stdout)
        self.assertIn(lyon, self.lab.hosts["even"].root_sh(f"getent ahostsv4 {desk}").stdout)

    # F4
    def test_words_that_make_no_sense_break_nothing(self):
        for words, said in ((("cut", "paris"), "break cut takes: A B"), (("cut", "paris", "rome"), "no host 'rome'; known: paris"),
                            (("cut", "paris", "paris"), "from itself"), (("start", "paris"), "paris is up, and not down"),
                            (("thaw", "paris"), "paris is up"), (("heal", "paris"), r"takes: \[A B\]"), (("unfill", "rome"), "no host")):
            with self.subTest(words), self.assertRaisesRegex(lab.LabError, said):
                self.do(*words)


class Said(unittest.TestCase):
    # E4
    def test_a_members_word_is_one_line(self):
        def member(name, ago, own=False):
            return {"name": name, "self": own, "heard_ms_ago": ago}
        lyon = {"member": "lyon", "witness": False, "role": "follower", "epoch": 7, "holder": "paris", "writes_here": False,
                "members": [member("paris", 412), member("lyon", None, True), member("witness", None)]}
        self.assertEqual(breaks.site_line(lyon), "follower, the writes are at 'paris', epoch 7; heard: paris 0.4 s ago, witness never")
        witness = {"member": "witness", "witness": True, "role": "follower", "epoch": 0, "holder": "", "members": [member("witness", None, True)]}
        self.assertEqual(breaks.site_line(witness), "witness, nobody has the writes, epoch 0; heard: nobody")
        paris = {**lyon, "member": "paris", "role": "holder", "writes_here": True}
        self.assertIn("holder, takes writes, epoch 7", breaks.site_line(paris))


class Kept(unittest.TestCase):
    """./dev lab: the lab that stays up, beside anybody's own."""

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="slipway-state-")))
        self.addCleanup(self.run_lab, "down")

    def run_lab(self, *words, status=0):
        said = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("lab.py"), *words], text=True, capture_output=True, check=False,
                              timeout=900, env={**os.environ, "SLIPWAY_LAB_STATE": str(self.place)})
        self.assertEqual(said.returncode, status, said.stdout + said.stderr)
        return said.stdout + said.stderr

    def state(self):
        return json.loads((self.place / "state.json").read_text(encoding="utf-8"))

    def left(self, state):
        """What is there of this lab."""
        prefix = state["controller"].removesuffix("-lan")
        directory = f"slipway-lab-keeper_{state['keeper']['pid']}"
        seen = roots.run("ip", "netns", "list").stdout + pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8")
        found = [line for line in seen.splitlines() if prefix in line or directory in line]
        for place in ("/sys/fs/cgroup", "/etc/netns", tempfile.gettempdir()):
            found += [str(path) for pattern in (f"{prefix}*", directory) for path in pathlib.Path(place).rglob(pattern)]
        return found + [name for name, host in state["hosts"].items() if pathlib.Path(f"/proc/{host['init']}").exists()]

    # E4, F4
    def test_a_lab_stays_up_until_it_is_taken_down_and_leaves_nothing(self):
        self.assertIn("start it with ./dev lab up", self.run_lab("status", status=1))
        self.assertIn("paris is up after", self.run_lab("up"))
        state = self.state()
        self.assertEqual((self.place / "state.json").stat().st_mode & 0o777, 0o600)
        self.assertIn("is up already", self.run_lab("up"))
        self.assertEqual(self.run_lab("ssh", "lyon", "cat", "/etc/hostname"), "lyon\n")
        self.assertIn("paris and lyon do not reach", self.run_lab("break", "cut", "paris", "lyon"))
        self.assertEqual(self.run_lab("break", "list"), "cut: lyon paris\n")
        self.run_lab("break", "kill", "even")
        self.run_lab("break", "freeze", "witness")
        self.assertIsNone(self.state()["hosts"]["even"]["init"])
        said = json.loads(self.run_lab("status", "--json"))
        self.assertEqual({name: host["state"] for name, host in said["hosts"].items()},
                         {"paris": "up", "lyon": "up", "witness": "frozen", "even": "down", "odd": "up", "dns": "up"})
        self.assertIn("no host 'rome'", self.run_lab("break", "kill", "rome", status=1))
        self.run_lab("break", "start", "even")
        self.assertNotEqual(self.state()["hosts"]["even"]["init"], state["hosts"]["even"]["init"])
        self.assertIn("is down", self.run_lab("down"))
        self.assertEqual(self.left(state), [])
        self.assertIn("is not up", self.run_lab("down"))

    # E4, F4
    def test_what_a_killed_lab_leaves_is_removed_and_nothing_else(self):
        self.run_lab("up")
        state = self.state()
        with lab.Network(number=78) as other:
            stranger = other.outsider(2)
            self.run_lab("break", "freeze", "lyon")
            os.kill(state["keeper"]["pid"], signal.SIGKILL)
            lab.poll(lambda: "goes with ./dev lab down" in self.run_lab("status", status=1), 30, "the keeper's end")
            self.assertIn("paris", self.left(state))
            self.assertIn("was not taken down", self.run_lab("down"))
            lab.poll(lambda: self.left(state) == [], GONE_SECONDS, "the end of what was left")
            self.assertIn(stranger, roots.run("ip", "netns", "list").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
