"""The OVA: a descriptor (OVF 1.1), a manifest and the disk in one tar, for VMware (ESXi 6.7 and later) and VirtualBox.

Hardware is what both know without guessing: an LSI Logic controller and an Intel E1000 card, for which Debian's kernel has drivers on
either. (vmxnet3 is faster on VMware and unknown to VirtualBox; docs/image.md says how to change the card after the import.)
"""
import hashlib
import io
import os
import tarfile
import xml.etree.ElementTree as xml
from dataclasses import dataclass

from reporting import Failure, human

OVF = "http://schemas.dmtf.org/ovf/envelope/1"
RASD = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
VSSD = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
VMW = "http://www.vmware.com/schema/ovf"
STREAM_OPTIMISED = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
NETWORK = "VM Network"
# ESXi 6.7; VirtualBox takes any.
HARDWARE = "vmx-14"
CPUS, MEMORY_MIB = 2, 4096
# CIM's number of Debian, 64 bit; VMware's own word beside it, known since ESXi 6.7.
SYSTEM, VMWARE_SYSTEM = 96, "debian10_64Guest"
# An octal field of 11 digits; larger members need an extension that importers do not read.
USTAR_LIMIT = 8 << 30

# key, label, what it is, value when nothing is filled in. Those of cloud-init's OVF data source keep its names: hostname, public-keys,
# instance-id, user-data, network-config; the others become answers of the first boot (slipway first-boot import-ovf).
# An empty instance-id would be taken for one, so it has a value.
PROPERTIES = [
    ("hostname", "Name", "Full name of the machine, such as desk.example.org. Empty: slipway.", ""),
    ("address", "Address", "Fixed address with prefix length, such as 192.0.2.10/24 or 2001:db8::10/64. Empty: DHCP.", ""),
    ("gateway", "Gateway", "Address of the router; needed with a fixed address.", ""),
    ("dns", "Name servers", "Addresses, separated by commas. Empty: those that DHCP names.", ""),
    ("timezone", "Time zone", "Such as Europe/Paris.", "Etc/UTC"),
    ("administrator", "Administrator's mail address", "Becomes the first administrator of the service desk.", ""),
    ("management", "Management networks", "From where SSH is reachable, such as 192.0.2.0/28, separated by commas. Empty: from nowhere.", ""),
    ("public-keys", "SSH public key", "One line of an .pub file, for the operator's sign-in on the management address.", ""),
    ("instance-id", "Instance id", "Change it to have the first boot's settings applied once more, on a clone for example.", "id-ovf"),
    ("user-data", "cloud-init user data", "Base64 of a cloud-config, for everything that has no field here.", ""),
    ("network-config", "cloud-init network configuration", "Base64 of a version 1 or 2 network configuration, where one address is not enough.", ""),
]


@dataclass(frozen=True)
class Disk:
    """What the descriptor says of the disk; sizes in bytes."""
    file: str
    file_size: int
    capacity: int


def _add(parent, tag, text=None, **attributes):
    node = xml.SubElement(parent, tag, {name.replace("__", ":"): value for name, value in attributes.items()})
    node.text = text
    return node


def _item(hardware, number, kind, name, required=True, **fields):
    """One virtual device. Fields are in alphabetical order, which the schema demands."""
    node = _add(hardware, "Item") if required else _add(hardware, "Item", ovf__required="false")
    for field, value in sorted({"ElementName": name, "InstanceID": number, "ResourceType": kind, **fields}.items()):
        _add(node, f"rasd:{field}", str(value))
    return node


def _hardware(system, name, firmware):
    hardware = _add(system, "VirtualHardwareSection", ovf__transport="com.vmware.guestInfo iso")
    _add(hardware, "Info", "What the machine needs")
    family = _add(hardware, "System")
    _add(family, "vssd:ElementName", "Virtual hardware family")
    _add(family, "vssd:InstanceID", "0")
    _add(family, "vssd:VirtualSystemIdentifier", name)
    _add(family, "vssd:VirtualSystemType", HARDWARE)
    _item(hardware, 1, 3, f"{CPUS} virtual processors", AllocationUnits="hertz * 10^6", Description="Processors", VirtualQuantity=CPUS)
    _item(hardware, 2, 4, f"{MEMORY_MIB} MiB of memory", AllocationUnits="byte * 2^20", Description="Memory", VirtualQuantity=MEMORY_MIB)
    _item(hardware, 3, 6, "SCSI controller 0", Address=0, Description="SCSI controller", ResourceSubType="lsilogic")
    _item(hardware, 4, 5, "IDE controller 0", Address=0, Description="IDE controller")
    _item(hardware, 5, 17, "Hard disk 1", AddressOnParent=0, HostResource="ovf:/disk/disk1", Parent=3)
    # Where the platform puts the properties when it hands them over as an ISO.
    _item(hardware, 6, 15, "CD drive 1", required=False, AddressOnParent=0, AutomaticAllocation="false", Parent=4)
    _item(hardware, 7, 10, "Network card 1", AddressOnParent=7, AutomaticAllocation="true", Connection=NETWORK,
          Description="E1000 network card", ResourceSubType="E1000")
    for key, value in (("firmware", firmware), ("powerOpInfo.powerOffType", "soft"), ("powerOpInfo.resetType", "soft"),
                       ("tools.syncTimeWithHost", "false")):
        _add(hardware, "vmw:Config", ovf__required="false", vmw__key=key, vmw__value=value)


def _product(system, version):
    product = _add(system, "ProductSection")
    for tag, text in (("Info", "What the first boot asks"), ("Product", "Slipway"), ("Vendor", "Slipway"), ("Version", version),
                      ("FullVersion", version)):
        _add(product, tag, text)
    for key, label, description, value in PROPERTIES:
        node = _add(product, "Property", ovf__key=key, ovf__type="string", ovf__userConfigurable="true", ovf__value=value)
        _add(node, "Label", label)
        _add(node, "Description", description)


def descriptor(name, version, disk, firmware):
    """The .ovf as bytes."""
    root = xml.Element("Envelope", {"xmlns": OVF, "xmlns:ovf": OVF, "xmlns:rasd": RASD, "xmlns:vssd": VSSD, "xmlns:vmw": VMW})
    references = _add(root, "References")
    _add(references, "File", ovf__href=disk.file, ovf__id="file1", ovf__size=str(disk.file_size))
    disks = _add(root, "DiskSection")
    _add(disks, "Info", "Virtual disks")
    _add(disks, "Disk", ovf__capacity=str(disk.capacity), ovf__capacityAllocationUnits="byte", ovf__diskId="disk1", ovf__fileRef="file1",
         ovf__format=STREAM_OPTIMISED)
    networks = _add(root, "NetworkSection")
    _add(networks, "Info", "Logical networks")
    _add(_add(networks, "Network", ovf__name=NETWORK), "Description", "Where people reach the service desk")
    system = _add(root, "VirtualSystem", ovf__id=name)
    _add(system, "Info", "A Slipway service desk")
    _add(system, "Name", name)
    operating = _add(system, "OperatingSystemSection", ovf__id=str(SYSTEM), vmw__osType=VMWARE_SYSTEM)
    _add(operating, "Info", "Guest operating system")
    _add(operating, "Description", "Debian GNU/Linux 12, 64 bit")
    _hardware(system, name, firmware)
    _product(system, version)
    xml.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root) + b"\n"


def manifest(sums):
    """The .mf: no space after the algorithm's name, or ESXi reports an unknown one."""
    return "".join(f"SHA256({file})= {digest}\n" for file, digest in sums).encode()


def _member(name, size, mtime):
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, mtime, 0o644
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def write_ova(out, name, version, vmdk, capacity, firmware, mtime):
    """Writes the tar to the binary file out; vmdk is the disk's path. Descriptor first, so that importers can stream."""
    disk = Disk(f"{name}-disk1.vmdk", os.path.getsize(vmdk), capacity)
    if disk.file_size >= USTAR_LIMIT:
        raise Failure(f"{name}.ova: the disk is {human(disk.file_size)}; an OVA holds less than {human(USTAR_LIMIT)}",
                      "make the image smaller, or leave ova out of --format")
    text = descriptor(name, version, disk, firmware)
    with open(vmdk, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    listed = manifest([(f"{name}.ovf", hashlib.sha256(text).hexdigest()), (disk.file, digest)])
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(_member(f"{name}.ovf", len(text), mtime), io.BytesIO(text))
        archive.addfile(_member(f"{name}.mf", len(listed), mtime), io.BytesIO(listed))
        with open(vmdk, "rb") as file:
            archive.addfile(_member(disk.file, disk.file_size, mtime), file)
