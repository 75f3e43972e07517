"""A raw disk image as a file with holes: its bytes in order, without reading what was never written."""
import errno
import hashlib
import os

from reporting import Failure

MIB = 1 << 20
BLOCK = MIB
_ZEROS = bytes(BLOCK)
# First bytes of what is often taken for a raw disk by mistake.
_OTHER_KINDS = {b"QFI\xfb": "a qcow2 image", b"KDMV": "a VMDK", b"vhdxfile": "a VHDX", b"\x28\xb5\x2f\xfd": "zstd-compressed"}


class RawDisk:
    """Open for reading; blocks() may be read from several threads through read()."""

    def __init__(self, path):
        self.path = path
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}", "make the disk first: images/disk.py make") from error
        status = os.fstat(self.fd)
        self.size = status.st_size
        self._stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
        self._refuse_others()

    def _refuse_others(self):
        head = os.pread(self.fd, 8, 0)
        for magic, kind in _OTHER_KINDS.items():
            if head.startswith(magic):
                raise Failure(f"{self.path}: is {kind}, not a raw disk", "give the raw file that images/disk.py makes")
        # Every format and every platform counts in whole MiB; GPT keeps its second header in the last sector, so padding would hide it.
        if self.size == 0 or self.size % MIB:
            raise Failure(f"{self.path}: {self.size} bytes is not a whole number of MiB", "make the disk with images/disk.py")

    def require_unchanged(self):
        status = os.stat(self.path)
        if (status.st_size, status.st_mtime_ns, status.st_ino) != self._stamp:
            raise Failure(f"{self.path}: changed while it was read", "let nothing write to it, and start again")

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _next(self, offset, whence):
        """Start of the next data or hole at or after offset; the size when there is none."""
        try:
            return os.lseek(self.fd, offset, whence)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return self.size
            raise

    def written(self):
        """(offset, end) of each part of the file that is not a hole, in order."""
        offset = 0
        while offset < self.size:
            begin = self._next(offset, os.SEEK_DATA)
            if begin >= self.size:
                return
            offset = self._next(begin, os.SEEK_HOLE)
            yield begin, offset

    def blocks(self):
        """(offset, whether anything was written there) of every block of one MiB."""
        parts = self.written()
        begin, end = next(parts, (self.size, self.size))
        for offset in range(0, self.size, BLOCK):
            while end <= offset and begin < self.size:
                begin, end = next(parts, (self.size, self.size))
            yield offset, begin < offset + BLOCK and end > offset

    def read(self, offset, length=BLOCK):
        data = os.pread(self.fd, length, offset)
        while len(data) < length:
            more = os.pread(self.fd, length - len(data), offset + len(data))
            if not more:
                raise Failure(f"{self.path}: ends at {offset + len(data)} of {self.size} bytes", "it was cut while it was read; start again")
            data += more
        return data

    def contents(self):
        """Every block's bytes, in order."""
        for offset, written in self.blocks():
            yield self.read(offset) if written else _ZEROS

    def sha256(self, progress):
        digest = hashlib.sha256()
        for number, block in enumerate(self.contents()):
            digest.update(block)
            progress.at(number * BLOCK)
        return digest.hexdigest()
