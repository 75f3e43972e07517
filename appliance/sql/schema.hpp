// The schema runner: brings a database from whatever version it has to the newest, one file at a time.
#pragma once

#include <span>

#include "appliance/sql/connection.hpp"

namespace slipway::sql {

/// One file of appliance/schema/{platform,account}: V0001__what.sql. A released version never changes.
struct SchemaVersion {
  int number;
  std::string_view name;
  std::string_view script;
};

/// The versions compiled into the program, ascending.
[[nodiscard]] std::span<const SchemaVersion> platform_schema();
[[nodiscard]] std::span<const SchemaVersion> account_schema();

struct SchemaReport {
  int before = 0;
  int after = 0;
};

/// Applies what is missing to the connection's database, under a named lock (others wait up to 60 s). Records number,
/// name, SHA-256 and duration in table `schema_history`. Every statement of a script is recorded as it completes, so
/// a run that was killed goes on where it stopped; scripts must keep one DDL per statement.
/// Errors: corrupt (a recorded file differs: the version is named), unsupported (the database is newer than this
/// program), those of the connection.
[[nodiscard]] Result<SchemaReport> upgrade_schema(Connection& connection, std::span<const SchemaVersion> versions);

/// The newest completely applied version, 0 for none. Changes nothing.
[[nodiscard]] Result<int> schema_version(Connection& connection);

}  // namespace slipway::sql
