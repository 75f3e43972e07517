#include "services/backup/replay.hpp"

#include <thread>

#include "appliance/base/file.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/replay_store.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{20};
constexpr std::chrono::minutes kPatience{10};
// No server of a site has it: events of a server's own id would be left out.
constexpr const char* kServerId = "--server-id=4294967295";

/// What a replica notes of its source and of its place in the relay logs. The source's log must have a name.
Status write_replica_files(const fs::path& data, const FetchedLog& log) {
  std::string index;
  for (const auto& file : log.files) index += "./" + file.filename().string() + "\n";
  SLIPWAY_CHECK(replace_file(data / (std::string(kRelayName) + ".index"), index));
  SLIPWAY_CHECK(replace_file(data / "relay-log.info",
                             "5\n./" + log.files.front().filename().string() + "\n4\narchive.000001\n4\n0\n"));
  std::string master = "33\narchive.000001\n4\narchive\nnobody\n\n3306\n60\n0\n\n\n\n\n\n0\n1800.000\n\n0\n\n0\n";
  master.append(13, '\n');
  return replace_file(data / "master.info", master + "using_gtid=0\nEND_MARKER\n");
}

/// The scheduler is off, not disabled: with a disabled one the events of the log could not be made or dropped.
embedded::DatabaseOptions server_options(const ReplayOptions& options) {
  auto server = options.server;
  for (const std::string& argument :
       {std::string("--relay-log=") + kRelayName, std::string("--skip-slave-start"), std::string(kServerId),
        "--slave-parallel-threads=" + std::to_string(options.threads), std::string("--slave-parallel-mode=optimistic"),
        std::string("--relay-log-purge=ON"), std::string("--event-scheduler=OFF"),
        std::string("--slave-max-allowed-packet=1G")})
    server.arguments.push_back(argument);
  return server;
}

std::uint64_t done_of(const sql::GtidPosition& from, const sql::GtidPosition& reached) {
  std::uint64_t done = 0;
  for (const auto& [domain, gtid] : reached.domains()) {
    const auto at = from.domains().find(domain);
    done += gtid.sequence - (at == from.domains().end() ? 0 : at->second.sequence);
  }
  return done;
}

Status apply(sql::Connection& server, const ReplayOptions& options, const sql::GtidPosition& from,
             const FetchedLog& log) {
  SLIPWAY_CHECK(begin_replay(server, from));
  auto moved = steady_clock::now();
  sql::GtidPosition before = from;
  for (;;) {
    SLIPWAY_TRY(const ReplayState state, look_at_replay(server));
    fail_point("restore.replaying");
    if (state.reached.covers(log.end)) return {};
    if (!state.fault.empty() || !state.running)
      return Error{Code::corrupt,
                   "replay: stopped after " + state.reached.to_text() + ": " + state.fault.substr(0, 500),
                   "an earlier target can be restored"};
    if (state.reached != before) moved = steady_clock::now();
    before = state.reached;
    if (options.progress) options.progress(std::min(done_of(from, before), log.groups), log.groups);
    if (steady_clock::now() - moved > kPatience)
      return Error{Code::timeout, "replay: nothing has moved for ten minutes after " + state.reached.to_text()};
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

Result<embedded::Database> replay(const ReplayOptions& options, const sql::GtidPosition& from, const FetchedLog& log) {
  if (!log.files.empty()) SLIPWAY_CHECK(write_replica_files(options.server.directory / "data", log));
  SLIPWAY_TRY(auto server, embedded::Database::start(server_options(options)));
  auto endpoint = server.administrator();
  endpoint.statement_limit = std::chrono::seconds(0);
  SLIPWAY_TRY(auto connection, sql::Connection::open(endpoint));
  if (!log.files.empty()) SLIPWAY_CHECK(apply(connection, options, from, log));
  SLIPWAY_CHECK(end_replay(connection, log.end));
  return server;
}

}  // namespace slipway::backup
