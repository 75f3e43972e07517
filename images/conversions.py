"""One function per format: makes the file at `part` out of the raw disk, then reads it back and compares it with the disk."""
import contextlib
import errno
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from dataclasses import dataclass

import ovf
import vhdx
import vmdk
from raw_disk import BLOCK
from reporting import Failure, Progress

# Debian package of each program.
PACKAGES = {"qemu-img": "qemu-utils", "zstd": "zstd"}
# Part of what decides whether a finished file can be kept: raise it when a format is written differently.
RECIPE = 2


@dataclass(frozen=True)
class Job:
    """What every format is made from."""
    raw: object       # RawDisk
    sha256: str       # of the raw disk
    name: str
    version: str
    firmware: str     # efi or bios: what the OVA asks VMware for
    zstd_level: int
    mtime: int        # seconds since 1970, of what lies inside archives


def require_tool(name):
    if not shutil.which(name):
        raise Failure(f"{name} is missing", f"apt-get install --no-install-recommends {PACKAGES[name]}")


def tool_version(name):
    require_tool(name)
    return subprocess.run([name, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0].strip()


def _failed(title, command, stderr):
    """What a failed child said, in one line; a full disk is told apart, as the way out is another."""
    words = " ".join(stderr.split()) or "no message"
    if "No space left on device" in words:
        return OSError(errno.ENOSPC, "No space left on device")
    return Failure(f"{title}: {command[0]} failed: {words[-300:]}", f"the command was: {' '.join(command)}")


def _qemu_img(title, total, *words):
    """Runs qemu-img with -p and tells its percentages."""
    require_tool("qemu-img")
    command = ["qemu-img", words[0], "-p", *words[1:]]
    progress = Progress(title, total)
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        while text := os.read(child.stdout.fileno(), 4096):
            if share := re.findall(rb"\((\d+\.\d+)/100%\)", text):
                progress.at(int(total * float(share[-1]) / 100))
        stderr = child.stderr.read().decode(errors="replace")
        if child.wait() != 0:
            raise _failed(title, command, stderr)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()


def _compare(title, job, path, kind):
    _qemu_img(f"{title}, read back", job.raw.size, "compare", "-f", "raw", "-F", kind, job.raw.path, path)


def qcow2(job, part):
    """Deflated clusters, not zstd: those need QEMU 5.1 and are refused as an unknown feature by the image checks of older OpenStack releases."""
    _qemu_img("qcow2", job.raw.size, "convert", "-c", "-f", "raw", "-O", "qcow2",
              "-o", "compat=1.1,cluster_size=65536,compression_type=zlib,lazy_refcounts=off", job.raw.path, part)
    _compare("qcow2", job, part, "qcow2")


def vhdx_file(job, part):
    """Dynamic, in blocks of 1 MiB: ext4 spreads its tables, and Hyper-V's usual 32 MiB would make the file several times larger."""
    _qemu_img("vhdx", job.raw.size, "convert", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic,block_size=1M", job.raw.path, part)
    vhdx.normalise(part, job.sha256)
    _compare("vhdx", job, part, "vhdx")


def vhdx_zip(job, part):
    """The VHDX in what Windows unpacks by itself."""
    plain = f"{part}.vhdx"
    try:
        vhdx_file(job, plain)
        moment = zipfile.ZipInfo(f"{job.name}.vhdx", (1980, 1, 1, 0, 0, 0))
        moment.compress_type, moment.external_attr, moment.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
        progress = Progress("vhdx.zip", os.path.getsize(plain))
        with open(plain, "rb") as source, zipfile.ZipFile(part, "w") as archive, archive.open(moment, "w", force_zip64=True) as out:
            while block := source.read(BLOCK):
                out.write(block)
                progress.at(source.tell())
        with zipfile.ZipFile(part) as archive:
            if bad := archive.testzip():
                raise Failure(f"vhdx.zip: {bad} does not read back", "the disk or the memory of this machine may be faulty; try again")
    finally:
        _remove(plain)


def ova(job, part):
    disk = f"{part}.vmdk"
    try:
        progress = Progress("ova", job.raw.size)
        with open(disk, "wb") as out:
            vmdk.write(job.raw, out, f"{job.name}-disk1.vmdk", job.sha256, progress)
        _compare("ova", job, disk, "vmdk")
        with open(part, "wb") as out:
            ovf.write_ova(out, job.name, job.version, disk, job.raw.size, job.firmware, job.mtime)
        with tarfile.open(part) as archive:
            if [member.name for member in archive] != [f"{job.name}.ovf", f"{job.name}.mf", f"{job.name}-disk1.vmdk"]:
                raise Failure(f"{job.name}.ova: does not read back", "the disk or the memory of this machine may be faulty; try again")
    finally:
        _remove(disk)


def raw_zst(job, part):
    require_tool("zstd")
    command = ["zstd", "-q", "-f", f"-{job.zstd_level}", f"-T{os.cpu_count() or 1}", "--check", f"--stream-size={job.raw.size}", "-o", part]
    if job.zstd_level > 19:
        command.insert(1, "--ultra")
    progress = Progress("raw.zst", job.raw.size)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        try:
            for number, block in enumerate(job.raw.contents()):
                child.stdin.write(block)
                progress.at(number * BLOCK)
            child.stdin.close()
        except BrokenPipeError:
            pass  # it has failed and says why on stderr
        stderr = child.stderr.read().decode(errors="replace")
        if child.wait() != 0:
            raise _failed("raw.zst", command, stderr)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        child.stderr.close()
    _unpack_and_compare(job, part)


def _unpack_and_compare(job, part):
    progress = Progress("raw.zst, read back", job.raw.size)
    digest, done = hashlib.sha256(), 0
    with subprocess.Popen(["zstd", "-dcq", part], stdout=subprocess.PIPE) as child:
        while block := child.stdout.read(BLOCK):
            digest.update(block)
            done += len(block)
            progress.at(done)
    if child.returncode != 0 or digest.hexdigest() != job.sha256:
        raise Failure(f"{job.name}.raw.zst: does not read back", "the disk or the memory of this machine may be faulty; try again")


def _remove(path):
    if os.path.exists(path):
        os.unlink(path)


# format -> (ending of the file, maker, programs it runs)
FORMATS = {"qcow2": ("qcow2", qcow2, ("qemu-img",)), "ova": ("ova", ova, ("qemu-img",)), "vhdx": ("vhdx", vhdx_file, ("qemu-img",)),
           "raw.zst": ("raw.zst", raw_zst, ("zstd",)), "vhdx.zip": ("vhdx.zip", vhdx_zip, ("qemu-img",))}
DEFAULT = ("qcow2", "ova", "vhdx.zip", "raw.zst")


def inputs(job, kind):
    """Everything that decides the bytes of a format, as a dictionary to compare."""
    found = {"recipe": RECIPE, "raw": job.sha256, "name": job.name, "deflate": zlib.ZLIB_RUNTIME_VERSION}
    found.update({tool: tool_version(tool) for tool in FORMATS[kind][2]})
    if kind == "ova":
        found.update({"version": job.version, "firmware": job.firmware, "mtime": job.mtime})
    if kind == "raw.zst":
        found["level"] = job.zstd_level
    return found
