#include "tests/support/doctor_turns.hpp"

namespace slipway::test {
namespace {

using namespace doctor;
using std::chrono::hours;
using Turns = std::vector<DoctorTurn>;
using enum Verdict;

std::function<void(Facts&)> kernel(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.network.sysctl)[key] = value; };
}
std::function<void(Facts&)> ssh(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.ssh)[key] = value; };
}
std::function<void(Facts&)> variable(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.database.variables)[key] = value; };
}
std::function<void(Facts&)> counter(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.database.status)[key] = value; };
}
std::function<void(Facts&)> file(std::string role, std::function<void(FileState&)> change) {
  return [role, change](Facts& facts) { change(*facts.files.by_role[role]); };
}
std::function<void(Facts&)> unit(std::string name, std::function<void(Unit&)> change) {
  return [name, change](Facts& facts) { change(*facts.programs.units[name]); };
}
std::function<void(Facts&)> leaf(std::function<void(Certificate&)> change) {
  return [change](Facts& facts) { change(facts.tls.chain->certificates[0]); };
}
std::function<void(Facts&)> listens(const char* protocol, const char* address, std::uint16_t port) {
  return [=](Facts& facts) { facts.network.listeners->push_back({protocol, address, port, "some"}); };
}
std::function<void(Facts&)> user(DatabaseUser one) {
  return [one](Facts& facts) { facts.database.users->push_back(one); };
}
std::function<void(Facts&)> agent(std::function<void(BackupAgent&)> change) {
  return [change](Facts& facts) { change(*facts.backups.agent); };
}

void add(Turns& all, Turns more) {
  for (auto& turn : more) all.push_back(std::move(turn));
}

Turns of_system() {
  return {{"system.release", warning, [](Facts& f) { f.system.release->version = "11"; }},
          {"system.kernel.newest", warning, [](Facts& f) { f.system.kernel = std::string("6.1.0-9-cloud-amd64"); }},
          {"system.clock.synchronised", warning, [](Facts& f) { f.system.clock_synchronised = false; }},
          {"system.clock.offset", warning, [](Facts& f) { f.system.clock_offset_s = -0.2; }},
          {"system.clock.offset", failure, [](Facts& f) { f.system.clock_offset_s = 3.0; }},
          {"system.memory.size", warning, [](Facts& f) { f.system.memory->total_bytes = 1U << 30U; }},
          {"system.memory.size", note, [](Facts& f) { f.system.memory->total_bytes = 2ULL << 30U; }},
          {"system.memory.available", warning, [](Facts& f) { f.system.memory->available_bytes = 1000; }},
          {"system.memory.out_of_memory", warning, [](Facts& f) { f.system.out_of_memory_kills = std::uint64_t{2}; }},
          {"system.memory.pressure", warning, [](Facts& f) { f.system.memory_pressure = 20.0; }},
          {"system.swap", warning, [](Facts& f) { f.system.memory->swap_total_bytes = 1000; }},
          {"system.load", note, [](Facts& f) { f.system.load_15min_per_cpu = 2.0; }},
          {"system.load", warning, [](Facts& f) { f.system.load_15min_per_cpu = 9.0; }},
          {"system.reboot_needed", warning, [](Facts& f) { f.system.reboot_required = true; }},
          {"system.units.failed", warning, [](Facts& f) { f.system.failed_units = Names{"some.service"}; }},
          {"system.state", note, [](Facts& f) { f.system.state = std::string("starting"); }},
          {"system.state", warning, [](Facts& f) { f.system.state = std::string("maintenance"); }},
          {"system.journal.size", warning, [](Facts& f) { f.system.journal_bytes = 9ULL << 30U; }},
          {"system.journal.kept", warning, [](Facts& f) { f.system.journal_persistent = false; }},
          {"system.open_files", warning, [](Facts& f) { f.system.open_files = std::uint64_t{399'000}; }},
          {"system.log_rotation", warning, [](Facts& f) { f.system.log_rotation_active = false; }},
          {"system.disk.space", warning, [](Facts& f) { f.system.file_systems->at(0).available_bytes = 800U << 20U; }},
          {"system.disk.space", failure, [](Facts& f) { f.system.file_systems->at(1).available_bytes = 1; }},
          {"system.disk.inodes", warning, [](Facts& f) { f.system.file_systems->at(0).free_inodes = 50'000; }},
          {"system.disk.inodes", failure, [](Facts& f) { f.system.file_systems->at(0).free_inodes = 2; }},
          {"system.disk.writable", failure, [](Facts& f) { f.system.file_systems->at(1).options = "nosuid,ro"; }},
          {"system.disk.data_volume", failure, [](Facts& f) { f.system.data_volume = std::string(); }},
          {"system.disk.data_volume", warning, [](Facts& f) { f.system.data_volume = std::string("/mnt"); }},
          {"system.disk.errors", failure, [](Facts& f) { f.system.disk_errors = std::uint64_t{1}; }},
          {"system.disk.pressure", warning, [](Facts& f) { f.system.io_pressure = 60.0; }}};
}

Turns of_files() {
  Turns all{
      {"files.configuration.valid", failure, [](Facts& f) { f.files.configuration_fault = std::string("line 2"); }},
      {"files.configuration.kept", failure, file("configuration", [](FileState& s) { s.mode = 0666; })},
      {"files.configuration.kept", failure, file("configuration", [](FileState& s) { s.owner = "www-data"; })},
      {"files.secrets_folder", failure, file("secrets", [](FileState& s) { s.mode = 0755; })},
      {"files.secrets_folder", failure, file("secrets", [](FileState& s) { s.directory = false; })},
      {"files.certificate.kept", failure, file("tls_certificate", [](FileState& s) { s.mode = 0664; })},
      {"files.database_folder", failure, file("database", [](FileState& s) { s.mode = 0777; })},
      {"files.database_folder", failure, file("database", [](FileState& s) { s.owner = "root"; })},
      {"files.backup_folder", failure, file("backup_work", [](FileState& s) { s.mode = 0750; })},
      {"files.secrets_differ", failure, [](Facts& f) { f.files.equal_secrets = Names{"a and b"}; }},
      {"files.open_to_others", failure, [](Facts& f) { f.files.open_to_others = Names{"/etc/slipway/x"}; }},
      {"files.left_by_upgrades", note, [](Facts& f) { f.files.left_by_upgrades = Names{"x.dpkg-dist"}; }},
      {"files.unfinished", note, [](Facts& f) { f.files.unfinished = Names{"x.part"}; }},
      {"files.root_login_keys", note, [](Facts& f) { f.files.root_login_keys = std::uint64_t{1}; }}};
  for (const char* role : {"account_key", "session_key", "backup_key", "db_web", "db_job", "db_backup", "tls_key"}) {
    const std::string id = std::string("files.secret.") + role;
    add(all, {{id, failure, file(role, [](FileState& s) { s.mode = 0644; })},
              {id, failure, file(role, [](FileState& s) { s.mode = 0640; })},
              {id, failure, file(role, [](FileState& s) { s.owner = "nobody"; })},
              {id, failure, file(role, [](FileState& s) { s.bytes = 0; })},
              {id, failure, file(role, [](FileState& s) { s.regular = false; })},
              {id, unknown, [role](Facts& f) { f.files.by_role[role] = Unknown{"not there"}; }}});
  }
  return all;
}

Turns of_packages() {
  return {{"packages.slipway", failure, [](Facts& f) { f.packages.slipway = std::string("0.1.10-1"); }},
          {"packages.slipway", warning, [](Facts& f) { f.packages.slipway = std::string(); }},
          {"packages.whole", failure, [](Facts& f) { f.packages.broken = Names{"nginx"}; }},
          {"packages.held", note, [](Facts& f) { f.packages.held = Names{"nginx"}; }},
          {"packages.security", warning, [](Facts& f) { f.packages.security_pending = Names{"openssl"}; }},
          {"packages.updates", note, [](Facts& f) { f.packages.pending = Names{"tzdata"}; }},
          {"packages.lists", warning, [](Facts& f) { f.packages.lists_updated_at = f.place.now - hours(300); }},
          {"packages.security_archive", failure, [](Facts& f) { f.packages.security_archive = false; }},
          {"packages.restarts", warning, [](Facts& f) { f.packages.outdated_processes = Names{"nginx"}; }}};
}

Turns of_network() {
  const auto chains = [](std::vector<FilterChain> some) {
    return [some](Facts& f) { f.network.filter->chains = some; };
  };
  return {{"network.listen.https", failure, [](Facts& f) { f.network.listeners = std::vector<Listener>{}; }},
          {"network.listen.tcp", failure, listens("tcp", "0.0.0.0", 80)},
          {"network.listen.tcp", failure, listens("tcp", "*", 8080)},
          {"network.listen.tcp", ok, listens("tcp", "[::1]", 8080)},
          {"network.listen.udp", warning, listens("udp", "[::]", 111)},
          {"network.listen.database", failure, listens("tcp", "0.0.0.0", 3306)},
          {"network.listen.monitoring", failure, listens("tcp", "*", 9100)},
          {"network.filter.input_v4", failure, chains({{"ip6", "input", "drop"}, {"inet", "forward", "drop"}})},
          {"network.filter.input_v6", failure, chains({{"ip", "input", "drop"}, {"inet", "forward", "drop"}})},
          {"network.filter.forward_v4", failure, chains({{"inet", "input", "drop"}, {"inet", "forward", "accept"}})},
          {"network.filter.forward_v6", failure, chains({})},
          {"network.filter.ssh", warning, [](Facts& f) { f.network.filter->ssh_from_anywhere = true; }},
          {"network.filter.at_boot", failure, [](Facts& f) { f.network.filter_at_boot = false; }},
          {"network.forwarding.v4", failure, kernel("net.ipv4.ip_forward", "1")},
          {"network.forwarding.v6", failure, kernel("net.ipv6.conf.all.forwarding", "1")},
          {"network.default_route", warning, [](Facts& f) { f.network.default_route = false; }},
          {"network.resolvers", warning, [](Facts& f) { f.network.resolvers = Names{}; }},
          {"network.repository_hosts", failure, [](Facts& f) { f.network.unresolved_hosts = Names{"x.example.net"}; }},
          {"network.interfaces", failure, [](Facts& f) { f.network.interfaces = Names{}; }},
          {"network.interface_errors", warning, [](Facts& f) { f.network.interface_errors = 4.0; }}};
}

Turns of_tls() {
  return {
      {"tls.certificate.present", failure, [](Facts& f) { f.tls.chain->certificates.clear(); }},
      {"tls.certificate.present", failure, [](Facts& f) { f.tls.chain = Unknown{"not there"}; }},
      {"tls.certificate.expires", failure, [](Facts& f) { f.place.now += hours(24 * 61); }},
      {"tls.certificate.expires", failure, [](Facts& f) { f.place.now += hours(24 * 55); }},
      {"tls.certificate.expires", warning, [](Facts& f) { f.place.now += hours(24 * 45); }},
      {"tls.certificate.begun", failure, [](Facts& f) { f.place.now -= hours(24 * 40); }},
      {"tls.certificate.lifetime", note, leaf([](Certificate& c) { c.not_after += hours(24 * 900); })},
      {"tls.certificate.key", failure, [](Facts& f) { f.tls.chain->key_matches = false; }},
      {"tls.certificate.name", warning, leaf([](Certificate& c) { c.names = {"other.example.net"}; })},
      {"tls.certificate.issuer", note, [](Facts& f) { f.tls.chain->trusted = false; }},
      {"tls.chain.linked", failure, [](Facts& f) { f.tls.chain->linked = false; }},
      {"tls.chain.expires", failure, [](Facts& f) { f.tls.chain->certificates[1].not_after = f.place.now - hours(1); }},
      {"tls.chain.expires", warning,
       [](Facts& f) { f.tls.chain->certificates[1].not_after = f.place.now + hours(24); }},
      {"tls.key.strength", failure, leaf([](Certificate& c) { c.key_kind = "RSA", c.key_bits = 1024; })},
      {"tls.key.strength", failure, leaf([](Certificate& c) { c.key_kind = "DSA", c.key_bits = 2048; })},
      {"tls.certificate.digest", failure, leaf([](Certificate& c) { c.digest = "SHA1"; })},
      {"tls.served", failure, [](Facts& f) { f.tls.served_fingerprint = std::string("cd34"); }},
      {"tls.protocol.tls_1_2", failure, [](Facts& f) { f.tls.accepts_tls_1_2 = false; }},
      {"tls.protocol.tls_1_3", failure, [](Facts& f) { f.tls.accepts_tls_1_3 = false; }},
      {"tls.protocol.older", failure, [](Facts& f) { f.tls.accepts_older = true; }},
      {"tls.protocol.configured", failure,
       [](Facts& f) {
         f.tls.configured_protocols = Names{"TLSv1.1", "TLSv1.2"};
       }},
      {"tls.protocol.configured", warning, [](Facts& f) { f.tls.configured_protocols = Names{}; }}};
}

Turns of_ssh() {
  return {{"ssh.valid", failure, [](Facts& f) { f.ssh = Unknown{"sshd: exit status 255"}; }},
          {"ssh.root_login", failure, ssh("permitrootlogin", "yes")},
          {"ssh.password", failure, ssh("passwordauthentication", "yes")},
          {"ssh.empty_passwords", failure, ssh("permitemptypasswords", "yes")},
          {"ssh.keyboard_interactive", warning, ssh("kbdinteractiveauthentication", "yes")},
          {"ssh.public_key", failure, ssh("pubkeyauthentication", "no")},
          {"ssh.host_based", failure, ssh("hostbasedauthentication", "yes")},
          {"ssh.rhosts", failure, ssh("ignorerhosts", "no")},
          {"ssh.x11", warning, ssh("x11forwarding", "yes")},
          {"ssh.user_environment", warning, ssh("permituserenvironment", "yes")},
          {"ssh.agent_forwarding", note, ssh("allowagentforwarding", "yes")},
          {"ssh.tcp_forwarding", note, ssh("allowtcpforwarding", "yes")},
          {"ssh.tunnel", warning, ssh("permittunnel", "yes")},
          {"ssh.strict_modes", failure, ssh("strictmodes", "no")},
          {"ssh.log_level", warning, ssh("loglevel", "QUIET")},
          {"ssh.tries", warning, ssh("maxauthtries", "60")},
          {"ssh.grace", warning, ssh("logingracetime", "0")},
          {"ssh.sessions", warning, ssh("maxsessions", "100")},
          {"ssh.idle", note, ssh("clientaliveinterval", "0")},
          {"ssh.ciphers", warning, ssh("ciphers", "aes256-ctr,aes128-cbc")},
          {"ssh.macs", warning, ssh("macs", "hmac-sha1")},
          {"ssh.key_exchange", warning, ssh("kexalgorithms", "diffie-hellman-group14-sha1")},
          {"ssh.host_key_algorithms", warning, ssh("hostkeyalgorithms", "ssh-rsa")}};
}

Turns of_database_settings() {
  return {{"database.answers", failure, [](Facts& f) { f.database.version = Unknown{"refused"}; }},
          {"database.version", warning, [](Facts& f) { f.database.version = std::string("11.8.1-MariaDB"); }},
          {"database.version", failure, [](Facts& f) { f.database.version = std::string("8.0.36"); }},
          {"database.binary_log", failure, variable("log_bin", "OFF")},
          {"database.sync_binlog", failure, variable("sync_binlog", "0")},
          {"database.sync_binlog", not_applicable, variable("log_bin", "OFF")},
          {"database.binlog_format", failure, variable("binlog_format", "MIXED")},
          {"database.gtid_strict", warning, variable("gtid_strict_mode", "OFF")},
          {"database.log_expiry", warning, variable("binlog_expire_logs_seconds", "0")},
          {"database.log_expiry", warning, variable("binlog_expire_logs_seconds", "3600")},
          {"database.secure_file_priv", note, variable("secure_file_priv", "")},
          {"database.sql_mode", warning, variable("sql_mode", "")},
          {"database.time_zone", note, variable("time_zone", "Europe/Paris")},
          {"database.packet", warning, variable("max_allowed_packet", "1048576")},
          {"database.buffer_pool", warning, variable("innodb_buffer_pool_size", "4294967296")},
          {"database.buffer_pool", warning, variable("innodb_buffer_pool_size", "8388608")},
          {"database.flush_at_commit", failure, variable("innodb_flush_log_at_trx_commit", "2")},
          {"database.doublewrite", failure, variable("innodb_doublewrite", "OFF")},
          {"database.checksums", failure, variable("innodb_checksum_algorithm", "none")},
          {"database.recovery_mode", failure, variable("innodb_force_recovery", "3")},
          {"database.networking", failure, variable("skip_networking", "OFF")},
          {"database.local_infile", warning, variable("local_infile", "ON")},
          {"database.character_set", warning, variable("character_set_server", "latin1")},
          {"database.read_only", failure, variable("read_only", "ON")},
          {"database.isolation", note, variable("tx_isolation", "READ-COMMITTED")},
          {"database.file_per_table", note, variable("innodb_file_per_table", "OFF")}};
}

DatabaseUser named(const char* name, const char* host) {
  DatabaseUser one;
  one.name = name;
  one.host = host;
  return one;
}

Turns of_database_state() {
  DatabaseUser open = named("anybody", "%");
  open.has_password = false;
  DatabaseUser strong = named("slipway_web", "localhost");
  strong.rights = {"USAGE", "SUPER"};
  DatabaseUser curious = named("acct_b_1", "%");
  curious.databases = {"acct_b_1", "acct_acme_1"};
  const auto account = [](const char* state, const char* reason, int schema) {
    return [=](Facts& f) { f.database.accounts->push_back({"other", state, reason, schema}); };
  };
  return {
      {"database.uptime", note, counter("Uptime", "40")},
      {"database.connections", warning, counter("Max_used_connections", "199")},
      {"database.connections_refused", warning, counter("Connection_errors_max_connections", "3")},
      {"database.buffer_hits", note, counter("Innodb_buffer_pool_reads", "5000000")},
      {"database.log_waits", note, counter("Innodb_log_waits", "5000")},
      {"database.transactions", warning, [](Facts& f) { f.database.oldest_transaction->seconds = 9000; }},
      {"database.tables.damaged", failure, [](Facts& f) { f.database.damaged_tables = Names{"acct_acme_1.request"}; }},
      {"database.tables.engine", warning, [](Facts& f) { f.database.foreign_engines = Names{"x (MyISAM)"}; }},
      {"database.users.anonymous", failure, user(named("", "localhost"))},
      {"database.users.passwords", failure, user(open)},
      {"database.users.remote", failure, user(named("root", "%"))},
      {"database.users.rights", failure, user(strong)},
      {"database.users.isolation", failure, user(curious)},
      {"database.schema.platform", failure, [](Facts& f) { f.database.platform_schema = 1; }},
      {"database.schema.platform", failure, [](Facts& f) { f.database.platform_schema = 3; }},
      {"database.schema.accounts", failure, account("active", "", 1)},
      {"database.schema.accounts", failure, account("active", "", -1)},
      {"database.accounts", note, [](Facts& f) { f.database.accounts = std::vector<AccountFact>{}; }},
      {"database.accounts.suspended", note, account("suspended", "unpaid", 2)},
      {"database.accounts.interrupted", warning, account("creating", "", -1)},
      {"database.accounts.set_aside", note,
       [](Facts& f) { f.database.unpublished_databases = Names{"acct_acme_0 (retired)"}; }}};
}

Turns of_programs() {
  const auto stop = [](Unit& u) { u.active = "failed", u.sub = "failed", u.result = "exit-code"; };
  const auto disable = [](Unit& u) { u.at_boot = "disabled"; };
  const auto restart = [](Unit& u) { u.restarts = 1; };
  const auto replace = [](Unit& u) { u.file_replaced = true; };
  Turns all{
      {"programs.setup.active", failure, unit("slipway-setup", stop)},
      {"programs.setup.active", failure, unit("slipway-setup", [](Unit& u) { u.load = "not-found"; })},
      {"programs.nginx.active", failure, unit("nginx", stop)},
      {"programs.nginx.at_boot", failure, unit("nginx", disable)},
      {"programs.mariadb.active", failure, unit("mariadb", stop)},
      {"programs.mariadb.active", warning, unit("mariadb", [](Unit& u) { u.active = "activating"; })},
      {"programs.mariadb.at_boot", failure, unit("mariadb", disable)},
      {"programs.mariadb.restarts", note, unit("mariadb", restart)},
      {"programs.mariadb.file", warning, unit("mariadb", replace)},
      {"programs.target.at_boot", failure, unit("slipway.target", disable)},
      {"programs.nginx.configuration", failure, [](Facts& f) { f.programs.nginx_fault = std::string("[emerg] x"); }},
      {"programs.front", failure, [](Facts& f) {
         f.programs.health["front"] = Answer{502, ""};
       }}};
  for (const std::string name : {"webd", "jobd", "backupd"}) {
    const std::string program = "programs." + name;
    const std::string service = "slipway-" + name;
    add(all, {{program + ".active", failure, unit(service, stop)},
              {program + ".restarts", note, unit(service, restart)},
              {program + ".restarts", warning, unit(service, [](Unit& u) { u.restarts = 7; })},
              {program + ".watchdog", warning, unit(service, [](Unit& u) { u.watchdog_us = 0; })},
              {program + ".memory", warning, unit(service, [](Unit& u) { u.memory_bytes = u.memory_limit_bytes; })},
              {program + ".memory", warning, unit(service, [](Unit& u) { u.memory_limit_bytes = 0; })},
              {program + ".file", warning, unit(service, replace)},
              {program + ".health", failure,
               [name](Facts& f) {
                 f.programs.health[name] = Answer{500, ""};
               }},
              {program + ".health", failure, [name](Facts& f) { f.programs.health[name] = Unknown{"timeout"}; }},
              {program + ".ready", name == "backupd" ? warning : failure, [name](Facts& f) {
                 f.programs.ready[name] = Answer{503, "database: away"};
               }}});
  }
  return all;
}

Turns of_backups() {
  return {
      {"backups.enabled", warning, [](Facts& f) { f.backups.enabled = false; }},
      {"backups.full", not_applicable, [](Facts& f) { f.backups.enabled = false; }},
      {"backups.repository.even", failure, [](Facts& f) { f.backups.even.clear(); }},
      {"backups.repository.odd", failure, [](Facts& f) { f.backups.odd.clear(); }},
      {"backups.two_places", failure, [](Facts& f) { f.backups.odd = f.backups.even; }},
      {"backups.elsewhere", failure, [](Facts& f) { f.backups.on_this_machine = true; }},
      {"backups.monthly", note, [](Facts& f) { f.backups.monthly.clear(); }},
      {"backups.agent", failure, [](Facts& f) { f.backups.agent = Unknown{"timeout"}; }},
      {"backups.alerts", failure, agent([](BackupAgent& a) { a.alerts = {"rpo_at_risk: x"}; })},
      {"backups.repositories", failure, agent([](BackupAgent& a) { a.unavailable_repositories = {"odd"}; })},
      {"backups.looked", warning, [](Facts& f) { f.backups.agent->looked_at = f.place.now - hours(5); }},
      {"backups.looked", note, agent([](BackupAgent& a) { a.looked_at.reset(); })},
      {"backups.full", failure, [](Facts& f) { f.backups.agent->backups[1].taken_at = f.place.now - hours(40); }},
      {"backups.full", failure, agent([](BackupAgent& a) { a.backups.clear(); })},
      {"backups.newest", failure, [](Facts& f) { f.backups.agent->backups.pop_back(); }},
      {"backups.proof", failure, agent([](BackupAgent& a) { a.backups[0].proof = a.backups[1].proof = "pending"; })},
      {"backups.proofs_failed", warning, agent([](BackupAgent& a) { a.backups[2].proof = "failed"; })},
      {"backups.each_repository", warning, agent([](BackupAgent& a) { a.backups[0].proof = "pending"; })},
      {"backups.log", warning,
       [](Facts& f) { f.backups.agent->archived_until = f.place.now - std::chrono::minutes(20); }},
      {"backups.log", failure, agent([](BackupAgent& a) { a.archived_until.reset(); })},
      {"backups.restorable", failure, [](Facts& f) { f.backups.agent->restorable_until = f.place.now - hours(3); }},
      {"backups.work_space", warning, [](Facts& f) { f.backups.work_available_bytes = std::uint64_t{1}; }}};
}

Turns of_monitoring() {
  Turns all{{"monitoring.prometheus", failure, [](Facts& f) { f.monitoring.prometheus = Unknown{"refused"}; }},
            {"monitoring.alertmanager", failure,
             [](Facts& f) {
               f.monitoring.alertmanager = Answer{503, ""};
             }},
            {"monitoring.targets", failure, [](Facts& f) { f.monitoring.targets = std::uint64_t{0}; }},
            {"monitoring.targets_up", failure, [](Facts& f) { f.monitoring.targets_down = Names{"node"}; }},
            {"monitoring.rules", failure, [](Facts& f) { f.monitoring.rules = std::uint64_t{0}; }},
            {"monitoring.rules_work", failure, [](Facts& f) { f.monitoring.rules_failing = Names{"x"}; }},
            {"monitoring.alerts", warning, [](Facts& f) { f.monitoring.alerts_firing = Names{"x"}; }},
            {"monitoring.configuration", failure, [](Facts& f) { f.monitoring.configuration_loaded = false; }},
            {"monitoring.receivers", warning, [](Facts& f) { f.monitoring.notification_ways = std::uint64_t{0}; }}};
  for (const std::string name : {"node", "mysqld", "blackbox", "process"})
    all.push_back({"monitoring.exporter." + name, failure,
                   [name](Facts& f) { f.monitoring.exporters[name] = Unknown{"refused"}; }});
  return all;
}

Turns of_security() {
  return {{"security.apparmor", failure, [](Facts& f) { f.security.apparmor = false; }},
          {"security.apparmor.mariadbd", failure,
           [](Facts& f) { (*f.security.confined)["/usr/sbin/mariadbd"] = "complain"; }},
          {"security.apparmor.nginx", failure, [](Facts& f) { f.security.confined->erase("nginx"); }},
          {"security.apparmor.unconfined", failure, [](Facts& f) { f.security.unconfined = Names{"/usr/sbin/nginx"}; }},
          {"security.fail2ban", failure, [](Facts& f) { f.security.jails = Unknown{"no socket"}; }},
          {"security.fail2ban.ssh", failure, [](Facts& f) { f.security.jails = Names{"nginx"}; }},
          {"security.fail2ban.nginx", failure, [](Facts& f) { f.security.jails = Names{"sshd"}; }},
          {"security.updates.lists", failure, [](Facts& f) { (*f.security.automatic_upgrades)["update"] = "0"; }},
          {"security.updates.install", failure, [](Facts& f) { f.security.automatic_upgrades->erase("upgrade"); }},
          {"security.updates.timer", failure, [](Facts& f) { (*f.security.automatic_upgrades)["timer"] = "inactive"; }},
          {"security.core_dumps", warning, [](Facts& f) { f.security.core_dumps = true; }},
          {"security.passwords", failure, [](Facts& f) { f.security.without_password = Names{"guest"}; }},
          {"security.administrators", failure, [](Facts& f) { f.security.administrators->push_back("toor"); }},
          {"security.tmp", warning, [](Facts& f) { f.security.tmp_options = std::string("rw"); }},
          {"security.tmp", note, [](Facts& f) { f.security.tmp_options = std::string(); }},
          {"security.sudo", note, [](Facts& f) { f.security.sudo_asks = false; }},
          {"security.kernel.address_layout", failure, kernel("kernel.randomize_va_space", "0")},
          {"security.kernel.kernel_pointers", warning, kernel("kernel.kptr_restrict", "0")},
          {"security.kernel.kernel_log", warning, kernel("kernel.dmesg_restrict", "0")},
          {"security.kernel.tracing", warning, kernel("kernel.yama.ptrace_scope", "0")},
          {"security.kernel.bpf", warning, kernel("kernel.unprivileged_bpf_disabled", "0")},
          {"security.kernel.magic_keys", note, kernel("kernel.sysrq", "1")},
          {"security.kernel.hard_links", failure, kernel("fs.protected_hardlinks", "0")},
          {"security.kernel.symbolic_links", failure, kernel("fs.protected_symlinks", "0")},
          {"security.kernel.fifos", note, kernel("fs.protected_fifos", "0")},
          {"security.kernel.privileged_dumps", warning, kernel("fs.suid_dumpable", "2")},
          {"security.kernel.syn_cookies", failure, kernel("net.ipv4.tcp_syncookies", "0")},
          {"security.kernel.source_check_v4", warning, kernel("net.ipv4.conf.all.rp_filter", "0")},
          {"security.kernel.redirects_v4", warning, kernel("net.ipv4.conf.all.accept_redirects", "1")},
          {"security.kernel.redirects_v6", warning, kernel("net.ipv6.conf.all.accept_redirects", "1")},
          {"security.kernel.redirects_sent", warning, kernel("net.ipv4.conf.all.send_redirects", "1")},
          {"security.kernel.source_route_v4", warning, kernel("net.ipv4.conf.all.accept_source_route", "1")},
          {"security.kernel.source_route_v6", warning, kernel("net.ipv6.conf.all.accept_source_route", "1")},
          {"security.kernel.broadcast_echo", warning, kernel("net.ipv4.icmp_echo_ignore_broadcasts", "0")},
          {"security.kernel.bogus_errors", note, kernel("net.ipv4.icmp_ignore_bogus_error_responses", "0")}};
}

Turns of_identity() {
  return {
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string("uninitialized"); }},
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string(32, 'a'); }},
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string("0f3c"); }},
      {"identity.host_name", warning, [](Facts& f) { f.identity.host_name = std::string("localhost"); }},
      {"identity.host_name", note, [](Facts& f) { f.identity.host_name = std::string("slipway"); }},
      {"identity.host_name.resolves", warning, [](Facts& f) { f.identity.host_name_resolves = false; }},
      {"identity.host_keys", failure, [](Facts& f) { f.identity.host_keys = Names{}; }},
      {"identity.host_keys", warning, [](Facts& f) { f.identity.host_keys = Names{"rsa"}; }},
      {"identity.cloud_init", warning, [](Facts& f) { f.identity.cloud_init = std::string("error"); }},
      {"identity.cloud_init", note, [](Facts& f) { f.identity.cloud_init = std::string("running"); }},
      {"identity.server_id", note, [](Facts& f) { f.identity.database_server_id = std::uint64_t{1}; }},
      {"identity.server_id", failure, [](Facts& f) { f.identity.backup_server_id = *f.identity.database_server_id; }}};
}

}  // namespace

const std::vector<DoctorTurn>& doctor_turns() {
  static const Turns turns = [] {
    Turns all;
    for (const auto part : {of_system, of_files, of_packages, of_network, of_tls, of_ssh, of_database_settings,
                            of_database_state, of_programs, of_backups, of_monitoring, of_security, of_identity})
      add(all, part());
    return all;
  }();
  return turns;
}

}  // namespace slipway::test
