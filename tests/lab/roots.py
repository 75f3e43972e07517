"""Root file systems of the lab's hosts, made once and kept outside the checkout.

The image's own root (images/root.py) is what hosts stand on, so that what is tested is what ships: the same packages, units and files.
It holds what our packages depend on and not themselves: those change with every commit, and a role brings them to a host."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

IMAGES = pathlib.Path(__file__).resolve().parents[2] / "images"
# What decides what is in the image's root.
IMAGE_FILES = ("manifest.toml", "packages.lock", "root.py", "hooks.py", "manifest.py", "seal.py")
# What a host needs that is not an appliance; what it is for comes on top.
PLAIN_PACKAGES = ["systemd-sysv", "dbus", "udev", "openssh-server", "sudo", "python3", "python3-apt", "iproute2", "ca-certificates", "procps"]
NEEDS = """\
Package: slipway-lab-needs
Version: 1
Architecture: all
Maintainer: Slipway maintainers <maintainers@slipway.example>
Depends: {depends}
Description: what the packages under test depend on
"""
held = []


class LabError(Exception):
    """What went wrong, and the way out."""


def run(*argv, check=True, timeout=600, **options):
    """subprocess.run with text, both streams kept, and an error that holds what the command said."""
    result = subprocess.run([str(part) for part in argv], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **options)
    if check and result.returncode != 0:
        # Ansible tells what failed on its standard output.
        words = [line for stream in (result.stdout, result.stderr) for line in stream.strip().splitlines()[-15:]]
        raise LabError(f"{' '.join(map(str, argv))}: ended with {result.returncode}\n" + "\n".join(words))
    return result


def poll(question, seconds, what):
    """The first true answer within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {seconds} s")
        time.sleep(0.25)


def cache_directory():
    """Where roots are kept: SLIPWAY_LAB_DIR, or the user's cache."""
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "slipway" / "lab"
    directory = pathlib.Path(os.environ.get("SLIPWAY_LAB_DIR", default))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def package_list(file):
    """Names of a list: one a line, comments above."""
    lines = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def say_on_stderr(text):
    print(text, file=sys.stderr, flush=True)


def dependencies(debs):
    """What these package files depend on, themselves aside."""
    depends = sorted({part.strip() for deb in debs for part in run("dpkg-deb", "--field", deb, "Depends").stdout.split(",") if part.strip()})
    return [part for part in depends if not re.match(r"slipway\b", part)]


def image_key(debs):
    """Digest of what decides what is in the image's root."""
    digest = hashlib.sha256("\n".join(dependencies(debs)).encode())
    for path in [*(IMAGES / name for name in IMAGE_FILES), *sorted(path for path in (IMAGES / "rootfs").rglob("*") if path.is_file())]:
        digest.update(f"{path.relative_to(IMAGES)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def image_root(debs, say=say_on_stderr):
    """The image's root with what these package files depend on."""
    def make(part):
        with tempfile.TemporaryDirectory(prefix="slipway-lab-") as name:
            needs = pathlib.Path(name) / "slipway-lab-needs"
            (needs / "DEBIAN").mkdir(parents=True)
            (needs / "DEBIAN/control").write_text(NEEDS.format(depends=", ".join(dependencies(debs))), encoding="utf-8")
            run("dpkg-deb", "--root-owner-group", "--build", "-Znone", needs, f"{needs}.deb")
            run(IMAGES / "root.py", "build", "--out", part, "--deb", f"{needs}.deb", timeout=1800)
    return kept("image", image_key(debs), make, say)


def plain_root(packages, say=say_on_stderr):
    """A Debian 12 with these packages that is no appliance: a name server of the lab, for instance."""
    names = sorted(set(PLAIN_PACKAGES) | set(packages))

    def make(part):
        run("mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", f"--include={','.join(names)}",
            "--customize-hook=rm -f \"$1\"/etc/ssh/ssh_host_* \"$1/var/lib/dbus/machine-id\" && : >\"$1/etc/machine-id\"",
                "bookworm", part, *mirror_lines(), timeout=1800)
    return kept("plain", hashlib.sha256(" ".join(names).encode()).hexdigest()[:12], make, say)


def mirror_lines():
    """Debian 12's archives as this machine's apt is configured; empty where it has none, which leaves Debian's own."""
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages").stdout
    lines = []
    for line in sorted(set(found.splitlines())):
        uri, release, component = (line.split() + ["", "", ""])[:3]
        if release in ("bookworm", "bookworm-updates", "bookworm-security") and component == "main":
            lines.append(f"deb {uri} {release} {component}")
    return lines


def kept(kind, key, make, say):
    """The root of this key; made by the first who asks, while others wait. It stays as long as a process that asked for it runs."""
    root = cache_directory() / f"{kind}-{key}"
    lock = open(f"{root}.lock", "w", encoding="utf-8")  # kept open: the lock goes with it
    held.append(lock)
    fcntl.flock(lock, fcntl.LOCK_SH)
    if not root.exists():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            say(f"lab: making {root}, about two minutes; the next run finds it")
            part = pathlib.Path(f"{root}.part")
            shutil.rmtree(part, ignore_errors=True)
            make(part)
            os.rename(part, root)
        fcntl.flock(lock, fcntl.LOCK_SH)
        drop_others(kind, root)
    return root


def drop_others(kind, current):
    """Roots of other keys that nobody uses: each takes more than a gigabyte."""
    for other in cache_directory().glob(f"{kind}-*.lock"):
        root = other.with_suffix("")
        if root == current:
            continue
        with open(other, "w", encoding="utf-8") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(root, ignore_errors=True)
