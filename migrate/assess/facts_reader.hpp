// Asks a server for the facts. Reads only.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/assess/facts.hpp"

namespace slipway::migrate::assess {

/// A session that the server itself lets change nothing, and that no lock and no long statement holds up: no explicit
/// transaction, so that it never stands in the way of an ALTER TABLE either. Errors: those of Connection::open.
[[nodiscard]] Result<sql::Connection> open_read_only(const sql::Endpoint& source);

/// From now on the server ends a statement of the session after this time; 0: never.
[[nodiscard]] Status limit_statements(sql::Connection& source, std::chrono::milliseconds limit);

/// Everything about `databases`, all of the server's own when the list is empty. Values of rows are not read. Errors:
/// not_found for a database that is not there; those of the connection.
[[nodiscard]] Result<Facts> read_facts(sql::Connection& source, std::vector<std::string> databases);

/// The parts of it.
[[nodiscard]] Result<Server> read_server(sql::Connection& source);
[[nodiscard]] Status read_tables(sql::Connection& source, Database& database);
[[nodiscard]] Status read_programs(sql::Connection& source, const Server& server, Database& database);

}  // namespace slipway::migrate::assess
