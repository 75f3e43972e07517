// Those of database, programs, backups and monitoring.
#include "tests/support/doctor_turns.hpp"

namespace slipway::test {
namespace {

using namespace doctor;
using std::chrono::hours;
using Turns = std::vector<DoctorTurn>;
using enum Verdict;

std::function<void(Facts&)> variable(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.database.variables)[key] = value; };
}
std::function<void(Facts&)> counter(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.database.status)[key] = value; };
}
std::function<void(Facts&)> unit(std::string name, std::function<void(Unit&)> change) {
  return [name, change](Facts& facts) { change(*facts.programs.units[name]); };
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

}  // namespace

std::vector<DoctorTurn> doctor_service_turns() {
  Turns all;
  for (const auto part : {of_database_settings, of_database_state, of_programs, of_backups, of_monitoring})
    add(all, part());
  return all;
}

}  // namespace slipway::test
