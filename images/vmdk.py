"""Writes a stream-optimised VMDK, the only kind that belongs into an OVA.

qemu-img writes this subformat, too, but puts the grain tables in front and leaves footer and table markers out. VMware's ovftool and the content
library re-read the disk as a stream, arrive at another checksum than the manifest's, and refuse the OVA. So the disk is written here as the
specification (Virtual Disk Format 5.0, "stream-optimized compressed sparse extents") has it:

    header | descriptor | grain … grain | table | … | directory | footer | end of stream

A grain is 64 KiB of the disk, deflated on its own, after a marker with its place; a grain of zeros is left out. Tables hold 512 places each.
Nothing in the file is random: its identity comes from the digest of the disk.
"""
import collections
import concurrent.futures
import os
import struct
import zlib

from raw_disk import BLOCK

SECTOR = 512
GRAIN = 64 * 1024
GRAIN_SECTORS = GRAIN // SECTOR
TABLE_ENTRIES = 512
OVERHEAD_SECTORS = 128
DESCRIPTOR_SECTORS = 20
DIRECTORY_AT_END = 0xFFFFFFFFFFFFFFFF
# Valid line-end test, compressed grains, markers in front of them.
FLAGS = 0x1 | 0x10000 | 0x20000
# ESXi refuses stream-optimised disks of a lower version as too old.
VERSION = 3
END_OF_STREAM, TABLE, DIRECTORY, FOOTER = range(4)
# Highest that old readers' geometry can say.
MAX_CYLINDERS = 65535
# 9 takes several times as long for about one hundredth.
LEVEL = 6
_ZERO_GRAIN = bytes(GRAIN)


def header(capacity_sectors, directory_sector):
    packed = struct.pack("<4sIIQQQQIQQQB4sH", b"KDMV", VERSION, FLAGS, capacity_sectors, GRAIN_SECTORS, 1, DESCRIPTOR_SECTORS,
                         TABLE_ENTRIES, 0, directory_sector, OVERHEAD_SECTORS, 0, b"\n \r\n", 1)
    return packed.ljust(SECTOR, b"\0")


def descriptor(capacity_sectors, file_name, identity):
    """The text in the file; identity: 32 hexadecimal digits, of which VMware repeats the last eight as CID."""
    cylinders = min(capacity_sectors // (255 * 63), MAX_CYLINDERS)
    lines = ["# Disk DescriptorFile", "version=1", f"CID={identity[-8:]}", "parentCID=ffffffff", 'createType="streamOptimized"', "",
             "# Extent description", f'RDONLY {capacity_sectors} SPARSE "{file_name}"', "",
             "# The Disk Data Base", "#DDB", "",
             'ddb.adapterType = "lsilogic"', f'ddb.geometry.cylinders = "{cylinders}"', 'ddb.geometry.heads = "255"',
             'ddb.geometry.sectors = "63"', f'ddb.longContentID = "{identity}"',
             # Says that the guest brings its own tools (open-vm-tools), so that vSphere offers no upgrade of them.
             'ddb.toolsVersion = "2147483647"', 'ddb.virtualHWVersion = "14"', ""]
    return "\n".join(lines).encode().ljust(DESCRIPTOR_SECTORS * SECTOR, b"\0")


def identity_of(sha256):
    """An identity out of the disk's digest. CIDs of only ones mean 'no parent' and 'none yet': such an identity gets another end."""
    identity = sha256[:32]
    return identity if identity[-8:] not in ("ffffffff", "fffffffe") else identity[:-1] + "0"


def deflated_grains(raw, offset):
    """The grains of one block of the disk as they stand in the file; None for a grain of zeros."""
    block = raw.read(offset)
    grains = []
    for begin in range(0, BLOCK, GRAIN):
        grain = block[begin:begin + GRAIN]
        if grain == _ZERO_GRAIN:
            grains.append(None)
            continue
        data = zlib.compress(grain, LEVEL)
        packed = struct.pack("<QI", (offset + begin) // SECTOR, len(data)) + data
        grains.append(packed + bytes(-len(packed) % SECTOR))
    return grains


def blocks_in_order(raw):
    """(offset, grains) of every block; deflated on all processors, a bounded number ahead."""
    ahead = collections.deque()
    workers = os.cpu_count() or 1
    nothing = [None] * (BLOCK // GRAIN)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for offset, written in raw.blocks():
            ahead.append((offset, pool.submit(deflated_grains, raw, offset) if written else None))
            if len(ahead) > 4 * workers:
                first, task = ahead.popleft()
                yield first, task.result() if task else nothing
        for offset, task in ahead:
            yield offset, task.result() if task else nothing


class _Stream:
    """Writes sectors and keeps the places of what was written."""

    def __init__(self, out):
        self.out = out
        self.sector = 0
        self.table = []
        self.directory = []

    def put(self, data):
        self.out.write(data)
        self.sector += len(data) // SECTOR

    def put_marked(self, kind, data):
        """A marker that says what follows, then that; returns the sector of what follows."""
        self.put(struct.pack("<QII", len(data) // SECTOR, 0, kind).ljust(SECTOR, b"\0"))
        begin = self.sector
        self.put(data)
        return begin

    def put_grain(self, grain):
        self.table.append(self.sector if grain else 0)
        if grain:
            self.put(grain)
        if len(self.table) == TABLE_ENTRIES:
            self.end_table()

    def end_table(self):
        """A table of zeros is left out, as its grains are."""
        if not self.table:
            return
        self.table += [0] * (TABLE_ENTRIES - len(self.table))
        written = any(self.table)
        self.directory.append(self.put_marked(TABLE, struct.pack(f"<{TABLE_ENTRIES}I", *self.table)) if written else 0)
        self.table = []


def write(raw, out, file_name, sha256, progress):
    """Writes raw (RawDisk, with its digest) to the binary file out; file_name is what the descriptor calls it."""
    capacity = raw.size // SECTOR
    stream = _Stream(out)
    stream.put(header(capacity, DIRECTORY_AT_END))
    stream.put(descriptor(capacity, file_name, identity_of(sha256)))
    stream.put(bytes((OVERHEAD_SECTORS - stream.sector) * SECTOR))
    for offset, grains in blocks_in_order(raw):
        for grain in grains:
            stream.put_grain(grain)
        progress.at(offset)
    stream.end_table()
    packed = struct.pack(f"<{len(stream.directory)}I", *stream.directory)
    directory = stream.put_marked(DIRECTORY, packed + bytes(-len(packed) % SECTOR))
    stream.put_marked(FOOTER, header(capacity, directory))
    stream.put(struct.pack("<QII", 0, 0, END_OF_STREAM).ljust(SECTOR, b"\0"))
