#!/usr/bin/env python3
"""What is in the image: an SPDX 2.3 document of a root tree, and the check that it leaves nothing out.

  sbom.py make --root ROOT --name slipway-0.1.0 --out release/slipway-0.1.0.spdx.json
  sbom.py check --root ROOT release/slipway-0.1.0.spdx.json

Every Debian package is named with version, source, supplier, purl and licence. Every file belongs to a package, with the contents that
the package brought, or is listed by itself with its SHA-256 and what wrote it. The same tree gives the same document; its date is
SOURCE_DATE_EPOCH.
"""
import argparse
import collections
import hashlib
import json
import os
import re
import stat
import sys
import time
import urllib.parse
import uuid

import debian_licences
from dpkg_root import DpkgRoot
from file_origins import UNEXPLAINED, origin
from reporting import Failure, run_tool, say, source_date_epoch

NONE = "NOASSERTION"
NAMESPACE = uuid.UUID("3f0f6d0a-7f6b-5a53-8b44-5d0a6f3c9d11")
# Offenders named one by one; the rest is counted.
SHOWN = 40


def describe(root, name, status):
    """(sha1, sha256, kind) of anything that is no directory: a link by its target, a device by nothing, since there is nothing to read."""
    if stat.S_ISREG(status.st_mode):
        return root.digest(name, "sha1"), root.digest(name, "sha256"), ""
    if stat.S_ISLNK(status.st_mode):
        target = os.fsencode(os.readlink(os.path.join(root.path, name)))
        return hashlib.sha1(target).hexdigest(), hashlib.sha256(target).hexdigest(), f"symbolic link to {os.fsdecode(target)}"
    kind = "socket or pipe"
    if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
        kind = f"device {os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    return hashlib.sha1(b"").hexdigest(), hashlib.sha256(b"").hexdigest(), kind


def as_packaged(root, name, status, owners):
    """Whether a file is what a package brought; dpkg knows no sum of links, and of none of a package's conffiles before it is written."""
    if not stat.S_ISREG(status.st_mode):
        return True
    sums = {owner.md5 for owner in owners}
    return "" in sums or root.digest(name, "md5") in sums


def listed_files(root):
    """{path: (sha1, sha256, why)} of every file that is not as some package brought it."""
    found = {}
    for name, status in root.files():
        owners = root.owners.get(name, [])
        if owners and as_packaged(root, name, status, owners):
            continue
        sha1, sha256, kind = describe(root, name, status)
        if owners:
            packages = ", ".join(sorted({owner.package for owner in owners}))
            conffile = any(owner.conffile for owner in owners)
            why = f"{'changed configuration' if conffile else 'changed file'} of {packages}"
        else:
            why = origin(name, os.readlink(os.path.join(root.path, name)) if stat.S_ISLNK(status.st_mode) else "")
        found[name] = (sha1, sha256, f"{why}; {kind}" if kind else why)
    return found


def os_release(root):
    """Name, number and code name of the distribution, as os-release says."""
    for path in ("usr/lib/os-release", "etc/os-release"):
        full = os.path.join(root.path, path)
        if os.path.isfile(full) and not os.path.islink(full):
            with open(full, encoding="utf-8") as file:
                fields = dict(line.strip().split("=", 1) for line in file if "=" in line and not line.startswith("#"))
            return {key: value.strip("\"'") for key, value in fields.items()}
    return {}


def _quoted(text):
    return urllib.parse.quote(text, safe="-._~")


def purl(package, release):
    vendor = "slipway" if package.name.split("-")[0] == "slipway" else release.get("ID", "debian")
    distro = f"&distro={_quoted(release['ID'] + '-' + release['VERSION_ID'])}" if "VERSION_ID" in release and vendor != "slipway" else ""
    return f"pkg:deb/{vendor}/{_quoted(package.name)}@{_quoted(package.version)}?arch={_quoted(package.architecture)}{distro}"


def supplier(maintainer):
    """SPDX wants to know whether a supplier is a person; Debian's teams say so in their names or have a list's address."""
    if not maintainer:
        return NONE
    words = maintainer.lower()
    team = any(word in words for word in ("team", "maintainers", "project", "group", "developers", "lists.", "tracker.", "slipway", "packagers"))
    name, _, address = maintainer.partition("<")
    return f"{'Organization' if team else 'Person'}: {name.strip()}" + (f" ({address.rstrip('> ')})" if address else "")


def _copyright_of(root, package):
    """The package's copyright file; its directory may be a link to that of a sibling."""
    path = os.path.join(root.path, root.canonical(f"usr/share/doc/{package.name}/copyright"))
    if not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def package_entry(root, package, release):
    declared = debian_licences.declared(_copyright_of(root, package))
    entry = {"SPDXID": f"SPDXRef-Package-{_identifier(package.key)}", "name": package.name, "versionInfo": package.version,
             "supplier": supplier(package.maintainer), "downloadLocation": NONE, "filesAnalyzed": False,
             "sourceInfo": f"built from Debian source package {package.source} {package.source_version}",
             "licenseConcluded": NONE, "licenseDeclared": declared, "copyrightText": NONE, "summary": package.summary or NONE,
             "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl(package, release)}]}
    if package.homepage.startswith(("http://", "https://")):
        entry["homepage"] = package.homepage
    return entry


def _identifier(text):
    """Only letters, digits, '.' and '-' may stand in an SPDXID; what else a name has is made unmistakable by a digest."""
    plain = "".join(letter if letter.isalnum() and letter.isascii() or letter in ".-" else "-" for letter in text)
    return plain if plain == text.replace(":", "-") else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def file_entry(name, sha1, sha256, why):
    return {"SPDXID": f"SPDXRef-File-{hashlib.sha256(os.fsencode(name)).hexdigest()[:24]}", "fileName": f"./{name}",
            "checksums": [{"algorithm": "SHA1", "checksumValue": sha1}, {"algorithm": "SHA256", "checksumValue": sha256}],
            "licenseConcluded": NONE, "licenseInfoInFiles": [NONE], "copyrightText": NONE, "comment": why}


def _licence_texts(packages):
    """SPDX wants a text for each LicenseRef; it lies in the image, so this says where."""
    users = collections.defaultdict(list)
    for entry in packages:
        for reference in debian_licences.references(entry["licenseDeclared"]):
            users[reference].append(entry["name"])
    return [{"licenseId": reference, "name": reference.removeprefix("LicenseRef-debian-"),
             "extractedText": f"The text stands in the image under this name, in /usr/share/doc/{names[0]}/copyright"}
            for reference, names in sorted(users.items())]


def _own_packages(name, version, files):
    """The image itself, and the one package that has all files which are listed by themselves."""
    image = {"SPDXID": "SPDXRef-Image", "name": name, "versionInfo": version, "supplier": "Organization: Slipway", "downloadLocation": NONE,
             "filesAnalyzed": False, "licenseConcluded": NONE, "licenseDeclared": NONE, "copyrightText": NONE,
             "primaryPackagePurpose": "OPERATING_SYSTEM"}
    code = hashlib.sha1("".join(sorted(sha1 for sha1, _, _ in files.values())).encode()).hexdigest()
    unpackaged = {"SPDXID": "SPDXRef-Unpackaged", "name": f"{name}-unpackaged-files", "versionInfo": version, "supplier": "Organization: Slipway",
                  "downloadLocation": NONE, "filesAnalyzed": True, "packageVerificationCode": {"packageVerificationCodeValue": code},
                  "licenseConcluded": NONE, "licenseDeclared": NONE, "licenseInfoFromFiles": [NONE], "copyrightText": NONE,
                  "summary": "Files that no Debian package brought, or that are not as the package brought them; each says what wrote it"}
    return [image, unpackaged]


def document(root, name, epoch):
    release = os_release(root)
    version = name.rsplit("-", 1)[1] if "-" in name else NONE
    files = listed_files(root)
    packages = [package_entry(root, package, release) for _, package in sorted(root.packages.items())]
    entries = [file_entry(path, *what) for path, what in files.items()]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"), ("SPDXRef-Image", "CONTAINS", "SPDXRef-Unpackaged")]
    relations += [("SPDXRef-Image", "CONTAINS", entry["SPDXID"]) for entry in packages]
    relations += [("SPDXRef-Unpackaged", "CONTAINS", entry["SPDXID"]) for entry in entries]
    result = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
              "creationInfo": {"created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
                               "creators": ["Tool: slipway-sbom", "Organization: Slipway"]},
              "packages": _own_packages(name, version, files) + packages, "files": entries,
              "hasExtractedLicensingInfos": _licence_texts(packages),
              "relationships": [{"spdxElementId": left, "relationshipType": kind, "relatedSpdxElement": right} for left, kind, right in relations]}
    digest = hashlib.sha256(json.dumps(result, sort_keys=True).encode()).hexdigest()
    result["documentNamespace"] = f"https://spdx.org/spdxdocs/{name}-{uuid.uuid5(NAMESPACE, digest)}"
    return result


def make(arguments):
    root = DpkgRoot(arguments.root)
    result = document(root, arguments.name, arguments.epoch)
    text = json.dumps(result, indent=1, sort_keys=True) + "\n"
    try:
        with open(f"{arguments.out}.part", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(f"{arguments.out}.part", arguments.out)
    except OSError as error:
        raise Failure(f"{arguments.out}: {error.strerror}", "choose a file that can be written: --out FILE") from error
    # Without the package's name, which only changed files have behind "of".
    classes = collections.Counter(re.sub(r"^(changed \w+) of .*", r"\1", entry["comment"].split(";")[0]) for entry in result["files"])
    say(f"{arguments.out}: {len(root.packages)} packages, {len(result['files'])} files of their own: "
        + ", ".join(f"{count} {what}" for what, count in sorted(classes.items())))
    for entry in result["files"]:
        if entry["comment"].startswith((UNEXPLAINED, "changed file")):
            say(f"  {entry['comment']}: {entry['fileName']}")
    return 0


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: cannot be read: {error}", "make it: images/sbom.py make") from error
    if not isinstance(found, dict) or found.get("spdxVersion") != "SPDX-2.3":
        raise Failure(f"{path}: is no SPDX 2.3 document", "make it: images/sbom.py make")
    return found


def offenders(root, found, strict):
    """What the document leaves out, has too much, or says wrongly, one line each."""
    said = {(entry["name"], entry["versionInfo"]) for entry in found["packages"] if entry["SPDXID"].startswith("SPDXRef-Package-")}
    there = {(package.name, package.version) for package in root.packages.values()}
    wrong = [f"package {name} {version}: is installed and not in the document" for name, version in sorted(there - said)]
    wrong += [f"package {name} {version}: is in the document and not installed" for name, version in sorted(said - there)]
    listed = {entry["fileName"].removeprefix("./"): entry for entry in found["files"]}
    needed = listed_files(root)
    for name, (_, sha256, why) in needed.items():
        entry = listed.get(name)
        if not entry:
            wrong.append(f"/{name}: is neither as a package brought it nor listed ({why})")
        elif {"algorithm": "SHA256", "checksumValue": sha256} not in entry["checksums"]:
            wrong.append(f"/{name}: differs from its SHA-256 in the document")
        elif strict and why.startswith((UNEXPLAINED, "changed file")):
            wrong.append(f"/{name}: {why}")
    wrong += [f"/{name}: is listed, and not there or a package's own" for name in sorted(set(listed) - set(needed))]
    return wrong


def check(arguments):
    root = DpkgRoot(arguments.root)
    wrong = offenders(root, load(arguments.file), arguments.strict)
    for line in wrong[:SHOWN]:
        print(line)
    if wrong:
        raise Failure(f"{arguments.file}: {len(wrong)} faults" + (f", the first {SHOWN} are above" if len(wrong) > SHOWN else ""),
                      "remove what should not be there, or make the document anew: images/sbom.py make")
    say(f"{arguments.file}: every file of {arguments.root} is owned or listed, all sums are right")
    return 0


def parse(words):
    parser = argparse.ArgumentParser(prog="sbom.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    command = verbs.add_parser("make", help="write the document")
    command.add_argument("--root", required=True, metavar="DIR", help="root of the tree")
    command.add_argument("--name", required=True, help="name and version of the image, such as slipway-0.1.0")
    command.add_argument("--out", required=True, metavar="FILE", help="the document, NAME.spdx.json")
    command.add_argument("--epoch", type=int, default=source_date_epoch(), metavar="SECONDS",
                         help="date of the document; default: SOURCE_DATE_EPOCH, else 1970")
    command = verbs.add_parser("check", help="compare a document with a tree")
    command.add_argument("--root", required=True, metavar="DIR")
    command.add_argument("--strict", action="store_true", help="a changed file of a package, or a file of unknown origin, is a fault, too")
    command.add_argument("file", metavar="FILE")
    return parser.parse_args(words)


def main():
    verbs = {"make": make, "check": check}

    def work():
        arguments = parse(sys.argv[1:])
        return verbs[arguments.verb](arguments)

    return run_tool("sbom", work)


if __name__ == "__main__":
    sys.exit(main())
