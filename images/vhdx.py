"""Takes the chance out of a VHDX that qemu-img has written.

qemu-img draws its identifiers (file, data, log, and the disk's own "page 83" one) at random and leaves used log entries behind. The same
disk has to give the same bytes, so the identifiers are derived from the disk's digest here, the log is emptied, and both headers are
written anew with their checksum ([MS-VHDX] 2.2). Readers that find no log identifier replay nothing; that all log entries have been
carried out is shown by comparing the file with the disk afterwards, which the caller does.
"""
import struct
import uuid

from reporting import Failure

HEADERS = (64 * 1024, 128 * 1024)
HEADER_SIZE = 4096
REGIONS = 192 * 1024
METADATA_REGION = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
PAGE_83 = uuid.UUID("beca12ab-b2e6-4523-93ef-c309e000c746")
NAMESPACE = uuid.UUID("0d7c6c6e-5d55-5f0b-9b0c-6d7f1f1a8b51")
# Signature, checksum, sequence; file, data and log identifiers; log version, version; log length, log offset.
HEADER = struct.Struct("<4sIQ16s16s16sHHIQ")


def _table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC_TABLE = _table()


def crc32c(data):
    """Castagnoli's CRC, which Python's library lacks."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _read(file, offset, length):
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise Failure(f"{file.name}: ends inside a table at byte {offset}", "delete it and make it again")
    return data


def _newest_header(file):
    """The fields of the valid header with the highest sequence number."""
    found = []
    for offset in HEADERS:
        data = _read(file, offset, HEADER_SIZE)
        fields = HEADER.unpack_from(data)
        if fields[0] == b"head" and crc32c(data[:4] + bytes(4) + data[8:]) == fields[1]:
            found.append(fields)
    if not found:
        raise Failure(f"{file.name}: has no valid VHDX header", "qemu-img did not finish it; delete it and make it again")
    return max(found, key=lambda fields: fields[2])


def _metadata_offset(file):
    table = _read(file, REGIONS, 64 * 1024)
    count = struct.unpack_from("<I", table, 8)[0]
    for number in range(count):
        identifier, offset = struct.unpack_from("<16sQ", table, 16 + 32 * number)
        if uuid.UUID(bytes_le=identifier) == METADATA_REGION:
            return offset
    raise Failure(f"{file.name}: has no metadata region", "qemu-img did not finish it; delete it and make it again")


def _page_83_offset(file):
    region = _metadata_offset(file)
    count = struct.unpack_from("<H", _read(file, region, 32), 10)[0]
    for number in range(count):
        identifier, offset = struct.unpack("<16sI", _read(file, region + 32 + 32 * number, 20))
        if uuid.UUID(bytes_le=identifier) == PAGE_83:
            return region + offset
    raise Failure(f"{file.name}: says no identifier of the disk", "qemu-img did not finish it; delete it and make it again")


def derived(sha256, what):
    return uuid.uuid5(NAMESPACE, f"{what} {sha256}").bytes_le


def normalise(path, sha256):
    """Replaces what is random in the VHDX at path by what follows from the disk's digest."""
    with open(path, "r+b") as file:
        _, _, _, _, _, _, log_version, version, log_length, log_offset = _newest_header(file)
        page_83 = _page_83_offset(file)
        file.seek(log_offset)
        file.write(bytes(log_length))
        file.seek(page_83)
        file.write(derived(sha256, "disk"))
        for sequence, offset in enumerate(HEADERS, 1):
            fields = [b"head", 0, sequence, derived(sha256, "file"), derived(sha256, "data"), bytes(16), log_version, version, log_length, log_offset]
            fields[1] = crc32c(HEADER.pack(*fields).ljust(HEADER_SIZE, b"\0"))
            file.seek(offset)
            file.write(HEADER.pack(*fields).ljust(HEADER_SIZE, b"\0"))
