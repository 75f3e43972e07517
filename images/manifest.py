"""images/manifest.toml, read and checked; the epoch of a build; identifiers derived from both."""
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import uuid

HERE = pathlib.Path(__file__).resolve().parent
KEYS = {
    "release": {"suite", "architecture", "components", "hostname"},
    "disk": {"esp_mib", "root_mib", "data_mib", "root_label", "data_label"},
    "services": {"disabled"},
}


class Refused(Exception):
    """Input or surroundings that a build cannot go on with: message, then the way out."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.hint = hint


def load(path=HERE / "manifest.toml"):
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path}: {error}") from error
    problems = []
    for section, keys in KEYS.items():
        found = content.get(section)
        if not isinstance(found, dict):
            problems.append(f"[{section}] is missing")
            continue
        problems += [f"[{section}] lacks {key}" for key in sorted(keys - found.keys())]
        problems += [f"[{section}] has an unknown key {key}" for key in sorted(found.keys() - keys)]
    seen = {}
    for group in content.get("group", []):
        name = group.get("name", "without a name")
        if not group.get("reason"):
            problems.append(f"group {name} gives no reason")
        for package in group.get("packages", []):
            if package in seen:
                problems.append(f"package {package} stands in the groups {seen[package]} and {name}")
            seen[package] = name
    if not seen:
        problems.append("no [[group]] names a package")
    if problems:
        raise Refused(f"{path}: " + "; ".join(problems))
    return content


def packages(manifest):
    return sorted(name for group in manifest["group"] for name in group["packages"])


def public_archives(top):
    """(main, security): where Debian's own packages in the tree say that Debian is. Where a build took packages from is the
    building machine's business and stands nowhere in the image."""
    path = pathlib.Path(top) / "etc/cloud/cloud.cfg"
    text = path.read_text() if path.is_file() else ""
    found = [re.search(rf"^ *{name}: (https?://\S+)$", text, re.MULTILINE) for name in ("primary", "security")]
    if not all(found):
        raise Refused(f"{path}: names no package archive", "package cloud-init brings it; has the file changed?")
    return tuple(match[1] for match in found)


def epoch():
    """The time that everything in a build bears: SOURCE_DATE_EPOCH, else that of the last commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        asked = subprocess.run(["git", "-C", str(HERE), "log", "-1", "--format=%ct"], capture_output=True, text=True)
        given = asked.stdout.strip()
        if asked.returncode != 0 or not given:
            raise Refused(f"{HERE}: git knows no last commit", "set SOURCE_DATE_EPOCH to seconds since 1970")
    if not given.isdigit():
        raise Refused(f"SOURCE_DATE_EPOCH is '{given}', not a number of seconds since 1970")
    return int(given)


def identifier(what, at):
    """A UUID that is the same for the same purpose and epoch."""
    return uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, "slipway.image"), f"{at}/{what}")


def data_directories(root=HERE / "rootfs"):
    """What lies on the data volume: (name, path, owner, group, mode)."""
    rows = []
    for line in (pathlib.Path(root) / "usr/lib/slipway/data-directories").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, path, owner, group, mode = line.split()
            rows.append((name, path, owner, group, int(mode, 8)))
    return rows


def run(*command, **options):
    """A command that must succeed; what it said is part of the error."""
    options.setdefault("capture_output", True)
    options.setdefault("text", True)
    try:
        done = subprocess.run([str(word) for word in command], **options)
    except FileNotFoundError as error:
        raise Refused(f"{command[0]}: not installed", "install the packages of cmake/packages/image.txt") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout or "")
        said = said.decode(errors="replace") if isinstance(said, bytes) else said
        raise Refused(f"{command[0]} failed with status {done.returncode}: {said.strip()[-2000:]}")
    return done.stdout


def need_root(what):
    if os.geteuid() != 0:
        raise Refused(f"{what} needs root, to keep owners and capabilities of files", "run it with sudo")


def guarded(main):
    """Runs main(); a Refused is one clear line, a hint, and status 1."""
    try:
        sys.exit(main())
    except Refused as refused:
        print(f"{pathlib.Path(sys.argv[0]).name}: {refused}", file=sys.stderr)
        if refused.hint:
            print(f"hint: {refused.hint}", file=sys.stderr)
        sys.exit(1)
