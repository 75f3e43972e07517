#include "migrate/assess/server_rules.hpp"

#include <charconv>

#include "migrate/assess/grant_rules.hpp"
#include "migrate/assess/word_rules.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr int kOldestMariadb = 1003;
constexpr int kNewestMariadb = 1108;
constexpr int kOldestMysql = 507;
constexpr int kNewestMysql = 999;

std::string variable(const Server& server, const std::string& name) {
  const auto found = server.variables.find(name);
  return found == server.variables.end() ? std::string{} : found->second;
}

void judge_version(const Server& server, Findings& findings) {
  const int version = server.major * 100 + server.minor;
  if (version < (server.mariadb ? kOldestMariadb : kOldestMysql))
    findings.push_back(finding("server.unsupported_version", "server", server.version));
  if (version > (server.mariadb ? kNewestMariadb : kNewestMysql))
    findings.push_back(finding("server.newer_than_known", "server", server.version));
}

void judge_variables(const Server& server, Findings& findings) {
  if (const std::string mode = variable(server, "sql_mode"); mode.find("STRICT_") == std::string::npos)
    findings.push_back(finding("server.sql_mode", "@@sql_mode", mode.empty() ? "is empty" : "is " + mode));
  if (const std::string names = variable(server, "lower_case_table_names"); names == "1" || names == "2")
    findings.push_back(finding("server.lower_case_names", "@@lower_case_table_names", "is " + names));
  if (upper(variable(server, "log_bin")) != "ON") {
    findings.push_back(finding("binlog.off", "@@log_bin", "is off"));
    return;
  }
  if (const std::string format = upper(variable(server, "binlog_format")); !format.empty() && format != "ROW")
    findings.push_back(finding("binlog.format", "@@binlog_format", "is " + format));
  const std::string image = upper(variable(server, "binlog_row_image"));
  if (!image.empty() && image != "FULL" && image != "FULL_NODUP")
    findings.push_back(finding("binlog.row_image", "@@binlog_row_image", "is " + image));
}

bool has_view(const Database& database) {
  for (const Program& program : database.programs)
    if (program.kind == Program::Kind::view) return true;
  return false;
}

bool may_read_routines(const Server& server, const Grants& grants, const std::string& database) {
  if (grants.has("SELECT")) return true;
  if (server.mariadb && (grants.has("SELECT", "mysql") || grants.has("SELECT", "`mysql`.`proc`"))) return true;
  return server.mariadb ? grants.has("SHOW CREATE ROUTINE", database) : grants.has("SHOW_ROUTINE");
}

void judge_rights(const Facts& facts, Findings& findings) {
  const Grants grants(facts.server.grants);
  for (const Database& database : facts.databases) {
    const auto demand = [&](std::string_view privilege, std::string_view id) {
      if (!grants.has(privilege, database.name))
        findings.push_back(finding(id, database.name, std::string(privilege) + " is missing"));
    };
    demand("SELECT", "privilege.select");
    if (has_view(database)) demand("SHOW VIEW", "privilege.show_view");
    demand("TRIGGER", "privilege.trigger");
    demand("EVENT", "privilege.event");
    demand("LOCK TABLES", "privilege.lock_tables");
    if (!may_read_routines(facts.server, grants, database.name))
      findings.push_back(finding("privilege.routines", database.name,
                                 facts.server.mariadb ? "SELECT on mysql.proc is missing" : "SHOW_ROUTINE is missing"));
  }
  if (!grants.has("RELOAD")) findings.push_back(finding("privilege.reload", "server", "RELOAD is missing"));
  if (!grants.has("PROCESS")) findings.push_back(finding("privilege.process", "server", "PROCESS is missing"));
  std::string missing;
  // MariaDB calls the first one so since 10.5.
  if (!grants.has("REPLICATION CLIENT") && !grants.has("BINLOG MONITOR")) missing = "REPLICATION CLIENT";
  if (!grants.has("REPLICATION SLAVE")) missing += std::string(missing.empty() ? "" : " and ") + "REPLICATION SLAVE";
  if (!missing.empty())
    findings.push_back(
        finding("privilege.replication", "server", missing + (missing.size() > 20 ? " are missing" : " is missing")));
}

}  // namespace

void read_version(Server& server) {
  const char* at = server.version.data();
  const char* const end = at + server.version.size();
  const auto number = [&](int& into) {
    into = 0;
    at = std::from_chars(at, end, into).ptr;
    if (at != end && *at == '.') ++at;
  };
  number(server.major);
  number(server.minor);
}

Findings judge_server(const Facts& facts) {
  Findings findings;
  judge_version(facts.server, findings);
  judge_variables(facts.server, findings);
  judge_rights(facts, findings);
  return findings;
}

}  // namespace slipway::migrate::assess
