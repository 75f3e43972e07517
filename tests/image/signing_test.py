#!/usr/bin/env python3
"""Signatures and sums of a release, made and checked with real openssl."""
import json
import re
import subprocess
import unittest

from formats_case import NAME, FormatsCase


class Signature(FormatsCase):
    def setUp(self):
        self.copy = self.fresh() / "copy"
        subprocess.run(["cp", "-r", self.release, self.copy], check=True)
        self.public = self.keys[0].with_suffix(".pub")

    def verify(self, *more, key=None):
        return self.tool("verify", self.copy, "--key", key or self.public, *more)

    def altered(self, name, change):
        path = self.copy / name
        data = bytearray(path.read_bytes())
        path.write_bytes(change(data))

    # F9
    def test_what_was_made_is_good(self):
        done = self.verify("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["faults"], [])
        self.assertEqual(len(json.loads(done.stdout)["files"]), 6)

    # F9
    def test_the_commands_of_the_manual_say_the_same(self):
        text = (self.copy / f"{NAME}.md").read_text(encoding="utf-8")
        command = re.search(r"```sh\n(.*?)\n```", text, re.DOTALL)[1]
        self.assertEqual(subprocess.run(["sh", "-c", command], cwd=self.copy, capture_output=True, check=False).returncode, 0)
        self.altered("SHA256SUMS", lambda data: bytes(data).replace(b"slipway", b"shipway", 1))
        self.assertNotEqual(subprocess.run(["sh", "-c", command], cwd=self.copy, capture_output=True, check=False).returncode, 0)

    # F9
    def test_whatever_is_wrong_is_named(self):
        self.altered(f"{NAME}.ova", lambda data: data[:-512])
        self.altered(f"{NAME}.qcow2", lambda data: data[:5000] + bytes([data[5000] ^ 1]) + data[5001:])
        (self.copy / f"{NAME}.vhdx").unlink()
        (self.copy / "surprise.qcow2").write_bytes(b"QFI\xfb")
        done = self.verify("--json")
        self.refused(done, f"{NAME}.ova", f"{NAME}.qcow2", f"{NAME}.vhdx", "surprise.qcow2")
        self.assertEqual([fault["file"] for fault in json.loads(done.stdout)["faults"]],
                         [f"{NAME}.ova", f"{NAME}.qcow2", f"{NAME}.vhdx", "surprise.qcow2"])

    def test_one_downloaded_format_can_be_checked_alone(self):
        for path in self.copy.iterdir():
            if path.name not in {f"{NAME}.ova", "SHA256SUMS", "SHA256SUMS.sig"}:
                path.unlink()
        self.refused(self.verify(), f"{NAME}.qcow2 is missing")
        self.assertEqual(self.verify("--partial").returncode, 0)
        self.altered(f"{NAME}.ova", lambda data: data[:-1])
        self.refused(self.verify("--partial"), f"{NAME}.ova differs")
        (self.copy / f"{NAME}.ova").unlink()
        self.refused(self.verify("--partial"), "none of the signed files")

    # F9
    def test_another_key_or_other_sums_are_refused(self):
        self.refused(self.verify(key=self.keys[1].with_suffix(".pub")), "not signed by the key")
        self.refused(self.verify(key=self.keys[0]), "is a private key")
        self.altered("SHA256SUMS", lambda data: bytes(data).replace(data[:1], b"0" if data[:1] != b"0" else b"1", 1))
        self.refused(self.verify(), "not signed by the key")
        # Whoever changes a file and signs anew with a key of their own is found out, too.
        self.assertEqual(self.tool("sign", self.copy, "--sign-key", self.keys[1]).returncode, 0)
        self.refused(self.verify(), "not signed by the key")
        (self.copy / "SHA256SUMS.sig").unlink()
        self.refused(self.verify(), "SHA256SUMS.sig")

    def test_a_file_that_is_added_is_signed_by_sign(self):
        (self.copy / f"{NAME}.spdx.json").write_text("{}", encoding="utf-8")
        self.refused(self.verify(), f"{NAME}.spdx.json")
        done = self.tool("sign", self.copy, "--sign-key", self.keys[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.verify().returncode, 0)

    def test_keys_that_should_not_sign_are_refused(self):
        bad = self.fresh()
        small, curve, open_to_all = bad / "small.pem", bad / "curve.pem", bad / "open.pem"
        subprocess.run(["openssl", "genrsa", "-out", small, "2048"], check=True, capture_output=True)
        subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", curve], check=True, capture_output=True)
        open_to_all.write_bytes(self.keys[0].read_bytes())
        for key in (small, curve):
            key.chmod(0o600)
        open_to_all.chmod(0o644)
        for key, reason in ((small, "2048 bits"), (curve, "no RSA key"), (open_to_all, "chmod 600"), (bad / "none.pem", "no such key")):
            self.refused(self.tool("sign", self.copy, "--sign-key", key), key.name, reason)

    def test_without_a_key_this_machine_gets_one(self):
        done = self.tool("sign", self.copy)
        self.assertEqual(done.returncode, 0, done.stderr)
        key = self.work / "state/slipway/image-signing.pem"
        self.assertIn(str(key), done.stderr)
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        before = key.read_bytes()
        self.assertEqual(self.tool("sign", self.copy).returncode, 0)
        self.assertEqual(key.read_bytes(), before, "and keeps it")
        self.assertEqual(self.verify(key=self.copy / "signing-key.pub").returncode, 0)

if __name__ == "__main__":
    unittest.main()
