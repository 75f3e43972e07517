"""The document with which a platform tells a machine of an OVA what its fields say."""
import xml.sax.saxutils as escaping


def ovf_environment(*, hostname, timezone, management, email, key, address="", gateway="", **_):
    """What VMware makes of the fields of our OVA that a person has filled in."""
    properties = {"hostname": hostname, "address": address, "gateway": gateway, "dns": "", "timezone": timezone, "administrator": email,
                  "management": management, "public-keys": key, "instance-id": "id-ovf", "user-data": "", "network-config": ""}
    lines = "".join(f"    <Property oe:key={escaping.quoteattr(key)} oe:value={escaping.quoteattr(value)}/>\n" for key, value in properties.items())
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" '
            'xmlns:oe="http://schemas.dmtf.org/ovf/environment/1" xmlns:ve="http://www.vmware.com/schema/ovfenv" oe:id="" ve:vCenterId="vm-7">\n'
            "  <PlatformSection>\n    <Kind>VMware ESXi</Kind>\n    <Version>7.0.3</Version>\n    <Vendor>VMware, Inc.</Vendor>\n"
            f"    <Locale>en</Locale>\n  </PlatformSection>\n  <PropertySection>\n{lines}  </PropertySection>\n</Environment>\n")
