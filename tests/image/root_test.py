#!/usr/bin/env python3
"""Trees, sealing and the package lock, on small trees made here. Run: python3 tests/image/root_test.py"""
import os
import pathlib
import py_compile
import subprocess
import sys
import tempfile
import unittest

IMAGES = pathlib.Path(__file__).resolve().parents[2] / "images"
sys.path.insert(0, str(IMAGES))
import hooks  # noqa: E402
import manifest  # noqa: E402
import root  # noqa: E402
import seal  # noqa: E402
import tree  # noqa: E402

AT = 1700000000


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="slipway-test-")
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)

    def put(self, path, text="", mode=0o644):
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file


class Trees(Folder):
    def make(self, name):
        self.put(f"{name}/etc/a", "one")
        self.put(f"{name}/etc/b", "two", 0o600)
        (self.top / name / "etc/link").symlink_to("a")
        os.link(self.top / name / "etc/a", self.top / name / "etc/again")
        return self.top / name

    def difference(self, change):
        one, two = self.make("one"), self.make("two")
        change(two)
        return list(tree.differences(tree.digest(one, AT), tree.digest(two, AT)))

    # F9
    def test_equal_trees_have_no_difference(self):
        self.assertEqual(self.difference(lambda top: None), [])

    # F9
    def test_each_kind_of_difference_is_named_with_its_path(self):
        def other_content(top):
            (top / "etc/b").write_text("owt")

        def early_time(top):
            os.utime(top / "etc/b", (1000, 1000))

        def other_target(top):
            (top / "etc/link").unlink()
            (top / "etc/link").symlink_to("b")

        def unlinked(top):
            (top / "etc/again").unlink()
            (top / "etc/again").write_text("one")

        changes = [(other_content, "etc/b", "sha256"), (early_time, "etc/b", "time"), (other_target, "etc/link", "target"),
                   (unlinked, "etc/again", "same file as"), (lambda top: (top / "etc/b").chmod(0o640), "etc/b", "mode"),
                   (lambda top: os.setxattr(top / "etc/b", "user.x", b"1"), "etc/b", "attributes"),
                   (lambda top: (top / "etc/new").mkdir(), "etc/new", "only in the second"),
                   (lambda top: (top / "etc/b").unlink(), "etc/b", "only in the first")]
        for change, path, what in changes:
            with self.subTest(what=what):
                if what == "attributes" and not takes_attributes(self.top):
                    continue
                named = [line for line in self.difference(change) if line.startswith(f"{path}: ") and what in line]
                self.assertEqual(len(named), 1, what)
            subprocess.run(["rm", "-r", self.top / "one", self.top / "two"], check=True)

    def test_times_after_the_epoch_count_as_the_epoch(self):
        self.assertEqual(self.difference(lambda top: os.utime(top / "etc/b", (AT + 5, AT + 5))), [])

    def test_a_written_digest_compares_like_the_tree(self):
        top = self.make("one")
        with open(self.top / "one.jsonl", "w", encoding="utf-8") as out:
            tree.write(tree.digest(top, AT), out)
        self.assertEqual(tree.load(self.top / "one.jsonl", AT), tree.digest(top, AT))


def takes_attributes(folder):
    try:
        os.setxattr(folder, "user.probe", b"1")
        return True
    except OSError:
        return False


@unittest.skipUnless(os.geteuid() == 0, "changes owners")
class Sealing(Folder):
    def setUp(self):
        super().setUp()
        self.put("etc/debian_version", "12.0\n")
        self.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n_apt:x:42:65534::/nonexistent:/usr/sbin/nologin\n")
        self.put("etc/group", "root:x:0:\nsystemd-journal:x:999:\n")
        self.put("etc/shadow", "root:*:30000:0:99999:7:::\n_apt:!:100:::::\n", 0o640)
        self.put("etc/machine-id", "0123456789abcdef\n")
        self.put("etc/apt/sources.list.d/debian.sources", "URIs: http://archive.example/debian\n")
        self.allowed = {"http://archive.example/debian"}

    def left(self):
        return seal.check(self.top, self.allowed)

    # F9
    def test_what_one_machine_owns_is_named_and_then_gone(self):
        planted = ["etc/ssh/ssh_host_ed25519_key", "var/log/auth.log", "var/log/journal/abc/system.journal", "root/.bash_history",
                   "srv/slipway/mysql/ibdata1", "etc/slipway/secrets/master.key", "var/lib/cloud/instance/user-data.txt",
                   "var/lib/systemd/random-seed", "tmp/x", "var/lib/apt/lists/partial/p", "var/cache/apt/pkgcache.bin"]
        for path in planted:
            self.put(path, "secret")
        # The configuration lies on the data volume, and its secrets are no PEM files that could be told by their form.
        planted += ["srv/slipway/config/secrets/account.key", "srv/slipway/config/secrets/default-accounts-made",
                    "srv/slipway/config/tls/privkey.pem"]
        for path in planted[-3:]:
            self.put(path, "secret")
        named = "\n".join(path for path, _ in self.left())
        for path in planted:
            # A directory that goes as a whole is named for what is in it.
            self.assertTrue(any(path.startswith(line) for line in named.splitlines()), path)
        self.assertIn("etc/machine-id", named)
        seal.seal(self.top, AT)
        self.assertEqual(self.left(), [])
        self.assertEqual([path for path in planted if (self.top / path).exists()], [])
        self.assertEqual((self.top / "etc/machine-id").read_bytes(), b"")

    # F9
    def test_sealing_twice_gives_the_same_tree_and_no_time_after_the_epoch(self):
        self.put("usr/share/doc/x", "late")
        seal.seal(self.top, AT)
        before = tree.digest(self.top, 1 << 40)
        seal.seal(self.top, AT)
        self.assertEqual(list(tree.differences(before, tree.digest(self.top, 1 << 40))), [])
        self.assertEqual([path for path, row in before.items() if row.get("time", 0) > AT], [])
        self.assertIn(f"root:*:{AT // 86400}:", (self.top / "etc/shadow").read_text())
        self.assertIn("_apt:!:100:", (self.top / "etc/shadow").read_text())

    def test_a_compiled_module_stays_valid_when_its_source_is_clamped(self):
        source = self.put("usr/lib/python3/dist-packages/m.py", "x = 1\n")
        compiled = source.parent / "__pycache__/m.cpython-311.pyc"
        py_compile.compile(source, compiled, invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
        seal.seal(self.top, AT)
        self.assertEqual(int.from_bytes(compiled.read_bytes()[8:12], "little"), int(source.stat().st_mtime))
        self.assertEqual(int(source.stat().st_mtime), AT)

    # C9
    def test_check_finds_what_sealing_cannot_know(self):
        self.put("opt/service/server.pem", "-----BEGIN EC PRIVATE KEY-----\n")
        self.put("home/build/.ssh/authorized_keys2", "")
        self.put("etc/apt/sources.list.d/other.list", "deb http://mirror.example/debian bookworm main\n")
        self.put("etc/shadow", "root:$y$hash:1:::::\nopen::1:::::\n", 0o640)
        found = dict(self.left())
        self.assertIn("private key", found["opt/service/server.pem"])
        self.assertIn("lets somebody in", found["home/build/.ssh/authorized_keys2"])
        self.assertIn("mirror.example", found["etc/apt/sources.list.d/other.list"])
        self.assertEqual(len([path for path, _ in self.left() if path == "etc/shadow"]), 2)

    def test_other_places_than_a_root_are_refused(self):
        for wrong in (self.top / "etc", pathlib.Path("/")):
            with self.assertRaises(manifest.Refused):
                seal.seal(wrong, AT)


class Manifest(Folder):
    def test_the_manifest_is_complete(self):
        content = manifest.load()
        self.assertIn("mariadb-server", manifest.packages(content))
        self.assertIn("LABEL=slipway-data /srv/slipway", hooks.fstab(content))

    def test_mistakes_in_a_manifest_are_named_together(self):
        text = (IMAGES / "manifest.toml").read_text().replace("esp_mib", "epsi_mib").replace('"nginx",', '"nginx", "curl",')
        with self.assertRaises(manifest.Refused) as refused:
            manifest.load(self.put("manifest.toml", text))
        for part in ("lacks esp_mib", "unknown key epsi_mib", "package curl stands"):
            self.assertIn(part, str(refused.exception))

    # E3, F9
    def test_the_root_names_the_servers_that_debian_names(self):
        self.put("etc/cloud/cloud.cfg", "  package_mirrors:\n    - failsafe:\n        primary: https://archive.example/debian\n"
                                        "        security: https://archive.example/debian-security\n")
        asked = {line.split()[1] for line in hooks.sources(manifest.load(), self.top).splitlines() if line.startswith("URIs")}
        self.assertEqual(asked, {"https://archive.example/debian", "https://archive.example/debian-security"})

    def test_a_root_in_which_nothing_names_them_is_refused(self):
        with self.assertRaises(manifest.Refused):
            hooks.sources(manifest.load(), self.top)

    # E4, F9
    def test_the_lock_names_each_package_that_differs(self):
        lines = list(root.compare({"a": "1", "b": "2", "new": "1"}, {"a": "1", "b": "3", "gone": "4"}))
        self.assertEqual([line.split()[0].rstrip(":") for line in lines], ["b", "gone", "new"])
        self.assertEqual(list(root.compare({"a": "1"}, {"a": "1"})), [])

    def test_identifiers_follow_purpose_and_epoch(self):
        self.assertEqual(manifest.identifier("disk", 1), manifest.identifier("disk", 1))
        self.assertEqual(len({manifest.identifier("disk", 1), manifest.identifier("disk", 2), manifest.identifier("esp", 1)}), 3)

    def test_a_file_of_a_package_is_never_replaced(self):
        self.put("etc/systemd/resolved.conf.d/slipway.conf", "of a package")
        with self.assertRaises(manifest.Refused):
            hooks.lay(self.top, lambda path: path.startswith("etc/systemd/resolved"))


if __name__ == "__main__":
    unittest.main()
