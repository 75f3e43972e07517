// What the doctor asks the database: the server's settings and state, never what is in the accounts.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/doctor/facts.hpp"

namespace slipway::doctor {

/// No statement on it takes the server longer than 10 s.
[[nodiscard]] Result<sql::Connection> open_for_looking(const sql::Endpoint& endpoint);

[[nodiscard]] Result<Settings> server_variables(sql::Connection& connection);
[[nodiscard]] Result<Settings> server_status(sql::Connection& connection);
[[nodiscard]] Result<Transaction> oldest_transaction(sql::Connection& connection);
/// Tables and views that cannot be opened.
[[nodiscard]] Result<Names> damaged_tables(sql::Connection& connection);
[[nodiscard]] Result<Names> foreign_engines(sql::Connection& connection);
/// No hash is read.
[[nodiscard]] Result<std::vector<DatabaseUser>> database_users(sql::Connection& connection);
/// With `schema` -1; error not_found where there is no platform database.
[[nodiscard]] Result<std::vector<AccountFact>> accounts(sql::Connection& connection, Settings& databases);
[[nodiscard]] Result<Names> unpublished_databases(sql::Connection& connection);
/// Bytes of all table files.
[[nodiscard]] Result<std::uint64_t> stored_bytes(sql::Connection& connection);
/// Name, bytes and number of tables of each database: "acct_x_1\t12345\t20" a line.
[[nodiscard]] Result<std::string> database_sizes(sql::Connection& connection);

}  // namespace slipway::doctor
