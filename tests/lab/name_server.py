"""The lab's name server: BIND on a host of its own, authoritative for one zone, which takes updates of one name signed with a key; mails
arrive there as well (mail_server.py)."""
import base64
import collections
import secrets

import host as lab
import mail_server
import roots

ZONE = "slipway.test"
DESK = f"desk.{ZONE}"
PACKAGES = ["bind9", "bind9-dnsutils"]
Key = collections.namedtuple("Key", "name algorithm secret")
CONFIGURATION = """\
options {{
  directory "/var/cache/bind";
  recursion no;
  allow-transfer {{ none; }};
  listen-on {{ 127.0.0.1; {address}; }};
  listen-on-v6 {{ none; }};
  empty-zones-enable no;
  dnssec-validation no;
}};
key "{key.name}" {{ algorithm {key.algorithm}; secret "{key.secret}"; }};
zone "{zone}" {{
  type primary;
  file "/var/lib/bind/{zone}";
  update-policy {{ grant "{key.name}" name {desk} A AAAA; }};
}};
"""
RECORDS = """\
$TTL 5
@ SOA dns hostmaster 1 3600 600 604800 5
@ NS dns
"""


def new_key():
    return Key("slipway-desk", "hmac-sha256", base64.b64encode(secrets.token_bytes(32)).decode("ascii"))


class NameServer(lab.Host):
    """`records` are names in the zone and their addresses."""

    def __init__(self, network, name, last, key, records):
        super().__init__(network, roots.plain_root(PACKAGES + mail_server.PACKAGES), name, last)
        self.tsig, self.records = key, records

    def _lay_overlay(self):
        super()._lay_overlay()
        lines = "".join(f"{name} A {address}\n" for name, address in self.records.items())
        self._lay("etc/bind/named.conf", CONFIGURATION.format(address=self.address, key=self.tsig, zone=ZONE, desk=DESK), "root")
        self._lay(f"var/lib/bind/{ZONE}", RECORDS + lines, "bind")
        mail_server.lay(self, f"{self.name}.{ZONE}", ZONE)

    def _lay(self, path, text, owner):
        file = self.merged / path
        file.write_text(text, encoding="utf-8")
        file.chmod(0o640)
        lab.run("chroot", self.merged, "chown", f"{owner}:bind", f"/{path}")
