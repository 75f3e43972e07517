"""What wrote a file that no package brought: by its path, as Debian's maintainer scripts and the image's own build are known to write."""
import re

UNEXPLAINED = "unexplained"
# The first that fits counts. Paths are relative to the root.
_ORIGINS = [(origin, re.compile(pattern)) for origin, pattern in (
    ("dpkg database", r"var/lib/dpkg/.*|var/lib/apt/extended_states|var/cache/apt/.*|var/lib/apt/.*"),
    ("debconf", r"var/cache/debconf/.*"),
    ("update-alternatives", r"etc/alternatives/.*|var/lib/alternatives/.*"),
    ("ldconfig", r"etc/ld\.so\.cache|var/cache/ldconfig/.*"),
    ("initramfs", r"boot/initrd\.img-.*|var/lib/initramfs-tools/.*|etc/initramfs-tools/.*"),
    ("kernel links", r"(boot/)?(initrd\.img|vmlinuz)(\.old)?"),
    ("grub", r"boot/grub/.*|boot/efi/.*|etc/default/grub(\.d/.*|\.ucf-dist)?|usr/share/grub/.*|var/lib/grub/.*"),
    ("depmod", r"usr/lib/modules/[^/]+/modules\..*"),
    ("ca-certificates", r"etc/ssl/certs/.*|etc/ca-certificates\.conf|usr/local/share/ca-certificates/.*"),
    ("python byte code", r"(.*/)?__pycache__/[^/]+\.pyc"),
    ("systemd enablement", r"(etc/systemd/(system|user)/([^/]+\.(wants|requires|upholds)/)?[^/]+|var/lib/systemd/deb-systemd-.*"
                           r"|etc/systemd/[^/]+\.conf\.d/.*|etc/rc[0-6S]\.d/.*)"),
    ("systemd", r"etc/(udev|systemd)/hwdb\.bin|usr/lib/udev/hwdb\.bin|usr/lib/systemd/catalog/.*|var/lib/systemd/.*"
                r"|etc/\.updated|var/\.updated|var/log/journal/.*"),
    ("users and groups", r"etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc/\.pwd\.lock|etc/shells"),
    ("pam-auth-update", r"etc/pam\.d/common-.*|var/lib/pam/.*"),
    ("ucf", r"var/lib/ucf/.*"),
    ("caches of shared data", r"usr/lib/locale/.*|usr/share/mime/.*|usr/share/icons/.*\.cache"
                              r"|usr/share/glib-2\.0/schemas/gschemas\.compiled"
                              r"|usr/share/info/dir"
                              r"|usr/lib/[^/]+/(gconv/gconv-modules\.cache|gdk-pixbuf-[^/]+/.*/loaders\.cache)"
                              r"|usr/lib/[^/]+/gio/modules/giomodule\.cache"
                              r"|usr/share/applications/mimeinfo\.cache|var/cache/fontconfig/.*|etc/X11/.*|var/cache/man/.*|var/cache/dictionaries-common/.*"
                              r"|usr/lib/x86_64-linux-gnu/perl-base/.*|etc/xml/.*|etc/sgml/.*|var/lib/(sgml-base|xml-core)/.*"),
    ("locale and time", r"etc/(default/(locale|keyboard|console-setup)|locale\.(gen|conf)|localtime|timezone|adjtime|console-setup/.*)"),
    ("AppArmor", r"etc/apparmor\.d/.*|var/cache/apparmor/.*|var/lib/apparmor/.*"),
    ("MariaDB", r"var/lib/mysql(-[a-z]+)?/.*|etc/mysql/.*|var/log/mysql/.*"),
    ("cloud-init", r"etc/cloud/.*|var/lib/cloud/.*|etc/netplan/.*"),
    ("image build", r"etc/(machine-id|hostname|hosts|resolv\.conf|fstab|motd|issue(\.net)?|environment|network/.*)|etc/(debian_version|os-release|mtab)"
                    r"|etc/apt/.*|etc/dpkg/.*|var/lib/dbus/machine-id"
                    r"|(bin|sbin|lib|lib32|lib64|libx32)|lost\+found|usr/sbin/policy-rc\.d|etc/sudoers\.d/.*"
                    r"|var/(lock|run)|var/lib/usrmerge/.*|etc/modules(-load\.d/.*)?"),
    ("logs", r"var/log/.*"),
    ("Slipway", r"(etc|usr/lib|usr/share|var/lib|srv|opt)/slipway/.*|etc/slipway[^/]*|srv/.*"),
    ("configuration by maintainer scripts or the image's roles",
     r"etc/.*|var/lib/(prometheus|grafana|fail2ban|chrony|nginx|clamav|node_exporter)/.*|root/.*|home/.*|var/www/.*"),
    ("state of a service", r"var/(lib|cache|spool|backups|mail)/.*"),
    ("device node", r"dev/.*"),
)]


def origin(path, link_target=""):
    """The class of a file that no package owns."""
    if link_target.startswith("/etc/alternatives/"):
        return "update-alternatives"
    for name, pattern in _ORIGINS:
        if pattern.fullmatch(path):
            return name
    return UNEXPLAINED
