"""An FTP server of a test's own, on loopback: server.py PORT DIRECTORY USER PASSWORD_FILE [CERTIFICATE_AND_KEY].

With a certificate it refuses whoever does not ask for TLS, on both connections. Writes "listening" when it does.
"""
import logging
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer


class Conventional:
    """Says of what is not there what RFC 959 and other servers say: 550."""

    def respond(self, resp, *rest, **named):
        if resp.startswith("501 No such"):
            resp = "550" + resp[3:]
        super().respond(resp, *rest, **named)


class Plain(Conventional, FTPHandler):
    pass


class Safe(Conventional, TLS_FTPHandler):
    pass


def main():
    port, directory, user, password_file = sys.argv[1:5]
    logging.basicConfig(level=logging.WARNING)
    authorizer = DummyAuthorizer()
    with open(password_file, encoding="utf-8") as file:
        authorizer.add_user(user, file.read().strip(), directory, perm="elradfmwMT")
    handler = Plain
    if len(sys.argv) > 5:
        handler = Safe
        handler.certfile = sys.argv[5]
        handler.tls_control_required = True
        handler.tls_data_required = True
    handler.authorizer = authorizer
    # A wrong password is answered at once.
    handler.auth_failed_timeout = 0
    server = FTPServer(("127.0.0.1", int(port)), handler)
    print("listening", flush=True)
    server.serve_forever(handle_exit=False)


main()
