#!/usr/bin/env python3
"""restore.yml on this machine alone: what it refuses, does once, goes on with and tells, with members that are made up (restore_fake_member).
Needs root, ansible-core and openssl. The same on booted hosts with real databases: tests/lab/restore_test.py."""
import http.server
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ANSIBLE = HERE.parents[1] / "ansible"
ORDER = {"ordered_by": "Zoé Dupont", "because": "a mistake", "restore_account": "acme", "restore_to": "2026-11-30T21:00:00Z", "restore_into": "",
         "confirm": "acme"}
MEMBERS = ("paris", "lyon", "witness")


class Page(http.server.BaseHTTPRequestHandler):
    """The sign-in page of every account."""

    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200 if self.path.endswith("/sign-in") else 404)
        self.end_headers()
        self.wfile.write(b'<input name="csrf" value="x">')

    def log_message(self, *_):
        pass


class Restore(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="slipway-restore-test-"))
        self.addCleanup(shutil.rmtree, self.place)
        for name in ("bin", "units", *MEMBERS):
            (self.place / name).mkdir()
        for name in ("slipway", "systemd-run", "systemctl", "mariadb", "df"):
            (self.place / "bin" / name).symlink_to(HERE / "restore_fake_member")
        self.change(holder="paris", down=[], behind=False, seconds=0, fault="", answer_lost=False, room=1 << 40, begun=0, done=0, new=True,
                    accounts={"acme": {"number": 2, "database": "acct_acme_2", "state": "active", "state_reason": ""}})
        self.serve()
        self.page = self.place / "status.html"

    def serve(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=desk", "-keyout", self.place / "key", "-out", self.place / "pem"], check=True, capture_output=True, timeout=60)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place / "pem", self.place / "key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port = server.server_address[1]

    def change(self, new=False, **values):
        file = self.place / "state.json"
        state = {} if new else json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**state, **values}), encoding="utf-8")

    def state(self):
        return json.loads((self.place / "state.json").read_text(encoding="utf-8"))

    def inventory(self):
        hosts = {}
        for name in MEMBERS:
            python = self.place / f"python-{name}"
            python.write_text(f'#!/bin/sh\nFAKE={self.place} FAKE_HOST={name} PATH={self.place}/bin:$PATH exec /usr/bin/python3 "$@"\n',
                              encoding="ascii")
            python.chmod(0o755)
            hosts[name] = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": str(python),
                           "site_history": str(self.place / name / "runs"), "site_own_url": f"https://127.0.0.1:{self.port}"}
        groups = {"sites": {"hosts": {name: hosts[name] for name in ("paris", "lyon")}}, "witnesses": {"hosts": {"witness": hosts["witness"]}}}
        given = {"site_desk_name": "desk.example.net", "base_timezone": "Europe/Paris", "notice_languages": ["en", "fr"],
                 "notice_status_page": str(self.page)}
        file = self.place / "hosts.json"
        file.write_text(json.dumps({"all": {"children": groups, "vars": given}}), encoding="utf-8")
        return file

    def start(self, *options, **words):
        answers = [part for key, value in {**ORDER, **words}.items() for part in ("-e", json.dumps({key: value}))]
        return subprocess.Popen(["ansible-playbook", "-i", self.inventory(), ANSIBLE / "playbooks/restore.yml", *answers, *options], text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, cwd=ANSIBLE,
                                env={**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8",
                                     "PYTHONUNBUFFERED": "1"})

    def play(self, *options, well=True, **words):
        process = self.start(*options, **words)
        said = process.communicate(timeout=600)[0]
        self.assertEqual(process.returncode == 0, well, said)
        return said

    def kill_at(self, task, times=1, **words):
        """Kills the playbook as the task of this name begins, the first time or a later one, as if its machine was gone."""
        seen = []
        with self.start(**words) as process:
            for line in process.stdout:
                seen.append(line)
                times -= line.startswith("TASK [") and line.split("[", 1)[1].split("]")[0].split(" : ")[-1] == task
                if times == 0:
                    break
            else:
                self.fail(f"no task {task}:\n{''.join(seen)}")
            os.killpg(process.pid, signal.SIGKILL)

    def history(self, name="witness"):
        return [json.loads(file.read_text(encoding="utf-8")) for file in sorted((self.place / name / "runs").glob("*.json"))]

    def served(self):
        return {name: one["database"] for name, one in self.state()["accounts"].items()}

    # A37, E4
    def test_an_account_goes_back_in_its_place_and_the_history_has_it(self):
        said = self.play()
        for words in ("20261130t030000z-full in repository even, which is proven", "last transaction that is in: 0-1-40 (2026-11-30T21:00:00Z)",
                      "first one that is not in: 0-1-41", "is kept: database acct_acme_2", "this playbook once more, to 2026-11-30T21:20:04Z"):
            self.assertIn(words, " ".join(said.split()))
        self.assertEqual((self.state()["done"], self.served()), (1, {"acme": "acct_acme_3"}))
        for name in MEMBERS:
            run, = self.history(name)
            self.assertEqual([run[key] for key in ("state", "ordered_by", "because", "from", "to")], ["done", "Zoé Dupont", "a mistake", "paris", "paris"])
            self.assertEqual((run["restored"]["set_aside"], run["restored"]["gtid"]), ("acct_acme_2", "0-1-40"))
        page = self.page.read_text(encoding="utf-8")
        for words in ("account acme was put back", "2026-11-30 21:00:00 UTC (22:00:00 Europe/Paris)", "https://desk.example.net/acme/sign-in",
                      "a été remis"):
            self.assertIn(words, page)

    # A37
    def test_it_is_done_where_the_writes_are_and_beside_the_account_without_a_confirmation(self):
        self.change(holder="lyon")
        said = self.play(restore_into="acme_old", confirm="")
        self.assertIn("slipway account delete acme_old --confirm acme_old", " ".join(said.split()))
        self.assertEqual(self.served(), {"acme": "acct_acme_2", "acme_old": "acct_acme_old_1"})
        self.assertEqual([one.suffix for one in sorted((self.place / "lyon/runs").iterdir())], [".answer", ".fault", ".json"])
        self.assertEqual([one.suffix for one in (self.place / "paris/runs").iterdir()], [".json"])

    # A37, F4
    def test_an_order_that_is_not_whole_or_not_possible_does_nothing_and_says_why(self):
        for words, why in (({"confirm": "acme_"}, "type its name as confirm"), ({"ordered_by": ""}, "The order needs"),
                           ({"restore_to": ""}, "The order needs"),
                           ({"restore_account": "--help", "confirm": "--help"}, "The order needs"), ({"restore_into": "acme"}, "The order needs"),
                           ({"restore_account": "nobody", "confirm": "nobody"}, "is not on this server"),
                           ({"restore_to": "2999-01-01T00:00:00Z"}, "is in the future")):
            self.assertIn(why, " ".join(self.play(well=False, **words).split()), words)
        self.change(room=1000)
        self.assertIn("The disks have no room for it", " ".join(self.play(well=False).split()))
        self.change(room=1 << 40, down=["lyon"])
        self.assertIn("lyon: does not answer", " ".join(self.play(well=False).split()))
        self.assertEqual((self.state()["begun"], self.served(), self.page.exists()), (0, {"acme": "acct_acme_2"}, False))
        self.assertEqual({one["state"] for one in self.history("paris")}, {"refused"})
        self.play("-e", "restore_alone=true")
        self.assertEqual(self.served(), {"acme": "acct_acme_3"})

    # A37, E4
    def test_a_check_shows_the_plan_and_changes_nothing(self):
        said = " ".join(self.play("--check").split())
        for words in ("what is served now, acct_acme_2, is kept", "changed: [paris]", "account acme is put back to an earlier state"):
            self.assertIn(words, said)
        self.assertEqual((self.state()["begun"], self.served(), self.page.exists()), (0, {"acme": "acct_acme_2"}, False))
        self.assertEqual([one for name in MEMBERS for one in (self.place / name).iterdir()], [])

    # A37, F4
    def test_killed_anywhere_the_next_run_restores_once(self):
        tasks = (("The run", 1), ("This run in the history", 1), ("The plan", 1), ("The first notice", 1), ("The account is restored", 1),
                 ("The restore ends", 1), ("What has become of it", 2), ("The account is served", 1), ("The second notice", 1),
                 ("What was restored", 2), ("This run in the history", 2))
        for number, (task, times) in enumerate(tasks):
            before = 2 + number
            self.change(seconds=2, begun=0, done=0)
            words = {"restore_to": f"2026-11-30T21:00:{number:02d}Z"}
            self.kill_at(task, times, **words)
            said = self.play(**words)
            self.assertEqual((self.state()["begun"], self.state()["done"], self.served()), (1, 1, {"acme": f"acct_acme_{before + 1}"}), (task, said))
            run = self.history()[-1]
            self.assertEqual((run["state"], run["restored"]["set_aside"]), ("done", f"acct_acme_{before}"), task)

    # A37, F4
    def test_a_restore_whose_answer_was_lost_is_not_done_again_also_not_at_the_other_site(self):
        self.change(answer_lost=True, seconds=1)
        self.kill_at("The restore ends")
        self.wait_for_restore()
        self.change(holder="lyon")
        said = " ".join(self.play().split())
        self.assertIn("the answer of the restore was lost", said)
        self.assertIn("is kept: database acct_acme_2", said)
        self.assertEqual((self.state()["begun"], self.served()), (1, {"acme": "acct_acme_3"}))

    # A37, F4
    def test_one_that_fails_says_why_and_the_next_one_begins_anew(self):
        self.change(fault="directory '/work': the disk is full")
        self.assertIn("the disk is full; hint: do otherwise", " ".join(self.play(well=False).split()))
        self.assertIn("was not completed", self.page.read_text(encoding="utf-8"))
        self.assertEqual(self.history("paris")[-1]["state"], "failed")
        # Somebody else restores it meanwhile: that is not taken for this order's.
        self.change(fault="", accounts={"acme": {"number": 5, "database": "acct_acme_5", "state": "migrating", "state_reason": ""}})
        time.sleep(1)
        self.play()
        self.assertEqual((self.state()["begun"], self.served()), (2, {"acme": "acct_acme_6"}))

    # F4
    def test_another_order_waits_for_the_one_that_is_at_work(self):
        self.change(seconds=20)
        self.kill_at("The restore ends")
        time.sleep(1)
        self.assertIn("a restore is at work", " ".join(self.play(well=False, restore_to="latest").split()))
        self.wait_for_restore()
        self.assertEqual(self.state()["begun"], 1)

    def wait_for_restore(self):
        deadline = time.monotonic() + 60
        while self.state()["done"] == 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)


if __name__ == "__main__":
    unittest.main()
