"""Reads what dpkg knows of a root tree: packages, and which package a path belongs to. Nothing of the tree is run."""
import hashlib
import os
import posixpath
import re
from dataclasses import dataclass, field

from reporting import Failure

ADMIN = "var/lib/dpkg"
_MAX_LINKS = 40


@dataclass
class Package:
    name: str
    version: str
    architecture: str
    maintainer: str
    source: str
    source_version: str
    homepage: str
    summary: str
    conffiles: dict = field(default_factory=dict)  # path -> MD5 as the package has it

    @property
    def key(self):
        return f"{self.name}:{self.architecture}"


@dataclass(frozen=True)
class Owner:
    """Which package a path belongs to, and the MD5 it has there where dpkg knows it."""
    package: str
    md5: str
    conffile: bool


def paragraphs(text):
    """Every paragraph of a control file as {field: value}; lines that go on keep their line ends."""
    for block in re.split(r"\n\s*\n", text):
        found, last = {}, None
        for line in block.splitlines():
            if line.startswith((" ", "\t")) and last:
                found[last] += "\n" + line.strip()
            elif ":" in line and not line.startswith("#"):
                last, value = line.split(":", 1)
                found[last] = value.strip()
        if found:
            yield found


def _package(fields):
    source, _, source_version = fields.get("Source", fields["Package"]).partition(" ")
    conffiles = {}
    for line in fields.get("Conffiles", "").splitlines():
        words = line.split()
        if len(words) >= 2 and "obsolete" not in words[2:]:
            conffiles[words[0]] = words[1]
    return Package(name=fields["Package"], version=fields["Version"], architecture=fields["Architecture"], maintainer=fields.get("Maintainer", ""),
                   source=source, source_version=source_version.strip("()") or fields["Version"], homepage=fields.get("Homepage", ""),
                   summary=fields.get("Description", "").split("\n")[0], conffiles=conffiles)


class DpkgRoot:
    """The dpkg database of the tree at path."""

    def __init__(self, path):
        self.path = path
        self._directories = {}
        status = self._text(f"{ADMIN}/status")
        if status is None:
            raise Failure(f"{path}: has no {ADMIN}/status", "give the root of a Debian system: --root DIR")
        self.packages, self.removed = {}, set()
        for fields in paragraphs(status):
            if fields.get("Status", "").endswith(" installed"):
                package = _package(fields)
                self.packages[package.key] = package
            elif fields.get("Package"):
                self.removed.add(fields["Package"])
        self._diversions = self._read_diversions()
        self.owners = self._read_owners()

    def _text(self, name):
        try:
            with open(os.path.join(self.path, name), encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def directory(self, name, links=0):
        """Where a directory of the tree really is: /bin is usr/bin on a merged system, and dpkg's lists know both."""
        name = name.strip("/")
        if not name:
            return ""
        if name in self._directories:
            return self._directories[name]
        parent, last = posixpath.split(name)
        here = posixpath.join(self.directory(parent, links), last)
        full = os.path.join(self.path, here)
        if os.path.islink(full) and links < _MAX_LINKS:
            target = os.readlink(full)
            base = "" if target.startswith("/") else posixpath.dirname(here)
            here = self.directory(posixpath.normpath(posixpath.join("/", base, target)), links + 1)
        self._directories[name] = here
        return here

    def canonical(self, name):
        """The one path under which the walk of the tree finds what dpkg calls by this name."""
        parent, last = posixpath.split(name.strip("/"))
        return posixpath.join(self.directory(parent), last)

    def _read_diversions(self):
        """path -> (where others' files of that path are, the package that may use it); ':' is nobody's."""
        lines = (self._text(f"{ADMIN}/diversions") or "").splitlines()
        return {lines[at]: (lines[at + 1], lines[at + 2]) for at in range(0, len(lines) - 2, 3)}

    def _where(self, name, package):
        """The path at which a package's file lies: moved aside where another package has diverted it."""
        aside, owner = self._diversions.get(name, (name, package.name))
        return self.canonical(aside if owner != package.name else name)

    def _info(self, package, kind):
        for stem in (f"{package.name}:{package.architecture}", package.name):
            text = self._text(f"{ADMIN}/info/{stem}.{kind}")
            if text is not None:
                return text
        return ""

    def _read_owners(self):
        owners = {}
        for package in sorted(self.packages.values(), key=lambda package: package.key):
            known = {}
            for line in self._info(package, "md5sums").splitlines():
                digest, _, name = line.partition("  ")
                known["/" + name.strip()] = digest
            for name in self._info(package, "list").splitlines():
                conffile = name in package.conffiles
                digest = package.conffiles.get(name) or known.get(name, "")
                owners.setdefault(self._where(name, package), []).append(Owner(package.key, digest, conffile))
            # An administrator's file of a package that is no more, or that the list lacks.
            for name, digest in package.conffiles.items():
                owners.setdefault(self._where(name, package), []).append(Owner(package.key, digest, True))
        return owners

    def files(self):
        """(path, status) of everything in the tree that is not a directory, sorted."""
        pending = [""]
        found = []
        while pending:
            directory = pending.pop()
            for entry in os.scandir(os.path.join(self.path, directory)):
                name = posixpath.join(directory, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(name)
                else:
                    found.append((name, entry.stat(follow_symlinks=False)))
        return sorted(found, key=lambda item: os.fsencode(item[0]))

    def digest(self, name, algorithm):
        with open(os.path.join(self.path, name), "rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
