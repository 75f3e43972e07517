"""What is set on a configured appliance, looked at from inside. `self.desk` is it (appliance.py)."""
import json

import hardening
import host as lab

REACHED = {"prometheus", "alertmanager", "node", "mysqld", "blackbox", "process", "https", "slipway-webd", "slipway-jobd", "slipway-backupd"}
# What the doctor rightly says of a host of the lab: nspawn's own mounts, no way out of its network, nothing named yet by a customer.
OF_THE_LAB = {"system.disk.writable", "packages.lists", "network.default_route", "backups.enabled", "monitoring.alerts", "monitoring.receivers",
              "security.core_dumps"}


class Database:
    def test_it_has_its_settings_and_no_network(self):
        names = ("innodb_flush_log_at_trx_commit", "sync_binlog", "binlog_format", "gtid_strict_mode", "skip_networking", "local_infile", "log_bin",
                 "character_set_server", "time_zone", "innodb_buffer_pool_size", "server_id")
        rows = self.desk.sh(f"mariadb -BN -e \"SHOW GLOBAL VARIABLES WHERE Variable_name IN {names}\"")
        found = dict(row.split("\t") for row in rows.splitlines())
        wanted = {"innodb_flush_log_at_trx_commit": "1", "sync_binlog": "1", "binlog_format": "ROW", "gtid_strict_mode": "ON", "skip_networking": "ON",
                  "local_infile": "OFF", "log_bin": "ON", "character_set_server": "utf8mb4", "time_zone": "+00:00"}
        self.assertEqual({key: found[key] for key in wanted}, wanted)
        written = self.desk.sh("cat /etc/mysql/mariadb.conf.d/70-machine.cnf")
        self.assertIn(f"server_id = {found['server_id']}\n", written)
        self.assertIn(f"innodb_buffer_pool_size = {int(found['innodb_buffer_pool_size']) // 2**20}M\n", written)
        self.assertEqual(self.desk.sh("mariadb -BN -e \"SELECT COUNT(*) FROM mysql.global_priv WHERE User = ''\""), "0")

    def test_backup_agent_reads_every_table_and_changes_none(self):
        self.desk.sh("mariadb -e 'CREATE DATABASE IF NOT EXISTS lab_rights; CREATE OR REPLACE TABLE lab_rights.one (a INT) SELECT 1 AS a; FLUSH TABLES'")
        self.addCleanup(self.desk.sh, "mariadb -e 'DROP DATABASE IF EXISTS lab_rights'")
        user = "setpriv --reuid slipway-backup --regid slipway-backup --groups $(getent group mysql | cut -d: -f3)"
        # debian-start writes mysql_upgrade_info, which holds a version and no table.
        self.assertEqual(self.desk.sh(f"{user} find /var/lib/mysql ! -readable ! -name '*.flag' ! -name mysql_upgrade_info"), "")
        self.assertEqual(self.desk.sh(f"{user} find /var/lib/mysql -writable"), "")

    def test_exporters_user_sees_counters_alone(self):
        grants = self.desk.sh("mariadb -BN -e 'SHOW GRANTS FOR prometheus@localhost'")
        self.assertNotIn("ALL PRIVILEGES", grants)
        self.assertNotRegex(grants, r"SELECT ON `?\*|INSERT|UPDATE|DELETE")
        refused = self.desk.host.root_sh(
            "setpriv --reuid prometheus --regid prometheus --clear-groups mariadb -u prometheus -e 'SELECT * FROM mysql.user'", check=False)
        self.assertNotEqual(refused.returncode, 0)


class Watching:
    def test_prometheus_reaches_everything_it_watches(self):
        seen = {}

        def all_up():
            answer = json.loads(self.desk.sh("curl -sS 'http://127.0.0.1:9090/api/v1/query?query=up'"))
            seen.update((row["metric"]["job"], row["value"][1]) for row in answer["data"]["result"])
            return set(seen) == REACHED and set(seen.values()) == {"1"}
        try:
            lab.poll(all_up, 120, "all targets up")
        except lab.LabError as fault:
            self.fail(f"{fault}: {seen}")
        probe = json.loads(self.desk.sh("curl -sS 'http://127.0.0.1:9090/api/v1/query?query=probe_success+and+on()+mysql_up==1'"))
        self.assertEqual([row["value"][1] for row in probe["data"]["result"]], ["1"])

    def test_alert_rules_say_what_they_are_for(self):
        copy = "mkdir -p /tmp/rules-test/rules && cp /etc/prometheus/rules/*.yml /tmp/rules-test/rules/ && cat >/tmp/rules-test/rules_test.yml <<'TEXT'\n"
        cases = (lab.roots.IMAGES.parent / "tests/ansible/rules_test.yml").read_text(encoding="utf-8")
        result = self.desk.host.root_sh(f"{copy}{cases}\nTEXT\npromtool test rules /tmp/rules-test/rules_test.yml", check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    # C9
    def test_updates_are_of_security_and_inside_the_window(self):
        origins = self.desk.sh("apt-config dump Unattended-Upgrade::Origins-Pattern | sed -n 's/.*:: //p'")
        self.assertEqual(origins, '"origin=Debian,codename=${distro_codename}-security,label=Debian-Security";')
        self.assertEqual(self.desk.sh("systemctl show -P TimersCalendar apt-daily-upgrade.timer | grep -o 'OnCalendar=[^;]*' | tr -s ' '").strip(),
                         "OnCalendar=Sun *-*-* 03:00:00")


class Hardness:
    # A2
    def test_nobody_signs_in_over_ssh_with_a_password_or_as_root(self):
        settings = dict(line.split(" ", 1) for line in self.desk.sh("sshd -T").splitlines() if " " in line)
        wanted = {"passwordauthentication": "no", "kbdinteractiveauthentication": "no", "permitrootlogin": "no", "x11forwarding": "no",
                  "allowtcpforwarding": "no", "authenticationmethods": "publickey"}
        self.assertEqual({key: settings[key] for key in wanted}, wanted)

    def test_servers_accept_their_settings(self):
        self.desk.sh("nginx -t -q && sshd -t && nft --check --file /etc/nftables.conf && promtool check config /etc/prometheus/prometheus.yml "
                     "&& amtool check-config /etc/prometheus/alertmanager.yml && visudo --check --quiet && logrotate --debug /etc/logrotate.conf "
                     "&& apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/slipway-mariadbd /etc/apparmor.d/slipway-nginx")

    # A2
    def test_every_rule_of_the_benchmark_is_as_listed(self):
        rules = hardening.load()
        self.assertGreater(len(rules), 300)
        said = self.desk.sh(hardening.script(rules), timeout=600)
        self.assertEqual(hardening.differences(rules, said), [])

    # F9
    def test_doctor_finds_nothing_but_what_a_container_of_the_lab_lacks(self):
        said = json.loads(self.desk.host.root_sh("slipway doctor --json", check=False, timeout=180).stdout)
        bad = {row["id"]: row["reason"] for row in said["findings"] if row["outcome"] in ("failure", "warning", "unknown")}
        self.assertGreater(said["counts"]["ok"], 180)
        # The kernel's own settings are those of the machine that runs the tests; the CIS list looks at what the next boot sets.
        self.assertEqual({key: reason for key, reason in bad.items() if key not in OF_THE_LAB and not key.startswith("security.kernel.")}, {})
