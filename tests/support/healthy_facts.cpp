#include "tests/support/healthy_facts.hpp"

namespace slipway::test {
namespace {

using namespace doctor;

constexpr std::uint64_t kGiB = 1ULL << 30U;
constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours(9);

template <typename Span>
Timestamp ago(Span span) {
  return kNow - span;
}

System system() {
  System facts;
  facts.release = Release{"debian", "12"};
  facts.kernel = std::string("6.1.0-30-cloud-amd64");
  facts.installed_kernels = Names{"6.1.0-9-cloud-amd64", "6.1.0-30-cloud-amd64"};
  facts.clock_synchronised = true;
  facts.clock_offset_s = 0.002;
  facts.memory = Memory{4 * kGiB, 2 * kGiB, 0, 0};
  facts.out_of_memory_kills = std::uint64_t{0};
  facts.memory_pressure = 0.0;
  facts.io_pressure = 0.5;
  facts.load_15min_per_cpu = 0.4;
  facts.file_systems = std::vector<FileSystem>{
      {"/", "/dev/vda4", "ext4", "rw,relatime", 8 * kGiB, 5 * kGiB, 500'000, 400'000},
      {"/srv/slipway", "/dev/vda5", "ext4", "rw,nosuid", 40 * kGiB, 30 * kGiB, 2'000'000, 1'900'000},
      {"/boot/efi", "/dev/vda2", "vfat", "rw", kGiB / 8, kGiB / 10, 0, 0}};
  facts.data_volume = std::string("/srv/slipway");
  facts.disk_errors = std::uint64_t{0};
  facts.reboot_required = false;
  facts.state = std::string("running");
  facts.failed_units = Names{};
  facts.journal_bytes = kGiB / 8;
  facts.journal_persistent = true;
  facts.open_files = std::uint64_t{2000};
  facts.most_open_files = std::uint64_t{400'000};
  facts.log_rotation_active = true;
  return facts;
}

FileState secret(const char* name) {
  return {std::string("/etc/slipway/secrets/") + name, true, false, 0600, "root", "root", 44};
}

Files files() {
  Files facts;
  facts.configuration_fault = std::string();
  facts.owner = std::string("root");
  facts.by_role["configuration"] = FileState{"/etc/slipway/slipway.toml", true, false, 0644, "root", "root", 900};
  facts.by_role["secrets"] = FileState{"/etc/slipway/secrets", false, true, 0700, "root", "root", 4096};
  facts.by_role["account_key"] = secret("account.key");
  facts.by_role["session_key"] = secret("session.key");
  facts.by_role["backup_key"] = secret("backup.key");
  facts.by_role["db_web"] = secret("db_slipway_web");
  facts.by_role["db_job"] = secret("db_slipway_job");
  facts.by_role["db_backup"] = secret("db_slipway_backup");
  facts.by_role["tls_key"] = FileState{"/etc/slipway/tls/privkey.pem", true, false, 0600, "root", "root", 241};
  facts.by_role["tls_certificate"] =
      FileState{"/etc/slipway/tls/fullchain.pem", true, false, 0644, "root", "root", 3000};
  facts.by_role["database"] = FileState{"/var/lib/mysql", false, true, 0755, "mysql", "mysql", 4096};
  facts.by_role["backup_work"] =
      FileState{"/var/lib/slipway/backup", false, true, 0700, "slipway-backup", "slipway-backup", 4096};
  facts.equal_secrets = Names{};
  facts.open_to_others = Names{};
  facts.left_by_upgrades = Names{};
  facts.unfinished = Names{};
  facts.root_login_keys = std::uint64_t{0};
  return facts;
}

Packages packages() {
  Packages facts;
  facts.slipway = std::string("0.1.0-1");
  facts.broken = Names{};
  facts.held = Names{};
  facts.security_pending = Names{};
  facts.pending = Names{};
  facts.lists_updated_at = ago(std::chrono::hours(7));
  facts.security_archive = true;
  facts.outdated_processes = Names{};
  return facts;
}

Settings kernel_settings() {
  return {{"net.ipv4.ip_forward", "0"},
          {"net.ipv6.conf.all.forwarding", "0"},
          {"kernel.randomize_va_space", "2"},
          {"kernel.kptr_restrict", "2"},
          {"kernel.dmesg_restrict", "1"},
          {"kernel.yama.ptrace_scope", "1"},
          {"kernel.unprivileged_bpf_disabled", "2"},
          {"kernel.sysrq", "0"},
          {"fs.protected_hardlinks", "1"},
          {"fs.protected_symlinks", "1"},
          {"fs.protected_fifos", "2"},
          {"fs.suid_dumpable", "0"},
          {"net.ipv4.tcp_syncookies", "1"},
          {"net.ipv4.conf.all.rp_filter", "1"},
          {"net.ipv4.conf.all.accept_redirects", "0"},
          {"net.ipv6.conf.all.accept_redirects", "0"},
          {"net.ipv4.conf.all.send_redirects", "0"},
          {"net.ipv4.conf.all.accept_source_route", "0"},
          {"net.ipv6.conf.all.accept_source_route", "0"},
          {"net.ipv4.icmp_echo_ignore_broadcasts", "1"},
          {"net.ipv4.icmp_ignore_bogus_error_responses", "1"}};
}

Network network() {
  Network facts;
  facts.listeners =
      std::vector<Listener>{{"tcp", "0.0.0.0", 443, "nginx"},     {"tcp", "[::]", 443, "nginx"},
                            {"tcp", "0.0.0.0", 22, "sshd"},       {"tcp", "127.0.0.1", 9090, "prometheus"},
                            {"udp", "127.0.0.1", 323, "chronyd"}, {"udp", "0.0.0.0", 68, "dhclient"}};
  facts.filter =
      PacketFilter{{{"inet", "input", "drop"}, {"inet", "forward", "drop"}, {"inet", "output", "accept"}}, false};
  facts.filter_at_boot = true;
  facts.sysctl = kernel_settings();
  facts.default_route = true;
  facts.resolvers = Names{"192.0.2.1"};
  facts.unresolved_hosts = Names{};
  facts.interfaces = Names{"ens3"};
  facts.interface_errors = 0.0;
  return facts;
}

Tls tls() {
  Certificate leaf;
  leaf.subject = "CN=desk.example.net";
  leaf.issuer = "CN=Example CA";
  leaf.not_before = ago(std::chrono::hours(24 * 30));
  leaf.not_after = kNow + std::chrono::hours(24 * 60);
  leaf.names = {"desk.example.net"};
  leaf.key_kind = "EC";
  leaf.key_bits = 256;
  leaf.digest = "SHA256";
  leaf.fingerprint = "ab12";
  Certificate authority = leaf;
  authority.subject = "CN=Example CA";
  authority.not_after = kNow + std::chrono::hours(24 * 900);
  Tls facts;
  facts.chain = CertificateChain{{leaf, authority}, true, true, true};
  facts.served_fingerprint = std::string("ab12");
  facts.accepts_tls_1_2 = true;
  facts.accepts_tls_1_3 = true;
  facts.accepts_older = false;
  facts.configured_protocols = Names{"TLSv1.2", "TLSv1.3"};
  facts.host_names = Names{"desk.example.net", "192.0.2.10"};
  return facts;
}

Settings ssh() {
  return {{"permitrootlogin", "no"},
          {"passwordauthentication", "no"},
          {"permitemptypasswords", "no"},
          {"kbdinteractiveauthentication", "no"},
          {"pubkeyauthentication", "yes"},
          {"hostbasedauthentication", "no"},
          {"ignorerhosts", "yes"},
          {"x11forwarding", "no"},
          {"permituserenvironment", "no"},
          {"allowagentforwarding", "no"},
          {"allowtcpforwarding", "no"},
          {"permittunnel", "no"},
          {"strictmodes", "yes"},
          {"loglevel", "VERBOSE"},
          {"maxauthtries", "4"},
          {"logingracetime", "60"},
          {"maxsessions", "10"},
          {"clientaliveinterval", "300"},
          {"ciphers", "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"},
          {"macs", "hmac-sha2-512-etm@openssh.com"},
          {"kexalgorithms", "curve25519-sha256"},
          {"hostkeyalgorithms", "ssh-ed25519,rsa-sha2-512"}};
}

DatabaseUser user(const char* name, const char* host, Names rights, Names databases = {}) {
  DatabaseUser one;
  one.name = name;
  one.host = host;
  one.rights = std::move(rights);
  one.databases = std::move(databases);
  return one;
}

Settings variables() {
  return {{"innodb_flush_log_at_trx_commit", "1"},
          {"innodb_doublewrite", "ON"},
          {"innodb_checksum_algorithm", "full_crc32"},
          {"innodb_force_recovery", "0"},
          {"skip_networking", "ON"},
          {"local_infile", "OFF"},
          {"character_set_server", "utf8mb4"},
          {"read_only", "OFF"},
          {"tx_isolation", "REPEATABLE-READ"},
          {"innodb_file_per_table", "ON"},
          {"log_bin", "ON"},
          {"sync_binlog", "1"},
          {"binlog_format", "ROW"},
          {"gtid_strict_mode", "ON"},
          {"binlog_expire_logs_seconds", "604800"},
          {"secure_file_priv", "/var/lib/mysql-files/"},
          {"sql_mode", "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"},
          {"time_zone", "+00:00"},
          {"system_time_zone", "UTC"},
          {"max_allowed_packet", "67108864"},
          {"innodb_buffer_pool_size", "2147483648"},
          {"max_connections", "200"}};
}

Database database() {
  Database facts;
  facts.version = std::string("10.11.11-MariaDB-0+deb12u1-log");
  facts.variables = variables();
  facts.status = Settings{{"Max_used_connections", "31"},
                          {"Connection_errors_max_connections", "0"},
                          {"Innodb_buffer_pool_reads", "1000"},
                          {"Innodb_buffer_pool_read_requests", "9000000"},
                          {"Innodb_log_waits", "0"},
                          {"Uptime", "86400"}};
  facts.oldest_transaction = Transaction{2, "slipway_web"};
  facts.damaged_tables = Names{};
  facts.foreign_engines = Names{};
  facts.users =
      std::vector<DatabaseUser>{user("root", "localhost", {"SUPER", "FILE"}), user("slipway_web", "%", {"USAGE"}),
                                user("slipway_backup", "%", {"SELECT", "RELOAD", "BINLOG MONITOR"}),
                                user("acct_acme_1", "%", {"USAGE"}, {"acct_acme_1"})};
  facts.platform_schema = 2;
  facts.newest_platform_schema = 2;
  facts.newest_account_schema = 2;
  facts.accounts = std::vector<AccountFact>{{"acme", "active", "", 2}};
  facts.unpublished_databases = Names{};
  return facts;
}

Programs programs() {
  Programs facts;
  Unit unit;
  unit.since = ago(std::chrono::hours(20));
  unit.memory_bytes = kGiB / 8;
  unit.memory_limit_bytes = kGiB;
  unit.watchdog_us = 60'000'000;
  for (const char* name :
       {"slipway-setup", "slipway-webd", "slipway-jobd", "slipway-backupd", "nginx", "mariadb", "slipway.target"})
    facts.units[name] = unit;
  for (const char* name : {"webd", "jobd", "backupd", "front"}) facts.health[name] = Answer{200, ""};
  for (const char* name : {"webd", "jobd", "backupd"}) facts.ready[name] = Answer{200, ""};
  facts.nginx_fault = std::string();
  return facts;
}

Backups backups() {
  BackupAgent agent;
  agent.enabled = true;
  agent.looked_at = ago(std::chrono::minutes(2));
  agent.archived_until = ago(std::chrono::seconds(5));
  agent.restorable_until = ago(std::chrono::seconds(5));
  agent.backups = {{"f1", "even", "full", "proven", ago(std::chrono::hours(30))},
                   {"f2", "odd", "full", "proven", ago(std::chrono::hours(6))},
                   {"i3", "odd", "incremental", "pending", ago(std::chrono::minutes(20))}};
  Backups facts;
  facts.enabled = true;
  facts.even = "sftp://backup@one.example.net/slipway";
  facts.odd = "sftp://backup@two.example.net/slipway";
  facts.monthly = "s3://customer";
  facts.incremental_every = std::chrono::hours(1);
  facts.agent = agent;
  facts.work_available_bytes = 20 * kGiB;
  facts.database_bytes = 2 * kGiB;
  return facts;
}

Monitoring monitoring() {
  Monitoring facts;
  facts.prometheus = Answer{200, ""};
  facts.alertmanager = Answer{200, ""};
  facts.targets = std::uint64_t{8};
  facts.targets_down = Names{};
  facts.rules = std::uint64_t{20};
  facts.rules_failing = Names{};
  facts.alerts_firing = Names{};
  facts.configuration_loaded = true;
  facts.notification_ways = std::uint64_t{1};
  for (const char* name : {"node", "mysqld", "blackbox", "process"}) facts.exporters[name] = Answer{200, ""};
  return facts;
}

Security security() {
  Security facts;
  facts.confined = Settings{{"/usr/sbin/mariadbd", "enforce"}, {"nginx", "enforce"}};
  facts.apparmor = true;
  facts.unconfined = Names{};
  facts.jails = Names{"sshd", "nginx-limit-req"};
  facts.automatic_upgrades = Settings{{"update", "1"}, {"upgrade", "1"}, {"timer", "active"}};
  facts.core_dumps = false;
  facts.without_password = Names{};
  facts.administrators = Names{"root"};
  facts.tmp_options = std::string("rw,nosuid,nodev");
  facts.sudo_asks = true;
  return facts;
}

Identity identity() {
  Identity facts;
  facts.machine_id = std::string("0f3c9a8d5b7e41269c0d8e7f6a5b4c3d");
  facts.host_name = std::string("desk");
  facts.host_name_resolves = true;
  facts.host_keys = Names{"ecdsa", "ed25519", "rsa"};
  facts.cloud_init = std::string("done");
  facts.database_server_id = std::uint64_t{1'234'567};
  facts.backup_server_id = 3'000'000'000;
  return facts;
}

}  // namespace

Facts healthy_facts() {
  Facts facts;
  facts.place = {.embedded = false, .systemd = true, .root = true, .now = kNow, .version = "0.1.0"};
  facts.system = system();
  facts.files = files();
  facts.packages = packages();
  facts.network = network();
  facts.tls = tls();
  facts.ssh = ssh();
  facts.database = database();
  facts.programs = programs();
  facts.backups = backups();
  facts.monitoring = monitoring();
  facts.security = security();
  facts.identity = identity();
  return facts;
}

}  // namespace slipway::test
