#include "tests/support/backed_up_server.hpp"

#include <cstdio>
#include <cstdlib>

#include "appliance/embedded/data_directory.hpp"
#include "services/backup/log_archiver_store.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

void demand(const Status& status, const std::string& what) {
  if (status) return;
  std::fprintf(stderr, "%s: %s\n", what.c_str(), to_text(status.error()).c_str());
  std::abort();
}

template <typename T>
T demand(Result<T> result, const std::string& what) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s: %s\n", what.c_str(), to_text(result.error()).c_str());
  std::abort();
}

/// The key of the repositories in a directory, made when there is none.
archive::Key key_in(const fs::path& top) {
  fs::create_directories(top);
  if (!fs::exists(top / "key")) demand(archive::Key::make().write_file(top / "key"), "key");
  return demand(archive::Key::read_file(top / "key"), "key");
}

std::unique_ptr<backup::Repository> open_repository(const std::string& name, const fs::path& top,
                                                    const archive::Key& key) {
  fs::create_directories(top / name);
  auto storage = demand(
      backup::open_storage({.url = "file://" + (top / name).string(), .credentials_file = {}, .bytes_per_second = 0}),
      name);
  return std::make_unique<backup::Repository>(demand(backup::Repository::open(name, std::move(storage), key), name));
}

}  // namespace

TwoRepositories::TwoRepositories(const fs::path& top) : top_(top), key_(key_in(top)) { reopen(); }

void TwoRepositories::reopen() {
  even_ = open_repository("even", top_, key_);
  odd_ = open_repository("odd", top_, key_);
}

backup::LogPolicy RunningArchiver::fast() {
  return {.sync_every = std::chrono::milliseconds(20), .seal_every = std::chrono::seconds(1)};
}

RunningArchiver::RunningArchiver(const sql::Endpoint& server,
                                 const std::vector<const backup::Repository*>& repositories, const fs::path& spool,
                                 const backup::LogPolicy& policy, const Clock* clock)
    : server_(server),
      archiver_({.server = server, .server_id = 900}, policy, repositories, spool, clock == nullptr ? clock_ : *clock) {
  fs::create_directories(spool);
  thread_ = std::thread([this] {
    if (const auto outcome = archiver_.run(); !outcome) {
      std::fprintf(stderr, "archiver: %s\n", to_text(outcome.error()).c_str());
      std::abort();
    }
  });
}

void RunningArchiver::stop() {
  archiver_.stop();
  if (thread_.joinable()) thread_.join();
}

RunningArchiver::~RunningArchiver() { stop(); }

bool RunningArchiver::caught_up(std::chrono::milliseconds limit) {
  return archiver_.wait_for(demand(backup::server_position(server_), "server"), limit);
}

embedded::Database start_logging_server(const fs::path& directory, int number,
                                        const std::vector<std::string>& arguments) {
  if (!fs::exists(directory / "data")) demand(start_scratch_server(directory), "server").stop();
  embedded::DatabaseOptions options{.directory = directory, .buffer_pool_bytes = 32U << 20U};
  options.arguments = {"--log-bin=binlog", "--log-slave-updates", "--binlog-format=ROW", "--gtid-strict-mode=ON",
                       "--server-id=" + std::to_string(number)};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  return demand(embedded::Database::start(options), "server");
}

Sums sums_of(sql::Connection& server) {
  Sums sums;
  const auto tables =
      demand(server.query("SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = "
                          "'BASE TABLE' AND table_schema NOT IN ('mysql', 'sys', 'performance_schema', "
                          "'information_schema')"),
             "tables");
  for (const auto& table : tables) {
    const std::string name = demand(sql::quote_identifier(table.text(0)), "name") + "." +
                             demand(sql::quote_identifier(table.text(1)), "name");
    const auto row = demand(server.query_one("CHECKSUM TABLE " + name), name);
    sums[table.text(0) + "." + table.text(1)] = row->is_null(1) ? "NULL" : row->text(1);
  }
  return sums;
}

sql::GtidPosition position_of(sql::Connection& server) {
  const auto row = demand(server.query_one("SELECT @@gtid_binlog_pos"), "position");
  return demand(sql::GtidPosition::parse(row->text(0)), "position");
}

backup::Manifest take_full(const backup::Repository& repository, const embedded::Database& server,
                           const fs::path& directory, const std::string& log_line,
                           const std::optional<backup::Manifest>& parent) {
  const SystemClock clock;
  backup::TakeOptions options{.server = server.administrator(),
                              .data = directory / "data",
                              .work = directory / "backup-work",
                              .parent = parent,
                              .accounts = {},
                              .log_line = log_line};
  for (;;) {
    auto taken = backup::take_backup(repository, options, clock, [](std::uint64_t, std::uint64_t) {});
    // Two in one second have one name.
    if (taken || taken.error().code != Code::in_use) return demand(std::move(taken), "backup");
  }
}

Result<backup::Restored> restore_to(const std::vector<const backup::Repository*>& repositories,
                                    const std::string& target, const fs::path& directory) {
  SLIPWAY_TRY(const auto goal, backup::RestoreGoal::parse(target));
  SLIPWAY_TRY(const auto route, backup::choose_route(repositories, goal));
  backup::RestoreOptions options{.server = {.directory = directory, .buffer_pool_bytes = 32U << 20U, .durable = false},
                                 .work = directory / "work",
                                 .progress = {}};
  return backup::restore_server(repositories, route, options);
}

}  // namespace slipway::test
