// The database server and what it says of itself.
#include "appliance/sql/schema.hpp"
#include "services/doctor/check_rules.hpp"
#include "services/doctor/database_store.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"

namespace slipway::doctor {
namespace {

template <typename T>
Fact<T> fact_of(Result<T> result) {
  if (!result) return because(result.error());
  return *std::move(result);
}

void set_unknown(Facts& facts, const Unknown& unknown) {
  Database& database = facts.database;
  database.version = unknown;
  database.variables = unknown;
  database.status = unknown;
  database.oldest_transaction = unknown;
  database.damaged_tables = unknown;
  database.foreign_engines = unknown;
  database.users = unknown;
  database.platform_schema = unknown;
  database.accounts = unknown;
  database.unpublished_databases = unknown;
  facts.backups.database_bytes = unknown;
  facts.identity.database_server_id = unknown;
}

/// The version of a database's schema; -1: it cannot be read.
int schema_of(const sql::Endpoint& server, const std::string& database) {
  sql::Endpoint endpoint = server;
  endpoint.database = database;
  auto connection = sql::Connection::open(endpoint);
  if (!connection) return -1;
  return sql::schema_version(*connection).value_or(-1);
}

void gather_accounts(const Sources& sources, sql::Connection& connection, Database& database) {
  Settings databases;
  auto all = accounts(connection, databases);
  if (!all) {
    database.accounts = because(all.error());
    return;
  }
  for (AccountFact& account : *all)
    if (const auto found = databases.find(account.name); found != databases.end())
      account.schema = schema_of(sources.database, found->second);
  database.accounts = *std::move(all);
}

void gather_platform(const Sources& sources, Database& database) {
  const int version = schema_of(sources.database, "slipway");
  if (version >= 0) {
    database.platform_schema = version;
  } else {
    database.platform_schema =
        Unknown{"database slipway cannot be opened", "systemctl restart slipway-setup; embedded: slipway up"};
  }
}

}  // namespace

void gather_database(const Sources& sources, Facts& facts) {
  Database& database = facts.database;
  if (sources.database_fault) return set_unknown(facts, because(*sources.database_fault));
  auto connection = open_for_looking(sources.database);
  if (!connection) return set_unknown(facts, because(connection.error()));
  database.version = connection->server_version();
  database.variables = fact_of(server_variables(*connection));
  database.status = fact_of(server_status(*connection));
  database.oldest_transaction = fact_of(oldest_transaction(*connection));
  database.damaged_tables = fact_of(damaged_tables(*connection));
  database.foreign_engines = fact_of(foreign_engines(*connection));
  database.users = fact_of(database_users(*connection));
  gather_platform(sources, database);
  gather_accounts(sources, *connection, database);
  database.unpublished_databases = fact_of(unpublished_databases(*connection));
  facts.backups.database_bytes = fact_of(stored_bytes(*connection));
  facts.identity.database_server_id =
      then<std::uint64_t>(database.variables, [](const Settings& variables) -> Fact<std::uint64_t> {
        const auto found = variables.find("server_id");
        const auto number = found == variables.end() ? std::nullopt : number_of(found->second);
        if (!number) return Unknown{"the server does not tell its server_id"};
        return static_cast<std::uint64_t>(*number);
      });
}

}  // namespace slipway::doctor
