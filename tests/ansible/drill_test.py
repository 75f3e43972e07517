#!/usr/bin/env python3
"""drill.yml on two directories of this machine: what it lays, what it refuses. Needs ansible-core, openssl and root (files belong to root); no lab:
in the place of ./dev stands a program that leaves a signed report, and hands --verify to the real one."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ANSIBLE = REPOSITORY / "ansible"
sys.path.insert(0, str(REPOSITORY / "tests/lab"))
sys.dont_write_bytecode = True
import drill_keep as keep  # noqa: E402  (tests/lab)
import drill_report  # noqa: E402
import drill_report_test as example  # noqa: E402

DEV = """#!/bin/sh
case " $* " in
  *" --verify "*) shift; exec "{python}" "{lab}" "$@" ;;
  *) printf '%s\\n' "$@" >"{place}/asked"; cat "{place}/answer"; exit "$(cat "{place}/status")" ;;
esac
"""


@unittest.skipUnless(os.geteuid() == 0, "files that belong to root are made by root")
class Laying(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A key takes its time; it is made once."""
        cls.state = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="slipway-drill-key-"))

    def setUp(self):
        self.place = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="slipway-drill-play-")))
        os.environ["XDG_STATE_HOME"] = self.state
        self.drills = self.place / "drills"
        dev = self.place / "dev"
        dev.write_text(DEV.format(python=sys.executable, lab=REPOSITORY / "tests/lab/lab.py", place=self.place), encoding="utf-8")
        dev.chmod(0o755)
        for site in ("paris", "lyon"):
            (self.place / site / "lib").mkdir(parents=True)
        hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "site_drill_place": str(self.place / name / "drills"),
                        "site_history": str(self.place / name / "runs"), "site_drill_group": "root"} for name in ("paris", "lyon")}
        self.inventory = {"all": {"children": {"sites": {"hosts": hosts}, "witnesses": {"hosts": {}}}}}

    def signed(self, **more):
        """A drill's directory, as ./dev lab drill leaves it."""
        facts = example.drill(**more)
        key, facts["signed_by"] = keep.require_key(self.drills)
        directory = self.drills / facts["drill"]
        directory.mkdir()
        (directory / "report.json").write_text(json.dumps(facts), encoding="utf-8")
        (directory / "report.html").write_text(drill_report.page(facts, []), encoding="utf-8")
        (directory / "records-failover.jsonl").write_text("{}\n", encoding="utf-8")
        keep.sign(directory, key)
        return directory, facts

    def play(self, *options, status=0, **variables):
        (self.place / "hosts.json").write_text(json.dumps(self.inventory), encoding="utf-8")
        words = {"drill_dev": str(self.place / "dev"), "drill_out": str(self.drills), **variables}
        done = subprocess.run(["ansible-playbook", "-i", self.place / "hosts.json", ANSIBLE / "playbooks/drill.yml", "-e", json.dumps(words), *options],
                              text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False, cwd=ANSIBLE,
                              env={**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.returncode != 0, status != 0, done.stdout + done.stderr)
        return done.stdout

    def there(self, site):
        """What lies on a site: names, modes, times."""
        top = self.place / site
        return {str(path.relative_to(top)): (oct(path.stat().st_mode & 0o777), path.stat().st_mtime_ns)
                for path in sorted(top.rglob("*")) if path.is_file()}

    # F3, E4
    def test_a_report_is_laid_on_both_sites_once_and_a_check_says_so(self):
        directory, facts = self.signed()
        before = self.there("paris")
        said = self.play("--check", drill_report=str(directory))
        for site in ("paris", "lyon"):
            self.assertRegex(said, rf"{site}\s*: ok=\d+\s+changed=[1-9]")
        self.assertEqual(self.there("paris"), before)
        self.play(drill_report=str(directory))
        for site in ("paris", "lyon"):
            laid = self.place / site / "drills" / facts["drill"]
            self.assertEqual(sorted(path.name for path in laid.iterdir()), ["SHA256SUMS", "SHA256SUMS.sig", "report.html", "report.json"])
            for path in laid.iterdir():
                self.assertEqual(path.read_bytes(), (directory / path.name).read_bytes())
                self.assertEqual((path.stat().st_mode & 0o777, path.stat().st_uid), (0o640, 0))
            self.assertEqual((self.place / site / "drills" / f"key-{facts['signed_by'][:16]}.pub").read_bytes(), (self.drills / keep.KEY).read_bytes())
            self.assertEqual([path.name for path in (self.place / site / "drills").glob(".*")], [])
            run = json.loads((self.place / site / "runs" / "2026-01-01T000000Z-drill.json").read_text(encoding="utf-8"))
            self.assertEqual((run["state"], run["ordered_by"], run["drill"]), ("done", "A. Operator", facts["drill"]))
        before = self.there("paris"), self.there("lyon")
        for options in ((), ("--check",)):
            said = self.play(*options, drill_report=str(directory))
            self.assertNotRegex(said, r"changed=[1-9]")
        self.assertEqual((self.there("paris"), self.there("lyon")), before)

    # F3
    def test_what_was_damaged_or_cut_off_is_laid_again(self):
        directory, facts = self.signed()
        self.play(drill_report=str(directory))
        place = self.place / "lyon/drills"
        (place / facts["drill"] / "report.json").write_text("{", encoding="utf-8")
        hidden = place / f".{facts['drill']}"
        hidden.mkdir()
        (hidden / "report.json").write_text("cut o", encoding="utf-8")
        said = self.play("--check", drill_report=str(directory))
        self.assertRegex(said, r"lyon\s*: ok=\d+\s+changed=[1-9]")
        self.assertRegex(said, r"paris\s*: ok=\d+\s+changed=0")
        self.play(drill_report=str(directory))
        self.assertEqual((place / facts["drill"] / "report.json").read_bytes(), (directory / "report.json").read_bytes())
        self.assertEqual(list(place.glob(".*")), [])

    # F3
    def test_a_drill_is_run_in_the_name_of_who_orders_it(self):
        directory, facts = self.signed()
        shutil.copy(directory / "report.json", self.place / "answer")
        (self.place / "status").write_text("0", encoding="utf-8")
        said = self.play(ordered_by="Zoé Müller", because="a & b")
        asked = (self.place / "asked").read_text(encoding="utf-8").splitlines()
        self.assertEqual(asked, ["lab", "drill", "--out", str(self.drills), "--json", "--by", "Zoé Müller", "--because", "a & b"])
        self.assertIn(f"Drill {facts['drill']}: passed", said)
        self.assertTrue((self.place / "paris/drills" / facts["drill"] / "report.json").exists())
        (self.place / "asked").unlink()
        self.assertIn("No drill is run by --check", self.play("--check", ordered_by="Zoé"))
        self.assertIn("needs the name", self.play(ordered_by="", status=1))
        self.assertFalse((self.place / "asked").exists())
        (self.place / "answer").write_text("", encoding="utf-8")
        self.play(ordered_by="Zoé", because="x", status=1)

    # F3, A39
    def test_a_drill_that_missed_its_goals_is_laid_and_the_playbook_fails(self):
        directory, facts = self.signed(goals={"rto_seconds": 10.0, "rpo_transactions": 0})
        shutil.copy(directory / "report.json", self.place / "answer")
        (self.place / "status").write_text("1", encoding="utf-8")
        for variables in ({"ordered_by": "Zoé", "because": "x"}, {"drill_report": str(directory)}):
            said = self.play(status=1, **variables)
            self.assertIn(f"Drill {facts['drill']}: failed, missed: RTO.", " ".join(said.split()))
        for site in ("paris", "lyon"):
            self.assertTrue((self.place / site / "drills" / facts["drill"] / "report.json").exists())

    # F3
    def test_a_report_that_is_not_as_it_was_signed_is_laid_nowhere(self):
        directory, _ = self.signed()
        key = self.place / "another.pub"
        key.write_bytes(subprocess.run("openssl genrsa 3072 2>/dev/null | openssl rsa -pubout 2>/dev/null", shell=True, check=True, capture_output=True).stdout)
        self.assertIn("proves nothing", self.play(status=1, drill_report=str(directory), drill_key=str(key)))
        page = directory / "report.html"
        page.write_bytes(page.read_bytes() + b" ")
        self.assertIn("report.html differs from what was signed", " ".join(self.play(status=1, drill_report=str(directory)).split()))
        self.assertFalse((self.place / "paris/drills").exists())

    # F3
    def test_a_site_that_does_not_answer_is_named_and_the_other_one_has_the_report(self):
        directory, facts = self.signed()
        lost = self.inventory["all"]["children"]["sites"]["hosts"]["lyon"]
        lost.update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=9, ansible_ssh_retries=0)
        said = " ".join(self.play(status=1, drill_report=str(directory)).split())
        self.assertIn("It is not on lyon: run this again with", said)
        self.assertTrue((self.place / "paris/drills" / facts["drill"] / "report.json").exists())


if __name__ == "__main__":
    unittest.main()
