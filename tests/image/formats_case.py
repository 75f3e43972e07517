"""What the tests of images/formats.py share: a small disk, keys, and one release made from it."""
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "images/formats.py"
MIB = 1 << 20
NAME = "slipway-0.1.0"
CHANGELOG = "# Changelog\n\n## 0.2.0\n\n- later\n\n## 0.1.0 (unreleased)\n\n- first line of 0.1.0\n\n## 0.0.9\n\n- older\n"


def make_disk(path, seed=1, size=64 * MIB):
    """Text that packs well, bytes that do not, zeros that are written, holes, and something in the last sector, as GPT has it."""
    chance = random.Random(seed)
    with open(path, "wb") as file:
        file.truncate(size)
        for offset, data in ((0, chance.randbytes(100_000)), (5 * MIB - 700, b"service desk " * 90_000), (33 * MIB, bytes(2 * MIB)),
                             (40 * MIB + 12345, chance.randbytes(MIB)), (size - 512, chance.randbytes(512))):
            file.seek(offset)
            file.write(data)


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class FormatsCase(unittest.TestCase):
    """A directory, a disk, two keys; and one release that tests only read."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="slipway-formats-")
        cls.addClassCleanup(holder.cleanup)
        cls.work = pathlib.Path(holder.name)
        cls.disk = cls.work / "disk.raw"
        make_disk(cls.disk)
        (cls.work / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
        cls.keys = [cls.work / "one.pem", cls.work / "two.pem"]
        for key in cls.keys:
            subprocess.run(["openssl", "genrsa", "-out", key, "3072"], check=True, capture_output=True)
            key.chmod(0o600)
            key.with_suffix(".pub").write_bytes(subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], check=True, capture_output=True).stdout)
        cls.release = cls.work / "release"
        made = cls.make(cls.release, "--format", "qcow2,ova,vhdx,raw.zst,vhdx.zip", "--json")
        assert made.returncode == 0, made.stderr
        cls.report = json.loads(made.stdout)

    @classmethod
    def tool(cls, *words, **options):
        environment = dict(os.environ, XDG_STATE_HOME=str(cls.work / "state"), SOURCE_DATE_EPOCH="1700000000")
        return subprocess.run([sys.executable, TOOL, *words], capture_output=True, text=True, env=environment, check=False, **options)

    @classmethod
    def words(cls, out, *more, disk=None):
        return ["make", "--raw", disk or cls.disk, "--out", out, "--name", NAME, "--zstd-level", "3", "--changelog", cls.work / "CHANGELOG.md",
                "--sign-key", cls.keys[0], *more]

    @classmethod
    def make(cls, out, *more, disk=None):
        return cls.tool(*cls.words(out, *more, disk=disk))

    def fresh(self):
        return pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(dir=self.work)))

    def vmdk(self, out=None):
        with tarfile.open((out or self.release) / f"{NAME}.ova") as archive:
            archive.extractall(directory := self.fresh(), filter="data")
        return directory / f"{NAME}-disk1.vmdk"

    def refused(self, done, *names):
        """The tool says no, names the object, and a way out; it never shows a traceback."""
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("\nhint: ", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        for name in names:
            self.assertIn(name, done.stderr)
