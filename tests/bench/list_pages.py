#!/usr/bin/env python3
"""list_pages.py OURS LOGIN PASSWORD-FILE PEER ROUNDS: signs in to both, asks for the same lists of 50 requests in turn
(one answer of the peer, one of ours), and prints p50 and p99 over all of them, one JSON record each."""
import html
import http.client
import json
import re
import ssl
import sys
import time
import urllib.parse

DEEP = 200  # pages down the list
COLUMNS = ('\'<a href="__WebPath__/Ticket/Display.html?id=__id__">__id__</a>/TITLE:#\', '
           '\'<a href="__WebPath__/Ticket/Display.html?id=__id__">__Subject__</a>/TITLE:Subject\', '
           "Status, Owner, Priority, Requestors, LastUpdatedRelative")


def say(text):
    print("list: " + text, file=sys.stderr, flush=True)


class Site:
    """One kept connection with the cookies of one person; times whole answers in ms."""

    def __init__(self, base):
        parts = urllib.parse.urlsplit(base)
        self.parts, self.path, self.cookies, self.connection = parts, parts.path.rstrip("/"), {}, None

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
        if body is not None:
            headers.update({"Content-Type": "application/x-www-form-urlencoded",
                            "Origin": "%s://%s" % (self.parts.scheme, self.parts.netloc)})
        for attempt in (1, 2):
            self.connection = self.connection or self.connect()
            began = time.perf_counter()
            try:
                self.connection.request("POST" if body is not None else "GET", path, body, headers)
                answer = self.connection.getresponse()
                text = answer.read()
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
        return answer, text.decode("utf-8", "replace"), elapsed

    def page(self, path, rows_of):
        answer, text, elapsed = self.ask(path)
        rows = len(set(rows_of.findall(text)))
        if answer.status != 200 or rows != 50:
            raise SystemExit("list: %s: status %d, %d rows" % (path, answer.status, rows))
        return elapsed, text


class Ours(Site):
    rows = re.compile(r'class="row-link" href="([^"]*)"')

    def sign_in(self, login, password):
        text = self.ask(self.path + "/sign-in")[1]
        csrf = re.search(r'name="csrf" value="([^"]*)"', text).group(1)
        answer = self.ask(self.path + "/sign-in", {"csrf": csrf, "return": "", "login": login, "password": password})[0]
        if answer.status not in (302, 303):
            raise SystemExit("list: sign-in failed with status %d" % answer.status)

    def deep(self, path):
        """The page that lies DEEP pages further, found as a person does: by the link to the next one."""
        for _ in range(DEEP - 1):
            text = self.page(path, self.rows)[1]
            path = html.unescape(re.search(r'rel="next" href="([^"]*)"', text).group(1))
        return path

    def paths(self):
        base = self.path + "/requests"
        assignees = re.search(r'<select id="assignee".*?</select>', self.ask(base + "?all=1")[1], re.S).group(0)
        somebody = re.findall(r'<option value="(\d+)"', assignees)[-1]
        return {"active, last updated first": base, "all, oldest first": base + "?all=1&sort=number",
                "resolved, newest first": base + "?status=resolved&sort=-created",
                "open, most urgent first": base + "?status=open&sort=severity",
                "of one agent": base + "?assignee=" + somebody,
                "all, page %d" % DEEP: self.deep(base + "?all=1")}


class Peer(Site):
    rows = re.compile(r'Ticket/Display\.html\?id=(\d+)')

    def sign_in(self):
        answer = self.ask("/NoAuth/Login.html", {"user": "root", "pass": "password"})[0]
        if answer.status not in (200, 302, 303):
            raise SystemExit("list: the peer's sign-in failed with status %d" % answer.status)

    @staticmethod
    def search(query, order, descending, page=1):
        return "/Search/Results.html?" + urllib.parse.urlencode(
            {"Query": query, "Format": COLUMNS, "OrderBy": order, "Order": "DESC" if descending else "ASC", "Rows": 50, "Page": page})

    def paths(self):
        return {"active, last updated first": self.search("Status = '__Active__'", "LastUpdated", True),
                "all, oldest first": self.search("id > 0", "id", False),
                "resolved, newest first": self.search("Status = 'resolved'", "Created", True),
                "open, most urgent first": self.search("Status = 'open'", "Priority", True),
                "of one agent": self.search("Owner = 'alice'", "LastUpdated", True),
                "all, page %d" % DEEP: self.search("id > 0", "LastUpdated", True, DEEP)}


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def main():
    ours_url, login, password_file, peer_url, rounds = sys.argv[1:6]
    ours, peer = Ours(ours_url), Peer(peer_url)
    with open(password_file, encoding="utf-8") as file:
        ours.sign_in(login, file.read().strip())
    peer.sign_in()
    ours_paths, peer_paths = ours.paths(), peer.paths()
    times = {name: ([], []) for name in ours_paths}
    for turn in range(-2, int(rounds)):
        say("warming up" if turn < 0 else "round %d of %s" % (turn + 1, rounds))
        for name in ours_paths:
            theirs = peer.page(peer_paths[name], peer.rows)[0]
            own = ours.page(ours_paths[name], ours.rows)[0]
            if turn >= 0:
                times[name][0].append(own)
                times[name][1].append(theirs)
    for name, (own, theirs) in times.items():
        say("%-28s ours %7.1f ms   Request Tracker 5 %7.1f ms" % (name, quantile(own, 0.5), quantile(theirs, 0.5)))
    own = [one for pair in times.values() for one in pair[0]]
    theirs = [one for pair in times.values() for one in pair[1]]
    for name, share in (("list_p50", 0.5), ("list_p99", 0.99)):
        a, b = quantile(own, share), quantile(theirs, share)
        print(json.dumps({"name": name, "ours": round(a, 2), "peer": round(b, 2), "peer_name": "Request Tracker 5", "unit": "ms",
                          "ratio": round(b / a, 2), "command": "./dev bench list"}), flush=True)


main()
