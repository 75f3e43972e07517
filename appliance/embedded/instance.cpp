#include "appliance/embedded/instance.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/telemetry/log.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPoll{50};
constexpr seconds kLeftoverGrace{20};
constexpr seconds kOrderedStop{100};  // more than the programs' own limits together
constexpr int kFailuresThatTell = 4;
constexpr std::size_t kLongestQuote = 500;

/// Takes a lock as soon as its holder lets go, within `limit`.
Result<FileLock> take_soon(const fs::path& file, milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    auto lock = FileLock::take(file);
    if (lock || lock.error().code != Code::in_use || std::chrono::steady_clock::now() > deadline) return lock;
    std::this_thread::sleep_for(kPoll);
  }
}

std::string last_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string line, last;
  while (std::getline(stream, line))
    if (!line.empty()) last = line;
  return last.substr(0, kLongestQuote);
}

/// The error of a program that keeps ending before it serves, if there is one.
std::optional<Error> hopeless(const InstanceState& state) {
  for (const auto& program : state.programs) {
    if (program.failures_in_row < kFailuresThatTell) continue;
    std::string message =
        program.name + ": ended " + std::to_string(program.failures_in_row) + " times before it served";
    if (program.last_exit) message += ", last with exit status " + std::to_string(*program.last_exit);
    const std::string quote = last_line(program.log);
    if (!quote.empty()) message += ": " + quote;
    return Error{Code::unavailable, message, "its log is " + program.log};
  }
  return std::nullopt;
}

/// Waits until every program serves. `supervisor` is ours to watch, when we started it.
Status await_ready(const StateDirectory& directory, process::Child* supervisor, milliseconds limit,
                   const Progress& progress) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::vector<std::string> told;
  for (;;) {
    const auto state = read_instance_state(directory);
    if (state) {
      for (const auto& program : state->programs) {
        if (program.state != ProgramState::ready || std::ranges::count(told, program.name) != 0) continue;
        told.push_back(program.name);
        progress(program.name + ": ready");
      }
      if (state->ready()) return {};
      if (auto error = hopeless(*state)) return *std::move(error);
    }
    if (is_full(directory.path())) return disk_full(directory.path());
    if (supervisor == nullptr) std::this_thread::sleep_for(kPoll);
    if (supervisor != nullptr && supervisor->wait(kPoll))
      return Error{Code::unavailable, "supervisor: ended: " + last_line(directory.log("supervisor.log")),
                   "its log is " + directory.log("supervisor.log").string()};
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Code::timeout, "not every program was ready within " + std::to_string(limit.count()) + " ms",
                   "their logs are in " + directory.log("").string()};
  }
}

/// After a supervisor was killed its programs end by themselves; this waits for them, then helps.
void clear_leftovers(const StateDirectory& directory) {
  if (const auto former = read_instance_state(directory)) end_processes(former->processes, kLeftoverGrace);
  remove_instance_state(directory);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory.path() / "run", ignored))
    if (entry.is_socket(ignored)) fs::remove(entry.path(), ignored);
}

Result<UpReport> report_running(const StateDirectory& directory, const UpOptions& options, const Progress& progress) {
  SLIPWAY_CHECK(await_ready(directory, nullptr, options.limit, progress));
  SLIPWAY_TRY(const InstanceState state, read_instance_state(directory));
  if (options.port.value_or(0) != 0 && *options.port != state.port)
    return Error{Code::in_use, "state directory '" + directory.path().string() + "': runs already, at " + state.url(),
                 "stop it first: slipway down --state-dir " + directory.path().string()};
  return UpReport{directory.path(), state.url(), true, setup::kept_sign_ins(places_of(directory))};
}

/// Holds the directory against other set-ups until it goes.
struct Prepared {
  StateDirectory directory;
  FileLock lock;
  UpReport report;
};

/// All of `up` before the supervisor; was_running when there is one already.
Result<Prepared> prepare(const UpOptions& options, const Progress& progress) {
  std::vector<std::string> programs{"slipway-jobd", "slipway-webd"};
  if (options.backup) programs.emplace_back("slipway-backupd");
  for (const std::string& program : programs)
    if (!fs::exists(options.programs / program))
      return Error{Code::not_found, "program '" + (options.programs / program).string() + "': does not exist",
                   "build or install all of slipway's programs in one directory"};
  SLIPWAY_TRY(StateDirectory directory, StateDirectory::create(options.directory));
  SLIPWAY_TRY(FileLock lock, take_soon(directory.run("up.lock"), options.limit));
  Prepared prepared{directory, std::move(lock), {directory.path(), "", false, {}}};
  if (is_supervised(directory)) {
    SLIPWAY_TRY(prepared.report, report_running(directory, options, progress));
    return prepared;
  }
  clear_leftovers(directory);
  if (options.backup) SLIPWAY_CHECK(want_backup(directory));
  SLIPWAY_TRY(const std::uint16_t port, choose_port(directory, options.port));
  SLIPWAY_TRY(prepared.report.sign_ins, set_up(directory, port, progress));
  prepared.report.url = "https://127.0.0.1:" + std::to_string(port);
  return prepared;
}

}  // namespace

fs::path own_programs() {
  std::error_code unreadable;
  return fs::read_symlink("/proc/self/exe", unreadable).parent_path();
}

Result<UpReport> up(const UpOptions& options, const Progress& progress) {
  SLIPWAY_TRY(Prepared prepared, prepare(options, progress));
  if (prepared.report.was_running) return std::move(prepared.report);
  const StateDirectory& directory = prepared.directory;
  SLIPWAY_TRY(auto supervisor,
              process::Child::spawn({.argv = {(options.programs / "slipway").string(), "supervise", "--state-dir",
                                              directory.path().string(), "--program-dir", options.programs.string()},
                                     .directory = directory.path(),
                                     .log_file = directory.log("supervisor.log")}));
  auto ready = await_ready(directory, &supervisor, options.limit, progress);
  if (!ready) {
    supervisor.stop(kOrderedStop);
    return std::move(ready).error();
  }
  supervisor.release();
  return std::move(prepared.report);
}

Status up_in_foreground(const UpOptions& options, const Progress& progress,
                        const std::function<void(const UpReport&)>& on_ready) {
  SLIPWAY_TRY(Prepared prepared, prepare(options, progress));
  if (prepared.report.was_running)
    return Error{
        Code::in_use,
        "state directory '" + prepared.report.directory.string() + "': runs already, at " + prepared.report.url,
        "stop it first: slipway down --state-dir " + prepared.report.directory.string()};
  bool told = false;
  return supervise(options.directory, options.programs, [&](const std::vector<ProgramStatus>& programs) {
    const bool ready =
        std::ranges::all_of(programs, [](const auto& program) { return program.state == ProgramState::ready; });
    if (ready && !std::exchange(told, true)) on_ready(prepared.report);
  });
}

Status supervise(const fs::path& path, const fs::path& programs, const Supervisor::OnChange& on_change) {
  SLIPWAY_TRY(const StateDirectory directory, StateDirectory::open(path));
  auto lock = take_soon(directory.run("supervisor.lock"), seconds(2));
  if (!lock)
    return Error{lock.error().code, "state directory '" + directory.path().string() + "': in use by a running instance",
                 "stop it with: slipway down --state-dir " + directory.path().string()};
  SLIPWAY_TRY(const FileLock database_lock, take_soon(server_lock(database_options(directory)), seconds(2)));
  SLIPWAY_TRY(const std::uint16_t port, configured_port(directory));
  InstanceState state{std::string(product_version()), port, identity_of(::getpid()), {}, {}};
  Supervisor supervisor(slipway_programs(directory, programs, port), Backoff{},
                        [&](const std::vector<ProgramStatus>& statuses) {
                          state.programs = statuses;
                          state.processes.clear();
                          for (const auto& status : statuses)
                            if (status.pid != 0) state.processes.push_back(identity_of(status.pid));
                          const auto written = write_instance_state(directory, state);
                          if (!written) telemetry::log_error("supervisor.state_not_written", written.error());
                          if (on_change) on_change(statuses);
                        });
  auto ended = supervisor.run();
  clear_leftovers(directory);
  return ended;
}

Result<std::optional<InstanceState>> running_instance(const fs::path& path) {
  SLIPWAY_TRY(const StateDirectory directory, StateDirectory::open(path));
  if (!is_supervised(directory)) return std::optional<InstanceState>();
  auto state = read_instance_state(directory);
  if (state) return std::optional(std::move(state).value());
  if (state.error().code == Code::not_found) return std::optional<InstanceState>();  // it is just beginning or ending
  return std::move(state).error();
}

Result<bool> down(const fs::path& path, milliseconds limit) {
  SLIPWAY_TRY(const StateDirectory directory, StateDirectory::open(path));
  const bool was_running = is_supervised(directory);
  if (was_running) {
    SLIPWAY_TRY(const InstanceState state, read_instance_state(directory));
    end_processes({state.supervisor}, limit);
  }
  SLIPWAY_TRY(const FileLock lock, take_soon(directory.run("supervisor.lock"), seconds(2)));
  clear_leftovers(directory);
  return was_running;
}

}  // namespace slipway::embedded
