#include "tests/support/test_server.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

template <typename T>
T demand(Result<T> result, const std::string& what) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s: %s\n", what.c_str(), to_text(result.error()).c_str());
  std::abort();
}

embedded::DatabaseOptions scratch_options(const fs::path& directory, bool durable = false) {
  return {.directory = directory, .buffer_pool_bytes = 32U << 20U, .durable = durable};
}

/// The data directory that servers start from, made once by whichever test program needs it first.
fs::path prepared_data() {
  const fs::path cache = fs::path(SLIPWAY_TEST_CACHE) / ("mariadb-" + std::to_string(::geteuid()));
  fs::create_directories(cache);
  std::optional<FileLock> lock;
  const bool locked = eventually(std::chrono::minutes(1), [&] {
    auto taken = FileLock::take(cache / "lock");
    if (!taken) return false;
    lock.emplace(std::move(taken).value());
    return true;
  });
  if (!locked) std::abort();
  if (!fs::exists(cache / "prepared")) {
    // Made under a short path (it holds a socket while it is made), then copied.
    const TempDirectory workshop;
    demand(embedded::Database::start(scratch_options(workshop / "db")), "preparing a test server").stop();
    fs::remove_all(cache / "data");
    fs::copy(workshop / "db" / "data", cache / "data", fs::copy_options::recursive);
    write_file(cache / "prepared", "");
  }
  return cache / "data";
}

Result<embedded::Database> start_server(const fs::path& directory, bool durable) {
  SLIPWAY_CHECK(embedded::make_private_directory(directory));
  if (!fs::exists(directory / "data")) fs::copy(prepared_data(), directory / "data", fs::copy_options::recursive);
  return embedded::Database::start(scratch_options(directory, durable));
}

}  // namespace

Result<embedded::Database> start_scratch_server(const fs::path& directory) { return start_server(directory, true); }

// Nobody kills it: it need not write a commit before it acknowledges it.
TestServer::TestServer() : database_(demand(start_server(directory_ / "db", false), "starting the test server")) {}

TestServer& TestServer::instance() {
  static TestServer server;
  return server;
}

sql::Endpoint TestServer::fresh_database() {
  static std::atomic<int> number{0};
  sql::Endpoint endpoint = administrator();
  const std::string name = "test_" + std::to_string(++number);
  auto connection = connect(endpoint);
  demand(connection.execute_text("CREATE DATABASE " + demand(sql::quote_identifier(name), name)), name);
  endpoint.database = name;
  return endpoint;
}

sql::Endpoint fresh_database() { return TestServer::instance().fresh_database(); }

sql::Connection connect(const sql::Endpoint& endpoint) {
  return demand(sql::Connection::open(endpoint), endpoint.describe());
}

}  // namespace slipway::test
