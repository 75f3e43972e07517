// The database server of a test program: one private mariadbd, shared by its tests.
#pragma once

#include "appliance/embedded/embedded.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Started at first use (0.1 s: the data directory is a copy of one prepared once per build directory), without fsync,
/// stopped when the program ends. First use must be on the main thread. Aborts, saying why, when it cannot be started.
class TestServer {
 public:
  static TestServer& instance();

  /// All rights, no database selected.
  [[nodiscard]] sql::Endpoint administrator() const { return database_.administrator(); }
  /// A new, empty database of this program, as administrator. Thread-safe.
  [[nodiscard]] sql::Endpoint fresh_database();
  [[nodiscard]] embedded::Database& database() { return database_; }

 private:
  TestServer();
  TempDirectory directory_;
  embedded::Database database_;
};

/// A server of the test's own in `directory`, for tests that stop, kill or fill it: durable, as installed servers are,
/// so that a kill loses nothing that was acknowledged. Its data directory is the prepared
/// one unless `directory` has one already.
[[nodiscard]] Result<embedded::Database> start_scratch_server(const std::filesystem::path& directory);

/// TestServer::instance().fresh_database().
[[nodiscard]] sql::Endpoint fresh_database();

/// A connection that a test cannot do without: aborts, saying why, when it cannot be opened.
[[nodiscard]] sql::Connection connect(const sql::Endpoint& endpoint);

}  // namespace slipway::test
