#!/usr/bin/env python3
"""served_desk.py URL ACCOUNT LOGIN PASSWORD TOKEN FACTS.json: everything that slipway-webd serves of a migrated account, held
against the facts of moved_desk.hpp that a test read out of the source by itself: every request by REST and as a page, every
message with its author, time, visibility and text, every file byte by byte by REST and by the page's own link. Prints counts;
lists the first differences and exits 1 when there is one."""
import collections
import hashlib
import html.parser
import json
import re
import sys

from site_visitor import Site, Slipway

NONE = "none"


def utc(text):
    """As the database writes a time: seconds, no zone."""
    return text[:19].replace("T", " ")


def squeezed(text):
    """Without white space, and without the points that a page sets before the items of a list."""
    return re.sub(r"[\s•]+", "", text)


class Readable(html.parser.HTMLParser):
    """The text of a message written in HTML, as a person sees it."""

    def __init__(self, text):
        super().__init__()
        self.hidden, self.found = 0, []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style", "title")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style", "title") and self.hidden > 0

    def handle_data(self, data):
        if not self.hidden:
            self.found.append(data)


def readable(body, written_as):
    if written_as == "html":
        body = "".join(Readable(body).found)
    # A page shows quoted lines as a quotation, without their marks.
    return squeezed("\n".join(re.sub(r"^(> ?)+", "", line) for line in body.split("\n")))


class TicketPage(html.parser.HTMLParser):
    """What stands on the page of a request: its subject, and each message with author, time, text and files."""

    VOID = {"br", "input", "link", "meta", "hr", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.messages, self.subject, self.marks = [], [], "", ""
        self.feed(text)

    def inside(self, name):
        return any(name in classes for _, classes in self.open)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        classes = set((attributes.get("class") or "").split()) | {tag}
        if tag == "article" and "message" in classes:
            self.messages.append({"author": "", "internal": "message-internal" in classes, "time": "", "text": "", "files": []})
        elif tag == "time" and self.inside("message-head"):
            self.messages[-1]["time"] = utc(attributes["datetime"])
        elif tag == "a" and "file" in classes:
            self.messages[-1]["files"].append({"url": attributes["href"], "name": "", "kind": ""})
        if tag not in self.VOID:
            self.open.append((tag, classes))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.inside("h1"):
            self.subject += data
        if self.inside("ticket-marks"):
            self.marks += data
        if not self.inside("message"):
            return
        message = self.messages[-1]
        if self.inside("message-author"):
            message["author"] += data
        elif self.inside("file-name"):
            message["files"][-1]["name"] += data
        elif self.inside("file-kind"):
            message["files"][-1]["kind"] += data
        elif self.inside("message-body") and not self.inside("files") and not self.inside("summary"):
            message["text"] += data


class Expected:
    """The facts as an account serves them: people by the name that is shown, messages with their files."""

    def __init__(self, facts):
        self.names = {key[len("person "):]: value.split("|")[0] for key, value in facts.items() if key.startswith("person ")}
        self.requests, messages = collections.defaultdict(lambda: collections.defaultdict(list)), {}
        for key, value in facts.items():
            words = key.split(" ")
            if words[0] == "request":
                self.requests[int(words[1])][" ".join(words[2:])] = value
            elif words[0] == "value":
                self.requests[int(words[1])]["values"].append((" ".join(words[2:-1]), value))
            elif words[0] == "watcher":
                self.requests[int(words[1])]["watchers"].append((self.name(" ".join(words[2:-1])), words[-1] == "agent_copy"))
            elif words[0] == "link":
                self.requests[int(words[1])]["links"] += [(words[2], " ".join(words[3:]))] * int(value)
            elif words[0] == "message" and not key.endswith(" body"):
                number, author, visibility, written_as, written_at = value.split("|")
                messages[key[len("message "):]] = {"number": int(number), "author": self.name(author), "visibility": visibility, "format": written_as,
                                                   "time": written_at, "body": facts[key + " body"], "files": []}
        for key, value in facts.items():
            if key.startswith("file "):
                message, name, kind, size, digest = value.rsplit("|", 4)
                messages[message]["files"].append((name, kind, int(size), digest))
        for message in messages.values():
            message["files"].sort()
            self.requests[message["number"]]["messages"].append(message)

    def name(self, label):
        return NONE if label == NONE else self.names.get(label, label)


class Comparison:
    def __init__(self, url, account, login, password, token, facts):
        self.differences, self.counts = [], collections.Counter()
        self.expected = Expected(facts)
        self.api, self.api_path = Site(url), "/api/v1/" + account
        self.api.token = token
        self.site = Slipway(url + "/" + account)
        self.site.sign_in(login, password)

    def equal(self, what, expected, found):
        self.counts["values compared"] += 1
        if expected != found:
            self.differences.append("%s: expected %.300r, found %.300r" % (what, expected, found))

    def get(self, site, path):
        answer, content, _ = site.ask(path)
        if answer.status != 200:
            self.differences.append("%s: status %d" % (path, answer.status))
            return None
        return content

    def run(self):
        listed, path = set(), self.api_path + "/requests?max_rows=500&sort=number&fields=number&deleted=true&merged=true"
        while path:
            page = json.loads(self.get(self.api, path))
            listed |= {row["number"] for row in page["requests"]}
            path = page["next"]
        self.equal("the list", sorted(self.expected.requests), sorted(listed))
        for number in sorted(listed & set(self.expected.requests)):
            self.one_request(number, self.expected.requests[number])

    def one_request(self, number, expected):
        self.counts["requests"] += 1
        content = self.get(self.api, "%s/requests/%d" % (self.api_path, number))
        page = self.get(self.site, "%s/requests/%d" % (self.site.path, number))
        if content is None or page is None:
            return
        found, what = json.loads(content), "request %d: " % number
        people = {"requester": self.expected.name(expected["requester"]), "assignee": self.expected.name(expected["assignee"])}
        for member in ("requester", "assignee", "team"):
            self.equal(what + member, people.get(member, expected[member]), found[member]["name"] if found[member] else NONE)
        for member in ("subject", "status"):
            self.equal(what + member, expected[member], found[member])
        self.equal(what + "severity", expected["severity"], str(found["severity"]))
        self.equal(what + "reason of its closing", expected["close reason"], found["close_reason"] or NONE)
        self.equal(what + "created and updated", (expected["created"], expected["updated"]), (utc(found["created_at"]), utc(found["updated_at"])))
        self.equal(what + "is deleted", expected["deleted"] != NONE, found["deleted"])
        self.equal(what + "merged into", expected["merged"], str(found["merged_into"] or NONE))
        self.equal(what + "fields", sorted(expected["values"]), sorted((one["name"], one["value"]) for one in found["custom_values"]))
        self.equal(what + "watchers", sorted(expected["watchers"]), sorted((one["person"]["name"], one["agent_copy"]) for one in found["watchers"]))
        links = [(one["kind"], str(one["number"] or one["url"])) for one in found["links"] if one["outgoing"]]
        self.equal(what + "links", sorted(expected["links"]), sorted(links))
        self.by_rest(what, expected["messages"], found)
        self.on_the_page(what, expected, TicketPage(page.decode()))

    def by_rest(self, what, expected, found):
        self.equal(what + "messages are left out", False, found["older_messages_left_out"])
        served = []
        for message in found["messages"]:
            self.counts["messages"] += 1
            files = sorted(self.downloaded(self.api, "%s/attachments/%d" % (self.api_path, one["id"]), one["file_name"], one["media_type"], one["size_bytes"])
                           for one in message["attachments"])
            served.append((utc(message["written_at"]), message["author"]["name"], message["visibility"], message["format"], message["body"], files))
        wanted = [(one["time"], one["author"], one["visibility"], one["format"], one["body"], one["files"]) for one in expected]
        self.each_message(what + "message", wanted, served)
        self.equal(what + "order of messages", sorted(one[0] for one in served), [one[0] for one in served])

    def on_the_page(self, what, expected, page):
        self.counts["pages"] += 1
        self.equal(what + "subject on the page", squeezed(expected["subject"]), squeezed(page.subject))
        self.equal(what + "requester on the page", True, squeezed(self.expected.name(expected["requester"])) in squeezed(page.marks))
        served = []
        for message in page.messages:
            files = sorted(self.downloaded(self.site, one["url"], one["name"], one["kind"].split(" · ")[-1]) for one in message["files"])
            served.append((message["time"], message["author"], "internal" if message["internal"] else "public", squeezed(message["text"]), files))
        wanted = [(one["time"], one["author"], one["visibility"], readable(one["body"], one["format"]), one["files"]) for one in expected["messages"]]
        self.each_message(what + "message on the page", wanted, served)

    def each_message(self, what, wanted, served):
        self.equal(what + "s", len(wanted), len(served))
        for one, other in zip(sorted(wanted), sorted(served)):
            self.equal(what, one, other)

    def downloaded(self, site, path, name, media_type, size=None):
        """A file as in its fact: what was said of it, and the length and sum of the bytes that came."""
        self.counts["downloads"] += 1
        data = self.get(site, path) or b""
        self.counts["bytes of downloads"] += len(data)
        if size is not None:
            self.equal(path + ": size", size, len(data))
        return name, media_type, len(data), hashlib.sha256(data).hexdigest()


def main(url, account, login, password, token, facts):
    with open(facts, encoding="utf-8") as file:
        comparison = Comparison(url, account, login, password, token, json.load(file))
    comparison.run()
    for name, count in sorted(comparison.counts.items()):
        print("%10d %s" % (count, name))
    print("%10d differences" % len(comparison.differences))
    for difference in comparison.differences[:20]:
        print("  " + difference)
    # An empty desk would be equal too.
    sys.exit(1 if comparison.differences or not comparison.counts["messages"] or not comparison.counts["downloads"] else 0)


main(*sys.argv[1:])
