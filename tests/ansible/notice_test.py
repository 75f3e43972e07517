#!/usr/bin/env python3
"""What people are told of a move of the writes: the program that sends it, the page, the words. Needs ansible-core; nothing leaves this machine."""
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ANSIBLE = pathlib.Path(__file__).resolve().parents[2] / "ansible"
ROLE = ANSIBLE / "roles/notice"
PROGRAM = ROLE / "files/slipway-notice"


def load(path):
    loader = importlib.machinery.SourceFileLoader(path.stem.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


notice = load(PROGRAM)
ticket = load(ROLE / "files/slipway-notice-ticket")
times = load(ROLE / "filter_plugins/notice_times.py")


def mail(**more):
    return {"server": "localhost:9", "security": "none", "clear_text": False, "user": "", "password": "", "ca": "", "from": "Desk <desk@example.net>",
            "to": ["all@example.net", "Zoé <zoe@example.net>"], "subject": "Été", "text": "Bonjour à tous,\nvoilà.\n", "id": "run-begun", "refers_to": "",
            **more}


class Scratch(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="slipway-notice-test-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def tell(self, **given):
        done = subprocess.run([sys.executable, PROGRAM], input=json.dumps({"what": "begun", "seconds": 3, **given}), text=True, capture_output=True,
                              timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)


class Mail(Scratch):
    # A39, F5
    def test_a_mail_is_whole_and_says_that_a_machine_sent_it(self):
        message = notice.message_of(mail(refers_to="run-first"))
        self.assertEqual(message["Subject"], "Été")
        self.assertEqual([one.addr_spec for one in message["To"].addresses], ["all@example.net", "zoe@example.net"])
        self.assertEqual((message["Message-ID"], message["In-Reply-To"]), ("<run-begun@example.net>", "<run-first@example.net>"))
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        self.assertEqual(message.get_content(), mail()["text"])
        self.assertTrue(message.as_bytes().isascii())

    # A39
    def test_addresses_of_servers(self):
        for server, security, found in (("mail.example.net", "starttls", ("mail.example.net", 587)), ("mail:2525", "tls", ("mail", 2525)),
                                        ("[::1]", "none", ("::1", 25)), ("[::1]:26", "none", ("::1", 26)), ("10.0.0.1", "tls", ("10.0.0.1", 465))):
            self.assertEqual(notice.address_of(server, security), found)
        for server in ("", ":25", "mail:x", "mail:0", "mail:70000"):
            self.assertRaises(notice.Refused, notice.address_of, server, "none")

    # A39, F5
    def test_nothing_goes_to_another_machine_unprotected_unless_it_is_said(self):
        for more in ({}, {"clear_text": True, "user": "x", "password": "secret"}):
            told = self.tell(mail=mail(server="192.0.2.1:25", **more))["notices"]
            self.assertFalse(told[0]["sent"])
            self.assertIn("unprotected", told[0]["words"])
            self.assertNotIn("secret", json.dumps(told))

    # A39
    def test_faults_of_settings_are_named_and_stop_nothing(self):
        for more, words in (({"security": "ssl"}, "notice_mail_security"), ({"to": []}, "notice_mail_to"), ({"to": ["nobody"]}, "notice_mail_to"),
                            ({"from": ""}, "notice_mail_from"), ({"from": "a\nBcc: b@example.net"}, "notice_mail_from"),
                            ({"server": "localhost:x"}, "notice_mail_server"), ({"server": "localhost:9"}, "refused"),
                            ({"security": "starttls", "ca": "/nowhere"}, "No such file"), ({"subject": "a\nBcc: b@example.net"}, "")):
            told = self.tell(mail=mail(**more))["notices"]
            self.assertFalse(told[0]["sent"], more)
            self.assertIn(words, told[0]["words"], more)

    # A39
    def test_a_server_that_is_silent_is_not_waited_for(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            silent = mail(server=f"127.0.0.1:{server.getsockname()[1]}")
            began = time.monotonic()
            told = self.tell(mail=silent)["notices"]
            self.assertLess(time.monotonic() - began, 5)
            self.assertEqual((told[0]["sent"], "no answer in time" in told[0]["words"]), (False, True))
            # Nor is the first notice, which goes on behind.
            began = time.monotonic()
            behind = self.tell(mail=silent, behind=True)["behind"]
            self.assertLess(time.monotonic() - began, 2)
            told = self.tell(before=behind, seconds=6, page={"file": str(self.directory / "page"), "text": "x"})["notices"]
            self.assertEqual([one["sent"] for one in told], [False, True])
            self.assertFalse(pathlib.Path(behind).exists())

    # A39
    def test_a_first_notice_of_which_nothing_is_known_is_told(self):
        told = self.tell(before=str(self.directory / "nothing"), seconds=3)["notices"]
        self.assertEqual([one["sent"] for one in told], [False])


class Page(Scratch):
    # A39
    def test_a_page_is_there_whole_or_as_it_was(self):
        file = self.directory / "page.html"
        self.assertTrue(self.tell(page={"file": str(file), "text": "é" * 100_000})["notices"][0]["sent"])
        self.assertEqual((file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777), ("é" * 100_000, 0o644))
        self.assertEqual([one.name for one in self.directory.iterdir()], ["page.html"])
        told = self.tell(page={"file": str(self.directory / "no/page.html"), "text": "x"})["notices"]
        self.assertEqual((told[0]["way"], told[0]["sent"]), ("page", False))

    # A39
    def test_times_are_given_in_utc_and_where_people_are(self):
        self.assertEqual(times.notice_time("2026-11-30T21:20:05Z", "Europe/Paris"), "2026-11-30 21:20:05 UTC (22:20:05 Europe/Paris)")
        self.assertEqual(times.notice_time("2026-11-30T23:20:05Z", "Europe/Paris"),
                         "2026-11-30 23:20:05 UTC (2026-12-01 00:20:05 Europe/Paris)")
        for zone in ("Etc/UTC", "No/Where", "../etc/passwd", ""):
            self.assertEqual(times.notice_time("2026-11-30T21:20:05Z", zone), "2026-11-30 21:20:05 UTC")
        self.assertEqual(times.notice_time(""), "")


class Memory:
    """A desk's requests, as its REST interface gives them; cut off after so many calls, each of which was carried out."""

    def __init__(self):
        self.requests, self.calls = [], 1000

    def ask(self, path="", body=None):
        answer = self.carry_out(path, body)
        self.calls -= 1
        if self.calls == 0:
            raise ticket.Again("cut off")
        return answer

    def carry_out(self, path, body):
        if path.startswith("?search="):
            word = path.split("=")[1].split("&")[0]
            return {"requests": [one for one in self.requests if word in one["subject"]]}
        if path == "":
            self.requests.append({"number": len(self.requests) + 1, "subject": body["subject"], "status": "new",
                                  "messages": [{"body": body["description"]}]})
            return self.requests[-1]
        number, _, verb = path[1:].partition("/")
        request = self.requests[int(number) - 1]
        if verb == "messages":
            request["messages"].append(body)
        if verb == "status":
            assert body["from"] == request["status"] and (body["to"] != "closed" or body["reason"]) and (body["to"] != "resolved" or body["solution"])
            request["status"] = body["to"]
        return request


class Ticket(unittest.TestCase):
    # A39, F4
    def test_a_run_has_one_request_wherever_it_was_cut_off(self):
        given = {"key": "20261130T212005Z-failover", "subject": "x [20261130T212005Z-failover]", "description": "d [20261130T212005Z-failover]",
                 "message": "done", "reason": "done"}
        other = {**given, "key": "20261130T212005Z-failback", "subject": "x [20261130T212005Z-failback]", "message": ""}
        for calls in range(1, 12):
            desk, told = Memory(), {}
            ticket.carry_out(desk, other, told)
            desk.calls = calls
            try:
                ticket.carry_out(desk, given, told)
            except ticket.Again:
                ticket.carry_out(desk, given, told)
            desk.calls = 1000
            self.assertEqual([(one["status"], len(one["messages"])) for one in desk.requests], [("new", 1), ("closed", 2)], calls)
            self.assertEqual((told["number"], told["closed"]), (2, True))
            before = json.dumps(desk.requests)
            ticket.carry_out(desk, given, told)
            self.assertEqual(json.dumps(desk.requests), before)


class Words(Scratch):
    """The role itself, on this machine alone."""

    def play(self, *options, run=None, stages=("begun", "done"), **variables):
        site_run = {"playbook": "failover", "began_at": "2026-11-30T21:20:05Z", "ordered_by": "Zoé <b>", "because": "feu & \"eau\"", "from": "paris",
                    "to": "lyon", "epoch": 7, **(run or {})}
        tasks = []
        for stage in stages:
            if stage == "done":
                tasks.append({"set_fact": {"site_run": {**site_run, "arrived_at": "2026-11-30T21:21:00Z", "new_epoch": 8}}})
            tasks.append({"include_role": {"name": "notice", "tasks_from": stage}})
        tasks += [{"include_role": {"name": "notice", "tasks_from": "unsent"}},
                  {"copy": {"content": "{{ notice_results | default([]) | to_json }}", "dest": str(self.directory / "results"), "mode": "0600"},
                   "check_mode": False}]
        play = {"hosts": "lyon", "gather_facts": False, "become": False, "vars": {
            "site_desk_name": "desk.example.net", "base_timezone": "Europe/Paris", "notice_languages": ["en", "fr"], "site_run": site_run,
            "notice_status_page": str(self.directory / "page.html"), **variables}, "tasks": tasks}
        (self.directory / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
        inventory = {"all": {"hosts": {"lyon": {"ansible_connection": "local"}, "paris": {"ansible_connection": "local"}}}}
        (self.directory / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
        done = subprocess.run(["ansible-playbook", "-i", self.directory / "hosts.json", self.directory / "play.yml", *options], text=True,
                              capture_output=True, timeout=300, check=False, cwd=ANSIBLE,
                              env={**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_ROLES_PATH": str(ANSIBLE / "roles"),
                                   "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.results = json.loads((self.directory / "results").read_text(encoding="utf-8"))
        return done.stdout

    def page(self):
        return (self.directory / "page.html").read_text(encoding="utf-8")

    # A39, D7
    def test_the_page_tells_of_the_run_in_all_languages_and_nothing_in_it_is_markup_of_others(self):
        self.play(stages=["begun"])
        page = self.page()
        for words in ("In progress since 2026-11-30 21:20:05 UTC (22:20:05 Europe/Paris)", "En cours depuis", "Zoé &lt;b&gt;", "feu &amp; ",
                      'lang="fr"', "prefers-color-scheme: dark", "width=device-width", "https://desk.example.net/production/sign-in"):
            self.assertIn(words, page)
        for words in ("<script", "<b>", "src=", "{{", "<link"):
            self.assertNotIn(words, page)
        self.play()
        self.assertIn("Done 2026-11-30 21:21:00 UTC (22:21:00 Europe/Paris)", self.page())
        self.assertIn("Then the return is scheduled", self.page())
        self.assertIn("not known whether this was saved", self.page())

    # A39, D8
    def test_each_kind_of_move_has_words_of_its_own(self):
        seen = set()
        for playbook in ("failover", "switchover", "failback"):
            self.play(run={"playbook": playbook}, stages=["done"], notice_languages=["fr"])
            seen.add(self.page().split('class="text">')[1].split(".")[0])
            self.assertNotIn("Service desk", self.page())
        self.assertEqual(len(seen), 3)

    # A39, A37
    def test_a_restore_has_words_of_its_own(self):
        run = {"playbook": "restore", "from": "lyon", "account": "acme", "restore_to": "2026-11-30 21:00:00", "restore_into": ""}
        for more, stages, found, missing in (
                ({}, ["begun"], ("account acme is put back to an earlier state", "will not be in it any more",
                                 "2026-11-30 21:00:00 UTC (22:00:00 Europe/Paris)", "remis dans l&#39;état", "/acme/sign-in"), "{{"),
                ({}, ["begun", "done"], ("account acme was put back", "Enter again", "Saisissez de nouveau"), "site lyon"),
                ({"restore_into": "acme_old"}, ["begun"], ("Nobody is interrupted", "Personne n&#39;est interrompu"), "Expected interruption"),
                ({"restore_into": "acme_old", "restore_to": "latest"}, ["begun", "done"], ("/acme_old/sign-in", "It sends no mail",
                                                                                                  "Moment: latest"), "reload"),
                ({}, ["begun", "stopped"], ("was not completed", "n&#39;a pas abouti"), "available again")):
            self.play(run={**run, **more}, stages=stages)
            page = self.page()
            for words in found:
                self.assertIn(words, page)
            self.assertNotIn(missing, page)

    # A39
    def test_what_is_not_sent_is_a_warning_and_stands_in_the_history(self):
        said = self.play(notice_mail_server="127.0.0.1:9", notice_mail_security="none", notice_mail_from="desk@example.net",
                         notice_mail_to=["all@example.net"], notice_mail_password="the secret word")
        self.assertEqual([(one["way"], one["what"], one["sent"]) for one in self.results],
                         [("page", "begun", True), ("mail", "begun", False), ("page", "done", True), ("mail", "done", False)])
        self.assertIn("Warning: mail (begun): 127.0.0.1:9", said)
        self.assertNotIn("the secret word", said)

    # A39
    def test_settings_that_make_no_text_stop_nothing(self):
        said = self.play(notice_desk_url="{{ no_such_variable }}")
        self.assertIn("Warning", said)

    # A39, F5
    def test_a_rehearsal_tells_nobody_and_says_what_it_would_tell(self):
        said = self.play("--check", notice_mail_server="127.0.0.1:9", notice_mail_from="desk@example.net", notice_mail_to=["all@example.net"],
                         notice_mail_password="the secret word", notice_ticket_token="the other one")
        self.assertFalse((self.directory / "page.html").exists())
        for words in ("mail to all@example.net", "Service desk interrupted: site lyon takes over", "20261130T212005Z-failover"):
            self.assertIn(words, said)
        self.assertNotIn("the secret word", said)
        self.assertNotIn("the other one", said)


if __name__ == "__main__":
    unittest.main()
