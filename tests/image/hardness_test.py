#!/usr/bin/env python3
"""The image as auditors look at it: lynis on a machine that has booted its own kernel, with its own settings in force.

Needs SLIPWAY_IMAGES, the directory that ./dev image has filled, and Debian's lynis here; half an hour alone without hardware virtualisation.
Run: SLIPWAY_IMAGES=build/image/out python3 tests/image/hardness_test.py"""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from guest import Guest, boot, image

IMAGES = os.environ.get("SLIPWAY_IMAGES")
LEAST_LYNIS = 85
AUDITOR = ["usr/sbin/lynis", "usr/share/lynis", "etc/lynis"]


@unittest.skipUnless(IMAGES, "SLIPWAY_IMAGES names no directory")
class Hardness(unittest.TestCase):
    # A2
    def test_lynis_gives_at_least_85(self):
        with Guest(image(IMAGES, "qcow2"), tempfile.mkdtemp(prefix="slipway-guest-")) as machine:
            machine.start()
            # The auditor is a guest: it is no part of the image.
            packed = subprocess.run(["tar", "-C", "/", "-cz", *AUDITOR], check=True, capture_output=True).stdout
            machine.run("true")
            boot.ssh(machine.folder, machine.ports[22], "sudo tar -C / -xz", input=packed, check=True)
            machine.run("sudo lynis audit system --quick --no-colors --quiet >/dev/null 2>&1 || true", seconds=3600)
            report = machine.run("sudo cat /var/log/lynis-report.dat")
            if os.environ.get("SLIPWAY_KEEP_REPORT"):
                pathlib.Path(os.environ["SLIPWAY_KEEP_REPORT"]).write_text(report + "\n" + machine.run("sudo cat /var/log/lynis.log"), encoding="utf-8")
        index = int(re.search(r"^hardening_index=(\d+)", report, re.M).group(1))
        print(f"lynis: hardening index {index}", flush=True)
        advice = re.findall(r"^(?:suggestion|warning)\[\]=([^|]*\|[^|]*)", report, re.M)
        self.assertGreaterEqual(index, LEAST_LYNIS, "\n".join(advice))


if __name__ == "__main__":
    unittest.main(verbosity=2)
