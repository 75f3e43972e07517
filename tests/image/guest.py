"""A machine made of one of the image's files: started, rebooted and killed on the same disk, as a customer's is."""
import argparse
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "images"), str(ROOT / "tests/support")]
import boot  # noqa: E402
import manifest  # noqa: E402
import site_visitor  # noqa: E402

BOOT_SECONDS = 600


def image(directory, suffix):
    """The file of this format that ./dev image has put into the directory."""
    found = sorted(pathlib.Path(directory).glob(f"slipway-*.{suffix}"))
    if not found:
        raise AssertionError(f"{directory}: holds no slipway-*.{suffix}; make it with ./dev image --format {suffix}")
    return found[0]


def disk_of(file, folder):
    """The disk in a file of the image, as its platform would take it out."""
    if file.name.endswith(".raw.zst"):
        disk = folder / "disk.raw"
        manifest.run("zstd", "-q", "-d", "--sparse", file, "-o", disk)
        return disk
    if file.name.endswith(".vhdx.zip"):
        with zipfile.ZipFile(file) as archive:
            return pathlib.Path(archive.extract(archive.namelist()[0], folder))
    if file.suffix == ".ova":
        with tarfile.open(file) as archive:
            member = next(one for one in archive if one.name.endswith(".vmdk"))
            archive.extract(member, folder, filter="data")
        return folder / member.name
    return file


class Guest:
    """Context manager. `start` waits until the service answers; what was acknowledged must outlive `kill`."""

    def __init__(self, file, folder, answered=True, **options):
        """Not `answered`: nobody has told it who it is, and nobody may sign in."""
        self.folder = pathlib.Path(folder)
        self.options = argparse.Namespace(firmware="uefi", bus="virtio", card="virtio", memory_mib=2048, serial=self.folder / "serial")
        vars(self.options).update(options)
        self.layer = boot.layer_on(disk_of(file, self.folder), self.folder)
        self.seed = boot.seed(self.folder, boot.key_for_this_run(self.folder)) if answered else None
        self.ports = {22: boot.free_port(), 443: boot.free_port()}
        self.machine = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Seconds from power on to the first HTTPS 200."""
        began = time.monotonic()
        self.power_on()
        self.wait("HTTPS", lambda: boot.https_ok(self.ports[443]))
        return time.monotonic() - began

    def power_on(self):
        if self.machine:
            self.machine.stderr.close()
        self.machine = subprocess.Popen(self.command_line(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def command_line(self):
        return boot.command_line(self.options, self.folder, self.layer, self.ports, self.seed)

    def wait(self, what, question, seconds=BOOT_SECONDS):
        boot.wait_for(what, question, self.machine, time.monotonic() + seconds, self.options.serial)

    def run(self, command, check=True, seconds=300):
        """A command of the trial user; what it printed."""
        self.wait("signing in over SSH", lambda: boot.ssh(self.folder, self.ports[22], "true", capture_output=True).returncode == 0)
        done = boot.ssh(self.folder, self.ports[22], command, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout.strip()

    def kill(self):
        """As when the host loses its power: QEMU is gone in the middle of whatever the guest was writing."""
        if self.machine and self.machine.poll() is None:
            self.machine.send_signal(signal.SIGKILL)
            self.machine.wait()
        if self.machine:
            self.machine.stderr.close()

    def power_off(self):
        """In order, by the guest."""
        self.run("sudo systemd-run --quiet --on-active=1s systemctl poweroff")
        self.machine.wait(timeout=180)

    def desk(self, account="production"):
        return site_visitor.Slipway(f"https://127.0.0.1:{self.ports[443]}/{account}")
