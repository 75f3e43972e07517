#!/usr/bin/env python3
"""The files of the image do what they are for: each boots and serves; a ticket outlives a reboot and a loss of power under load.

Needs SLIPWAY_IMAGES, the directory that ./dev image has filled; without hardware virtualisation each start takes minutes.
Run: SLIPWAY_IMAGES=build/image/out python3 tests/image/service_test.py"""
import json
import os
import pathlib
import re
import tempfile
import threading
import unittest

from guest import Guest

IMAGES = os.environ.get("SLIPWAY_IMAGES")
SUBJECT = "Printer on the third floor: paper jam – é"
ACKNOWLEDGED = 60


def image(suffix):
    found = sorted(pathlib.Path(IMAGES).glob(f"slipway-*.{suffix}"))
    if not found:
        raise AssertionError(f"{IMAGES}: holds no slipway-*.{suffix}; make it with ./dev image --format {suffix}")
    return found[0]


def guest(suffix, **options):
    return Guest(image(suffix), tempfile.mkdtemp(prefix="slipway-guest-"), **options)


class Load(threading.Thread):
    """Opens tickets over REST as fast as they are acknowledged, until nobody answers; `acknowledged` has number by subject."""

    def __init__(self, desk, token):
        super().__init__(daemon=True)
        self.desk, self.desk.token = desk, token
        self.acknowledged, self.enough = {}, threading.Event()

    def run(self):
        count = 0
        try:
            while True:
                subject = f"load {count}"
                status, body = self.open(subject)
                if status == 201:
                    self.acknowledged[subject] = json.loads(body)["number"]
                elif status not in (429, 503):
                    raise AssertionError(f"a ticket was answered with {status}: {body[:300]}")
                count += 1
                if len(self.acknowledged) >= ACKNOWLEDGED:
                    self.enough.set()
        except OSError:
            pass
        finally:
            self.enough.set()

    def open(self, subject):
        connection = self.desk.connect()
        connection.timeout = 10
        connection.request("POST", "/api/v1/production/requests", json.dumps({"subject": subject, "description": "under load"}),
                           {"Authorization": f"Bearer {self.desk.token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body


def open_ticket(desk):
    """Through the page, as a person does; the ticket's address."""
    page = desk.ask(desk.path + "/requests/new")[1].decode()
    csrf = re.search(r'name="csrf" value="([^"]*)"', page).group(1)
    answer, body, _ = desk.ask(desk.path + "/requests/new", {"csrf": csrf, "subject": SUBJECT, "description": "It blinks.", "severity": "3"})
    if answer.status not in (302, 303):
        raise AssertionError(f"the ticket was refused with {answer.status}: {re.sub('<[^>]*>', ' ', body.decode())[:600]}")
    return answer.getheader("Location")


@unittest.skipUnless(IMAGES, "SLIPWAY_IMAGES names no directory")
class Serves(unittest.TestCase):
    # F9
    def test_each_file_boots_and_serves(self):
        platforms = {"qcow2": {"firmware": "bios"}, "ova": {"bus": "lsi-sas", "card": "e1000"}, "vhdx": {"firmware": "uefi-secure"},
                     "raw.zst": {"bus": "nvme"}}
        for suffix, options in platforms.items():
            with self.subTest(suffix), guest(suffix, **options) as machine:
                print(f"{suffix}: {machine.start():.0f} s to HTTPS 200", flush=True)
                page = machine.desk().ask("/production/sign-in")
                self.assertEqual(page[0].status, 200)
                self.assertIn(b'name="password"', page[1])

    # A3, C9, E3, F7
    def test_a_ticket_outlives_a_reboot_and_a_loss_of_power_under_load(self):
        with guest("qcow2") as machine:
            print(f"first boot: {machine.start():.0f} s to HTTPS 200", flush=True)
            password = machine.run("sudo cat /etc/slipway/secrets/admin_production")
            desk = machine.desk()
            desk.sign_in("admin", password)
            address = open_ticket(desk)
            self.found(desk, address)
            machine.power_off()
            print(f"second boot: {machine.start():.0f} s to HTTPS 200", flush=True)
            self.found(desk, address)
            self.healthy(machine)
            token = machine.run("sudo slipway account token production --login admin --label load --json")
            load = Load(machine.desk(), json.loads(token)["token"])
            load.start()
            self.assertTrue(load.enough.wait(300), "the load acknowledged too few tickets")
            machine.kill()
            load.join(30)
            self.assertGreaterEqual(len(load.acknowledged), ACKNOWLEDGED)
            print(f"after a loss of power: {machine.start():.0f} s to HTTPS 200", flush=True)
            self.found(desk, address)
            for subject, number in load.acknowledged.items():
                self.assertEqual(self.subject_of(load.desk, number), subject)
            self.healthy(machine)

    def found(self, desk, address):
        answer, body, _ = desk.ask(address)
        self.assertEqual(answer.status, 200)
        self.assertIn(SUBJECT, body.decode())

    def subject_of(self, desk, number):
        answer, body, _ = desk.ask(f"/api/v1/production/requests/{number}")
        self.assertEqual(answer.status, 200, body)
        return json.loads(body)["subject"]

    def healthy(self, machine):
        """The doctor of the machine itself has nothing to say."""
        report = json.loads(machine.run("sudo slipway doctor --json", check=False))
        wrong = [f"{one['id']}: {one['reason']}" for one in report["findings"] if one["outcome"] == "failure"]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
