#!/usr/bin/env python3
"""compare.py ORACLE.jsonl SOCKET DATABASE STATUSES.toml…: holds every person, ticket, message, part, link, field and watcher
that RT's own interface tells of (export.pl) against the migrated account. Prints counts; lists the first differences and
exits 1 when there is one."""
import collections
import hashlib
import json
import sys

from target import Target, kept_bytes, status_map

KINDS = {"DependsOn": "depends_on", "RefersTo": "refers_to", "MemberOf": "child_of"}


class Comparison:
    def __init__(self, oracle, target, statuses):
        self.differences = []
        self.counts = collections.Counter()
        self.statuses = statuses
        self.tickets = {}
        self.users = {}
        for line in open(oracle, encoding="utf-8"):
            record = json.loads(line)
            (self.users if record["kind"] == "person" else self.tickets)[record["login" if record["kind"] == "person" else "id"]] = record
        self.target = target
        self.people = target.people()
        self.logins = {key: person["login"] for key, person in self.people.items()}
        self.requests = target.requests()
        self.messages = target.messages()
        self.attachments = target.attachments()
        self.contents = target.contents()
        self.watchers = target.watchers()
        self.links = target.links()
        self.fields = target.fields()
        self.kept = target.kept()

    def equal(self, what, expected, found):
        self.counts["values compared"] += 1
        if expected != found:
            self.differences.append("%s: expected %.300r, found %.300r" % (what, expected, found))

    def run(self):
        self.all_people()
        for number, ticket in self.tickets.items():
            if number not in self.requests and ("Tickets", str(number)) in self.kept and not self.is_case(ticket):
                self.counts["tickets that are no case, kept aside"] += 1
                continue
            if number not in self.requests:
                self.differences.append("ticket %d: missing" % number)
                continue
            self.counts["tickets"] += 1
            self.one_ticket(number, ticket, self.requests[number])
        for number in set(self.requests) - set(self.tickets):
            self.differences.append("request %d: RT has no such ticket" % number)
        for claimed, (digest, seen, size) in self.contents.items():
            self.counts["contents"] += 1
            self.equal("content %s" % claimed, (claimed, size), (digest, seen))

    @staticmethod
    def is_case(ticket):
        return ticket["type"] == "ticket"

    def all_people(self):
        by_login = {person["login"]: person for person in self.people.values()}
        for login, user in self.users.items():
            self.counts["people"] += 1
            person = by_login.get(login)
            if person is None:
                self.differences.append("person %r: missing" % login)
                continue
            what = "person %r: " % login
            self.equal(what + "email", user["email"], person["email"] or "")
            self.equal(what + "name", user["name"].strip() or login, person["display_name"])
            if login not in ("RT_System", "Nobody"):
                self.equal(what + "active", not user["disabled"], person["active"] == "1")
                self.equal(what + "is staff", bool(user["privileged"]), person["role"] != "requester")
            self.equal(what + "language", "fr" if user["language"].startswith("fr") else "en", person["language"])

    def one_ticket(self, number, ticket, request):
        what = "ticket %d: " % number
        self.equal(what + "subject", (ticket["subject"] or "").strip() or "(no subject)", request["subject"].strip())
        status, deleted = self.statuses.get(ticket["status"], ("no row in the status map", False))
        self.equal(what + "status", status, request["status"])
        self.equal(what + "is deleted", deleted, request["deleted_at"] is not None)
        self.equal(what + "team", ticket["queue"], request["team"])
        self.equal(what + "assignee", None if ticket["owner"] == "Nobody" else ticket["owner"], self.logins.get(request["assignee"]))
        self.equal(what + "merged into", ticket["merged_into"], request["merged_into"] and int(request["merged_into"]))
        self.equal(what + "created", ticket["created"], float(request["created"]))
        self.equal(what + "updated", ticket["updated"], float(request["updated"]))
        users = [one["login"] for one in ticket["requesters"] if "login" in one]
        self.equal(what + "requester", users[0] if users else ticket["creator"], self.logins.get(request["requester"]))
        self.all_watchers(what, number, ticket, users)
        self.all_links(what, number, ticket)
        self.all_fields(what, number, ticket)
        self.all_messages(what, number, ticket)

    def all_watchers(self, what, number, ticket, requesters):
        def people(members):
            return {login for one in members for login in ([one["login"]] if "login" in one else one["members"])}
        expected = {(login, "copy") for login in people(ticket["copies"]) | set(requesters[1:])}
        expected |= {(login, "agent_copy") for login in people(ticket["agent_copies"])}
        first = requesters[0] if requesters else None
        found = {(self.logins.get(person), role) for person, role in self.watchers.get(number, [])}
        # Who asks and also receives a copy may be listed once or twice.
        self.equal(what + "watchers", sorted(expected - {(first, "copy")}), sorted(found - {(first, "copy")}))
        self.counts["watchers"] += len(expected)

    def all_links(self, what, number, ticket):
        expected = []
        for link in ticket["links"]:
            if link["type"] not in KINDS or "from_url" in link:
                continue
            if "target" in link and link["target"] not in self.requests:
                continue
            expected.append((KINDS[link["type"]], str(link["target"]) if "target" in link else None, link.get("url")))
        self.equal(what + "links", sorted(expected, key=str), sorted(self.links.get(number, []), key=str))
        self.counts["links"] += len(expected)

    def all_fields(self, what, number, ticket):
        expected, found = collections.defaultdict(list), collections.defaultdict(list)
        for one in ticket["fields"]:
            expected[one["field"]].append(one["value"])
            if "sha256" in one:
                # The request shows a file's name; its bytes lie in what was kept aside.
                data = kept_bytes(self.kept["ObjectCustomFieldValues", str(one["id"])], "LargeContent")
                self.equal(what + "file of field %s" % one["field"], one["sha256"], data and hashlib.sha256(data).hexdigest())
                self.counts["files in fields"] += 1
        for name, _, value in self.fields.get(number, []):
            found[name].append(value)
        for name in sorted(set(expected) | set(found)):
            self.equal(what + "field %s" % name, expected.get(name), found.get(name))
        self.counts["field values"] += len(ticket["fields"])

    def all_messages(self, what, number, ticket):
        found = self.messages.get(number, [])
        self.equal(what + "messages in order", ["Transactions:%d" % one["id"] for one in ticket["messages"]], [one["key"] for one in found])
        by_key = {one["key"]: one for one in found}
        for message in ticket["messages"]:
            self.counts["messages"] += 1
            one = by_key.get("Transactions:%d" % message["id"])
            if one:
                self.one_message(what + "message %d: " % message["id"], message, one)

    def one_message(self, what, message, found):
        self.equal(what + "author", message["author"], self.logins.get(found["author"]))
        self.equal(what + "time", message["time"], float(found["time"]))
        self.equal(what + "visibility", "internal" if message["type"] == "Comment" else "public", found["visibility"])
        self.equal(what + "text", message["body"], found["body"])
        self.equal(what + "format", "html" if message["body_type"] == "text/html" else "plain", found["format"])
        files = {one["key"]: one for one in self.attachments.get(found["id"], [])}
        parts = [part for part in message["parts"] if part["id"] != message["body_part"]]
        self.equal(what + "files", sorted("Attachments:%d" % part["id"] for part in parts), sorted(files))
        for part in parts:
            self.counts["attachments"] += 1
            self.counts["bytes of attachments"] += part["size"]
            file = files.get("Attachments:%d" % part["id"])
            if file is None:
                continue
            where = what + "file %d: " % part["id"]
            if part["file_name"]:
                self.equal(where + "name", part["file_name"], file["file_name"])
            self.equal(where + "has a name", True, bool(file["file_name"]))
            self.equal(where + "media type", part["media_type"], file["media_type"])
            self.equal(where + "content", (part["sha256"], part["size"]), (file["sha256"], int(file["size"])))
            self.equal(where + "content is there", True, file["sha256"] in self.contents)


# A27
def test_request_tracker_arrives_whole(oracle, socket, database, *statuses):
    comparison = Comparison(oracle, Target(socket, database), status_map(*statuses))
    comparison.run()
    for name, count in sorted(comparison.counts.items()):
        print("%10d %s" % (count, name))
    print("%10d differences" % len(comparison.differences))
    for difference in comparison.differences[:40]:
        print("  " + difference)
    # An empty source would be equal too.
    if comparison.differences or comparison.counts["tickets"] < 300:
        raise SystemExit("compare: the migrated account differs from what Request Tracker says")


test_request_tracker_arrives_whole(*sys.argv[1:])
