#!/usr/bin/env python3
"""A Debian package that stands in for `slipway`: its users, units and sockets, with programs that tell what they were asked.

So the roles are tested without compiling; where SLIPWAY_DEB names the real package, that is used instead."""
import pathlib
import subprocess
import tempfile
import textwrap

PROGRAM = r'''#!/usr/bin/python3
import grp, json, os, socketserver, sys
from http.server import BaseHTTPRequestHandler

name, path = sys.argv[1], sys.argv[2]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "socket"

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        for key, value in (("Content-Type", kind), ("Content-Length", str(len(data))), ("Content-Security-Policy", "default-src 'self'"),
                           ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cache-Control", "no-store")):
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(size)
        bare = self.path.split("?")[0]
        if bare in ("/health", "/ready"):
            self.answer(200, '{"status":"ok"}')
        elif bare == "/metrics":
            self.answer(200, f'slipway_check_up{{check="{name}"}} 1\n', "text/plain; version=0.0.4")
        elif bare.endswith("/sign-in") and self.command == "POST":
            self.answer(401, "{}")
        elif bare.startswith("/missing"):
            self.answer(404, "{}")
        else:
            self.answer(200, json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}))

    do_POST = do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 512

    def get_request(self):
        request, _ = super().get_request()
        return request, ("socket", 0)


if os.path.exists(path):
    os.unlink(path)
os.umask(0o117)
server = Server(path, Handler)
os.chown(path, -1, grp.getgrnam("slipway-web-clients").gr_gid)
server.serve_forever()
'''

UNIT = """\
[Unit]
Description=Stand-in of slipway-{name}
[Service]
User=slipway-{user}
Group=slipway-{user}
SupplementaryGroups=slipway-web-clients
RuntimeDirectory=slipway-{name}
ExecStart=/usr/bin/python3 /usr/lib/slipway/stand-in {name} /run/slipway-{name}/http.sock
[Install]
WantedBy=multi-user.target
"""

POSTINST = """\
#!/bin/sh
set -e
getent group slipway-web-clients >/dev/null || groupadd --system slipway-web-clients
for user in web job backup; do
  id slipway-$user >/dev/null 2>&1 || useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin slipway-$user
done
usermod --append --groups slipway-web-clients www-data
"""

SETUP = """\
#!/bin/sh
# slipway setup --config /etc/slipway/slipway.toml --json, once
test "$*" = "setup --config /etc/slipway/slipway.toml --json" || exit 2
if test -e /etc/slipway/secrets/made; then echo '{"changed": false}'; exit 0; fi
install -d -m 0700 /etc/slipway/secrets
: >/etc/slipway/secrets/made
echo '{"changed": true}'
"""

CONTROL = """\
Package: slipway
Version: 0.0.1~stand-in
Architecture: all
Maintainer: Slipway <root@localhost>
Depends: python3
Description: stand-in of the service desk, for tests of its surroundings
"""


def build(directory):
    """Makes the package in a directory, and gives its path."""
    target = pathlib.Path(directory) / "slipway_0.0.1~stand-in_all.deb"
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name)
        tree.chmod(0o755)
        files = {"DEBIAN/control": (CONTROL, 0o644), "DEBIAN/postinst": (POSTINST, 0o755), "usr/bin/slipway": (SETUP, 0o755),
                 "usr/lib/slipway/stand-in": (PROGRAM, 0o755)}
        for unit, user in (("webd", "web"), ("jobd", "job"), ("backupd", "backup")):
            files[f"lib/systemd/system/slipway-{unit}.service"] = (UNIT.format(name=unit, user=user), 0o644)
        for path, (text, mode) in files.items():
            file = tree / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text), encoding="utf-8")
            file.chmod(mode)
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", "-Znone", str(tree), str(target)], check=True, stdout=subprocess.DEVNULL)
    return target
