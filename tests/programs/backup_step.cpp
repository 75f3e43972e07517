// One operation of the backup agent as a process of its own, for tests that kill it. TOP holds a key file "key", the
// repositories "even" and "odd" and the archiver's spool.
//
//   backup_step archive TOP SOCKET USER acknowledge|SYNC_MS UNTIL  until everything up to UNTIL is safe ("": SIGTERM)
//   backup_step take TOP SOCKET USER DATA REPOSITORY LINE PARENT  PARENT "": a full backup
//   backup_step restore TOP TARGET DIRECTORY                      and stops the server
//   backup_step copy TOP BACKUP                                   from "even" into "odd"
//   backup_step prune TOP DAYS                                    keeps the fulls of so many days
#include <atomic>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>

#include "services/backup/copy_backup.hpp"
#include "services/backup/log_archiver.hpp"
#include "services/backup/prune.hpp"
#include "services/backup/restore.hpp"
#include "services/backup/take.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

std::atomic<bool> asked_to_stop{false};

Result<Repository> open(const fs::path& top, const std::string& name) {
  SLIPWAY_TRY(auto key, archive::Key::read_file(top / "key"));
  SLIPWAY_TRY(auto storage, open_storage({.url = "file://" + (top / name).string()}));
  return Repository::open(name, std::move(storage), std::move(key));
}

sql::Endpoint endpoint(const std::string& socket, const std::string& user) {
  sql::Endpoint server;
  server.socket = socket;
  server.user = user;
  return server;
}

Status archive_log(const Arguments& given, const std::vector<const Repository*>& repositories) {
  const SystemClock clock;
  SLIPWAY_TRY(const auto until, sql::GtidPosition::parse(given[6]));
  LogPolicy policy;
  policy.acknowledge = given[5] == "acknowledge";
  if (!policy.acknowledge) policy.sync_every = std::chrono::milliseconds(std::stoi(given[5]));
  // Many segments, but where it is seen how much a long one loses.
  if (policy.acknowledge || policy.sync_every < std::chrono::milliseconds(100)) {
    policy.seal_every = std::chrono::seconds(1);
    policy.seal_bytes = 64U << 10U;
  }
  const fs::path spool = fs::path(given[2]) / "spool";
  fs::create_directories(spool);
  LogArchiver archiver({.server = endpoint(given[3], given[4]), .server_id = 900}, policy, repositories, spool, clock);
  std::atomic<bool> ended{false};
  Status outcome;
  std::thread thread([&] {
    outcome = archiver.run();
    ended = true;
  });
  while (!ended && !asked_to_stop) {
    if (given[6].empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    else if (archiver.wait_for(until, std::chrono::milliseconds(50)))
      break;
  }
  archiver.stop();
  thread.join();
  return outcome;
}

Status take(const Arguments& given, const Repository& into) {
  TakeOptions options{.server = endpoint(given[3], given[4]),
                      .data = given[5],
                      .work = fs::path(given[2]) / "take-work",
                      .parent = {},
                      .accounts = {},
                      .log_line = given[7],
                      .piece_bytes = 512U << 10U};
  if (!given[8].empty()) {
    SLIPWAY_TRY(options.parent, into.backup(given[8]));
  }
  SLIPWAY_TRY(const auto taken, take_backup(into, options, SystemClock(), [](std::uint64_t, std::uint64_t) {}));
  std::printf("%s\n", taken.id.c_str());
  return {};
}

Status restore(const Arguments& given, const std::vector<const Repository*>& repositories) {
  SLIPWAY_TRY(const auto goal, RestoreGoal::parse(given[3]));
  SLIPWAY_TRY(const auto route, choose_route(repositories, goal));
  const fs::path into = given[4];
  const RestoreOptions options{.server = {.directory = into, .buffer_pool_bytes = 32U << 20U, .durable = false},
                               .work = into / "work",
                               .progress = {}};
  SLIPWAY_TRY(const auto restored, restore_server(repositories, route, options));
  std::printf("%s\n", restored.log.end.to_text().c_str());
  return {};
}

Status prune(const Arguments& given, const std::vector<const Repository*>& repositories) {
  const RetentionPolicy policy{.daily_fulls = std::stoi(given[3])};
  SLIPWAY_TRY(const auto plan, plan_prune(repositories, policy, SystemClock().now()));
  return carry_out_prune(repositories, plan);
}

Status run(const Arguments& given) {
  SLIPWAY_TRY(const auto even, open(given[2], "even"));
  SLIPWAY_TRY(const auto odd, open(given[2], "odd"));
  const std::vector<const Repository*> all{&even, &odd};
  if (given[1] == "archive") return archive_log(given, all);
  if (given[1] == "take") return take(given, given[6] == "even" ? even : odd);
  if (given[1] == "prune") return prune(given, all);
  if (given[1] == "copy") {
    SLIPWAY_TRY(const auto backup, even.backup(given[3]));
    SLIPWAY_TRY([[maybe_unused]] const auto copied, copy_backup(even, backup, odd));
    return {};
  }
  return restore(given, all);
}

}  // namespace
}  // namespace slipway::backup

int main(int count, char** given) {
  std::signal(SIGTERM, [](int) { slipway::backup::asked_to_stop = true; });
  std::signal(SIGPIPE, SIG_IGN);
  const std::map<std::string, int> arguments{{"archive", 7}, {"take", 9}, {"restore", 5}, {"prune", 4}, {"copy", 4}};
  const std::vector<std::string> all(given, given + count);
  if (count < 2 || !arguments.contains(all[1]) || arguments.at(all[1]) != count) return 64;
  const auto done = slipway::backup::run(all);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", to_text(done.error()).c_str());
  return slipway::traits(done.error().code).exit_status;
}
