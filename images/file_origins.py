"""What wrote a file that no package brought: by its path, as Debian's maintainer scripts and the image's own build are known to write."""
import re

UNEXPLAINED = "unexplained"
# Paths are relative to the root; the first class that has a fitting pattern counts, so the general ones come last.
_PATTERNS = {
    "dpkg and apt": [r"var/lib/dpkg/.*", r"var/(lib|cache)/apt/.*"],
    "debconf": [r"var/cache/debconf/.*"],
    "update-alternatives": [r"etc/alternatives/.*"],
    "ldconfig": [r"etc/ld\.so\.cache", r"var/cache/ldconfig/.*"],
    "initramfs": [r"boot/initrd\.img-.*", r"var/lib/initramfs-tools/.*", r"etc/initramfs-tools/.*"],
    "kernel links": [r"(boot/)?(initrd\.img|vmlinuz)(\.old)?"],
    "grub": [r"boot/(grub|efi)/.*", r"etc/default/grub(\.d/.*|\.ucf-dist)?", r"var/lib/grub/.*"],
    "depmod": [r"usr/lib/modules/[^/]+/modules\..*"],
    "ca-certificates": [r"etc/ssl/certs/.*", r"etc/ca-certificates\.conf"],
    "Python byte code": [r"(.*/)?__pycache__/[^/]+\.pyc"],
    "enabled units": [
        r"etc/systemd/(system|user)/([^/]+\.(wants|requires|upholds)/)?[^/]+", r"var/lib/systemd/deb-systemd-.*", r"etc/rc[0-6S]\.d/.*"],
    "systemd": [r"(etc|usr/lib)/udev/hwdb\.bin", r"usr/lib/systemd/catalog/.*", r"var/lib/systemd/.*", r"(etc|var)/\.updated", r"var/log/journal/.*"],
    "users and groups": [r"etc/(passwd|group|shadow|gshadow|subuid|subgid)-?", r"etc/\.pwd\.lock", r"etc/shells"],
    "PAM": [r"etc/pam\.d/common-.*", r"var/lib/pam/.*"],
    "ucf": [r"var/lib/ucf/.*"],
    "indexes of shared data": [
        r"usr/lib/locale/.*", r"usr/share/mime/.*", r"usr/share/info/dir", r"usr/share/icons/.*\.cache", r"usr/share/applications/mimeinfo\.cache",
        r"usr/share/glib-2\.0/schemas/gschemas\.compiled", r"usr/lib/[^/]+/gconv/gconv-modules\.cache", r"usr/lib/[^/]+/gio/modules/giomodule\.cache",
        r"usr/lib/[^/]+/gdk-pixbuf-[^/]+/.*/loaders\.cache", r"var/cache/(fontconfig|man|dictionaries-common)/.*", r"etc/(X11|xml|sgml)/.*",
        r"var/lib/(sgml-base|xml-core)/.*"],
    "locale and time": [
        r"etc/default/(locale|keyboard|console-setup)", r"etc/locale\.(gen|conf)", r"etc/(localtime|timezone|adjtime)", r"etc/console-setup/.*"],
    "AppArmor": [r"etc/apparmor\.d/.*", r"var/(cache|lib)/apparmor/.*"],
    "MariaDB": [r"var/lib/mysql(-[a-z]+)?/.*", r"etc/mysql/.*"],
    "cloud-init": [r"etc/cloud/.*", r"var/lib/cloud/.*", r"etc/netplan/.*"],
    "base-files": [r"usr/local/man"],
    "image build": [
        r"etc/(machine-id|hostname|hosts|resolv\.conf|fstab|motd|issue(\.net)?|environment|debian_version|os-release|mtab)", r"etc/network/.*",
        r"etc/(apt|dpkg)/.*", r"etc/sudoers\.d/.*", r"etc/modules(-load\.d/.*)?", r"var/lib/dbus/machine-id", r"bin|sbin|lib|lib32|lib64|libx32",
        r"var/(lock|run)", r"var/lib/usrmerge/.*"],
    "logs": [r"var/log/.*"],
    "Slipway": [
        r"(etc|usr/lib|usr/share|usr/local/share|var/lib|opt)/slipway/.*", r"srv/.*", r"usr/lib/systemd/system/slipway[^/]*",
        r"usr/lib/systemd/system/slipway[^/]*\.d/[^/]+", r"usr/local/s?bin/slipway-[^/]+", r"usr/share/pam-configs/slipway-[^/]+",
        r"usr/share/initramfs-tools/modules\.d/slipway"],
    "configuration": [r"etc/.*", r"root/.*", r"home/.*"],
    "state of a service": [r"var/(lib|cache|spool|backups|mail|www)/.*"],
    "device": [r"dev/.*"],
}
_ORIGINS = [(name, re.compile("|".join(f"(?:{pattern})" for pattern in patterns))) for name, patterns in _PATTERNS.items()]


def origin(path, link_target=""):
    """The class of a file that no package owns."""
    if link_target.startswith("/etc/alternatives/"):
        return "update-alternatives"
    for name, pattern in _ORIGINS:
        if pattern.fullmatch(path):
            return name
    return UNEXPLAINED
