"""Release notes: what CHANGELOG.md says of the version, and the files with what they are for."""
import os
import re

from reporting import Failure, human

PLATFORMS = {"qcow2": "Proxmox VE, libvirt, OpenStack", "ova": "VMware ESXi 6.7 and later, VirtualBox", "vhdx": "Hyper-V (generation 2)",
             "vhdx.zip": "Hyper-V (generation 2), packed", "raw.zst": "a disk, or any platform that takes raw images"}


def of_version(changelog, version):
    """The section of a version, without its heading."""
    try:
        with open(changelog, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise Failure(f"{changelog}: {error.strerror}", "give the file with --changelog FILE") from error
    sections = re.split(r"(?m)^## ", text)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        if heading.split()[:1] == [version]:
            return body.strip()
    known = ", ".join(section.split(None, 1)[0] for section in sections) or "none"
    raise Failure(f"{changelog}: has no section '## {version}'", f"add one, or choose a version that it has ({known}) in --name")


def write(path, name, notes, records, disk):
    """disk: size and digest of the raw disk that every format unpacks to."""
    lines = [f"# {name}", "", "| file | size | for |", "| --- | --- | --- |"]
    lines += [f"| `{record['file']}` | {human(record['bytes'])} | {PLATFORMS[record['format']]} |" for record in records]
    lines += ["", f"All of them hold the same disk: {disk[0]} bytes, SHA-256 `{disk[1]}`.", "",
              "Check the files before you use them:", "", "```sh",
              "openssl dgst -sha256 -verify signing-key.pub -signature SHA256SUMS.sig SHA256SUMS && sha256sum -c --ignore-missing SHA256SUMS",
              "```", "", "## Changes", "", notes, ""]
    with open(f"{path}.part", "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    os.replace(f"{path}.part", path)
