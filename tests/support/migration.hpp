// A source and an account for tests of the migration tool, both on the test server.
#pragma once

#include "migrate/run/run.hpp"
#include "migrate/sample/sample.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::test {

/// The test platform as slipway-migrate finds an installation.
[[nodiscard]] migrate::Installation installation();

/// A database with the bundled sample. Aborts when it cannot be made.
[[nodiscard]] sql::Endpoint sample_database(std::uint64_t tickets);

/// The address of an endpoint, as on the command line.
[[nodiscard]] migrate::SourceAddress address_of(const sql::Endpoint& endpoint);

/// A run that carries out the move of `source` into an account.
[[nodiscard]] migrate::RunOptions options_for(const sql::Endpoint& source, const std::string& account);

/// What identifies an account's content: its generation and a sum over its requests and messages. `platform`: a session
/// of the administrator in the platform database; the test platform's unless given.
[[nodiscard]] std::string picture_of(const std::string& account);
[[nodiscard]] std::string picture_of(sql::Connection& platform, const std::string& account);

/// Whether programs can open the account and read its requests, as its own database user.
[[nodiscard]] bool is_served(const migrate::Installation& where, const std::string& account);

/// Databases and users whose names begin with "stage_<account>" or "acct_<account>_".
[[nodiscard]] std::vector<std::string> databases_of(const std::string& account);

}  // namespace slipway::test
