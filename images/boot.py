#!/usr/bin/env python3
"""Boots a disk in QEMU and says after how many seconds it answers: SSH, and HTTPS where asked. The disk itself is not written.

Signing in needs a user: --sign-in brings a NoCloud disk with a key made for this run (user 'trial', allowed everything through
sudo); --user-data brings a file of your own. --run runs a command there and prints what it says; its status is that of boot.py."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import manifest

OVMF = pathlib.Path("/usr/share/OVMF")
FIRMWARE = {
    "bios": None,
    "uefi": ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
    # Microsoft's keys are enrolled, as on a hosting platform with Secure Boot: only signed boot loaders start.
    "uefi-secure": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"),
}
# By platform: what its guests usually see as disk controller.
BUS = {
    "virtio": ["-device", "virtio-blk-pci,drive=disk,bootindex=0"],
    "virtio-scsi": ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk,bootindex=0"],
    "sata": ["-device", "ahci,id=ahci", "-device", "ide-hd,drive=disk,bus=ahci.0,bootindex=0"],
    "nvme": ["-device", "nvme,drive=disk,serial=trial,bootindex=0"],
    "pvscsi": ["-device", "pvscsi", "-device", "scsi-hd,drive=disk,bootindex=0"],
    "ide": ["-device", "ide-hd,drive=disk,bus=ide.0,bootindex=0"],
}
CARDS = {"virtio": "virtio-net-pci", "e1000": "e1000", "e1000e": "e1000e", "vmxnet3": "vmxnet3"}


def accelerator():
    """KVM only where the processor has it: the device alone says nothing, a kernel can hang under it without a word."""
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    return "kvm" if ("vmx" in flags or "svm" in flags) and os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"


def processor(accel):
    """What the guest sees: without KVM the features that emulation does fast; 'max' has five-level page tables and AVX, which it does slowly."""
    return "host" if accel == "kvm" else "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+aes,+pclmulqdq,+rdrand"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seed(folder, user_data):
    """A small FAT volume labelled CIDATA, which cloud-init's NoCloud source reads."""
    image = folder / "seed.img"
    with open(image, "wb") as file:
        file.truncate(2 << 20)
    manifest.run("mkfs.vfat", "-n", "CIDATA", image)
    (folder / "user-data").write_text(user_data)
    (folder / "meta-data").write_text(json.dumps({"instance-id": f"trial-{os.getpid()}-{int(time.time())}"}) + "\n")
    for name in ("user-data", "meta-data"):
        manifest.run("mcopy", "-i", image, folder / name, f"::{name}")
    return image


def key_for_this_run(folder):
    manifest.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "trial", "-f", folder / "key")
    public = (folder / "key.pub").read_text().strip()
    user = {"name": "trial", "sudo": "ALL=(ALL) NOPASSWD:ALL", "shell": "/bin/bash", "ssh_authorized_keys": [public]}
    # QEMU's own network, from which this machine's connections come: an appliance lets nobody to SSH unless told.
    door = {"path": "/etc/nftables.d/trial.nft", "content": "add element inet slipway management4 { 10.0.2.0/24 }\n"}
    # Whoever asks again and again whether SSH answers yet is shut out as a guesser.
    known = {"path": "/etc/fail2ban/jail.d/trial.local", "content": "[DEFAULT]\nignoreip = 127.0.0.1/8 ::1 10.0.2.0/24\n"}
    # Nobody answers the questions of a first boot here; what is tried is the rest.
    over = {"path": "/var/lib/slipway/first-boot/done", "content": ""}
    opened = ["sh", "-c", "if systemctl is-active --quiet nftables; then systemctl reload nftables; fi"]
    return "#cloud-config\n" + json.dumps({"users": [user], "write_files": [door, known, over], "runcmd": [opened]}) + "\n"


def firmware(name, folder):
    """(machine, options) of a firmware; UEFI gets variables of its own, so that nothing is remembered from run to run."""
    if FIRMWARE[name] is None:
        return "pc", []
    code, variables = (OVMF / file for file in FIRMWARE[name])
    for file in (code, variables):
        if not file.is_file():
            raise manifest.Refused(f"{file}: missing", "install the package ovmf")
    own = folder / "variables.fd"
    shutil.copyfile(variables, own)
    options = ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}", "-drive", f"if=pflash,unit=1,format=raw,file={own}"]
    if name == "uefi-secure":
        return "q35,smm=on", [*options, "-global", "driver=cfi.pflash01,property=secure,value=on"]
    return "q35", options


def layer_on(disk, folder, grow_to=None):
    """Where a guest writes: a layer on the disk, which itself is not written."""
    layer = folder / "layer.qcow2"
    kind = json.loads(manifest.run("qemu-img", "info", "--output=json", disk))["format"]
    manifest.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", disk.resolve(), "-F", kind, layer, *([grow_to] if grow_to else []))
    return layer


def command_line(chosen, folder, layer, ports, seed_disk=None, line=None):
    """QEMU's arguments; the guest's network ends at this machine (restrict), except for what is forwarded. `line`: a UNIX socket on which
    somebody listens, who is to sit at the serial line; else it goes to the file that was chosen."""
    machine, options = firmware(chosen.firmware, folder)
    if chosen.bus == "ide" and machine != "pc":
        raise manifest.Refused("--bus ide needs --firmware bios", "QEMU's UEFI machine has no IDE")
    accel = accelerator()
    forwards = ",".join(f"hostfwd=tcp:127.0.0.1:{port}-:{inside}" for inside, port in ports.items())
    command = ["qemu-system-x86_64", "-machine", f"{machine},accel={accel}", "-cpu", processor(accel), "-smp", "2",
               "-m", str(chosen.memory_mib), *options, "-drive", f"if=none,id=disk,format=qcow2,file={layer},cache=unsafe", *BUS[chosen.bus],
               "-netdev", f"user,id=net,restrict=on,{forwards}", "-device", f"{CARDS[chosen.card]},netdev=net",
               "-device", "virtio-rng-pci", "-display", "none", "-monitor", f"unix:{folder / 'monitor'},server,nowait", "-no-user-config"]
    file = f"file:{chosen.serial}" if chosen.serial else "none"
    command += ["-serial", f"unix:{line}" if line else file]
    if seed_disk:
        command += ["-drive", f"if=none,id=seed,format=raw,file={seed_disk},readonly=on", "-device", "virtio-blk-pci,drive=seed"]
    return command


def seed_of(chosen, folder):
    """The disk with the first boot's answers, where any are wanted."""
    if chosen.user_data:
        return seed(folder, chosen.user_data.read_text())
    return seed(folder, key_for_this_run(folder)) if chosen.sign_in or chosen.run else None


def ssh_banner(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        return line.recv(64).startswith(b"SSH-2.0-")


def https_ok(port):
    context = ssl.create_default_context()
    # Its certificate was made by the machine itself a moment ago: nobody can know it.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line, context.wrap_socket(line) as secure:
        secure.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return secure.recv(64).startswith(b"HTTP/1.1 200")


def wait_for(what, test, machine, deadline, serial):
    """Asks until it answers; QEMU's end and the deadline are errors."""
    while time.monotonic() < deadline:
        if machine.poll() is not None:
            raise manifest.Refused(f"QEMU ended with status {machine.returncode}: {machine.stderr.read().decode(errors='replace').strip()[-500:]}")
        try:
            if test():
                return
        except OSError:
            pass
        time.sleep(0.5)
    last = ""
    if serial and serial.is_file():
        last = "\n" + "\n".join(serial.read_text(errors="replace").splitlines()[-12:])
    raise manifest.Refused(f"no answer from {what} in time; the serial line's last words:{last or ' none'}",
                           f"the whole serial line: {serial}" if serial else "add --serial FILE")


def ssh(folder, port, command, **options):
    return subprocess.run(["ssh", "-q", "-i", str(folder / "key"), "-p", str(port), "-o", "StrictHostKeyChecking=no",
                           "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "trial@127.0.0.1",
                           command], **options)


def trial(chosen, folder):
    ports = {22: free_port(), 443: free_port()}
    serial = chosen.serial
    command = command_line(chosen, folder, layer_on(chosen.disk, folder, chosen.grow_to), ports, seed_of(chosen, folder))
    machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    began = time.monotonic()
    deadline = began + chosen.timeout
    report = {"disk": str(chosen.disk), "firmware": chosen.firmware, "bus": chosen.bus, "card": chosen.card, "accelerator": accelerator()}
    status = 0
    try:
        wait_for("SSH", lambda: ssh_banner(ports[22]), machine, deadline, serial)
        report["seconds_to_ssh"] = round(time.monotonic() - began, 1)
        if chosen.https:
            wait_for("HTTPS", lambda: https_ok(ports[443]), machine, deadline, serial)
            report["seconds_to_https"] = round(time.monotonic() - began, 1)
        if chosen.sign_in or chosen.run:
            wait_for("signing in over SSH", lambda: ssh(folder, ports[22], "true", capture_output=True).returncode == 0, machine, deadline, serial)
            report["seconds_to_sign_in"] = round(time.monotonic() - began, 1)
        if chosen.run:
            left = max(1, deadline - time.monotonic())
            status = ssh(folder, ports[22], chosen.run, timeout=left, stdin=subprocess.DEVNULL).returncode
            report["status"] = status
        if chosen.keep:
            print(f"running as process {machine.pid}: SSH on 127.0.0.1:{ports[22]}, HTTPS on {ports[443]}, key {folder / 'key'}; "
                  "Ctrl-C ends it", file=sys.stderr)
            machine.wait()
    finally:
        if machine.poll() is None:
            machine.send_signal(signal.SIGKILL)
            machine.wait()
    if chosen.json:
        print(json.dumps(report))
    else:
        print(", ".join(f"{key} {value}" for key, value in report.items()), file=sys.stderr)
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="Example: boot.py --disk slipway.raw --firmware uefi --run 'systemctl is-system-running --wait'")
    parser.add_argument("--disk", type=pathlib.Path, required=True)
    parser.add_argument("--firmware", choices=FIRMWARE, default="bios")
    parser.add_argument("--bus", choices=BUS, default="virtio", help="disk controller")
    parser.add_argument("--card", choices=CARDS, default="virtio", help="network card")
    parser.add_argument("--memory-mib", type=int, default=2048)
    parser.add_argument("--grow-to", metavar="SIZE", help="boot as a disk of this size, like 20G")
    parser.add_argument("--timeout", type=int, default=300, metavar="S")
    parser.add_argument("--serial", type=pathlib.Path, help="file for what the guest prints on its serial line (default: it has none)")
    parser.add_argument("--https", action="store_true", help="wait for https /health to answer 200 as well")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--sign-in", action="store_true", help="wait until the trial user can sign in")
    group.add_argument("--user-data", type=pathlib.Path, help="cloud-init file to offer instead")
    parser.add_argument("--run", metavar="COMMAND", help="command for the trial user to run")
    parser.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if not chosen.disk.is_file():
        raise manifest.Refused(f"{chosen.disk}: no such disk", "make one: images/disk.py make")
    if chosen.run and chosen.user_data:
        raise manifest.Refused("--run needs the trial user, and --user-data brings another", "use one of the two")
    with tempfile.TemporaryDirectory(prefix="slipway-boot-") as folder:
        try:
            return trial(chosen, pathlib.Path(folder))
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    manifest.guarded(main)
