#!/usr/bin/env python3
"""What people are told when the writes of two sites move: mails in a mailbox, a request in the desk, a page; with a mail server that answers,
refuses, and is gone.

Needs root, the packages of cmake/packages/lab.txt, and our packages (appliance.packages). The figures that it sees are on its standard error."""
import json
import pathlib
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import appliance  # noqa: E402  (beside this file)
import mail_server  # noqa: E402
import name_server  # noqa: E402
import sites  # noqa: E402
import two_site_desk as desk  # noqa: E402
from roots import LabError, poll  # noqa: E402

SENDER = f"{mail_server.SENDER}@{name_server.ZONE}"
PEOPLE = f"{mail_server.PERSON}@{name_server.ZONE}"
BECAUSE = "été : incendie & <coupure>"


def figure(what, value):
    print(f"figure: {what}: {value}", file=sys.stderr, flush=True)


class NoticeDesk(desk.TwoSiteDesk):
    """Two sites whose moves are told of."""

    def ready(self):
        self.play("site.yml")
        said = self.hosts[self.in_step()].root_sh("slipway account token production --login admin --label notices --json")
        self.ticket_token = json.loads(said.stdout)["token"]
        self.page, self.ca = self.work / "status.html", self.work / "mail-ca.pem"
        self.ca.write_text(mail_server.certificate(self.hosts["dns"]), encoding="ascii")

    def told(self, **more):
        return {"notice_mail_server": f"{self.hosts['dns'].address}:587", "notice_mail_user": SENDER, "notice_mail_password": mail_server.PASSWORD,
                "notice_mail_ca": str(self.ca), "notice_mail_from": f"Slipway <{SENDER}>", "notice_mail_to": [PEOPLE], "notice_languages": ["en", "fr"],
                "notice_ticket_token": self.ticket_token, "notice_status_page": str(self.page), "base_timezone": "Europe/Paris", **more}

    def ordered(self, name, *options, check=True, notices=None, **words):
        """A playbook with its answers; what it said, and for how long it ran."""
        answers = {"ordered_by": "Zoé Dupont", "because": BECAUSE, **words}
        began = time.monotonic()
        said = self.play(name, *options, *(part for key, value in answers.items() for part in ("-e", json.dumps({key: value}))), check=check,
                         **self.told(**(notices or {})))
        return said, time.monotonic() - began

    def mails(self, count):
        """So many mails, as the person reads them: [(subject, text)]."""
        def look():
            found = mail_server.mails(self.hosts["dns"])
            return found if len(found) >= count else None
        found = poll(look, 20, f"{count} mails") if count else mail_server.mails(self.hosts["dns"])
        return [(str(one["Subject"]), one.get_content()) for one in found]

    def requests(self, key=""):
        """The desk's requests that tell of runs, oldest first: (number, subject, status)."""
        rows = self.database(self.holder(), "SELECT number, subject FROM request WHERE subject LIKE '%-failover]' OR subject LIKE '%-switchover]' "
                                            "OR subject LIKE '%-failback]' ORDER BY number;")
        return [(int(number), subject) for number, subject in rows if key in subject]

    def request(self, number):
        said = self.hosts[self.holder()].root_sh(
            f"curl -sSkf -H @- https://127.0.0.1/api/v1/production/requests/{number} <<'HEADER'\nAuthorization: Bearer {self.ticket_token}\nHEADER")
        return json.loads(said.stdout)

    def history(self, name):
        """The newest run as a member has it."""
        return json.loads(self.hosts[name].root_sh("cat $(ls -d /var/lib/slipway/site-runs/* | tail -n 1)").stdout)


class Notices(unittest.TestCase):
    """In this order: each begins with what the one before has left, two sites in step."""

    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(NoticeDesk())
        cls.lab.ready()

    def setUp(self):
        self.before = self.lab.in_step()
        self.other = next(site for site in sites.GROUPS["sites"] if site != self.before)
        mail_server.forget(self.lab.hosts["dns"])
        self.known = len(self.lab.requests())

    def new_request(self):
        """The one request that this test's run has left."""
        found = self.lab.requests()
        self.assertEqual(len(found), self.known + 1, found)
        return self.lab.request(found[-1][0])

    # A39, F5
    def test_1_a_rehearsal_tells_nobody(self):
        said, _ = self.lab.ordered("switchover.yml", "--check", target=self.other)
        self.assertIn(f"mail to {PEOPLE}", said.stdout)
        self.assertNotIn(mail_server.PASSWORD, said.stdout)
        self.assertNotIn(self.lab.ticket_token, said.stdout)
        self.assertEqual((self.lab.mails(0), len(self.lab.requests()), self.lab.page.exists()), ([], self.known, False))
        self.assertEqual(self.lab.holder(), self.before)

    # D8, A39, A38
    def test_2_a_move_is_told_before_and_after_in_both_languages(self):
        said, _ = self.lab.ordered("switchover.yml", "-vv", target=self.other)
        for secret in (mail_server.PASSWORD, self.lab.ticket_token):
            self.assertNotIn(secret, said.stdout + said.stderr)
        self.assertNotIn("Warning:", said.stdout)
        first, second = self.lab.mails(2)
        self.assertEqual(first[0], "Service desk: maintenance, short interruption now / Centre de services : maintenance, brève interruption maintenant")
        for words in ("Expected interruption: at most about 10 minutes", f"Reason: {BECAUSE}", "Ordonné par : Zoé Dupont", "(", "Europe/Paris"):
            self.assertIn(words, first[1])
        request = self.new_request()
        for words in (f"Sign-in: https://{name_server.DESK}/production/sign-in", f"/production/requests/{request['number']}", "Rien n'a été perdu",
                      "not known whether this was saved"):
            self.assertIn(words, second[1])
        page = self.lab.page.read_text(encoding="utf-8")
        self.assertIn("Done ", page)
        self.assertIn("été : incendie &amp; &lt;coupure&gt;", page)
        self.assertEqual((request["status"], len(request["messages"])), ("closed", 2))
        description = request["messages"][0]["body"]
        epoch = self.lab.status(self.other)["epoch"]
        for words in (f"From: {self.before}", f"To: {self.other}", "Epoch before: ", f"Reason: {BECAUSE}"):
            self.assertIn(words, description)
        self.assertIn(f"Epoch now: {epoch}", request["messages"][1]["body"])
        for member in sites.GROUPS["sites"]:
            run = self.lab.history(member)
            self.assertEqual((run["state"], [one["sent"] for one in run["notices"]]), ("done", [True] * 5), run)

    # D7
    def test_3_an_order_that_is_refused_is_told_to_nobody(self):
        self.assertNotEqual(self.lab.ordered("failover.yml", check=False, confirm=self.other)[0].returncode, 0)
        self.assertEqual((self.lab.mails(0), len(self.lab.requests())), ([], self.known))
        self.assertEqual(self.lab.history(self.other)["state"], "refused")

    # A39, D7
    def test_4_a_lost_site_whatever_the_mail_server_does(self):
        figures = {}
        for name, notices in (("without", {"notice_mail_server": "", "notice_ticket_token": "", "notice_status_page": ""}), ("told", {}),
                              ("silent", {"notice_mail_server": f"{self.lab.network.address(250)}:587"})):
            lost = self.lab.in_step()
            to = next(site for site in sites.GROUPS["sites"] if site != lost)
            mail_server.forget(self.lab.hosts["dns"])
            count = len(self.lab.requests())
            self.lab.hosts[lost].kill()
            said, figures[name] = self.lab.ordered("failover.yml", confirm=to, notices=notices)
            figure(f"failover.yml, {name}, seconds", round(figures[name], 1))
            self.assertEqual(self.lab.holder(), to)
            run = self.lab.history("witness")
            self.assertEqual(run["state"], "done")
            if name == "told":
                first, second = self.lab.mails(2)
                self.assertIn(f"Site {lost} is lost. Site {to} takes over.", first[1])
                self.assertIn("Then the return is scheduled", second[1])
                self.assertTrue(all(one["sent"] for one in run["notices"]), run)
            if name == "silent":
                self.assertIn("Warning: mail (begun)", said.stdout)
                self.assertEqual([one["sent"] for one in run["notices"] if one["way"] == "mail"], [False, False], run)
            if name != "without":
                requests = self.lab.requests()
                self.assertEqual(len(requests), count + 1)
                self.assertEqual(self.lab.request(requests[-1][0])["status"], "closed")
            self.lab.hosts[lost].boot()
        # A loaded machine's own differences are larger than the second that notices may take.
        self.assertLess(figures["silent"] - figures["without"], 20)

    # A39, F4
    def test_5_a_run_that_was_killed_has_one_request_when_it_is_given_again(self):
        """Killed with the writes moved and the request written, before anybody is told and before the history says so."""
        self.lab.hosts[self.before].kill()
        words = {"ordered_by": "Zoé Dupont", "because": BECAUSE, "confirm": self.other}
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.lab.network.controller, "ansible-playbook", "-i", self.lab.write_inventory(self.lab.variables(**self.lab.told())),
             appliance.REPOSITORY / "ansible/playbooks/failover.yml", *(part for key, value in words.items() for part in ("-e", json.dumps({key: value})))],
            env=self.lab.ansible_environment(), cwd=appliance.REPOSITORY / "ansible", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        told = 0
        for line in process.stdout:
            told += bool(re.match(r"TASK \[notice : Mail and page\]", line))
            if told == 2:
                process.kill()
                break
        process.stdout.close()
        process.wait(60)
        self.assertEqual(self.lab.history("witness")["state"], "begun")
        self.lab.ordered("failover.yml", confirm=self.other)
        run = self.lab.history("witness")
        self.assertEqual((run["state"], run["from"], run["to"]), ("done", self.before, self.other))
        request = self.new_request()
        self.assertEqual((request["status"], len(request["messages"])), ("closed", 2))
        self.lab.hosts[self.before].boot()

    # D8, A39
    def test_6_the_way_back_has_words_of_its_own_and_a_refusal_is_a_warning(self):
        if self.lab.in_step() == "paris":
            self.lab.ordered("switchover.yml", target="lyon")
            self.lab.in_step()
            mail_server.forget(self.lab.hosts["dns"])
        said, _ = self.lab.ordered("failback.yml", notices={"notice_mail_to": [PEOPLE, f"nobody@{name_server.ZONE}"]})
        self.assertEqual(self.lab.holder(), "paris")
        self.assertIn(f"nobody@{name_server.ZONE}: 550", said.stdout)
        self.assertEqual(self.lab.mails(2)[1][0].split(" / ")[0], "Service desk available, back on site paris")
        said, _ = self.lab.ordered("switchover.yml", target="lyon", notices={"notice_mail_password": "not this"})
        self.assertIn("Warning: mail (begun)", said.stdout)
        self.assertIn("535", said.stdout)


if __name__ == "__main__":
    try:
        unittest.main(verbosity=2, failfast=True)
    except LabError as fault:
        sys.exit(f"lab: {fault}")
