"""The image's sealed tree, made natively in minutes: the root of images/, the packages under test, the roles, images/seal.py.

What Packer does inside QEMU is done to a host of the lab; the same roles make the same system of the same root. SLIPWAY_IMAGE_ROOT names
another tree, such as the one that ./dev image leaves in build/image/steps/sealed."""
import hashlib
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import host as lab  # noqa: E402
import roots  # noqa: E402

ANSIBLE = appliance.REPOSITORY / "ansible"
# As packer/scripts/seal.sh: nothing writes any more, and who configured it is gone.
END = f"""
systemctl stop slipway.target 'slipway-*' nginx fail2ban prometheus prometheus-alertmanager 'prometheus-*-exporter*' mariadb
rm -f /etc/sudoers.d/{lab.USER} /etc/systemd/network/10-lab.network
userdel --force --remove {lab.USER}
cloud-init clean --logs --seed
"""
# What the lab lays over a host's root is not the image's.
AS_THEY_WERE = ("etc/hosts", "etc/hostname")


def sealed_root():
    """The tree; made by the first who asks, and kept for this package and these files."""
    given = os.environ.get("SLIPWAY_IMAGE_ROOT")
    if given:
        if not pathlib.Path(given, "etc/debian_version").is_file():
            raise lab.LabError(f"SLIPWAY_IMAGE_ROOT: {given} is no root of a Debian system; ./dev image leaves one in build/image/steps/sealed")
        return pathlib.Path(given).resolve()
    with appliance.packages() as debs:
        digest = hashlib.sha256(roots.image_key(debs).encode())
        for path in [*debs, *sorted(path for path in ANSIBLE.rglob("*") if path.is_file()), pathlib.Path(__file__)]:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return roots.kept("sealed", digest.hexdigest()[:12], lambda part: make(part, debs), roots.say_on_stderr)


def restore_volumes(shipped, configured):
    """A host of the lab has no disks: their lines come back, those that the roles have added stay."""
    lines = shipped.read_text(encoding="utf-8").splitlines(True)
    added = [line for line in configured.read_text(encoding="utf-8").splitlines(True) if line not in lines]
    configured.write_text("".join(lines + added), encoding="utf-8")


def make(part, debs):
    with appliance.Appliance(debs) as desk:
        root = desk.host.root
        desk.install()
        desk.converge(slipway_deb="", slipway_setup=False, firewall_management_networks=[], firewall_start_services=False)
        desk.host.root_sh(END)
        desk.host.stop()
        for path in AS_THEY_WERE:
            shutil.copy2(root / path, desk.host.merged / path)
        restore_volumes(root / "etc/fstab", desk.host.merged / "etc/fstab")
        lab.run("cp", "-a", desk.host.merged, part)
    lab.run(roots.IMAGES / "seal.py", "seal", part, env=appliance.as_of_the_commit())
    left = lab.run(roots.IMAGES / "seal.py", "check", part, check=False)
    if left.returncode != 0:
        raise lab.LabError(f"the sealed tree is not clean:\n{left.stdout}")
