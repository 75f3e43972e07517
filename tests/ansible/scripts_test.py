#!/usr/bin/env python3
"""The scripts that roles put on a host: what they write, and what they leave alone. Needs openssl, no host."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROLES = pathlib.Path(__file__).resolve().parents[2] / "ansible" / "roles"
TUNE = ROLES / "mariadb/files/slipway-mariadb-tune"
SELFCERT = ROLES / "nginx/files/slipway-selfcert"


def call(*argv):
    return subprocess.run([str(part) for part in argv], text=True, capture_output=True, timeout=60, check=False)


class Scratch(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-scripts-"))
        self.addCleanup(shutil.rmtree, self.directory)


class MariadbTune(Scratch):
    def settings(self, mebibytes, identity="0123456789abcdef0123456789abcdef"):
        out, memory, machine = (self.directory / name for name in ("70-machine.cnf", "meminfo", "machine-id"))
        memory.write_text(f"MemTotal:       {mebibytes * 1024} kB\nMemFree: 1 kB\n", encoding="utf-8")
        machine.write_text(identity + "\n", encoding="utf-8")
        result = call(TUNE, "--out", out, "--meminfo", memory, "--machine-id", machine)
        self.assertEqual(result.returncode, 0, result.stderr)
        return dict(line.split(" = ") for line in out.read_text(encoding="utf-8").splitlines() if " = " in line)

    def test_buffer_pool_follows_memory_and_has_a_floor(self):
        sizes = {memory: self.settings(memory)["innodb_buffer_pool_size"] for memory in (512, 2048, 4096, 16384)}
        self.assertEqual(sizes, {512: "256M", 2048: "512M", 4096: "1536M", 16384: "7680M"})

    def test_redo_log_and_connections_stay_in_bounds(self):
        small, large = self.settings(512), self.settings(262144)
        self.assertEqual((small["innodb_log_file_size"], small["max_connections"]), ("96M", "151"))
        self.assertEqual((large["innodb_log_file_size"], large["max_connections"]), ("2048M", "1000"))

    def test_server_id_is_one_machines_alone_and_never_the_backup_agents(self):
        ids = {int(self.settings(2048, f"{number:032x}")["server_id"]) for number in range(40)}
        self.assertEqual(len(ids), 40)
        self.assertTrue(all(1 <= number < 3000000000 for number in ids))

    def test_a_second_run_leaves_the_file_untouched(self):
        self.settings(2048)
        before = (self.directory / "70-machine.cnf").stat()
        self.settings(2048)
        after = (self.directory / "70-machine.cnf").stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))

    def test_a_machine_without_identity_is_refused_by_name(self):
        machine = self.directory / "machine-id"
        machine.write_text("", encoding="utf-8")
        result = call(TUNE, "--out", self.directory / "out", "--machine-id", machine)
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(machine), result.stderr)
        self.assertFalse((self.directory / "out").exists())

    def test_unknown_options_and_words_for_numbers_are_refused(self):
        self.assertEqual(call(TUNE, "--percents", "5").returncode, 1)
        self.assertEqual(call(TUNE, "--percent", "half").returncode, 1)


class Selfcert(Scratch):
    def make(self, *options):
        result = call(SELFCERT, "--dir", self.directory, *options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return (self.directory / "fullchain.pem").read_bytes(), (self.directory / "privkey.pem").read_bytes()

    # A3
    def test_certificate_is_of_this_machine_and_its_key_is_private(self):
        self.make()
        text = call("openssl", "x509", "-in", self.directory / "fullchain.pem", "-noout", "-text").stdout
        self.assertIn("prime256v1", text)
        self.assertIn("IP Address:127.0.0.1", text)
        self.assertIn("CA:FALSE", text)
        self.assertEqual((self.directory / "privkey.pem").stat().st_mode & 0o777, 0o600)
        self.assertEqual([], list(self.directory.glob(".new*")))

    # A3, F7
    def test_it_speaks_for_every_full_name_of_the_machine_whichever_stands_first(self):
        host = call("hostname").stdout.strip()
        hosts = self.directory / "hosts"
        own = f"127.0.1.1 {host}.example.org {host} # {host}.not.this\n"
        hosts.write_text(f"127.0.0.1 localhost\n10.0.0.5 other.internal {host}\n{own}", encoding="utf-8")
        self.make("--hosts", hosts)
        names = call("openssl", "x509", "-in", self.directory / "fullchain.pem", "-noout", "-ext", "subjectAltName").stdout
        self.assertIn(f"DNS:{host}.example.org", names)
        self.assertNotIn("not.this", names)

    def test_two_machines_have_two_keys(self):
        first = self.make()[1]
        shutil.rmtree(self.directory)
        self.directory.mkdir()
        self.assertNotEqual(first, self.make()[1])

    def test_a_good_one_is_kept_and_one_that_ends_soon_is_renewed(self):
        first = self.make()
        self.assertEqual(first, self.make())
        self.assertNotEqual(first, self.make("--renew-days", "500"))

    def test_a_foreign_certificate_is_never_touched(self):
        self.make("--days", "1")
        shutil.copy(self.directory / "fullchain.pem", self.directory / "kept")
        (self.directory / "fullchain.pem").write_bytes((self.directory / "kept").read_bytes() + b"\n# intermediate\n")
        (self.directory / "kept").unlink()
        foreign = (self.directory / "fullchain.pem").read_bytes()
        self.assertEqual(self.make()[0], foreign)

    def test_a_cut_in_the_middle_is_made_up_for(self):
        for lost in ("fullchain.pem", "privkey.pem"):
            self.make()
            (self.directory / lost).unlink()
            chain, key = self.make()
            self.assertTrue(chain and key)

    def test_half_a_pair_of_somebody_elses_is_refused_by_name(self):
        (self.directory / "privkey.pem").write_text("theirs", encoding="utf-8")
        result = call(SELFCERT, "--dir", self.directory)
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(self.directory), result.stderr)
        self.assertEqual((self.directory / "privkey.pem").read_text(encoding="utf-8"), "theirs")


if __name__ == "__main__":
    unittest.main()
