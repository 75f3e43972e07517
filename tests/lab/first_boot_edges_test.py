#!/usr/bin/env python3
"""What gets in the way of a first boot on a booted machine: an upgrade that holds it, other users, answers that come while others are
carried out, and a name that somebody else has given the machine (F7)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import host as lab  # noqa: E402
from first_boot_case import APPLY_ON, MAIL, NAME, PASSWORD, FirstBootCase, stops_at  # noqa: E402

HOLD = "/var/lib/slipway/upgrade/hold"
ANSWERS = "/etc/slipway/first-boot.toml"
AS_NOBODY = "setpriv --reuid=nobody --regid=nogroup --clear-groups"


class FirstBootEdges(FirstBootCase):
    number = 76

    def lay_answers(self, host, text, mode="0600"):
        host.lay("/tmp-answers", text)
        host.sh(f"install -m {mode} /tmp-answers {ANSWERS}.new && mv {ANSWERS}.new {ANSWERS}")

    # F7
    def test_an_upgrade_holds_it_and_the_console_says_so(self):
        with self.host("held", 21) as host:
            host.have_screen()
            self.seed(host, 21)
            host.lay("/srv/slipway/slipway/upgrade/hold", "", 0o600)
            host.boot()
            host.screen.wait("an upgrade is under way", 300)
            self.assertEqual(host.status()["phase"], "pending")
            # A person may still answer anew, and what was given stands there.
            host.screen.answer("Enter asks the questions again", "")
            host.screen.answer("1) English", "1")
            host.screen.wait(f"[{NAME}] > ", 30)
            host.sh(f"rm {HOLD}; systemctl --no-block start slipway-first-boot")
            self.check_done(host, host.wait_for("done"))
            host.screen.wait("service desk", 120)

    # F7, A2
    def test_other_users_cannot_hold_it_and_answers_that_come_meanwhile_count(self):
        with self.host("edges", 22) as host:
            self.seed(host, 22)
            host.lay(APPLY_ON, stops_at("firstboot.setup.recorded"), 0o644)
            # Another name stands before the one that the answers give: the certificate must speak for that one all the same.
            host.lay("/etc/hosts", "127.0.0.1 localhost\n10.9.9.9 other.internal desk\n", 0o644)
            host.boot()
            lab.poll(lambda: self.stopped(host), 600, "apply stopped at its middle")
            self.assertEqual(host.sh("stat -c %a /run/slipway-first-boot/lock").stdout.strip(), "600")
            self.assertNotEqual(host.sh(f"{AS_NOBODY} flock -n /run/slipway-first-boot/lock true", check=False).returncode, 0)
            # Everybody may know that it runs, nobody that it does not.
            self.assertIn('"running"', host.sh(f"{AS_NOBODY} slipway first-boot status --json", check=False).stdout)
            later = self.answers(22).replace(MAIL, "later@example.org").replace("Europe/Paris", "Europe/Berlin")
            # Others that everybody could read are refused by name, and are not lost.
            self.lay_answers(host, later, mode="0644")
            host.sh("pkill -CONT -x slipway")
            self.assertIn(ANSWERS, host.wait_for("failed", 300)["failure"]["message"])
            self.assertEqual(host.sh(f"cmp {ANSWERS} /tmp-answers && test ! -e /var/lib/slipway/first-boot/done && echo kept").stdout.strip(), "kept")
            host.sh(f"chmod 0600 {ANSWERS}; systemctl --no-block restart slipway-first-boot")
            lab.poll(lambda: self.stopped(host), 600, "apply stopped at its middle once more")
            later = later.replace("later@", "latest@")
            self.lay_answers(host, later)
            host.sh("pkill -CONT -x slipway")
            lab.poll(lambda: host.status()["phase"] == "done", 600, "the later answers carried out")
            state = host.status()["state"]
            self.assertEqual((state["timezone"], state["administrator"]["email"]), ("Europe/Berlin", "latest@example.org"))
            self.assertEqual(state["certificate"], {"kind": "self-made", "speaks_for_name": True})
            self.assertNotIn(PASSWORD, host.sh(f"cat {ANSWERS}").stdout)
            self.assertIn("latest@example.org", host.sh(f"cat {ANSWERS}").stdout)
            self.assertNotIn('"running"', host.sh(f"{AS_NOBODY} slipway first-boot status --json", check=False).stdout)

    # A3, F7
    def test_a_certificate_for_another_name_is_named_at_once(self):
        with self.host("foreign", 23) as host:
            host.boot()
            host.wait_for("waiting")
            # Put there by hand: the machine never touches it.
            host.sh("cd /etc/slipway/tls && rm -f .self-signed && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 "
                    "-subj /CN=other -addext subjectAltName=DNS:other.example.org -keyout privkey.pem -out fullchain.pem 2>/dev/null")
            self.lay_answers(host, self.answers(23))
            failure = host.wait_for("failed", 120)["failure"]
            self.assertEqual(failure["step"], "certificate")
            self.assertIn(NAME, failure["message"])
            self.assertIn("other.example.org", failure["message"])
            host.sh("rm /etc/slipway/tls/*.pem; systemctl --no-block restart slipway-first-boot")
            # A failure that is told stays told until the next attempt has begun.
            lab.poll(lambda: host.status()["phase"] == "done", 600, "the corrected first boot")
            self.check_done(host, host.wait_for("done"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
