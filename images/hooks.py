"""What happens inside the root while mmdebstrap makes it (root.py calls itself for this, at two points)."""
import os
import pathlib
import shutil

import manifest

ROOTFS = manifest.HERE / "rootfs"
# Read while packages are unpacked and configured. The rest comes when all are: nothing of ours may stand where a package
# wants to put its own file, and nothing may start GRUB's installation on the building machine's disk.
EARLY = ("etc/dpkg/", "etc/apt/apt.conf.d/", "etc/initramfs-tools/", "usr/share/initramfs-tools/")


def lay(top, chosen):
    """Files of rootfs/ whose path passes `chosen`, owned by root, with the modes that git keeps: 755 or 644."""
    for source in sorted(path for path in ROOTFS.rglob("*") if path.is_file()):
        relative = str(source.relative_to(ROOTFS))
        if not chosen(relative):
            continue
        target = top / relative
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise manifest.Refused(f"/{relative}: a package brings this file as well", "give ours in images/rootfs another name")
        make_folders(top, target.parent)
        shutil.copyfile(source, target)
        target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
        os.chown(target, 0, 0)


def make_folders(top, folder):
    """Missing directories, owned by root: mkdir -p with modes that do not depend on the umask."""
    missing = []
    while not folder.exists() and folder != top:
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        path.chmod(0o755)


def early(top):
    lay(top, lambda path: path.startswith(EARLY))


def write(top, path, text, mode=0o644):
    target = top / path
    make_folders(top, target.parent)
    target.unlink(missing_ok=True)
    target.write_text(text)
    target.chmod(mode)


def sources(content, top):
    """What apt inside the appliance asks: Debian's public servers, whatever the build used."""
    main, security = manifest.public_archives(top)
    release = content["release"]
    suite, components = release["suite"], " ".join(release["components"])
    signed = "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    return (f"Types: deb\nURIs: {main}\nSuites: {suite} {suite}-updates\nComponents: {components}\n{signed}\n"
            f"Types: deb\nURIs: {security}\nSuites: {suite}-security\nComponents: {components}\n{signed}")


def fstab(content):
    disk = content["disk"]
    lines = [
        "# The data volume is the last partition of the disk; another disk with its label does as well.",
        f"LABEL={disk['root_label']} / ext4 errors=remount-ro,noatime 0 1",
        "LABEL=ESP /boot/efi vfat umask=0077,noatime,nofail 0 0",
        f"LABEL={disk['data_label']} /srv/slipway ext4 nodev,nosuid,noexec,noatime 0 2",
    ]
    for name, path, *_ in manifest.data_directories():
        lines.append(f"/srv/slipway/{name} {path} none bind,x-systemd.requires=slipway-data.service 0 0")
    return "\n".join(lines) + "\n"


def identity(top, content):
    name = content["release"]["hostname"]
    write(top, "etc/hostname", f"{name}\n")
    write(top, "etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {name}\n\n::1 localhost ip6-localhost ip6-loopback\n"
                            "ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n")
    write(top, "etc/default/locale", "LANG=C.UTF-8\n")
    write(top, "etc/fstab", fstab(content))
    # What mmdebstrap wrote names the mirrors of the building machine.
    (top / "etc/apt/sources.list").unlink(missing_ok=True)
    for path in (top / "etc/apt/sources.list.d").glob("*"):
        path.unlink()
    write(top, "etc/apt/sources.list.d/debian.sources", sources(content, top))
    resolver = top / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.symlink_to("../run/systemd/resolve/stub-resolv.conf")


def move_data(top):
    """What packages have put into the directories that lie on the data volume moves there; their places become mount points."""
    for name, path, owner, group, mode in manifest.data_directories():
        place, home = top / path.lstrip("/"), top / "srv/slipway" / name
        make_folders(top, home.parent)
        if place.exists() and not home.exists():
            place.rename(home)
        home.mkdir(exist_ok=True)
        make_folders(top, place)
        place.mkdir(exist_ok=True)
        uid, gid = number(top / "etc/passwd", owner), number(top / "etc/group", group)
        for folder in (home, place):
            os.chown(folder, uid, gid)
            folder.chmod(mode)
    # Its own database is made by each machine.
    for entry in (top / "srv/slipway/mysql").iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def number(database, name):
    for line in database.read_text().splitlines():
        if line.split(":")[0] == name:
            return int(line.split(":")[2])
    raise manifest.Refused(f"{database}: there is no '{name}'", "the package that makes it is missing in images/manifest.toml")


def units(top, content):
    """Turns on ours, turns off what waits for its role."""
    ours = sorted(path.name for kind in ("*.service", "*.path") for path in (ROOTFS / "usr/lib/systemd/system").glob(kind)
                  if "[Install]" in path.read_text())
    manifest.run("chroot", top, "systemctl", "enable", "systemd-networkd.service", "systemd-resolved.service", *ours,
                 "slipway-console@ttyS0.service")
    # Nobody has a password to sign in with: the console has these lines. systemd's generator would add the second by itself.
    manifest.run("chroot", top, "systemctl", "mask", "getty@tty1.service", "serial-getty@ttyS0.service")
    for unit in content["services"]["disabled"]:
        if not (top / "lib/systemd/system" / unit).exists():
            raise manifest.Refused(f"unit {unit} is not in the root", "correct [services] disabled in images/manifest.toml")
        manifest.run("chroot", top, "systemctl", "disable", unit)


def late(top):
    content = manifest.load()
    lay(top, lambda path: not path.startswith(EARLY))
    identity(top, content)
    move_data(top)
    units(top, content)
    # The initial file system reads fstab (which check does the root need?) and the times of everything in it count.
    manifest.run("chroot", top, "update-initramfs", "-u", "-k", "all")


def main(point, top):
    {"early": early, "late": late}[point](pathlib.Path(top))
