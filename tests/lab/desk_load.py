#!/usr/bin/env python3
"""People at work: opens requests over HTTPS, by the desk's name or at one host, and remembers what was acknowledged.

Every attempt has a subject of its own and is never repeated; so each that was acknowledged must be there once, each that was refused as
read-only must not be there, and of the others nobody was told anything. Runs where its caller puts it (a network namespace), until its
standard input ends; writes a line per attempt to FILE: [subject, began, ended, "acknowledged" | "refused" | "unknown"].

Example: tests/lab/desk_load.py --name desk.slipway.test --token-file token --clients 8 records"""
import argparse
import http.client
import json
import pathlib
import ssl
import sys
import threading
import time

CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
# After a failure a person looks up before they try again.
PAUSE_SECONDS = 0.02


def unverified():
    """The sites' certificates are self-made; who they are is shown by another test."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Client(threading.Thread):
    def __init__(self, number, given, records, ended):
        super().__init__()
        self.number, self.given, self.records, self.ended = number, given, records, ended
        self.context = unverified()
        self.way = None

    def run(self):
        count = 0
        while not self.ended.is_set():
            count += 1
            subject = f"{self.given.mark}-{self.number}-{count}"
            began = time.monotonic()
            outcome = self.attempt(subject)
            self.records.put([subject, began, time.monotonic(), outcome])
            if outcome == "acknowledged":
                self.ended.wait(self.given.pause)
            else:
                self.drop()
                self.ended.wait(PAUSE_SECONDS)

    def attempt(self, subject):
        """Nothing was sent: nothing can be there. Once it was sent, only an answer tells."""
        try:
            if self.way is None:
                self.way = http.client.HTTPSConnection(self.given.at or self.given.name, timeout=CONNECT_SECONDS, context=self.context)
                self.way.connect()
                self.way.sock.settimeout(ANSWER_SECONDS)
        except OSError:
            return "refused"
        try:
            self.way.request("POST", f"/api/v1/{self.given.account}/requests", json.dumps({"subject": subject, "description": "load"}),
                             {"Host": self.given.name, "Content-Type": "application/json", "Authorization": f"Bearer {self.given.token}"})
            answer = self.way.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return "unknown"
        if answer.status == 201:
            return "acknowledged"
        # Turned away by nginx for its haste, or by a site that takes no writes: not begun.
        turned_away = answer.status == 429 or (answer.status == 503 and b"is read-only here" in body)
        return "refused" if turned_away else "unknown"

    def drop(self):
        if self.way is not None:
            self.way.close()
        self.way = None


class Records:
    """Thread-safe; each is in the file before the next attempt of its client begins."""

    def __init__(self, file):
        self.file, self.lock = file, threading.Lock()

    def put(self, record):
        line = json.dumps(record) + "\n"
        with self.lock:
            self.file.write(line)
            self.file.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="the desk's name")
    parser.add_argument("--at", metavar="ADDRESS", help="where to ask, whoever has the name at the moment")
    parser.add_argument("--account", default="production")
    parser.add_argument("--token-file", required=True, type=pathlib.Path)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds behind each acknowledged one")
    parser.add_argument("--mark", default="load", help="what the subjects begin with")
    parser.add_argument("file", type=pathlib.Path, metavar="FILE")
    given = parser.parse_args()
    given.token = given.token_file.read_text(encoding="utf-8").strip()
    ended = threading.Event()
    with open(given.file, "a", encoding="utf-8") as file:
        records = Records(file)
        clients = [Client(number, given, records, ended) for number in range(given.clients)]
        for client in clients:
            client.start()
        try:
            sys.stdin.read()
        finally:  # interrupted as well: the clients would go on
            ended.set()
        for client in clients:
            client.join()


if __name__ == "__main__":
    main()
