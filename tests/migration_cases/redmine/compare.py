#!/usr/bin/env python3
"""compare.py ORACLE.jsonl SOCKET DATABASE STATUSES.toml…: holds every person, issue, note, file, relation, field and watcher
that Redmine's own classes tell of (export.rb) against the migrated account. Prints counts; lists the first differences and
exits 1 when there is one."""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "rt5"))
from target import Target, status_map  # noqa: E402

SEVERITIES = {1: "4", 2: "3", 3: "2", 4: "2", 5: "1"}
LOST = "lost.bin"  # its bytes are not on the server's disk any more


class Comparison:
    def __init__(self, oracle, target, statuses):
        self.differences, self.counts = [], collections.Counter()
        self.statuses, self.target = statuses, target
        records = [json.loads(line) for line in open(oracle, encoding="utf-8")]
        self.users = {one["id"]: one for one in records if one["kind"] == "person"}
        self.issues = {one["id"]: one for one in records if one["kind"] == "issue"}
        self.people = target.people()
        self.requests, self.messages = target.requests(), target.messages()
        self.attachments, self.contents = target.attachments(), target.contents()
        self.watchers, self.links, self.fields = target.watchers(), target.links(), target.fields()
        by_login = {person["login"]: person["person_id"] for person in self.people.values()}
        self.person_of = {number: by_login.get(user["login"] or None) for number, user in self.users.items()}

    def equal(self, what, expected, found):
        self.counts["values compared"] += 1
        if expected != found:
            self.differences.append("%s: expected %.300r, found %.300r" % (what, expected, found))

    def run(self):
        for user in self.users.values():
            self.one_person(user)
        self.equal("issues", sorted(self.issues), sorted(self.requests))
        for number in sorted(set(self.issues) & set(self.requests)):
            self.one_issue(self.issues[number], self.requests[number])
        self.all_links()
        for claimed, (digest, seen, size) in self.contents.items():
            self.counts["contents"] += 1
            self.equal("content %s" % claimed, (claimed, size), (digest, seen))

    def one_person(self, user):
        self.counts["people"] += 1
        what = "person %s: " % (user["login"] or "anonymous")
        person = self.people.get(self.person_of[user["id"]])
        if person is None:
            self.differences.append(what + "missing")
            return
        self.equal(what + "name", user["name"], person["display_name"])
        self.equal(what + "email", user["email"] or None, person["email"])
        self.equal(what + "active", user["active"], person["active"] == "1")
        # The map makes olga one; admin is also the login of the account's own administrator.
        expected = "administrator" if user["login"] in ("olga", "admin") else "agent" if user["staff"] else "requester"
        self.equal(what + "role", expected, person["role"])
        self.equal(what + "language", "fr" if user["language"].startswith("fr") else "en", person["language"])

    def one_issue(self, issue, request):
        self.counts["issues"] += 1
        number, what = issue["id"], "issue %d: " % issue["id"]
        self.equal(what + "subject", issue["subject"], request["subject"])
        self.equal(what + "status", self.statuses[issue["status"].lower()][0], request["status"])
        self.equal(what + "has a reason when closed", request["status"] == "closed", bool(request["close_reason"]))
        self.equal(what + "severity", SEVERITIES[issue["priority"]], request["severity"])
        team = "Hardware (%s)" % issue["identifier"] if issue["project"] == "Hardware" else issue["project"]
        self.equal(what + "team", team, request["team"])
        self.equal(what + "requester", self.person_of[issue["author"]], request["requester"])
        self.equal(what + "assignee", self.person_of.get(issue["assignee"]), request["assignee"])
        self.equal(what + "created", issue["created"], float(request["created"]))
        self.equal(what + "updated", issue["updated"], float(request["updated"]))
        watchers = sorted({self.person_of[one] for one in issue["watchers"]})
        self.equal(what + "watchers", watchers, sorted(one for one, _ in self.watchers.get(number, [])))
        self.counts["watchers"] += len(watchers)
        self.all_fields(what, issue)
        found = self.messages.get(number, [])
        expected = sorted(issue["messages"], key=lambda one: (one["time"], one["key"] != "issues:%d" % number))
        self.equal(what + "messages in order", [one["key"] for one in expected], [one["key"] for one in found])
        by_key = {one["key"]: one for one in found}
        for message in issue["messages"]:
            if message["key"] in by_key:
                self.one_message(what + message["key"] + ": ", message, by_key[message["key"]])

    def all_fields(self, what, issue):
        expected = [("Tracker", issue["tracker"])]
        if issue["category"]:
            expected.append(("Category (Redmine)", issue["category"]))
        if issue["version"]:
            expected.append(("Version", issue["version"]))
        expected += [tuple(pair) for pair in issue["fields"]]
        found = [(name, value) for name, _, value in self.fields.get(issue["id"], [])]
        self.equal(what + "fields", sorted(expected), sorted(found))
        self.counts["field values"] += len(expected)

    def one_message(self, what, message, found):
        self.counts["internal messages" if message["private"] else "public messages"] += 1
        self.equal(what + "text", message["text"], found["body"])
        self.equal(what + "format", "plain", found["format"])
        self.equal(what + "author", self.person_of[message["author"]], found["author"])
        self.equal(what + "visibility", "internal" if message["private"] else "public", found["visibility"])
        self.equal(what + "time", message["time"], float(found["time"]))
        files = {one["key"]: one for one in self.attachments.get(found["id"], [])}
        expected = {"attachments:%d" % one["id"]: one for one in message["files"] if one["name"] != LOST}
        self.counts["files that were lost"] += len(message["files"]) - len(expected)
        self.equal(what + "files", sorted(expected), sorted(files))
        for key in set(expected) & set(files):
            self.counts["files"] += 1
            self.counts["bytes of files"] += expected[key]["size"]
            self.equal(what + key + " name", expected[key]["name"], files[key]["file_name"])
            self.equal(what + key + " type", expected[key]["type"], files[key]["media_type"])
            self.equal(what + key + " content", (expected[key]["sha256"], expected[key]["size"]), (files[key]["sha256"], int(files[key]["size"])))
            self.equal(what + key + " content is there", True, files[key]["sha256"] in self.contents)

    def all_links(self):
        expected = collections.defaultdict(set)
        for issue in self.issues.values():
            if issue["parent"]:
                expected[issue["id"]].add(("child_of", str(issue["parent"]), None))
            for kind, begin, end in issue["relations"]:
                if kind in ("blocks", "precedes"):
                    expected[end].add(("depends_on", str(begin), None))
                elif kind == "copied_to":
                    expected[end].add(("refers_to", str(begin), None))
                else:
                    expected[begin].add(("refers_to", str(end), None))
        for number in sorted(set(expected) | set(self.links)):
            self.equal("issue %d: links" % number, sorted(expected[number], key=str), sorted(self.links.get(number, []), key=str))
            self.counts["links"] += len(expected[number])


# A27
def test_redmine_arrives_whole(oracle, socket, database, *statuses):
    comparison = Comparison(oracle, Target(socket, database), status_map(*statuses))
    comparison.run()
    for name, count in sorted(comparison.counts.items()):
        print("%10d %s" % (count, name))
    print("%10d differences" % len(comparison.differences))
    for difference in comparison.differences[:40]:
        print("  " + difference)
    # An empty source would be equal too.
    if comparison.differences or comparison.counts["issues"] < 200 or comparison.counts["files that were lost"] != 1:
        raise SystemExit("compare: the migrated account differs from what Redmine says")


test_redmine_arrives_whole(*sys.argv[1:])
