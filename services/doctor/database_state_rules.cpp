// How the database stands: connections, transactions, tables, users, schemas, accounts.
#include <algorithm>
#include <set>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

/// A counter of the server; nothing when it has none of the name.
std::optional<std::int64_t> counter(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::nullopt : number_of(found->second);
}

/// What `look` says of some counters, all of which must be there.
Outcome about_counters(const Facts& facts, const Names& names,
                       const std::function<Outcome(const std::vector<std::int64_t>&)>& look) {
  return about(facts.database.status, [&](const Settings& status) -> Outcome {
    std::vector<std::int64_t> values;
    for (const auto& name : names) {
      const auto value = counter(status, name);
      if (!value) return {Verdict::unknown, "the server does not count " + name, "is it a MariaDB 10.11?"};
      values.push_back(*value);
    }
    return look(values);
  });
}

Outcome connections(const Facts& facts) {
  return about_counters(facts, {"Max_used_connections"}, [&](const std::vector<std::int64_t>& values) {
    return about(facts.database.variables, [&](const Settings& variables) -> Outcome {
      const auto most = counter(variables, "max_connections").value_or(0);
      const std::string text = std::to_string(values[0]) + " of " + std::to_string(most) + " at the most so far";
      if (values[0] * 10 > most * 9)
        return warning(text + ": nine in ten or more", "raise max_connections, or lower database.pool");
      return ok(text);
    });
  });
}

Outcome connections_refused(const Facts& facts) {
  return about_counters(facts, {"Connection_errors_max_connections"}, [](const std::vector<std::int64_t>& values) {
    if (values[0] == 0) return ok("none since the server started");
    return warning(std::to_string(values[0]) + " since the server started",
                   "raise max_connections, or lower database.pool");
  });
}

Outcome buffer_hits(const Facts& facts) {
  return about_counters(facts, {"Innodb_buffer_pool_reads", "Innodb_buffer_pool_read_requests"},
                        [](const std::vector<std::int64_t>& values) -> Outcome {
                          if (values[1] < 1'000'000) return ok("too little was read so far to tell");
                          const double missed = 100.0 * static_cast<double>(values[0]) / static_cast<double>(values[1]);
                          const std::string text = percent_text(missed) + " of the pages had to be read from the disk";
                          if (missed > 5.0)
                            return note(text + ", more than 5 %", "a larger innodb_buffer_pool_size would help");
                          return ok(text);
                        });
}

Outcome log_waits(const Facts& facts) {
  return about_counters(facts, {"Innodb_log_waits"}, [](const std::vector<std::int64_t>& values) {
    if (values[0] < 100) return ok(std::to_string(values[0]) + " since the server started");
    return note(std::to_string(values[0]) + " since the server started", "a larger innodb_log_buffer_size would help");
  });
}

Outcome uptime(const Facts& facts) {
  return about_counters(facts, {"Uptime"}, [&](const std::vector<std::int64_t>& values) -> Outcome {
    const std::string text = "for " + span_text(std::chrono::seconds(values[0]));
    if (values[0] < 600 && !facts.place.embedded)
      return note(text + ": its counters say little yet",
                  "if nobody started it: journalctl -u mariadb -e; look again in an hour");
    return ok(text);
  });
}

Outcome long_transaction(const Facts& facts) {
  return about(facts.database.oldest_transaction, [](const Transaction& oldest) -> Outcome {
    if (oldest.seconds == 0) return ok("none is open");
    const std::string text = "one of " + oldest.user + " for " + span_text(std::chrono::seconds(oldest.seconds));
    if (oldest.seconds > 3600) return warning(text + ", more than an hour", "SHOW PROCESSLIST names it; KILL ends it");
    return ok(text);
  });
}

Outcome damaged(const Facts& facts) {
  return none_of(facts.database.damaged_tables, "none", Verdict::failure, "cannot be read",
                 "restore the account beside the living one: docs/restore.md; look at the server's log");
}

Outcome engines(const Facts& facts) {
  return none_of(facts.database.foreign_engines, "all are InnoDB", Verdict::warning, "not InnoDB",
                 "ALTER TABLE NAME ENGINE = InnoDB: a backup cannot hold still what no transaction protects");
}

bool is_administrator(const Facts& facts, const DatabaseUser& user) {
  if (user.name == "root" || user.name == "mysql" || user.name == "mariadb.sys") return user.host == "localhost";
  return facts.place.embedded && facts.files.owner.known() && user.name == *facts.files.owner &&
         user.host == "localhost";
}

Outcome about_users(const Facts& facts, const std::function<Outcome(const std::vector<DatabaseUser>&)>& look) {
  return about(facts.database.users, look);
}

std::string named(const DatabaseUser& user) { return "'" + user.name + "'@'" + user.host + "'"; }

Outcome anonymous(const Facts& facts) {
  return about_users(facts, [](const std::vector<DatabaseUser>& users) -> Outcome {
    Names found;
    for (const auto& user : users)
      if (user.name.empty() && user.signs_in) found.push_back(named(user));
    if (found.empty()) return ok("none");
    return failure("there are " + join(found), "DROP USER " + found.front());
  });
}

Outcome without_password(const Facts& facts) {
  return about_users(facts, [](const std::vector<DatabaseUser>& users) -> Outcome {
    Names found;
    for (const auto& user : users)
      if (user.signs_in && !user.has_password) found.push_back(named(user));
    if (found.empty()) return ok("each has one, or is known by its socket");
    return failure("without: " + join(found), "ALTER USER " + found.front() + " ACCOUNT LOCK, or give it a password");
  });
}

Outcome remote_administrators(const Facts& facts) {
  return about_users(facts, [](const std::vector<DatabaseUser>& users) -> Outcome {
    Names found;
    for (const auto& user : users)
      if (user.name == "root" && user.host != "localhost" && user.signs_in) found.push_back(named(user));
    if (found.empty()) return ok("only on this machine");
    return failure("there are " + join(found), "DROP USER " + found.front());
  });
}

/// What each of our programs, and an exporter, may do to everything.
const std::set<std::string>& allowed_rights(const std::string& user) {
  static const std::set<std::string> none{"USAGE"};
  static const std::set<std::string> exporter{"USAGE",         "PROCESS",        "BINLOG MONITOR", "REPLICATION CLIENT",
                                              "SLAVE MONITOR", "REPLICA MONITOR"};
  static const std::set<std::string> backup{"USAGE",
                                            "SELECT",
                                            "SHOW VIEW",
                                            "TRIGGER",
                                            "EVENT",
                                            "LOCK TABLES",
                                            "RELOAD",
                                            "PROCESS",
                                            "BINLOG MONITOR",
                                            "BINLOG ADMIN",
                                            "SLAVE MONITOR",
                                            "REPLICA MONITOR",
                                            "REPLICATION SLAVE",
                                            "REPLICATION REPLICA"};
  static const std::set<std::string> site{"USAGE",
                                          "READ ONLY ADMIN",
                                          "READ_ONLY ADMIN",
                                          "REPLICATION MASTER ADMIN",
                                          "REPLICATION SLAVE ADMIN",
                                          "REPLICATION SLAVE",
                                          "SLAVE MONITOR",
                                          "REPLICA MONITOR",
                                          "BINLOG MONITOR",
                                          "BINLOG ADMIN",
                                          "BINLOG REPLAY",
                                          "CONNECTION ADMIN",
                                          "PROCESS",
                                          "RELOAD"};
  static const std::set<std::string> replica{"USAGE", "REPLICATION SLAVE", "REPLICATION REPLICA"};
  if (user == "slipway_backup") return backup;
  if (user == "slipway_site") return site;
  if (user == "slipway_replica") return replica;
  if (user.find("exporter") != std::string::npos || user == "prometheus") return exporter;
  return none;
}

Outcome rights(const Facts& facts) {
  return about_users(facts, [&](const std::vector<DatabaseUser>& users) -> Outcome {
    Names found;
    for (const auto& user : users) {
      if (!user.signs_in || is_administrator(facts, user)) continue;
      const auto& allowed = allowed_rights(user.name);
      Names more;
      std::ranges::copy_if(user.rights, std::back_inserter(more),
                           [&](const auto& right) { return !allowed.contains(right); });
      if (!more.empty()) found.push_back(named(user) + " (" + join(more, 4) + ")");
    }
    if (found.empty()) return ok("none has more than its work needs");
    return failure("more than needed: " + join(found), "REVOKE ... ON *.* FROM the user");
  });
}

Outcome isolation(const Facts& facts) {
  return about_users(facts, [](const std::vector<DatabaseUser>& users) -> Outcome {
    Names found;
    for (const auto& user : users) {
      if (!user.name.starts_with("acct_")) continue;
      for (const auto& database : user.databases)
        if (database != user.name) found.push_back(named(user) + " in " + database);
    }
    if (found.empty()) return ok("each account's user sees its own database alone");
    return failure("an account's user sees another's: " + join(found),
                   "REVOKE ALL ON the other database FROM the user");
  });
}

Outcome platform_schema(const Facts& facts) {
  return about(facts.database.platform_schema, [&](int version) -> Outcome {
    const int newest = facts.database.newest_platform_schema;
    const std::string text = "version " + std::to_string(version);
    if (version == newest) return ok(text);
    if (version > newest)
      return failure(text + ", this program knows " + std::to_string(newest), "install the newer release that made it");
    return failure(text + ", this program needs " + std::to_string(newest),
                   "systemctl restart slipway-setup; embedded: slipway up");
  });
}

Outcome about_accounts(const Facts& facts, const std::string& none, Verdict otherwise, const std::string& way_out,
                       const std::function<std::string(const AccountFact&)>& fault) {
  return about(facts.database.accounts, [&](const std::vector<AccountFact>& accounts) -> Outcome {
    Names found;
    for (const auto& account : accounts)
      if (const auto text = fault(account); !text.empty()) found.push_back(account.name + " " + text);
    if (found.empty()) return ok(none);
    return {otherwise, join(found), way_out};
  });
}

Outcome account_schemas(const Facts& facts) {
  const int newest = facts.database.newest_account_schema;
  return about_accounts(facts, "all are at version " + std::to_string(newest), Verdict::failure,
                        "systemctl restart slipway-setup says what is in the way; embedded: slipway up",
                        [&](const AccountFact& account) -> std::string {
                          if (account.state == "creating" || account.state == "deleting") return {};
                          if (account.schema < 0) return "cannot be read";
                          return account.schema == newest ? "" : "is at version " + std::to_string(account.schema);
                        });
}

Outcome suspended(const Facts& facts) {
  return about_accounts(facts, "none", Verdict::note, "slipway account resume NAME, when the reason is gone",
                        [](const AccountFact& account) -> std::string {
                          if (account.state != "suspended") return {};
                          return account.reason.empty() ? "is suspended" : "is suspended: " + account.reason;
                        });
}

Outcome interrupted(const Facts& facts) {
  return about_accounts(
      facts, "none", Verdict::warning,
      "if nobody works on it now, repeat the command that was cut short: slipway account create, delete or resume",
      [](const AccountFact& account) -> std::string {
        const bool between = account.state != "active" && account.state != "suspended";
        return between ? "is " + account.state : "";
      });
}

Outcome accounts(const Facts& facts) {
  return about(facts.database.accounts, [](const std::vector<AccountFact>& all) -> Outcome {
    if (all.empty()) return note("there is none", "slipway account create NAME --title TITLE");
    return ok(std::to_string(all.size()) + " accounts");
  });
}

Outcome set_aside(const Facts& facts) {
  return none_of(facts.database.unpublished_databases, "none", Verdict::note, "kept beside the served ones",
                 "slipway account databases NAME; slipway account drop-database, when it is no longer wanted");
}

}  // namespace

Checks database_state_checks() {
  constexpr Area area = Area::database;
  return {{"database.uptime", area, "The server has run", uptime},
          {"database.connections", area, "Connections are left", connections},
          {"database.connections_refused", area, "No connection was refused", connections_refused},
          {"database.buffer_hits", area, "Pages are found in memory", buffer_hits},
          {"database.log_waits", area, "Nothing waits for the log's buffer", log_waits},
          {"database.transactions", area, "No transaction is open for long", long_transaction},
          {"database.tables.damaged", area, "Every table can be read", damaged},
          {"database.tables.engine", area, "Transactions protect every table", engines},
          {"database.users.anonymous", area, "Nobody signs in without a name", anonymous},
          {"database.users.passwords", area, "Nobody signs in without a password", without_password},
          {"database.users.remote", area, "Administrators sign in on this machine only", remote_administrators},
          {"database.users.rights", area, "Users have the rights that they need", rights},
          {"database.users.isolation", area, "No account sees another", isolation},
          {"database.schema.platform", area, "The platform's schema is this release's", platform_schema},
          {"database.schema.accounts", area, "Every account's schema is this release's", account_schemas},
          {"database.accounts", area, "There are accounts", accounts},
          {"database.accounts.suspended", area, "No account is suspended", suspended},
          {"database.accounts.interrupted", area, "No work on an account was cut short", interrupted},
          {"database.accounts.set_aside", area, "No database is set aside", set_aside}};
}

}  // namespace slipway::doctor
