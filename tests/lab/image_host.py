#!/usr/bin/env python3
"""An appliance of the lab: the root file system of the image itself, booted, with a package of one's own in it.

The root, sealed or as images/root.py made it, is the lower layer of an overlay and stays as it is."""
import os
import pathlib
import shutil
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import host as lab  # noqa: E402  (beside this file)


class Appliance(lab.Host):
    """Reached through its namespaces: the image lets nobody in over SSH before somebody has said who may."""

    def __init__(self, network, root, packages, name="desk", last=2):
        super().__init__(network, root, name, last)
        self.packages = packages

    def _lay_overlay(self):
        for part in ("upper", "over", "merged"):
            (self.work / part).mkdir()
        lab.run("mount", "-t", "overlay", "overlay", "-o",
                f"lowerdir={self.root},upperdir={self.work / 'upper'},workdir={self.work / 'over'}", self.merged)
        # No partitions here; what is bound to where stays as on a disk.
        table = self.merged / "etc/fstab"
        lines = [line for line in table.read_text(encoding="utf-8").splitlines() if " bind" in line]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.merged / "etc/hostname").write_text(self.name + "\n", encoding="utf-8")
        # Nothing waits for a cloud, and nothing of the network is the host's own business.
        for unit in ("cloud-init-local", "cloud-init", "cloud-config", "cloud-final", "slipway-grow", "systemd-networkd-wait-online"):
            lab.run("ln", "-sf", "/dev/null", self.merged / f"etc/systemd/system/{unit}.service")
        # Units of the image as they are in this checkout; the root may be older.
        shutil.copytree(HERE.parents[1] / "images/rootfs/usr/lib/systemd", self.merged / "usr/lib/systemd", dirs_exist_ok=True)
        # It knows who it is: its first boot is another test's matter.
        done = self.merged / "srv/slipway/slipway/first-boot/done"
        done.parent.mkdir(parents=True, exist_ok=True)
        done.write_text("", encoding="utf-8")
        for package in self.packages:
            shutil.copy(package, self.merged / "root")
        lab.run("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--pipe", "-D", self.merged, "dpkg", "--force-confold", "--install",
                *(f"/root/{pathlib.Path(package).name}" for package in self.packages))

    def ssh(self, command, check=True, timeout=120, **options):
        init = self.init()
        if init is None:
            raise lab.LabError(f"host {self.name}: has no init")
        # Nothing of this machine's environment: a variable SLIPWAY_… that is no option is an error there.
        clean = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME=/root", "LANG=C.UTF-8"]
        return lab.run("nsenter", "--target", init, "--mount", "--uts", "--ipc", "--net", "--pid", "--", *clean, "bash", "-c", command,
                       check=check, timeout=timeout, **options)

    def root_sh(self, script, check=True, timeout=120):
        return self.ssh("bash -s", input=script, check=check, timeout=timeout)

    def _answers(self):
        if self.process.poll() is not None:
            said = (self.work / "console").read_text(encoding="utf-8", errors="replace")[-2000:]
            raise lab.LabError(f"host {self.name}: systemd-nspawn ended with {self.process.returncode}\n{said}")
        return self.init() is not None and self.ssh("test -S /run/systemd/private", check=False).returncode == 0

    def stop(self):
        """Shuts down as its power button would."""
        if self.process is not None and self.process.poll() is None and self.init():
            os.kill(int(self.init()), signal.SIGRTMIN + 4)
            try:
                self.process.wait(lab.STOP_SECONDS)
            except lab.subprocess.TimeoutExpired:
                self.kill()


if __name__ == "__main__":
    sys.exit(__doc__)
