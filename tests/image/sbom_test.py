#!/usr/bin/env python3
"""images/sbom.py on a small root that has what makes Debian's roots difficult: merged /usr, diversions, conffiles, multi-arch, alternatives."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = ROOT / "images/sbom.py"
NAME = "slipway-0.1.0"
sys.path.insert(0, str(ROOT / "images"))
import debian_licences  # noqa: E402

STATUS = """\
Package: tool
Status: install ok installed
Architecture: amd64
Source: tool-src (1:2.0)
Version: 1:2.0+dfsg-1~deb12u1
Maintainer: Debian Tool Team <team@lists.example.org>
Homepage: https://tool.example.org
Conffiles:
 /etc/tool.conf {conf}
 /etc/changed.conf {conf}
 /etc/gone.conf 00000000000000000000000000000000 obsolete
Description: does things
 and more things

Package: libtool0
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 3-1
Maintainer: Ada Example <ada@example.org>
Description: library

Package: diverter
Status: install ok installed
Architecture: all
Version: 1
Description: diverts

Package: slipway
Status: install ok installed
Architecture: amd64
Version: 0.1.0
Maintainer: Slipway <slipway@localhost>
Description: service desk

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 9
Conffiles:
 /etc/removed.conf {conf}
Description: is no more
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tool

Files: *
Copyright: 2020 Somebody
License: GPL-2+ or Artistic, and Expat

Files: debian/*
Copyright: 2021 Somebody
License: Odd-Licence

License: GPL-2+
 On Debian systems see /usr/share/common-licenses/GPL-2.
"""


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Sbom(unittest.TestCase):
    def setUp(self):
        holder = self.enterContext(tempfile.TemporaryDirectory(prefix="slipway-sbom-"))
        self.root, self.file = pathlib.Path(holder, "root"), pathlib.Path(holder, f"{NAME}.spdx.json")
        self.put("usr/lib/os-release", 'ID=debian\nVERSION_ID="12"\n')
        for link in ("bin", "lib"):
            (self.root / "usr" / link).mkdir(exist_ok=True)
            (self.root / link).symlink_to(f"usr/{link}")
        self.put("var/lib/dpkg/status", STATUS.format(conf=md5("packaged")))
        self.put("var/lib/dpkg/diversions", "/usr/bin/shared\n/usr/bin/shared.aside\ndiverter\n")
        self.package("tool", {"/bin/tool": "tool", "/usr/bin/shared": "of tool"}, ["/etc/tool.conf", "/etc/changed.conf"])
        self.package("libtool0:amd64", {"/lib/libtool.so.0": "library"}, [])
        self.package("diverter", {"/usr/bin/shared": "of diverter"}, [])
        self.package("slipway", {"/usr/bin/slipway": "desk", "/usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\n'}, [])
        self.put("usr/bin/shared.aside", "of tool")
        self.put("usr/bin/shared", "of diverter")
        self.put("etc/tool.conf", "packaged")
        self.put("etc/changed.conf", "changed by a role")
        self.put("etc/removed.conf", "packaged")
        self.put("etc/ld.so.cache", "cache")
        self.put("usr/share/doc/tool/copyright", COPYRIGHT)
        (self.root / "usr/share/doc/libtool0").symlink_to("tool")
        (self.root / "etc/alternatives").mkdir()
        (self.root / "etc/alternatives/editor").symlink_to("/usr/bin/tool")
        (self.root / "usr/bin/editor").symlink_to("/etc/alternatives/editor")

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def package(self, name, files, conffiles):
        for path, text in files.items():
            self.put(path.lstrip("/"), text)
        self.put(f"var/lib/dpkg/info/{name}.list", "\n".join(["/.", *files, *conffiles, "/usr/share/doc/tool/copyright"]) + "\n")
        self.put(f"var/lib/dpkg/info/{name}.md5sums", "".join(f"{md5(text)}  {path[1:]}\n" for path, text in files.items()))

    def tool(self, *words, epoch="1700000000"):
        environment = dict(os.environ, SOURCE_DATE_EPOCH=epoch)
        return subprocess.run([sys.executable, TOOL, *words], capture_output=True, text=True, env=environment, check=False)

    def make(self):
        done = self.tool("make", "--root", self.root, "--name", NAME, "--out", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.file.read_text(encoding="utf-8"))

    def check(self, *more):
        return self.tool("check", "--root", self.root, *more, self.file)

    def comments(self, document):
        return {entry["fileName"]: entry["comment"] for entry in document["files"]}

    # F9, E3
    def test_every_package_is_named(self):
        packages = {entry["name"]: entry for entry in self.make()["packages"]}
        self.assertEqual(set(packages), {NAME, f"{NAME}-unpackaged-files", "tool", "libtool0", "diverter", "slipway"})
        tool = packages["tool"]
        self.assertEqual(tool["versionInfo"], "1:2.0+dfsg-1~deb12u1")
        self.assertEqual(tool["externalRefs"][0]["referenceLocator"], "pkg:deb/debian/tool@1%3A2.0%2Bdfsg-1~deb12u1?arch=amd64&distro=debian-12")
        self.assertEqual(tool["supplier"], "Organization: Debian Tool Team (team@lists.example.org)")
        self.assertEqual(packages["libtool0"]["supplier"], "Person: Ada Example (ada@example.org)")
        self.assertIn("tool-src 1:2.0", tool["sourceInfo"])
        self.assertEqual(packages["slipway"]["externalRefs"][0]["referenceLocator"], "pkg:deb/slipway/slipway@0.1.0?arch=amd64")

    def test_licences_of_two_words_keep_their_meaning(self):
        cases = {"GPL-2+ or MIT and Zlib": "GPL-2.0-or-later OR (MIT AND Zlib)",
                 "Perl, and LGPL-2.1": "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND LGPL-2.1-only",
                 "Apache-2.0 or GPL-3, and BSD-3-clause, and ISC": "(Apache-2.0 OR GPL-3.0-only) AND BSD-3-Clause AND ISC",
                 "GPL-2+ with OpenSSL exception": "LicenseRef-debian-GPL-2plus-with-OpenSSL-exception"}
        for text, expected in cases.items():
            self.assertEqual(debian_licences.expression(text), expected)

    def test_licences_come_from_the_copyright_file(self):
        document = self.make()
        packages = {entry["name"]: entry["licenseDeclared"] for entry in document["packages"]}
        self.assertEqual(packages["tool"], "(GPL-2.0-or-later OR Artistic-1.0-Perl) AND MIT AND LicenseRef-debian-Odd-Licence")
        self.assertEqual(packages["libtool0"], packages["tool"], "its directory is a link to that of tool")
        self.assertEqual(packages["diverter"], "NOASSERTION")
        self.assertEqual([entry["licenseId"] for entry in document["hasExtractedLicensingInfos"]], ["LicenseRef-debian-Odd-Licence"])

    # F9
    def test_every_other_file_is_listed_with_what_wrote_it(self):
        document = self.make()
        comments = {name: why for name, why in self.comments(document).items() if not name.startswith("./var/lib/dpkg/")}
        self.assertEqual(comments, {
            "./bin": "image build; symbolic link to usr/bin", "./lib": "image build; symbolic link to usr/lib",
            "./etc/alternatives/editor": "update-alternatives; symbolic link to /usr/bin/tool",
            "./usr/bin/editor": "update-alternatives; symbolic link to /etc/alternatives/editor",
            "./etc/changed.conf": "changed configuration of tool:amd64", "./etc/ld.so.cache": "ldconfig", "./etc/removed.conf": "configuration",
            "./usr/share/doc/libtool0": "unexplained; symbolic link to tool"})
        sums = {entry["fileName"]: {item["algorithm"]: item["checksumValue"] for item in entry["checksums"]} for entry in document["files"]}
        self.assertEqual(sums["./etc/ld.so.cache"], {"SHA1": hashlib.sha1(b"cache").hexdigest(), "SHA256": hashlib.sha256(b"cache").hexdigest()})

    # F9
    def test_same_tree_gives_the_same_document(self):
        self.make()
        first = self.file.read_bytes()
        self.make()
        self.assertEqual(self.file.read_bytes(), first)
        document = json.loads(first)
        self.assertEqual(document["creationInfo"]["created"], "2023-11-14T22:13:20Z")
        self.put("etc/ld.so.cache", "another")
        self.assertNotEqual(self.make()["documentNamespace"], document["documentNamespace"])

    def test_document_holds_together(self):
        document = self.make()
        entries = document["packages"] + document["files"]
        ids = {entry["SPDXID"] for entry in entries} | {"SPDXRef-DOCUMENT"}
        self.assertEqual(len(ids), len(entries) + 1)
        for entry in ids:
            self.assertRegex(entry, r"^SPDXRef-[A-Za-z0-9.-]+$")
        contained = set()
        for relation in document["relationships"]:
            self.assertLessEqual({relation["spdxElementId"], relation["relatedSpdxElement"]}, ids)
            contained.add(relation["relatedSpdxElement"])
        self.assertEqual(contained, ids - {"SPDXRef-DOCUMENT"})
        image = next(entry for entry in document["packages"] if entry["SPDXID"] == "SPDXRef-Image")
        self.assertEqual(image["primaryPackagePurpose"], "OPERATING_SYSTEM", "JSON's spelling; that of the text format has a hyphen")
        code = hashlib.sha1("".join(sorted(entry["checksums"][0]["checksumValue"] for entry in document["files"])).encode()).hexdigest()
        own = next(entry for entry in document["packages"] if entry["SPDXID"] == "SPDXRef-Unpackaged")
        self.assertEqual(own["packageVerificationCode"]["packageVerificationCodeValue"], code)

    # F9
    def test_check_accepts_what_was_described(self):
        self.make()
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    # F9, A5
    def test_check_finds_whatever_came_or_changed_since(self):
        self.make()
        self.put("usr/bin/backdoor", "unlisted")
        self.put("usr/bin/tool", "no longer the package's")
        self.put("etc/changed.conf", "changed once more")
        self.put("etc/tool.conf", "changed")
        (self.root / "usr/bin/second").symlink_to("backdoor")
        (self.root / "etc/ld.so.cache").unlink()
        self.put("var/lib/dpkg/status", STATUS.format(conf=md5("packaged")).replace("Version: 3-1", "Version: 3-2"))
        done = self.check()
        self.assertEqual(done.returncode, 1)
        self.assertIn("\nhint: ", done.stderr)
        named = {line.split(":")[0] for line in done.stdout.splitlines()}
        self.assertEqual(named, {"package libtool0 3-2", "package libtool0 3-1", "/usr/bin/backdoor", "/usr/bin/second", "/usr/bin/tool",
                                 "/etc/changed.conf", "/etc/tool.conf", "/etc/ld.so.cache", "/var/lib/dpkg/status"})

    def test_strict_check_refuses_what_nobody_can_explain(self):
        (self.root / "usr/share/doc/libtool0").unlink()
        self.make()
        self.assertEqual(self.check("--strict").returncode, 0)
        self.put("opt/thing", "from where?")
        self.make()
        self.assertEqual(self.check().returncode, 0)
        self.assertIn("/opt/thing", self.check("--strict").stdout)

    def test_bad_input_is_named(self):
        for done, name in ((self.tool("make", "--root", self.root / "etc", "--name", NAME, "--out", self.file), "etc"),
                           (self.check(), self.file.name),
                           (self.tool("make", "--root", self.root, "--name", NAME, "--out", "/proc/none/x"), "/proc/none/x"),
                           (self.tool("make", "--root", self.root, "--name", NAME, "--out", self.file, epoch="today"), "SOURCE_DATE_EPOCH=today")):
            self.assertEqual(done.returncode, 1)
            self.assertIn(name, done.stderr)
            self.assertIn("hint: ", done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
