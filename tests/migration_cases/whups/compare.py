#!/usr/bin/env python3
"""compare.py ORACLE.jsonl SOCKET DATABASE STATUSES.toml…: holds every person, ticket, comment, file, attribute and watcher that
Whups' own classes tell of (export.php) against the migrated account. Prints counts; lists the first differences and exits 1
when there is one."""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "rt5"))
from target import Target, status_map  # noqa: E402

SEVERITIES = {"1. Low": "4", "2. Medium": "3", "3. High": "2", "Irgendwann": "3"}
# Names that differ in case only get their number appended.
TEAMS = {1: "Hardware (1)", 4: "hardware (4)"}


class Comparison:
    def __init__(self, oracle, target, statuses):
        self.differences, self.counts = [], collections.Counter()
        self.statuses = statuses
        records = [json.loads(line) for line in open(oracle, encoding="utf-8")]
        self.users = {one["uid"]: one for one in records if one["kind"] == "person"}
        self.tickets = {one["id"]: one for one in records if one["kind"] == "ticket"}
        self.people = target.people()
        self.requests, self.messages = target.requests(), target.messages()
        self.attachments, self.contents = target.attachments(), target.contents()
        self.watchers, self.fields = target.watchers(), target.fields()
        by_login = {one["login"]: one["person_id"] for one in self.people.values() if one["login"]}
        guests = {one["email"].lower(): one["person_id"] for one in self.people.values() if not one["login"] and one["email"]}
        # The administrator of the account is called admin too; Whups' own gets its number.
        self.renamed = next((login for login in by_login if login.startswith("admin (")), None)
        self.person_of = {}
        for uid, user in self.users.items():
            login = uid.lstrip("*") if not uid.startswith("-") else None
            login = self.renamed if login == "admin" else login
            self.person_of[uid] = by_login.get(login) if login else guests.get(user["email"].lower())

    def equal(self, what, expected, found):
        self.counts["values compared"] += 1
        if expected != found:
            self.differences.append("%s: expected %.300r, found %.300r" % (what, expected, found))

    def run(self):
        # Guests wrote their address in several ways; one of their names counts.
        names = collections.defaultdict(set)
        for user in self.users.values():
            names[self.person_of[user["uid"]]].add(user["name"] or user["email"])
        for user in self.users.values():
            self.one_person(user, names[self.person_of[user["uid"]]])
        self.equal("tickets", sorted(self.tickets), sorted(self.requests))
        for number in sorted(set(self.tickets) & set(self.requests)):
            self.one_ticket(self.tickets[number], self.requests[number])
        for claimed, (digest, seen, size) in self.contents.items():
            self.counts["contents"] += 1
            self.equal("content %s" % claimed, (claimed, size), (digest, seen))

    def one_person(self, user, names):
        self.counts["people"] += 1
        what = "person %s: " % user["uid"]
        person = self.people.get(self.person_of[user["uid"]])
        if person is None:
            self.differences.append(what + "missing")
            return
        self.equal(what + "name", True, person["display_name"] in names)
        # Horde makes an address of the login when there is none.
        self.equal(what + "email", user["email"].lower() if "@" in user["email"] else None, person["email"] and person["email"].lower())
        self.equal(what + "active", not user["uid"].startswith("-"), person["active"] == "1")
        self.equal(what + "language", "fr" if user["language"].startswith("fr") else "en", person["language"])
        if user["guest"]:
            self.equal(what + "role", "requester", person["role"])

    def one_ticket(self, ticket, request):
        self.counts["tickets"] += 1
        number, what = ticket["id"], "ticket %d: " % ticket["id"]
        self.equal(what + "subject", ticket["subject"] or "(no subject)", request["subject"])
        self.equal(what + "status", self.statuses[ticket["category"]][0], request["status"])
        self.equal(what + "severity", SEVERITIES[ticket["priority"]], request["severity"])
        self.equal(what + "team", TEAMS.get(ticket["queue_id"], ticket["queue"]), request["team"])
        self.equal(what + "requester", self.person_of[ticket["requester"]], request["requester"])
        self.equal(what + "assignee", self.person_of.get(min((one for one in ticket["owners"] if not one.startswith("group:")), default=None)), request["assignee"])
        self.equal(what + "created", ticket["created"], float(request["created"]))
        self.equal(what + "updated", ticket["updated"], float(request["updated"]))
        owners = {self.person_of.get(one) for one in ticket["owners"]}
        watchers = {self.person_of[one] for one in ticket["listeners"]}
        # Whups does not tell of an owner that it listens too.
        self.equal(what + "watchers", sorted(watchers), sorted({one for one, _ in self.watchers.get(number, [])} - (owners - watchers)))
        self.counts["watchers"] += len(watchers)
        self.all_fields(what, ticket)
        self.all_messages(what, ticket)

    def all_fields(self, what, ticket):
        expected = [("Type", ticket["type"]), ("State", ticket["state"]), ("Priority", ticket["priority"])]
        if ticket["version"]:
            expected.append(("Version", ticket["version"]))
        for name, value in dict(ticket["fields"] or {}).items():
            for one in value if isinstance(value, list) else [value]:
                expected.append((name, one if isinstance(one, str) else json.dumps(one)))
        found = [(name, value) for name, _, value in self.fields.get(ticket["id"], [])]
        self.equal(what + "fields", sorted(expected), sorted(found))
        self.counts["field values"] += len(expected)

    def all_messages(self, what, ticket):
        found = self.messages.get(ticket["id"], [])
        said = [one for one in ticket["transactions"] if one["key"]]
        keys = ["whups_comments:%d" % one["key"] for one in said]
        self.equal(what + "messages in order", sorted(keys, key=lambda key: int(key.split(":")[1])), [one["key"] for one in found])
        by_key = {one["key"]: one for one in found}
        for message, key in zip(said, keys):
            if key in by_key:
                self.one_message(what + key + ": ", message, by_key[key])
        # A file that came without a comment hangs on the first message.
        expected = collections.defaultdict(list)
        for one in ticket["transactions"]:
            expected["whups_comments:%d" % one["key"] if one["key"] else keys[0]] += one["files"]
        for key, files in expected.items():
            if key in by_key:
                self.all_files(what + key + ": ", files, self.attachments.get(by_key[key]["id"], []))

    def one_message(self, what, message, found):
        self.counts["internal messages" if message["private"] else "public messages"] += 1
        self.equal(what + "text", message["text"], found["body"])
        self.equal(what + "format", "plain", found["format"])
        self.equal(what + "author", self.person_of[message["author"]], found["author"])
        self.equal(what + "visibility", "internal" if message["private"] else "public", found["visibility"])
        # Whups shows the time of the transaction, which it writes a moment before the comment.
        self.equal(what + "time", True, 0 <= float(found["time"]) - message["time"] <= 2 or message["time"] - float(found["time"]) == 1)

    def all_files(self, what, expected, found):
        there = [one for one in expected if one["sha256"]]
        self.counts["files that were lost"] += len(expected) - len(there)
        self.counts["files"] += len(there)
        self.counts["bytes of files"] += sum(one["size"] for one in there)
        self.equal(what + "files", sorted((one["name"], one["sha256"], one["size"]) for one in there),
                   sorted((one["file_name"], one["sha256"], int(one["size"])) for one in found))
        types = {one["file_name"]: one["media_type"] for one in found}
        for one in there:
            self.equal(what + one["name"] + " type", one["type"], types.get(one["name"]))
        for one in found:
            self.equal(what + one["file_name"] + " is there", True, one["sha256"] in self.contents)


# A27
def test_whups_arrives_whole(oracle, socket, database, *statuses):
    comparison = Comparison(oracle, Target(socket, database), status_map(*statuses))
    comparison.run()
    for name, count in sorted(comparison.counts.items()):
        print("%10d %s" % (count, name))
    print("%10d differences" % len(comparison.differences))
    for difference in comparison.differences[:40]:
        print("  " + difference)
    # An empty source would be equal too.
    if comparison.differences or comparison.counts["tickets"] < 140 or comparison.counts["files"] < 60:
        raise SystemExit("compare: the migrated account differs from what Whups says")


test_whups_arrives_whole(*sys.argv[1:])
