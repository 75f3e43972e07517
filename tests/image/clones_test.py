#!/usr/bin/env python3
"""Clones of one sealed system are strangers to each other: each is started once, as a container, and nothing that makes a machine itself
is found in two of them.

Needs root; the tree is that of tests/lab/shipped.py. SLIPWAY_CLONES says how many (20)."""
import concurrent.futures
import hashlib
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/lab"), str(ROOT / "images")]
import host as lab  # noqa: E402
import shipped  # noqa: E402
import manifest  # noqa: E402
import seal  # noqa: E402

CLONES = int(os.environ.get("SLIPWAY_CLONES", "20"))
# One after another: containers of one session share its control group, and one's systemd would end the other's services.
AT_ONCE = 1
# What is a machine's own, below its root.
OWN = ["etc/machine-id", "etc/ssh/ssh_host_*_key", "etc/ssh/ssh_host_*_key.pub", "srv/slipway/config/secrets/*", "srv/slipway/config/tls/*.pem",
       "var/lib/systemd/random-seed", "srv/slipway/mysql/*.pem"]
# Files that hold no secret and are the same everywhere.
EMPTY = hashlib.sha256(b"").hexdigest()


class Clone(lab.Host):
    """As it comes from the file: nobody's key lets anybody in, so it is looked at through its disk."""

    def _lay_overlay(self):
        for part in ("upper", "over", "merged"):
            (self.work / part).mkdir()
        lab.run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={self.root},upperdir={self.work / 'upper'},workdir={self.work / 'over'}", self.merged)
        # A container has no disks: its volume is a directory, bound as the disk's would be.
        table = self.merged / "etc/fstab"
        table.write_text("".join(line for line in table.read_text().splitlines(True) if not line.startswith("LABEL=")))
        answers = self.merged / "srv/slipway/config/first-boot.toml"
        answers.parent.mkdir(parents=True, exist_ok=True)
        answers.write_text(f'hostname = "{self.name}.example.org"\n')
        answers.chmod(0o600)
        # What the hosting platform says of this machine.
        seed = self.merged / "var/lib/cloud/seed/nocloud"
        seed.mkdir(parents=True)
        (seed / "meta-data").write_text(f"instance-id: {self.name}\nlocal-hostname: {self.name}\n")
        (seed / "user-data").write_text("#cloud-config\n")

    def _answers(self):
        if self.process.poll() is not None:
            said = (self.work / "console").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise lab.LabError(f"{self.name}: systemd-nspawn ended with {self.process.returncode}\n{said}")
        asked = self.network.inside(self.namespace, "curl", "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code}",
                                    "https://127.0.0.1/health", check=False)
        # It serves a moment before it is done: the certificate for its name is made last.
        return asked.stdout == "200" and self.root_sh("test -e /var/lib/slipway/first-boot/done", check=False).returncode == 0

    def boot(self):
        try:
            super().boot()
        except lab.LabError as fault:
            said = self.root_sh("slipway first-boot status; systemctl list-jobs --no-pager; systemctl --failed --no-pager", check=False)
            raise lab.LabError(f"{fault}\n{said.stdout}{said.stderr}") from fault

    def ssh(self, *_, **__):
        return None

    def own(self):
        """Digest by path of everything that must be its own."""
        found = {}
        for pattern in OWN:
            for path in sorted(self.merged.glob(pattern)):
                found[str(path.relative_to(self.merged))] = hashlib.sha256(path.read_bytes()).hexdigest()
        uid = self.network.inside(self.namespace, "nsenter", "-t", self.init(), "-m", "mariadb", "-BNe", "SELECT @@server_uid, @@server_id").stdout
        found["server_uid"], found["server_id"] = uid.split()
        return found


class Clones(unittest.TestCase):
    # C9
    def test_nothing_is_left_over_in_what_is_cloned(self):
        tree = shipped.sealed_root()
        self.assertEqual(seal.check(tree, set(manifest.public_archives(tree))), [])

    # C9, F9
    def test_no_two_share_anything_that_makes_a_machine_itself(self):
        tree = shipped.sealed_root()
        with lab.Network(78) as network, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            clones = list(pool.map(lambda number: self.first_start(network, tree, number), range(CLONES)))
        for number, one in enumerate(clones):
            self.assertEqual(sorted(one), sorted(clones[0]), f"clone{number} and clone0 have not the same files of their own")
        self.assertGreaterEqual(len(clones[0]), 10, sorted(clones[0]))
        for path in clones[0]:
            values = [one[path] for one in clones]
            if set(values) != {EMPTY}:
                self.assertEqual(len(set(values)), CLONES, path)

    def first_start(self, network, tree, number):
        with Clone(network, tree, f"clone{number}", number + 2) as clone:
            return clone.own()


if __name__ == "__main__":
    unittest.main(verbosity=2)
