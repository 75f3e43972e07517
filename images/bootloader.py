"""GRUB on a disk that exists only as a file: for BIOS (no grub-install, which wants a device) and for UEFI with Secure Boot."""
import pathlib
import re
import shutil
import struct

import manifest

SECTOR = 512
# Offsets in boot.img, the 440 bytes of code in the disk's first sector (grub: include/grub/i386/pc/boot.h).
KERNEL_SECTOR = 0x5C   # 8 bytes: the sector where core.img begins
BOOT_DRIVE = 0x64      # 1 byte: 0xFF takes the drive that the BIOS passed
DRIVE_CHECK = 0x66     # 2 bytes: a jump over the repair of a wrong drive number
CODE_END = 440         # then come the disk's signature and the protective partition table
# Offset in core.img's first sector of the first entry of its list of blocks (they are listed downwards from here).
BLOCK_LIST = SECTOR - 12
LOAD_SEGMENT = 0x820   # where the second and later sectors go: 0x8000, after the first one

# What core.img needs to find the root by its label; everything else lies there, in /boot/grub/i386-pc.
MODULES = ["biosdisk", "part_gpt", "part_msdos", "ext2", "search", "search_label", "normal", "configfile"]
# Files that go to the EFI system partition: name there, place in the root.
EFI_FILES = [
    ("BOOTX64.EFI", "usr/lib/shim/shimx64.efi.signed"),
    ("grubx64.efi", "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"),
    ("mmx64.efi", "usr/lib/shim/mmx64.efi.signed"),
]


def need(path, package):
    if not path.is_file():
        raise manifest.Refused(f"{path}: missing", f"the root needs the package {package}")
    return path


def bios_core(root, label, scratch):
    """core.img: the part of GRUB that the BIOS partition holds."""
    modules = root / "usr/lib/grub/i386-pc"
    need(modules / "kernel.img", "grub-pc-bin")
    early = scratch / "early.cfg"
    # The hint is asked first: a second disk with the same label (a clone under repair) does not win.
    early.write_text(f"search.fs_label {label} root hd0,gpt3\nset prefix=($root)/boot/grub\n")
    core = scratch / "core.img"
    manifest.run("grub-mkimage", "--format=i386-pc", f"--directory={modules}", "--prefix=/boot/grub", f"--config={early}",
                 f"--output={core}", *MODULES)
    return core.read_bytes()


def bios_images(root, core, first_sector, room):
    """(code for the first sector, core.img with its own place written in), for core.img at first_sector."""
    core = core + bytes(-len(core) % SECTOR)
    sectors = len(core) // SECTOR
    if len(core) > room:
        raise manifest.Refused(f"core.img has {len(core)} bytes, its partition {room}")
    boot = bytearray(need(root / "usr/lib/grub/i386-pc/boot.img", "grub-pc-bin").read_bytes()[:CODE_END])
    struct.pack_into("<Q", boot, KERNEL_SECTOR, first_sector)
    boot[BOOT_DRIVE] = 0xFF
    # Two no-operations: some BIOSes pass a floppy's number for a disk, and the code after the jump corrects that.
    boot[DRIVE_CHECK:DRIVE_CHECK + 2] = b"\x90\x90"
    core = bytearray(core)
    # One run of sectors: all of core.img but its first sector, which boot.img has loaded. The entry below it (length 0) ends
    # the list.
    struct.pack_into("<QHH", core, BLOCK_LIST, first_sector + 1, sectors - 1, LOAD_SEGMENT)
    if struct.unpack_from("<H", core, BLOCK_LIST - 4)[0] != 0:
        raise manifest.Refused("core.img: its list of blocks has more than one entry", "this GRUB is not the one this was written for")
    return bytes(boot), bytes(core)


def install_modules(root):
    """GRUB's modules where core.img looks for them, as grub-install would leave them."""
    target = root / "boot/grub/i386-pc"
    for folder in (target.parent, target):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    for source in sorted((root / "usr/lib/grub/i386-pc").iterdir()):
        if source.suffix in (".mod", ".lst"):
            shutil.copyfile(source, target / source.name)
            (target / source.name).chmod(0o644)


def settings(root):
    """GRUB_… of /etc/default/grub and of the files that override it, as update-grub reads them (plain assignments only)."""
    found = {}
    for path in [root / "etc/default/grub", *sorted((root / "etc/default/grub.d").glob("*.cfg"))]:
        for key, value in re.findall(r"^(GRUB_\w+)=(.*)$", path.read_text(), re.MULTILINE) if path.is_file() else []:
            found[key] = value.strip().strip("\"'")
    return found


def kernels(root):
    """(version, kernel, initial file system) of each installed kernel, the newest first."""
    found = []
    for kernel in (root / "boot").glob("vmlinuz-*"):
        version = kernel.name.removeprefix("vmlinuz-")
        initrd = root / f"boot/initrd.img-{version}"
        if not initrd.is_file():
            raise manifest.Refused(f"{initrd}: missing", f"make it in the root: update-initramfs -c -k {version}")
        found.append((version, kernel.name, initrd.name))
    if not found:
        raise manifest.Refused(f"{root}/boot: no kernel", "the root needs a package linux-image-…")
    return sorted(found, key=lambda row: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", row[0])], reverse=True)


def entry(title, label, kernel, initrd, arguments):
    return (f"menuentry '{title}' --class debian --class gnu-linux --class os {{\n"
            f"  search --no-floppy --label --set=root --hint=hd0,gpt3 {label}\n"
            f"  linux /boot/{kernel} root=LABEL={label} ro {arguments}\n"
            f"  initrd /boot/{initrd}\n}}\n")


def menu(root, label):
    """The first /boot/grub/grub.cfg. update-grub replaces it with its own, from the same settings."""
    chosen = settings(root)
    name = chosen.get("GRUB_DISTRIBUTOR", "Debian")
    common = chosen.get("GRUB_CMDLINE_LINUX", "")
    usual = f"{common} {chosen.get('GRUB_CMDLINE_LINUX_DEFAULT', '')}".strip()
    terminal = chosen.get("GRUB_TERMINAL", "console")
    text = [
        "# Written when the disk was made; update-grub writes it anew.\n",
        "if [ -s $prefix/grubenv ]; then\n  load_env\nfi\n",
        "insmod part_gpt\ninsmod ext2\n",
    ]
    if "serial" in terminal:
        # A machine without a serial line keeps its screen: only a line that exists becomes a terminal.
        text.append(f"if {chosen.get('GRUB_SERIAL_COMMAND', 'serial')}; then\n"
                    f"  terminal_input {terminal}\n  terminal_output {terminal}\nfi\n")
    text.append(f"set default=0\nset timeout={chosen.get('GRUB_TIMEOUT', '5')}\n")
    for position, (version, kernel, initrd) in enumerate(kernels(root)):
        title = name if position == 0 else f"{name}, Linux {version}"
        text.append(entry(title, label, kernel, initrd, usual))
        text.append(entry(f"{title} (recovery)", label, kernel, initrd, f"{common} single".strip()))
    return "".join(text)


def efi_menu(label):
    """What the signed GRUB reads on the EFI system partition: where the real menu is."""
    return (f"search --no-floppy --label --set=root --hint=hd0,gpt3 {label}\n"
            "set prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n")


def install(root, label):
    """Writes into the root what both firmwares load from it."""
    install_modules(root)
    path = root / "boot/grub/grub.cfg"
    path.write_text(menu(root, label))
    path.chmod(0o600)


def efi_files(root, label):
    """(path on the EFI system partition, content). shim starts grubx64.efi beside it, which reads EFI/debian/grub.cfg."""
    for name, source in EFI_FILES:
        package = "shim-signed" if "shim" in source else "grub-efi-amd64-signed"
        yield f"EFI/BOOT/{name}", need(pathlib.Path(root) / source, package).read_bytes()
    text = efi_menu(label).encode()
    # The signed GRUB has /EFI/debian built in, wherever it was started from; the other copy is for one that has not.
    yield "EFI/debian/grub.cfg", text
    yield "EFI/BOOT/grub.cfg", text
