#!/usr/bin/env python3
"""The first boot of machines made from the image, booted: by cloud-init, by OVF properties, by the console menu on the machine's own
terminal and by a browser from outside they end in the same state, also when apply is killed at every step, and when power is cut
(F7, A2, A3). The browser needs the npm packages of tests/browser, which ./dev test installs."""
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import host as lab  # noqa: E402
from first_boot_case import APPLY_ON, BROWSER, NAME, PASSWORD, TAKE_ON, FirstBootCase, stops_at  # noqa: E402
from console_dialogue import give_answers  # noqa: E402  (tests/support, which first_boot_case has found)
from ovf_environment import ovf_environment  # noqa: E402

STEPS = ["host-name", "time-zone", "network", "management", "keys", "certificate", "repositories", "restore", "setup", "migration",
         "administrator", "serve"]
needs_browser = unittest.skipUnless(shutil.which("node") and (BROWSER / "node_modules/playwright-core").is_dir(),
                                    "needs node and the npm packages of tests/browser (./dev test browser)")


class FirstBoot(FirstBootCase):
    # F7, A2, A3
    def test_1_cloud_init(self):
        with self.host("cloud", 11) as host:
            self.seed(host, 11)
            host.boot()
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["cloud"] = self.without_address(status)
            # Once more, as after any boot: nothing is done again.
            self.assertEqual(host.sh("slipway first-boot apply", check=False).returncode, 6)
            # Its addresses are its own: from the next start on the platform is asked nothing.
            lab.poll(lambda: host.sh("test -e /etc/cloud/cloud-init.disabled", check=False).returncode == 0, 180, "cloud-init switched off")
            host.power_cut()
            host.boot()
            lab.poll(lambda: host.sh("curl -sk -o /dev/null -w '%{http_code}' https://localhost/health", check=False).stdout == "200", 180, "the desk")
            self.check_done(host, host.wait_for("done"))
            self.assertEqual(host.sh("systemctl show -P ActiveState cloud-init.service").stdout.strip(), "inactive")

    # F7, C9
    def test_2_killed_at_every_step(self):
        with self.host("kill", 12) as host:
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

    # F7, C9
    def test_3_power_is_cut(self):
        with self.host("power", 13) as host:
            self.seed(host, 13)
            # In the middle, with accounts made and the administrator not yet set.
            host.lay(APPLY_ON, stops_at("firstboot.setup.recorded"), 0o644)
            host.boot()
            self.cut_where_it_stops(host, APPLY_ON)
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["power"] = self.without_address(status)

    # F7
    def test_4_console(self):
        """On the machine's own console: the unit in the place of a getty, on the terminal that the kernel calls /dev/console."""
        with self.host("console", 14) as host:
            host.have_screen()
            host.boot()
            self.assertEqual(host.wait_for("waiting")["phase"], "waiting")
            unit = "slipway-console@console.service"
            host.screen.one_time_code()
            # Whoever leaves, or is thrown out, finds it there again, on a terminal in order.
            before = host.sh(f"systemctl show -P MainPID {unit}").stdout
            host.sh("stty -F /dev/console -echo")
            host.screen.forget()
            host.sh(f"kill -HUP {before}")
            host.screen.wait("1) English", 60)
            self.assertNotEqual(host.sh(f"systemctl show -P MainPID {unit}").stdout, before)
            self.assertIn(" echo ", host.sh("stty -F /dev/console -a").stdout)
            host.sh(f"kill -HUP $(systemctl show -P MainPID {unit})")
            said = give_answers(host.screen, **self.typed(14))
            self.assertNotIn(PASSWORD, said)
            status = host.wait_for("done")
            host.screen.wait("service desk", 120)
            self.check_done(host, status)
            self.states["console"] = self.without_address(status)
            # It stays, after a boot too, and asks nothing any more.
            host.power_cut()
            host.boot()
            host.screen.wait(f"https://{NAME}/", 120)
            self.assertNotIn("1) English", host.screen.all)

    def typed(self, last):
        given = self.given(last)
        return {key: given[key] for key in ("hostname", "address", "gateway", "management", "key", "password")}

    # F7, A2
    @needs_browser
    def test_5_web_wizard(self):
        with self.host("web", 15) as host:
            host.have_screen()
            host.boot()
            self.assertEqual(host.wait_for("waiting")["phase"], "waiting")
            seen = self.browse(host)
            self.assertTrue(seen["signed_in"])
            self.assertEqual(seen["titles"][-1], "The desk is ready")
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["web"] = self.without_address(status)
            # Nothing but the desk is open to people (A2).
            self.assertTrue(self.reachable(host, 443))
            self.assertFalse(self.reachable(host, 80))
            self.assertNotIn(PASSWORD, host.screen.all)

    # F7, C9
    @needs_browser
    def test_6_power_is_cut_while_the_wizards_answers_are_taken(self):
        with self.host("taken", 16) as host:
            host.have_screen()
            # Before root has them, they are gone with the power, and asked for anew; behind that they count.
            host.lay(TAKE_ON, stops_at("firstboot.take.checked"), 0o644)
            host.boot()
            self.browse(host, until="sent")
            self.cut_where_it_stops(host, TAKE_ON, then=stops_at("firstboot.take.written"))
            self.assertEqual(host.wait_for("waiting")["phase"], "waiting")
            host.lay(APPLY_ON, stops_at("firstboot.setup.recorded"), 0o644)
            host.sh("systemctl daemon-reload")
            self.browse(host, until="sent")
            # The unit that waits for answers has seen them, too: both stand still.
            lab.poll(lambda: host.sh("ps -o stat= -C slipway", check=False).stdout.count("T") == 2, 600, "both programs stopped")
            host.power_cut()
            for drop_in in (TAKE_ON, APPLY_ON):
                (host.merged / drop_in.lstrip("/")).unlink()
            # Nobody asks again.
            host.boot()
            status = host.wait_for("done")
            self.check_done(host, status)
            self.states["web, power cut"] = self.without_address(status)

    # F7
    def test_7_ovf_properties(self):
        """As VMware hands them over, with a stand-in for its tools; as a CD: tests/image/console_test.py."""
        with self.host("ovf", 17) as host:
            host.lay("/etc/ovf-env.xml", ovf_environment(**self.given(17)), 0o644)
            tools = '#!/bin/sh\n[ "$1 $2" = "--cmd info-get guestinfo.ovfEnv" ] && exec cat /etc/ovf-env.xml\nexit 1\n'
            host.lay("/usr/local/bin/vmtoolsd", tools, 0o755)
            host.boot()
            status = host.wait_for("done")
            self.check_done(host, status, password_was_made=True)
            # No property asks for a password, so one was made, which root alone reads.
            self.assertEqual(host.sh("stat -c %a:%U /etc/slipway/secrets/admin_production").stdout.strip(), "600:root")
            state = self.without_address(status)
            state["administrator"] = {**state["administrator"], "password_was_made": False}
            self.states["ovf"] = state

    # F7
    def test_8_all_ways_end_in_the_same_state(self):
        self.assertGreaterEqual(len(self.states), 5, "an earlier test has no state to compare")
        reference = self.states["cloud"]
        for name, state in self.states.items():
            with self.subTest(name):
                self.assertEqual(state, reference)


if __name__ == "__main__":
    unittest.main(verbosity=2)
