#!/usr/bin/env python3
"""list_pages.py OURS LOGIN PASSWORD-FILE PEER ROUNDS: signs in to both, asks for the same lists of 50 requests in turn
(one answer of the peer, one of ours), and prints p50 and p99 over all of them, one JSON record each."""
import html
import json
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from site_visitor import Site, Slipway  # noqa: E402

DEEP = 200  # pages down the list
COLUMNS = ('\'<a href="__WebPath__/Ticket/Display.html?id=__id__">__id__</a>/TITLE:#\', '
           '\'<a href="__WebPath__/Ticket/Display.html?id=__id__">__Subject__</a>/TITLE:Subject\', '
           "Status, Owner, Priority, Requestors, LastUpdatedRelative")


def say(text):
    print("list: " + text, file=sys.stderr, flush=True)


class Lists:
    """A site with lists of 50 rows; `rows` finds their addresses."""

    def page(self, path):
        answer, body, elapsed = self.ask(path)
        text = body.decode("utf-8", "replace")
        rows = len(set(self.rows.findall(text)))
        if answer.status != 200 or rows != 50:
            raise SystemExit("list: %s: status %d, %d rows" % (path, answer.status, rows))
        return elapsed, text


class Ours(Lists, Slipway):
    rows = re.compile(r'class="row-link" href="([^"]*)"')

    def deep(self, path):
        """The page that lies DEEP pages further, found as a person does: by the link to the next one."""
        for _ in range(DEEP - 1):
            text = self.page(path)[1]
            path = html.unescape(re.search(r'rel="next" href="([^"]*)"', text).group(1))
        return path

    def paths(self):
        base = self.path + "/requests"
        assignees = re.search(r'<select id="assignee".*?</select>', self.ask(base + "?all=1")[1].decode(), re.S).group(0)
        somebody = re.findall(r'<option value="(\d+)"', assignees)[-1]
        return {"active, last updated first": base, "all, oldest first": base + "?all=1&sort=number",
                "resolved, newest first": base + "?status=resolved&sort=-created",
                "open, most urgent first": base + "?status=open&sort=severity",
                "of one agent": base + "?assignee=" + somebody,
                "all, page %d" % DEEP: self.deep(base + "?all=1")}


class Peer(Lists, Site):
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
            theirs = peer.page(peer_paths[name])[0]
            own = ours.page(ours_paths[name])[0]
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
