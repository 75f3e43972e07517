#!/usr/bin/env python3
"""The image's first boot as it is on a machine of one's own, in QEMU: the console menu over the serial line, with the power cut in the
middle, and the properties of an OVA on a CD (F7).

Needs SLIPWAY_IMAGES, the directory that ./dev image has filled; without hardware virtualisation each start takes minutes.
Run: SLIPWAY_IMAGES=build/image/out python3 tests/image/console_test.py"""
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import unittest

from guest import Guest, boot, manifest  # which has found images/ and tests/support
from console_dialogue import Line, give_answers
from ovf_environment import ovf_environment

IMAGES = os.environ.get("SLIPWAY_IMAGES")
NAME, PASSWORD = "desk.example.org", "crane under green rain"
QEMU_NETWORK = "10.0.2.0/24"
# Nothing of this is fast where every instruction is translated.
BOOT_SECONDS, STEP_SECONDS = 900, 180


class Machine(Guest):
    """Nobody has told it anything yet. `line`: its serial line, at which the test sits."""

    def __init__(self, cd=None):
        found = sorted(pathlib.Path(IMAGES).glob("slipway-*.qcow2"))
        if not found:
            raise AssertionError(f"{IMAGES}: holds no slipway-*.qcow2; make it with ./dev image --format qcow2")
        super().__init__(found[0], tempfile.mkdtemp(prefix="slipway-console-"), answered=False, firmware="bios")
        self.cd, self.line, self.starts = cd, None, 0
        manifest.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "keeper", "-f", self.folder / "key")
        self.key = (self.folder / "key.pub").read_text(encoding="utf-8").strip()

    def power_on(self):
        self.starts += 1
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.folder / f"line{self.starts}"))
            listener.listen(1)
            listener.settimeout(60)
            super().power_on()
            peer, _ = listener.accept()
        peer.setblocking(True)
        self.line = Line(peer.detach(), lambda: self.machine.poll() is None)

    def command_line(self):
        command = boot.command_line(self.options, self.folder, self.layer, self.ports, line=self.folder / f"line{self.starts}")
        if self.cd:
            command += ["-drive", f"if=none,id=cd,media=cdrom,format=raw,readonly=on,file={self.cd}", "-device", "ide-cd,drive=cd"]
        return command

    def kill(self):
        super().kill()
        if self.line:
            self.line.close()
            self.line = None

    def as_admin(self, command):
        """As the operator whose key was given; the firewall lets QEMU's network in."""
        done = subprocess.run(["ssh", "-q", "-i", str(self.folder / "key"), "-p", str(self.ports[22]), "-o", "StrictHostKeyChecking=no",
                               "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=60", "admin@127.0.0.1", command],
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command}: ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def given(self):
        return {"hostname": NAME, "address": "", "gateway": "", "management": QEMU_NETWORK, "key": self.key}


class FrenchKeyboard:
    """Someone at the machine's own keyboard, which is a French one: keys are named by what is printed on an American one."""
    PLAIN = dict(zip("aqzwm&é-,;:!", ("q", "a", "w", "z", "semicolon", "1", "2", "6", "m", "comma", "dot", "slash")))
    SHIFT = dict(zip("./?", ("comma", "dot", "m")))
    ALTGR = {"@": "0"}

    def __init__(self, machine):
        self.monitor = socket.socket(socket.AF_UNIX)
        self.monitor.connect(str(machine.folder / "monitor"))
        self.monitor.settimeout(60)

    def press(self, key):
        self.monitor.sendall(f"sendkey {key} 30\n".encode())
        # Keys that come faster than a translated guest takes them are lost.
        time.sleep(0.15)

    def type(self, text):
        for letter in text:
            if letter == "\n":
                self.press("ret")
            elif letter == " ":
                self.press("spc")
            elif letter in self.ALTGR:
                self.press(f"alt_r-{self.ALTGR[letter]}")
            elif letter in self.SHIFT or letter.isdigit():
                self.press(f"shift-{self.SHIFT.get(letter, letter)}")
            elif letter.isupper():
                self.press(f"shift-{self.PLAIN.get(letter.lower(), letter.lower())}")
            else:
                self.press(self.PLAIN.get(letter, letter))

    def close(self):
        self.monitor.close()


@unittest.skipUnless(IMAGES, "SLIPWAY_IMAGES names no directory")
class FirstBootOfTheImage(unittest.TestCase):
    def check_state(self, machine, password_was_made):
        status = json.loads(machine.as_admin("sudo slipway first-boot status --json"))
        self.assertEqual(status["phase"], "done")
        state = status["state"]
        self.assertEqual((state["full_name"], state["timezone"]), (NAME, "Europe/Paris"))
        self.assertEqual(state["administrator"], {"account": "production", "login": "admin", "email": "admin@example.org",
                                                  "password_was_made": password_was_made})
        self.assertEqual(state["certificate"], {"kind": "self-made", "speaks_for_name": True})

    # F7, F9, A2
    def test_the_console_menu_over_the_serial_line_also_when_power_is_cut(self):
        with Machine() as machine:
            machine.power_on()
            machine.line.one_time_code(BOOT_SECONDS)
            said = give_answers(machine.line, **machine.given(), password=PASSWORD, seconds=STEP_SECONDS)
            self.assertNotIn(PASSWORD, said)
            machine.line.wait("9/12", STEP_SECONDS)
            machine.kill()
            print(f"after the cut: {machine.start():.0f} s to HTTPS 200", flush=True)
            machine.line.wait(f"https://{NAME}/", BOOT_SECONDS)
            machine.desk().sign_in("admin", PASSWORD)
            self.check_state(machine, password_was_made=False)

    # F7
    def test_a_french_keyboard_at_the_screen(self):
        with Machine() as machine:
            machine.power_on()
            machine.line.one_time_code(BOOT_SECONDS)
            with contextlib.closing(FrenchKeyboard(machine)) as keyboard:
                # The second of the keyboards, by a key that both have in the same place; then French, which it suggests.
                keyboard.press("2")
                keyboard.type("\n")
                # Nothing outside tells when the new keys count; a person looks at the screen before going on.
                time.sleep(15)
                keyboard.type("\n")
                for answer in (NAME, "Europe/Paris", "", "", "", "", "admin@example.org", PASSWORD, PASSWORD, "", "", "", "", "oui"):
                    keyboard.type(answer + "\n")
            # The other console sees that somebody has answered.
            machine.line.wait("9/12", BOOT_SECONDS)
            machine.wait("HTTPS", lambda: boot.https_ok(machine.ports[443]), BOOT_SECONDS)
            machine.line.wait(f"https://{NAME}/", BOOT_SECONDS)
            machine.desk().sign_in("admin", PASSWORD)

    # F7, F9
    def test_ovf_properties_on_a_cd(self):
        with tempfile.TemporaryDirectory(prefix="slipway-cd-") as folder:
            cd = pathlib.Path(folder) / "ovf.iso"
            with Machine(cd) as machine:
                content = pathlib.Path(folder) / "content"
                content.mkdir()
                document = ovf_environment(**machine.given(), timezone="Europe/Paris", email="admin@example.org")
                (content / "ovf-env.xml").write_text(document, encoding="utf-8")
                manifest.run("genisoimage", "-quiet", "-V", "OVF ENV", "-r", "-J", "-o", cd, content)
                print(f"from a CD: {machine.start():.0f} s to HTTPS 200", flush=True)
                machine.line.wait(f"https://{NAME}/", BOOT_SECONDS)
                self.check_state(machine, password_was_made=True)
                machine.desk().sign_in("admin", machine.as_admin("sudo cat /etc/slipway/secrets/admin_production").strip())


if __name__ == "__main__":
    unittest.main(verbosity=2)
