"""A signed-in visitor of a web site, for tests and benches: one kept connection, cookies, whole answers timed."""
import http.client
import re
import ssl
import time
import urllib.parse


class Site:
    """One kept connection with the cookies of one person. ask() gives the answer, its body and how long it took, in ms."""

    def __init__(self, base):
        parts = urllib.parse.urlsplit(base)
        self.parts, self.path, self.cookies, self.connection = parts, parts.path.rstrip("/"), {}, None
        self.token = None  # of REST: sent as bearer

    def connect(self):
        if self.parts.scheme == "https":
            # A certificate of its own on loopback: nothing to check it against.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection(self.parts.hostname, self.parts.port, timeout=120, context=context)
        return http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=120)

    def ask(self, path, form=None):
        body = urllib.parse.urlencode(form) if form is not None else None
        headers = {"Cookie": "; ".join("%s=%s" % one for one in self.cookies.items())} if self.cookies else {}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None:
            headers.update({"Content-Type": "application/x-www-form-urlencoded",
                            "Origin": "%s://%s" % (self.parts.scheme, self.parts.netloc)})
        for attempt in (1, 2):
            self.connection = self.connection or self.connect()
            began = time.perf_counter()
            try:
                self.connection.request("POST" if body is not None else "GET", path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                # An idle connection that the server had closed: once more on a new one.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        elapsed = (time.perf_counter() - began) * 1000
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return answer, content, elapsed


class Slipway(Site):
    """`base` is an account's address: https://127.0.0.1:8443/production."""

    def sign_in(self, login, password):
        text = self.ask(self.path + "/sign-in")[1].decode()
        csrf = re.search(r'name="csrf" value="([^"]*)"', text).group(1)
        answer = self.ask(self.path + "/sign-in", {"csrf": csrf, "return": "", "login": login, "password": password})[0]
        if answer.status not in (302, 303):
            raise SystemExit("sign-in failed with status %d" % answer.status)
