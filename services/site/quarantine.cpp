#include "services/site/quarantine.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "appliance/base/file.hpp"
#include "appliance/process/process.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/site/fail_point.hpp"
#include "services/site/undo_store.hpp"

namespace slipway::site {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kReport = "report.json";
constexpr const char* kWords = "transactions.txt";
constexpr const char* kUndo = "undo.sql";
constexpr std::chrono::minutes kReadLimit{10};

/// What has been done so far, and of what.
struct Report {
  Fork fork;
  std::string until;  ///< where the server was
  std::string at;
  std::string phase = {};  ///< "copied", "undone", "done"
  LogSummary summary = {};
};

/// A new one: what was set aside before stays.
fs::path new_folder(const fs::path& quarantine, const Fork& fork) {
  const std::string name = "epoch-" + std::to_string(fork.epoch);
  fs::path folder = quarantine / name;
  for (int turn = 2; fs::exists(folder / kReport); ++turn) folder = quarantine / (name + "-" + std::to_string(turn));
  return folder;
}

Status keep(const fs::path& folder, const Report& report) {
  const ordered_json json{{"phase", report.phase},
                          {"epoch", report.fork.epoch},
                          {"holder", report.fork.holder},
                          {"position", report.fork.position.to_text()},
                          {"until", report.until},
                          {"set_aside_at", report.at},
                          {"transactions", report.summary.transactions},
                          {"rows", report.summary.rows},
                          {"deletions", report.summary.deletions},
                          {"definition", report.summary.definition}};
  return replace_file(folder / kReport, json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

Result<std::optional<Report>> read_report(const fs::path& folder) {
  std::ifstream file(folder / kReport);
  if (!file) return std::optional<Report>();
  try {
    const auto json = ordered_json::parse(file);
    auto position = sql::GtidPosition::parse(json.at("position").get<std::string>());
    if (!position) return position.error().within((folder / kReport).string());
    Report report{.fork = {json.at("epoch"), json.at("holder"), *std::move(position)},
                  .until = json.at("until"),
                  .at = json.at("set_aside_at"),
                  .phase = json.at("phase"),
                  .summary = {.transactions = json.at("transactions"),
                              .rows = json.at("rows"),
                              .deletions = json.at("deletions"),
                              .definition = json.at("definition")}};
    return std::optional(std::move(report));
  } catch (const std::exception& fault) {
    return Error{Code::corrupt, (folder / kReport).string() + ": " + fault.what(),
                 "move the folder away; what it holds is set aside once more"};
  }
}

/// What was begun with this very state of the server. What was begun with another one is over: it got a fresh copy.
struct Begun {
  fs::path folder;
  Report report;
};

bool goes_on(const Report& report, const std::string& logged) {
  return (report.phase != "done" && report.until == logged) || (report.phase == "undone" && logged.empty());
}

Result<std::optional<Begun>> begun_with(const fs::path& quarantine, const std::string& logged) {
  std::error_code problem;
  for (fs::directory_iterator entry(quarantine, problem), end; !problem && entry != end; entry.increment(problem)) {
    SLIPWAY_TRY(auto report, read_report(entry->path()));
    if (report && goes_on(*report, logged)) return std::optional(Begun{entry->path(), *std::move(report)});
  }
  return std::optional<Begun>();
}

/// On the disk, not only on its way there: the log that it was taken from is thrown away.
Status sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return file_error(path, "cannot be opened", errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return failed == 0 ? Status() : file_error(path, "cannot be written to the disk", failed);
}

/// mariadb-binlog with these arguments, its output into `output`.
Status read_log(std::vector<std::string> arguments, const sql::Endpoint& server, const fs::path& output) {
  process::Command command{.argv = {"mariadb-binlog", "--no-defaults"},
                           .environment = {{"MYSQL_PWD", server.password.reveal()}},
                           .log_file = output.string() + ".errors"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.argv.push_back("--result-file=" + output.string());
  SLIPWAY_TRY(auto child, process::Child::spawn(command));
  const auto status = child.wait(kReadLimit);
  if (!status) return Error{Code::timeout, "mariadb-binlog: took more than ten minutes"};
  if (*status != 0) return Error{Code::internal, "mariadb-binlog: " + process::last_words(output.string() + ".errors")};
  return {};
}

/// The files of the log from the one on that holds the fork.
Status fetch_files(sql::Connection& server, const Fork& fork, const fs::path& to, std::vector<std::string>& files) {
  SLIPWAY_TRY(const auto names, log_files_since(server, fork.position));
  const sql::Endpoint& endpoint = server.endpoint();
  std::vector<std::string> arguments{"--read-from-remote-server", "--raw", "--user=" + endpoint.user};
  if (endpoint.socket.empty()) {
    arguments.push_back("--host=" + endpoint.host);
    arguments.push_back("--port=" + std::to_string(endpoint.port));
  } else {
    arguments.push_back("--socket=" + endpoint.socket);
  }
  arguments.insert(arguments.end(), names.begin(), names.end());
  SLIPWAY_CHECK(read_log(std::move(arguments), endpoint, to / ""));
  for (const std::string& name : names) files.push_back((to / name).string());
  return {};
}

Status copy(sql::Connection& server, const fs::path& folder, Report& report) {
  std::error_code problem;
  fs::remove_all(folder, problem);
  fs::create_directories(folder / "log", problem);
  if (problem) return file_error(folder, "cannot be made", problem.value());
  std::vector<std::string> files;
  SLIPWAY_CHECK(fetch_files(server, report.fork, folder / "log", files));
  std::vector<std::string> words{"--base64-output=decode-rows", "--verbose"};
  std::vector<std::string> undo{"--flashback"};
  if (!report.fork.position.empty())
    for (auto* arguments : {&words, &undo}) arguments->push_back("--start-position=" + report.fork.position.to_text());
  words.insert(words.end(), files.begin(), files.end());
  undo.insert(undo.end(), files.begin(), files.end());
  SLIPWAY_CHECK(read_log(std::move(words), {}, folder / kWords));
  SLIPWAY_CHECK(read_log(std::move(undo), {}, folder / kUndo));
  std::ifstream said(folder / kWords);
  report.summary = summary_of(said);
  files.insert(files.end(), {(folder / kWords).string(), (folder / kUndo).string(), (folder / "log").string(),
                             folder.string(), folder.parent_path().string()});
  for (const std::string& file : files) SLIPWAY_CHECK(sync(file));
  report.phase = "copied";
  return keep(folder, report);
}

Status check_undoable(sql::Connection& server, const LogSummary& summary, const fs::path& folder) {
  const std::string hint =
      "they are set aside in " + folder.string() + "; this site needs a fresh copy of the other one";
  if (!summary.definition.empty())
    return Error{Code::unsupported, "transaction " + summary.definition + ": changes a definition and cannot be undone",
                 hint};
  SLIPWAY_TRY(const auto parents, tables_whose_deletions_spread(server));
  for (const auto& [table, count] : summary.deletions)
    if (parents.contains(table))
      return Error{Code::unsupported, "table " + table + ": rows that were deleted took others along", hint};
  return {};
}

}  // namespace

Result<std::optional<Fork>> unfinished(const fs::path& quarantine, const std::string& logged) {
  SLIPWAY_TRY(const auto begun, begun_with(quarantine, logged));
  return begun ? std::optional(begun->report.fork) : std::nullopt;
}

Result<Quarantined> set_aside(sql::Connection& server, const Fork& fork, const fs::path& quarantine, Timestamp now) {
  SLIPWAY_TRY(const std::string logged, logged_position(server));
  SLIPWAY_TRY(auto begun, begun_with(quarantine, logged));
  if (!begun) {
    begun = Begun{new_folder(quarantine, fork), {.fork = fork, .until = logged, .at = to_iso8601(now)}};
    SLIPWAY_CHECK(copy(server, begun->folder, begun->report));
  }
  const fs::path& folder = begun->folder;
  Report& report = begun->report;
  pass("set_aside.copied");
  if (report.phase == "copied") {
    SLIPWAY_CHECK(check_undoable(server, report.summary, folder));
    SLIPWAY_CHECK(undo(server, fork.epoch, report.summary.transactions, folder / kUndo));
    report.phase = "undone";
    SLIPWAY_CHECK(keep(folder, report));
  }
  pass("set_aside.undone");
  SLIPWAY_CHECK(begin_log_anew(server, fork.position));
  pass("set_aside.log_begun");
  SLIPWAY_CHECK(forget_undo(server));
  report.phase = "done";
  SLIPWAY_CHECK(keep(folder, report));
  return Quarantined{folder, report.summary.transactions, report.summary.rows};
}

}  // namespace slipway::site
