#!/usr/bin/env python3
"""The first boot of machines made from the image, booted: by cloud-init, by OVF properties and by the console menu over a terminal they
end in the same state, also when apply is killed at every step, and when power is cut (F7, A2, A3)."""
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import first_boot_host as first  # noqa: E402
import host as lab  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("SLIPWAY_PROGRAMS", first.ROOT / "build/release/bin"))
STEPS = ["host-name", "time-zone", "network", "management", "keys", "certificate", "repositories", "restore", "setup", "migration",
         "administrator", "serve"]
PASSWORD = "crane under green rain"
APPLY_ON = "/etc/systemd/system/slipway-first-boot.service.d/test.conf"


def public_key(folder):
    lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "keeper", "-f", folder / "key")
    return (folder / "key.pub").read_text(encoding="utf-8").strip()


class Meeting:
    """A terminal on which a person answers."""

    def __init__(self, argv):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.text = ""

    def wait(self, words, seconds=60):
        """Reads until these words have come, and forgets what was before."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            if time.monotonic() > deadline:
                raise AssertionError(f"the terminal did not say {words!r}; it said:\n{self.text[-1500:]}")
            if select.select([self.master], [], [], 0.5)[0]:
                self.text += os.read(self.master, 65536).decode(errors="replace").replace("\r", "")
        before, self.text = self.text.split(words, 1)
        return before

    def answer(self, question, text, seconds=60):
        self.wait(question, seconds)
        self.wait("> ", 10)
        os.write(self.master, (text + "\n").encode())

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@unittest.skipUnless(first.sealed_root().is_dir() and os.geteuid() == 0,
                     "needs root and the image's sealed root (SLIPWAY_IMAGE_ROOT, or ./dev image)")
class FirstBoot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="slipway-first-boot-")
        cls.key = public_key(pathlib.Path(cls.folder.name))
        cls.network = lab.Network(78)
        cls.network.__enter__()
        cls.states = {}

    @classmethod
    def tearDownClass(cls):
        cls.network.__exit__(None, None, None)
        cls.folder.cleanup()

    def answers(self, last):
        return f'''hostname = "desk.example.org"
timezone = "Europe/Paris"
[network]
address = ["{self.network.address(last)}/24"]
gateway = ["{self.network.address(1)}"]
[management]
networks = ["{self.network.address(0)}/24"]
public_keys = ["{self.key}"]
[administrator]
email = "admin@example.org"
password = "{PASSWORD}"
'''

    def check_done(self, host, status):
        """What must be true of a machine that is set up, however it was told."""
        state = status["state"]
        self.assertEqual(state["full_name"], "desk.example.org")
        self.assertEqual(state["timezone"], "Europe/Paris")
        self.assertEqual(state["administrator"],
                         {"account": "production", "login": "admin", "email": "admin@example.org", "password_was_made": False})
        self.assertEqual(state["certificate"], {"kind": "self-made", "speaks_for_name": True})
        self.assertNotIn(PASSWORD, host.sh("cat /etc/slipway/first-boot.toml /var/lib/slipway/first-boot/*; journalctl --no-pager").stdout)
        self.assertEqual(host.sh("curl -sk -o /dev/null -w '%{http_code}' https://localhost/health").stdout, "200")
        # Who is told of may sign in, from there alone (A2).
        self.assertIn("keeper", host.sh("cat ~admin/.ssh/authorized_keys").stdout)
        self.assertIn("/24", host.sh("nft list set inet slipway management4").stdout)

    def without_address(self, status):
        state = dict(status["state"])
        state["network"] = {**state["network"], "address": ["*"]}
        return state

    def seed(self, host, last):
        indented = "".join(f"      {line}\n" for line in self.answers(last).splitlines())
        host.lay("/var/lib/cloud/seed/nocloud/meta-data", f"instance-id: {host.name}\n", 0o644)
        host.lay("/var/lib/cloud/seed/nocloud/user-data",
                 f"#cloud-config\nwrite_files:\n  - path: /etc/slipway/first-boot.toml\n    permissions: '0600'\n    content: |\n{indented}", 0o644)

    def test_1_cloud_init(self):
        with first.FirstBootHost(self.network, "cloud", 11, PROGRAMS) as host:
            self.seed(host, 11)
            host.boot()
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["cloud"] = self.without_address(status)
            # Once more, as after any boot: nothing is done again.
            self.assertEqual(host.sh("slipway first-boot apply", check=False).returncode, 6)

    def test_2_killed_at_every_step(self):
        with first.FirstBootHost(self.network, "kill", 12, PROGRAMS) as host:
            # Carried out by hand, so that each call can be told where to die.
            host.lay(APPLY_ON, "[Unit]\nConditionPathExists=/nowhere\n", 0o644)
            host.boot()
            host.lay("/tmp-answers", self.answers(12))
            host.sh("install -m 0600 /tmp-answers /etc/slipway/first-boot.toml")
            points = [f"firstboot.{step}.{at}" for step in STEPS for at in ("done", "recorded")]
            points += ["firstboot.secrets.there", "firstboot.secrets.gone"]
            for point in points:
                with self.subTest(point):
                    said = host.sh(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} slipway first-boot apply", check=False, timeout=900)
                    self.assertIn(said.returncode, (-9, 137), said.stderr)
            host.sh("slipway first-boot apply", timeout=900)
            status = host.status()
            self.assertEqual(status["phase"], "done")
            self.check_done(host, status)
            self.states["killed"] = self.without_address(status)

    def test_3_power_is_cut(self):
        with first.FirstBootHost(self.network, "power", 13, PROGRAMS) as host:
            self.seed(host, 13)
            # Stops in the middle, with accounts made and the administrator not yet set, and waits there for the cut.
            host.lay(APPLY_ON, "[Service]\nEnvironment=SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT=firstboot.setup.recorded SLIPWAY_FAIL_ACTION=stop\n", 0o644)
            host.boot()
            lab.poll(lambda: self.stopped(host), 600, "apply stopped at its middle")
            host.power_cut()
            (host.merged / APPLY_ON.lstrip("/")).unlink()
            host.boot()
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["power"] = self.without_address(status)

    def stopped(self, host):
        return "T" in host.sh("ps -o stat= -C slipway", check=False).stdout

    def test_4_console(self):
        with first.FirstBootHost(self.network, "console", 14, PROGRAMS) as host:
            host.boot()
            self.assertEqual(host.wait_for("waiting")["phase"], "waiting")
            lab.poll(lambda: host.sh("test -s /run/slipway-first-boot/code", check=False).returncode == 0, 60, "one-time code")
            meeting = Meeting([*host.inside(), "/usr/bin/slipway", "first-boot", "console"])
            try:
                self.talk(meeting)
                status = host.wait_for("done")
                meeting.wait("service desk", 120)
            finally:
                meeting.close()
            self.check_done(host, status)
            self.states["console"] = self.without_address(status)

    def talk(self, meeting):
        meeting.answer("1) English", "1")
        meeting.answer("Full name", "desk")
        meeting.answer("not a full name", "desk.example.org")
        meeting.answer("Time zone", "<")
        meeting.answer("Full name", "")
        meeting.answer("Time zone", "Europe/Paris")
        meeting.answer("Fixed addresses", f"{self.network.address(14)}/24")
        meeting.answer("Router", self.network.address(1))
        meeting.answer("Name servers", "")
        meeting.answer("Networks that may use SSH", f"{self.network.address(0)}/24")
        meeting.answer("SSH public keys", self.key + "\n")
        meeting.answer("mail address", "admin@example.org")
        meeting.answer("password", PASSWORD)
        meeting.answer("once more", PASSWORD)
        meeting.answer("Certificate", "1")
        meeting.answer("Role of this site", "")
        meeting.answer("First backup repository", "")
        meeting.answer("Begin with", "")
        meeting.answer("Type 'yes'", "yes")
        self.assertNotIn(PASSWORD, meeting.wait("carried out now"))

    def test_5_all_ways_end_in_the_same_state(self):
        self.assertGreaterEqual(len(self.states), 4, "an earlier test has no state to compare")
        reference = self.states["cloud"]
        for name, state in self.states.items():
            self.assertEqual(state, reference, name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
