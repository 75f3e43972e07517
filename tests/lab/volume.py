"""The data volume of a host of the lab: a file system of limited size in a sparse file, so that it can be full while this machine's is not."""
import pathlib

from roots import LabError, run

FILL = ".slipway-lab-fill"
# The greater part at once, the rest until there is no room, that of root's blocks too; some that the file system keeps to itself stay free.
FILLING = """
test -d {directory} || {{ echo "there is no directory {directory}" >&2; exit 1; }}
case $(findmnt -no FSTYPE -T {directory}) in overlay) echo "{directory} lies on the disk of the machine that the lab runs on: not filled" >&2; exit 1;; esac
fallocate -l $(( $(stat -f -c '%a * %S' {directory}) * 9 / 10 )) {file}
dd if=/dev/zero of={file} bs=4k oflag=append conv=notrunc 2>/dev/null
sync -f {file}
test "$(stat -f -c %a {directory})" -lt 64
"""


def lay(file, mib, place):
    """A file system of this size, with what the directory holds, and mounted over it."""
    with open(file, "wb") as made:
        made.truncate(mib * 1024 * 1024)
    run("mkfs.ext4", "-q", "-m", "1", "-d", place, file)
    run("mount", "-o", "loop,nodev,nosuid,noexec,noatime", file, place)


def mounts_below(directory):
    """Everything that is mounted at or below this directory, the innermost first."""
    directory, found = str(directory), []
    for line in pathlib.Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        point = line.split()[4].encode("ascii", "backslashreplace").decode("unicode_escape")
        if point == directory or point.startswith(directory + "/"):
            found.insert(0, point)
    return found


def unmount(directory):
    for point in mounts_below(directory):
        run("umount", point, check=False)


def fill(host, directory):
    """Takes all the room of the file system that this directory of the host is on."""
    made = host.root_sh(FILLING.format(directory=directory, file=f"{directory}/{FILL}"), check=False, timeout=300)
    if made.returncode != 0:
        raise LabError(f"{host.name}: {(made.stderr or 'its file system did not become full').strip()}")


def unfill(host, directory):
    host.root_sh(f"rm -f {directory}/{FILL}")
