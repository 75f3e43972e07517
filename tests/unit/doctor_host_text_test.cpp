// What programs say, as facts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/doctor/host_json_rules.hpp"
#include "services/doctor/host_text_rules.hpp"
#include "services/doctor/version_rules.hpp"

namespace slipway::doctor {
namespace {

using testing::ElementsAre;

TEST(HostText, ReadsMemoryAndPressure) {
  const auto memory = parse_meminfo(
      "MemTotal:        4019968 kB\nMemFree: 1 kB\nMemAvailable:    2009984 kB\nSwapTotal: 8 kB\nSwapFree: 4 kB\n");
  ASSERT_TRUE(memory.known());
  EXPECT_EQ(memory->total_bytes, 4019968ULL << 10U);
  EXPECT_EQ(memory->swap_free_bytes, 4096U);
  EXPECT_FALSE(parse_meminfo("nonsense").known());
  EXPECT_DOUBLE_EQ(
      *parse_pressure("some avg10=0.10 avg60=0.20 avg300=1.25 total=5\nfull avg10=0 avg60=0 avg300=0.50 total=1\n",
                      "full"),
      0.5);
}

TEST(HostText, ReadsFileSystemsOfDisksOnce) {
  const auto all = parse_mounts(
      "proc /proc proc rw 0 0\n/dev/vda4 / ext4 rw,relatime 0 0\n/dev/vda5 /srv/slipway ext4 rw,nosuid 0 0\n"
      "/dev/vda5 /var/lib/mysql ext4 rw,nosuid 0 0\n/dev/vdb1 /mnt/a\\040b xfs ro 0 0\noverlay /inside/merged overlay "
      "rw 0 0\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].mount_point, "/srv/slipway");
  EXPECT_EQ(all[2].mount_point, "/mnt/a b");
  EXPECT_EQ(mount_options("tmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n", "/tmp"), "rw,nosuid,nodev");
}

// A2
TEST(HostText, ReadsListeners) {
  const auto all = parse_listeners(
      "udp   UNCONN 0      0          127.0.0.1:323       0.0.0.0:*    users:((\"chronyd\",pid=612,fd=5))\n"
      "tcp   LISTEN 0      511          0.0.0.0:443       0.0.0.0:*    "
      "users:((\"nginx\",pid=9,fd=6),(\"nginx\",pid=8,fd=6))\n"
      "tcp   LISTEN 0      128             [::]:22           [::]:*\nu_str LISTEN 0 1 /run/x 1 * 0\n");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].port, 443);
  EXPECT_EQ(all[1].program, "nginx");
  EXPECT_EQ(all[2].address, "[::]");
}

// C9
TEST(HostText, ReadsWhatARunningProgramIsHeldBy) {
  const auto found = parse_apparmor(
      R"({"version": "2", "profiles": {"slipway-mariadbd": "enforce", "/usr/sbin/chronyd": "enforce"},
          "processes": {"/usr/sbin/mariadbd": [{"profile": "slipway-mariadbd", "pid": "768", "status": "enforce"}],
                        "/usr/sbin/nginx": [{"profile": "slipway-nginx", "pid": "1", "status": "enforce"},
                                            {"profile": "slipway-nginx", "pid": "2", "status": "unconfined"}]}})");
  ASSERT_TRUE(found.known());
  EXPECT_EQ(found->profiles.at("/usr/sbin/mariadbd"), "enforce");
  EXPECT_EQ(found->profiles.at("/usr/sbin/nginx"), "unconfined");
  EXPECT_EQ(found->unconfined, Names{"/usr/sbin/nginx"});
}

TEST(HostText, FindsTheStatusBehindWhatATlsClientSays) {
  EXPECT_EQ(parse_http_status("HTTP/1.1 200 OK\r\nServer: nginx\r\n"), 200);
  EXPECT_EQ(parse_http_status("Can't use SSL_get_servername\nHTTP/1.1 503 Service Unavailable\r\n"), 503);
  EXPECT_EQ(parse_http_status("depth=0 CN = desk\nverify error:num=18\n"), std::nullopt);
  EXPECT_EQ(parse_http_status(""), std::nullopt);
}

// C9, E3
TEST(HostText, ReadsPackagesAndUpdates) {
  const auto list = parse_packages(
      "ii |slipway|0.1.0-1\nhi |nginx|1.22\nrc |old|1\niU |half|2\niHR|bad|3\nun |none|\n"
      "ii |linux-image-6.1.0-30-cloud-amd64|6.1.124-1\nii |linux-image-cloud-amd64|6.1.124-1\nii "
      "|linux-image-6.1.0-9-amd64-unsigned|1\n");
  EXPECT_EQ(list.slipway, "0.1.0-1");
  EXPECT_THAT(list.held, ElementsAre("nginx"));
  EXPECT_THAT(list.broken, ElementsAre("half", "bad"));
  EXPECT_THAT(list.kernels, ElementsAre("6.1.0-30-cloud-amd64", "6.1.0-9-amd64"));
  const auto updates = parse_apt_simulation(
      "NOTE: This is only a simulation!\nInst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\n"
      "Inst tzdata [1] (2 Debian:12.9/stable [all])\nConf openssl (3.0.2 Debian-Security:12/stable-security "
      "[amd64])\n");
  EXPECT_THAT(updates.security, ElementsAre("openssl"));
  EXPECT_THAT(updates.other, ElementsAre("tzdata"));
  EXPECT_TRUE(names_security_archive("deb http://archive.example/debian-security bookworm-security main\n"));
  EXPECT_TRUE(names_security_archive("Types: deb\nURIs: http://archive.example/\nSuites: bookworm-security\n"));
  EXPECT_FALSE(names_security_archive(
      "# deb http://archive.example/ bookworm-security main\ndeb http://archive.example/ bookworm main\n"));
}

TEST(HostText, ReadsUnits) {
  const auto units = parse_units(
      "Id=slipway-webd.service\nLoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nUnitFileState="
      "static\n"
      "NRestarts=2\nMemoryCurrent=1048576\nMemoryMax=infinity\nWatchdogUSec=1min "
      "30s\nMainPID=77\nActiveEnterTimestamp=@1780000000\n"
      "\nId=slipway.target\nLoadState=loaded\nActiveState=inactive\nSubState=dead\nMemoryCurrent=[not "
      "set]\nWatchdogUSec=0\n");
  ASSERT_EQ(units.size(), 2U);
  const auto& webd = units.at("slipway-webd");
  EXPECT_EQ(webd.pid, 77);
  EXPECT_EQ(webd.unit.restarts, 2U);
  EXPECT_EQ(webd.unit.memory_limit_bytes, 0U);
  EXPECT_EQ(webd.unit.watchdog_us, 90'000'000U);
  EXPECT_EQ(webd.unit.since, Timestamp(std::chrono::seconds(1'780'000'000)));
  EXPECT_EQ(units.at("slipway.target").unit.active, "inactive");
  EXPECT_EQ(units.at("slipway.target").unit.memory_bytes, 0U);
}

TEST(HostText, ReadsSmallThings) {
  EXPECT_DOUBLE_EQ(
      *parse_chrony_offset(
          "A9FEA97B,169.254.169.123,3,1780.1,-0.000017,0.00001,0.00002,-15.4,0.0,0.0,0.0,0.0,64.2,Normal\n"),
      -0.000017);
  EXPECT_FALSE(parse_chrony_offset("506 Cannot talk to daemon").known());
  EXPECT_THAT(parse_jails("Status\n|- Number of jail:\t2\n`- Jail list:\tnginx-limit-req, sshd\n"),
              ElementsAre("nginx-limit-req", "sshd"));
  EXPECT_EQ(parse_periodic("APT::Periodic \"\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n").at("upgrade"), "1");
  EXPECT_THAT(parse_nginx_protocols("  ssl_protocols TLSv1.2 TLSv1.3; # good\nssl_protocols TLSv1.2;\n"),
              ElementsAre("TLSv1.2", "TLSv1.3"));
  EXPECT_THAT(without_password_in("root:*:1::\nguest::2::\n"), ElementsAre("guest"));
  EXPECT_THAT(administrators_in("root:x:0:0::/:/x\ntoor:x:0:0::/:/x\nme:x:1000:0::/:/x\n"),
              ElementsAre("root", "toor"));
  EXPECT_TRUE(grants_without_password("me ALL=(ALL) NOPASSWD:ALL\n"));
  EXPECT_FALSE(grants_without_password("# me ALL=(ALL) NOPASSWD:ALL\n"));
  EXPECT_TRUE(has_default_route("Iface Destination Gateway\nens3 00000000 0102000A 0003 0 0 0 00000000 0 0 0\n", ""));
  EXPECT_FALSE(has_default_route("ens3 0002000A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n", ""));
  EXPECT_EQ(host_of_url("sftp://me@host.example.net:2222/dir"), "host.example.net");
  EXPECT_EQ(host_of_url("ftps://me@[2001:db8::1]/dir"), "2001:db8::1");
  EXPECT_EQ(host_of_url("file:///srv/x"), "");
  EXPECT_EQ(folder_of_url("file:///srv/x"), "/srv/x");
  EXPECT_TRUE(version_less("6.1.0-9", "6.1.0-30"));
  EXPECT_FALSE(version_less("6.1.0-30", "6.1.0-30"));
}

// A2
TEST(HostText, ReadsThePacketFilter) {
  const auto filter = parse_nft(
      R"({"nftables":[{"metainfo":{}},{"chain":{"family":"inet","table":"f","name":"input","hook":"input","prio":0,"policy":"drop"}},
      {"chain":{"family":"inet","table":"f","name":"ours"}},
      {"rule":{"family":"inet","expr":[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"@m"}},
        {"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":22}},{"accept":null}]}}]})");
  ASSERT_TRUE(filter.known());
  ASSERT_EQ(filter->chains.size(), 1U);
  EXPECT_EQ(filter->chains[0].policy, "drop");
  EXPECT_FALSE(filter->ssh_from_anywhere);
  const auto open = parse_nft(
      R"({"nftables":[{"rule":{"expr":[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"set":[22,443]}}},
      {"accept":null}]}}]})");
  EXPECT_TRUE(open->ssh_from_anywhere);
  EXPECT_FALSE(parse_nft("").known());
  EXPECT_FALSE(parse_nft("{\"nftables\":[{\"rule\":{}}]}").known());
}

TEST(HostText, ReadsWhatMonitorsSay) {
  const auto targets = parse_targets(
      R"({"data":{"activeTargets":[{"health":"up","labels":{"job":"a"}},{"health":"down","labels":{"job":"node","instance":"x:1"}}]}})");
  EXPECT_EQ(targets->count, 2U);
  EXPECT_THAT(targets->down, ElementsAre("node at x:1"));
  EXPECT_EQ(
      parse_rules(R"({"data":{"groups":[{"rules":[{"name":"r","health":"err"},{"name":"s"}]}]}})")->failing.size(), 1U);
  EXPECT_THAT(
      *parse_alerts(
          R"({"data":{"alerts":[{"state":"pending","labels":{}},{"state":"firing","labels":{"alertname":"Down"}}]}})"),
      ElementsAre("Down"));
  EXPECT_DOUBLE_EQ(*parse_query(R"({"data":{"result":[{"value":[1,"1"]}]}})"), 1.0);
  EXPECT_EQ(*parse_receivers(R"({"config":{"original":"receivers:\n- name: x\n  email_configs:\n  - to: y\n"}})"), 1U);
  EXPECT_EQ(
      failing_checks(
          R"({"status":"failing","checks":[{"name":"database","status":"failing","detail":"away"},{"name":"b","status":"ok"}]})"),
      "database: away");
  EXPECT_FALSE(parse_alerts("<html>").known());
}

TEST(HostText, ReadsTheAgentsTimeline) {
  const auto agent = parse_timeline(
      R"({"enabled":true,"looked_at":"2026-11-21T09:00:00Z","doing":"","doing_in":"","archived_until":null,
      "alerts":[{"name":"log_late","repository":"odd","account":"","reason":"5 h behind"}],
      "spans":[{"from":"2026-11-20T03:00:00Z","until":"2026-11-21T08:59:00Z","proven_from":null}],
      "repositories":[{"name":"odd","available":false,"spans":[]}],
      "backups":[{"id":"f1","repository":"even","kind":"full","parent":"","account":"","taken_at":"2026-11-20T03:00:00Z","bytes":1,"proof":"proven"}]})");
  ASSERT_TRUE(agent.known());
  EXPECT_THAT(agent->alerts, ElementsAre("log_late: 5 h behind"));
  EXPECT_THAT(agent->unavailable_repositories, ElementsAre("odd"));
  EXPECT_FALSE(agent->archived_until.has_value());
  EXPECT_EQ(to_iso8601(*agent->restorable_until), "2026-11-21T08:59:00Z");
  EXPECT_THAT(agent->backups, testing::SizeIs(1));
  EXPECT_FALSE(parse_timeline(R"({"enabled":true,"looked_at":"yesterday"})").known());
}

}  // namespace
}  // namespace slipway::doctor
