#include "appliance/account/platform.hpp"

#include "appliance/account/database_user.hpp"
#include "appliance/sql/schema.hpp"

namespace slipway::account {
namespace {

// An anonymous user matches before users of any host, and a database open to everybody is a way between accounts.
Status remove_defaults_of_the_server(sql::Connection& root) {
  SLIPWAY_TRY(const auto anonymous, root.query("SELECT Host FROM mysql.global_priv WHERE User = ''"));
  for (const sql::Row& row : anonymous) {
    SLIPWAY_TRY(const std::string host, sql::quote_identifier(row.text(0)));
    SLIPWAY_CHECK(root.execute_text("DROP USER IF EXISTS ``@" + host));
  }
  SLIPWAY_TRY(const auto open, root.execute("DELETE FROM mysql.db WHERE User = '' OR User = 'PUBLIC'"));
  if (open.affected_rows > 0) SLIPWAY_CHECK(root.execute_text("FLUSH PRIVILEGES"));
  return {};
}

Status let_keep_site(sql::Connection& root, const std::string& database, const std::string& grantee) {
  // READ ONLY ADMIN also lets it write while nobody else may; RELOAD: it resets replication; the last three: it
  // reads, leaves out and undoes what only this site has.
  SLIPWAY_CHECK(root.execute_text(
      "GRANT READ ONLY ADMIN, REPLICATION MASTER ADMIN, REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG MONITOR, "
      "CONNECTION ADMIN, PROCESS, RELOAD, REPLICATION SLAVE, BINLOG ADMIN, BINLOG REPLAY ON *.*" +
      grantee));
  for (const char* table : {"site_epoch", "site_order", "site_probe", "site_undo"})
    SLIPWAY_CHECK(root.execute_text("GRANT SELECT, INSERT, UPDATE, DELETE ON " + database + "." + table + grantee));
  return {};
}

// Programs may read the account list; the passwords in it are sealed with a key they read from a file.
Status provision_program(sql::Connection& root, const ProgramUser& program) {
  if (program.name.rfind("slipway_", 0) != 0)
    return Error{Code::invalid_argument, "database user '" + program.name + "': is not a program's",
                 "programs' users are named slipway_…"};
  SLIPWAY_CHECK(ensure_user(root, program.name, program.password));
  SLIPWAY_TRY(const std::string user, sql::quote_identifier(program.name));
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(kPlatformDatabase));
  const std::string grantee = " TO " + user + "@`%`";
  SLIPWAY_CHECK(root.execute_text("GRANT SELECT ON " + database + ".account" + grantee));
  SLIPWAY_CHECK(root.execute_text("GRANT SELECT ON " + database + ".account_generation" + grantee));
  // RELOAD: mariadb-backup holds up commits for a moment; PROCESS: it looks for statements that hold tables.
  if (program.backs_up)
    SLIPWAY_CHECK(root.execute_text(
        "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES, RELOAD, PROCESS, BINLOG MONITOR, BINLOG ADMIN, "
        "SLAVE MONITOR, REPLICATION SLAVE ON *.*" +
        grantee));
  if (program.keeps_site) SLIPWAY_CHECK(let_keep_site(root, database, grantee));
  if (program.replicates) {
    SLIPWAY_CHECK(root.execute_text("GRANT REPLICATION SLAVE ON *.*" + grantee));
    SLIPWAY_CHECK(root.execute_text("GRANT SELECT ON " + database + ".site_epoch" + grantee));
  }
  if (program.over_tls_only) SLIPWAY_CHECK(root.execute_text("ALTER USER " + user + "@`%` REQUIRE SSL"));
  return {};
}

}  // namespace

Status provision_platform(sql::Connection& root, const std::vector<ProgramUser>& programs) {
  SLIPWAY_TRY(const NamedLock lock, NamedLock::take(root, "slipway.platform", "database slipway"));
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(kPlatformDatabase));
  SLIPWAY_CHECK(root.execute_text("CREATE DATABASE IF NOT EXISTS " + database + " CHARACTER SET utf8mb4"));
  sql::Endpoint endpoint = root.endpoint();
  endpoint.database = kPlatformDatabase;
  SLIPWAY_TRY(auto platform, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(sql::upgrade_schema(platform, sql::platform_schema()));
  SLIPWAY_CHECK(remove_defaults_of_the_server(root));
  for (const ProgramUser& program : programs) SLIPWAY_CHECK(provision_program(root, program));
  return {};
}

}  // namespace slipway::account
