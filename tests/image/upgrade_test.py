#!/usr/bin/env python3
"""`slipway upgrade` on an appliance that is booted from the image's own root: it works, comes back by itself, and is killed everywhere.

Needs root and the packages of cmake/packages/lab.txt; the root and the package are those of tests/lab/shipped.py.
SLIPWAY_UPGRADE_POINTS: names of fail points, or a number of them, instead of all; SLIPWAY_SEED: of the random kills."""
import json
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lab"))
import appliance  # noqa: E402
import image_host  # noqa: E402
import host as lab  # noqa: E402
import newer_package  # noqa: E402
import shipped  # noqa: E402

POINTS = re.findall(r'^    "([a-z_.]+)",', (HERE.parents[1] / "services/upgrade/fail_point.cpp").read_text(encoding="utf-8"), re.M)
BACK = ("aside.", "back.", "reinstalling.", "proving.", "reopening.")
BROKEN = {"usr/bin/slipway-webd": "#!/bin/false\n"}
SMALL = "[mariadbd]\ninnodb_log_file_size = 48M\n"  # 2 GiB of empty log would be copied each time
UNIT_SECONDS = 120
lab_state = {}


def setUpModule():
    appliance.need_tools()
    deb = unittest.enterModuleContext(appliance.packages())[0]
    work = pathlib.Path(tempfile.mkdtemp(prefix="slipway-upgrade-"))
    unittest.addModuleCleanup(shutil.rmtree, work)
    first = newer_package.make(deb, work, "0.1.0-1", migrates=False)
    older = newer_package.make(deb, work, "0.1.0~1", migrates=False)
    for context in (network := lab.Network(number=78), host := image_host.Appliance(network, shipped.sealed_root(), [first])):
        context.__enter__()
        unittest.addModuleCleanup(context.__exit__, None, None, None)
    shutil.copy(older, host.merged / "root")
    lab_state.update(work=work, deb=deb, host=host, version=1, older=older.name, seed=int(os.environ.get("SLIPWAY_SEED", time.time_ns() % 1_000_000)))
    print(f"seed {lab_state['seed']}", flush=True)
    sh(f"printf '{SMALL}' >/etc/mysql/mariadb.conf.d/90-lab.cnf && systemctl restart mariadb")
    lab.poll(lambda: sh("slipway upgrade test", check=False).returncode == 0, 60, "the appliance serves")
    lab_state["token"] = json.loads(out("slipway --json account token production --login admin --label test"))["token"]


def sh(script, check=True, timeout=300):
    return lab_state["host"].root_sh(script, check=check, timeout=timeout)


def out(script):
    return sh(script).stdout.strip()


def call(method, path, body=None):
    """The REST interface behind nginx, as another program uses it: status and document."""
    data = f"-H 'Content-Type: application/json' --data '{json.dumps(body)}'" if body else ""
    said = out(f"curl --silent --insecure --max-time 20 -X {method} -H 'Authorization: Bearer {lab_state['token']}' {data} "
               f"--write-out '\\n%{{http_code}}' https://127.0.0.1{path}")
    text, _, status = said.rpartition("\n")
    return int(status), json.loads(text) if text.startswith("{") else text


def newer(**options):
    """The path, on the host, of a package of the next version."""
    lab_state["version"] += 1
    version = f"0.1.0-{lab_state['version']}"
    package = newer_package.make(lab_state["deb"], lab_state["work"], version, **options)
    shutil.copy(package, lab_state["host"].merged / "root")
    package.unlink()
    return version, f"/root/{package.name}"


def installed():
    return out("dpkg-query --show --showformat '${Version} ${db:Status-Status}' slipway")


def status():
    return json.loads(out("slipway upgrade status --json"))


def arm(point, action="kill"):
    """The next process of the unit ends (or is stopped) at the point, and is not started again."""
    sh("mkdir -p /run/systemd/system/slipway-upgrade.service.d && cat >/run/systemd/system/slipway-upgrade.service.d/kill.conf <<'TEXT'\n"
       f"[Service]\nRestart=no\nEnvironment=SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point} SLIPWAY_FAIL_ACTION={action}\nTEXT\nsystemctl daemon-reload")


def disarm():
    sh("rm -rf /run/systemd/system/slipway-upgrade.service.d && systemctl daemon-reload")


def unit(what):
    return out(f"systemctl show --property={what} --value slipway-upgrade.service")


def stopped():
    """Whether the process of the unit stands at its point."""
    return out("ps -o stat= -p $(systemctl show -P MainPID slipway-upgrade) || true").startswith("T")


class Case(unittest.TestCase):
    def setUp(self):
        self.addCleanup(self.leave)

    def leave(self):
        """What a test that failed left behind is settled, so that the next one tells of itself."""
        disarm()
        sh("pid=$(systemctl show -P MainPID slipway-upgrade); test \"$pid\" -lt 2 || kill -CONT $pid; slipway upgrade resume", check=False)

    def prepare(self, **options):
        """A request that was acknowledged before the upgrade to a package."""
        self.before = installed().split()[0]
        self.version, self.package = newer(**options)
        subject = f"made before {self.version}"
        code, made = call("POST", "/api/v1/production/requests", {"subject": subject, "description": "still there?"})
        self.assertIn(code, (200, 201), made)
        self.number = made["number"]

    def check(self, wanted=None):
        """The old or the new version serves, whole, and the request is there as that version has it."""
        told = status()
        self.assertTrue(told["over"], told)
        self.assertIn(told["result"], ("upgraded", "returned") if wanted is None else (wanted,), told)
        self.assertEqual(told["remarks"], [])
        new = told["result"] == "upgraded"
        self.assertEqual(installed(), f"{self.version if new else self.before} installed")
        code, found = call("GET", f"/api/v1/production/requests/{self.number}")
        self.assertEqual(code, 200, found)
        self.assertEqual(found["subject"], f"migrated by {self.version}" if new else f"made before {self.version}")
        known = out("mariadb -BN -e 'SELECT version FROM acct_production_1.migrated_by' 2>/dev/null || true").split()
        self.assertEqual(self.version in known, new)
        self.assertEqual(sh("slipway upgrade test").returncode, 0)
        self.assertEqual(out("ls -d /var/lib/mysql/.slipway-upgrade /var/lib/slipway/upgrade/hold* 2>/dev/null || true"), "")
        self.assertEqual(out("systemctl is-active mariadb slipway.target slipway-webd slipway-jobd slipway-backupd").split(), ["active"] * 5)
        self.assertEqual(out("systemctl list-units --failed --plain --no-legend"), "")
        self.assertEqual(out("dpkg --audit"), "")
        return told

    def upgrade(self, prefix=""):
        return sh(f"{prefix} slipway upgrade {self.package}", check=False)


class Upgrade(Case):
    # C9, F9
    def test_newer_packages_serve_with_all_data(self):
        self.prepare()
        done = self.upgrade()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.check("upgraded")

    # C9
    def test_a_version_that_does_not_pass_gives_way_to_the_old_one(self):
        for spoilt in (BROKEN, {"usr/bin/slipway-backupd": "#!/bin/false\n"}, {"usr/bin/slipway": "#!/bin/false\n"}):
            with self.subTest(spoilt=list(spoilt)):
                self.prepare(replaced=spoilt)
                done = self.upgrade()
                self.assertEqual(done.returncode, 12, done.stdout + done.stderr)
                self.assertNotEqual(self.check("returned")["reason"], "")

    # C9
    def test_nobody_reaches_a_version_that_is_being_tested(self):
        self.prepare()
        arm("testing.programs_up", "stop")
        sh(f"systemd-run --quiet --collect slipway upgrade {self.package}")
        lab.poll(stopped, 120, "the test")
        self.assertEqual(status()["phase"], "testing")
        sh("test -S /run/slipway-webd/trial.sock")
        code, page = call("GET", f"/api/v1/production/requests/{self.number}")
        self.assertEqual(code, 503, page)
        self.assertNotEqual(out("systemctl is-active slipway-backupd || true"), "active")
        sh("kill -CONT $(systemctl show -P MainPID slipway-upgrade)")
        lab.poll(lambda: status()["over"] and unit("ActiveState") == "inactive", 120, "the end of it")
        self.check("upgraded")

    # C9
    def test_what_cannot_go_well_is_refused_before_anything_is_touched(self):
        before, _ = installed(), self.prepare()
        cut = f"head -c 1000000 {self.package} >/var/tmp/cut.deb && slipway upgrade /var/tmp/cut.deb"
        old = f"slipway upgrade /root/{lab_state['older']}"
        for command, code in ((cut, 11), (old, 2), ("slipway upgrade /var/tmp/none.deb", 5), ("slipway upgrade", 2),
                              (f"slipway upgrade {self.package} {self.package} --check", 2)):
            done = sh(command, check=False)
            self.assertEqual(done.returncode, code, command + done.stderr)
            self.assertIn("hint: ", done.stderr, command)
        self.assertEqual(installed(), before)
        self.assertEqual(sh(f"slipway upgrade {self.package} --check").returncode, 0)
        self.assertEqual(installed(), before)


class Killed(Case):
    def points(self):
        chosen = os.environ.get("SLIPWAY_UPGRADE_POINTS", "")
        if chosen.isdigit():
            return random.Random(lab_state["seed"]).sample(POINTS, int(chosen))
        return chosen.split(",") if chosen else POINTS

    # C9
    def test_at_every_point_the_old_or_the_new_version_serves(self):
        for point in self.points():
            with self.subTest(point=point):
                self.prepare(replaced=BROKEN if point.startswith(BACK) else None)
                if point.startswith("order."):
                    self.assertEqual(self.upgrade(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point}").returncode, 137)
                else:
                    arm(point)
                    sh(f"systemd-run --quiet --collect slipway upgrade {self.package}")
                    lab.poll(lambda: unit("Result") == "signal", UNIT_SECONDS, f"the end at {point}")
                    disarm()
                self.settle(point)

    def settle(self, point):
        """By hand, as after a kill; what was not ordered yet is upgraded by the same command."""
        if point in ("order.packages_kept", "order.unit_written"):
            self.assertEqual(self.upgrade().returncode, 0)
        else:
            sh("slipway upgrade resume", check=False)
        self.check("returned" if point.startswith(BACK) or point.startswith(("closing", "copying", "installing", "migrating", "testing")) else "upgraded")

    # C9
    def test_after_a_power_cut_the_next_boot_settles_it(self):
        host = lab_state["host"]
        for point in ("order.recorded", "copying.some", "installing.unpacked", "migrating.migrated", "committed.recorded", "aside.some", "back.some"):
            with self.subTest(point=point):
                self.prepare(replaced=BROKEN if point.startswith(BACK) else None)
                if point.startswith("order."):
                    self.upgrade(f"SLIPWAY_TEST=1 SLIPWAY_FAIL_POINT={point}")
                else:
                    arm(point, "stop")
                    sh(f"systemd-run --quiet --collect slipway upgrade {self.package}")
                    lab.poll(stopped, 120, point)
                host.kill()
                host.boot()
                lab.poll(lambda: status()["over"] and unit("ActiveState") in ("inactive", ""), 180, f"settled after {point}")
                lab.poll(lambda: sh("slipway upgrade test", check=False).returncode == 0, 60, "it serves")
                self.check("upgraded" if point in ("order.recorded", "committed.recorded") else "returned")

    # C9
    def test_at_random_moments_the_unit_settles_it_by_itself(self):
        draw = random.Random(lab_state["seed"])
        for attempt in range(int(os.environ.get("SLIPWAY_UPGRADE_KILLS", "6"))):
            delay = draw.uniform(0.0, 9.0)
            with self.subTest(attempt=attempt, delay=delay):
                self.prepare(replaced=BROKEN if attempt % 2 else None)
                sh(f"systemd-run --quiet --collect slipway upgrade {self.package}")
                lab.poll(lambda: unit("MainPID") not in ("", "0"), 60, "the unit works")
                moment = time.monotonic() + delay
                lab.poll(lambda: time.monotonic() >= moment, 60, "the moment")
                sh("pid=$(systemctl show -P MainPID slipway-upgrade); test \"$pid\" -lt 2 || kill -KILL $pid", check=False)
                lab.poll(lambda: status()["over"] and unit("ActiveState") == "inactive", 180, "the end of it")
                self.check()


if __name__ == "__main__":
    unittest.main(verbosity=2)
