"""What the tests of a first boot share: a network, the answers that all ways give, and what must be true of a machine that has them."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import first_boot_host as first  # noqa: E402
import host as lab  # noqa: E402

BROWSER = first.ROOT / "tests/browser"
NAME = "desk.example.org"
MAIL = "admin@example.org"
PASSWORD = "crane under green rain"
APPLY_ON = "/etc/systemd/system/slipway-first-boot.service.d/test.conf"
TAKE_ON = "/etc/systemd/system/slipway-wizard-answers.service.d/test.conf"


def public_key(folder):
    lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "keeper", "-f", folder / "key")
    return (folder / "key.pub").read_text(encoding="utf-8").strip()


def stops_at(point):
    """A drop-in: the program waits there for the power to go."""
    return f"[Service]\nEnvironment=SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} SLIPWAY_FAIL_ACTION=stop\n"


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class FirstBootCase(unittest.TestCase):
    number = 78  # of the network

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="slipway-first-boot-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.key = public_key(pathlib.Path(cls.folder.name))
        cls.network = cls.enterClassContext(lab.Network(cls.number))
        # Where people's browsers are: no business with the machine but its port 443.
        cls.outside = cls.network.outsider(99)
        cls.states = {}

    def host(self, name, last):
        return first.FirstBootHost(self.network, name, last)

    def given(self, last):
        """The same answers for every way, as words."""
        return {"hostname": NAME, "timezone": "Europe/Paris", "address": f"{self.network.address(last)}/24", "gateway": self.network.address(1),
                "management": f"{self.network.address(0)}/24", "key": self.key, "email": MAIL, "password": PASSWORD}

    def answers(self, last):
        given = self.given(last)
        return f'''hostname = "{given["hostname"]}"
timezone = "{given["timezone"]}"
[network]
address = ["{given["address"]}"]
gateway = ["{given["gateway"]}"]
[management]
networks = ["{given["management"]}"]
public_keys = ["{given["key"]}"]
[administrator]
email = "{given["email"]}"
password = "{given["password"]}"
'''

    def check_done(self, host, status, password_was_made=False):
        """What must be true of a machine that is set up, however it was told."""
        state = status["state"]
        self.assertEqual(state["full_name"], NAME)
        self.assertEqual(state["timezone"], "Europe/Paris")
        self.assertEqual(state["administrator"],
                         {"account": "production", "login": "admin", "email": MAIL, "password_was_made": password_was_made})
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

    def stopped(self, host):
        return "T" in host.sh("ps -o stat= -C slipway", check=False).stdout

    def cut_where_it_stops(self, host, drop_in, then=None):
        """Power goes where a program waits for it; the next boot has no such drop-in, or the one of `then`."""
        lab.poll(lambda: self.stopped(host), 600, "the program stopped at its point")
        host.power_cut()
        if then:
            host.lay(drop_in, then, 0o644)
        else:
            (host.merged / drop_in.lstrip("/")).unlink()
        host.boot()

    def reachable(self, host, port):
        """From outside, through the machine's own firewall."""
        knock = f"exec 3<>/dev/tcp/{self.network.address(host.last)}/{port}"
        said = self.network.inside(self.outside, "timeout", "3", "bash", "-c", knock, check=False)
        return said.returncode == 0

    def browse(self, host, **more):
        """A browser on another machine goes through the wizard, with the code that stands on this machine's screen."""
        asked = {**self.given(host.last), "url": f"https://{self.network.address(host.last)}/", "code": host.screen.one_time_code(), **more}
        lab.poll(lambda: self.reachable(host, 443), 120, f"{host.name}: port 443")
        with tempfile.TemporaryDirectory(prefix="slipway-browser-") as home:
            done = subprocess.run(["ip", "netns", "exec", self.outside, "env", f"HOME={home}", "node", BROWSER / "first_boot.mjs"],
                                  input=json.dumps(asked), capture_output=True, text=True, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-3000:])
        self.assertNotIn(PASSWORD, done.stdout)
        return json.loads(done.stdout)
