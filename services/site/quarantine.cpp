#include "services/site/quarantine.hpp"

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
  std::string phase;  ///< "copied", "undone", "done"
  LogSummary summary;
};

fs::path folder_of(const fs::path& quarantine, const Fork& fork) {
  return quarantine / ("epoch-" + std::to_string(fork.epoch));
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

/// mariadb-binlog with these arguments, its output into `output`.
Status read_log(std::vector<std::string> arguments, const sql::Endpoint& server, const fs::path& output) {
  process::Command command{.argv = {"mariadb-binlog", "--no-defaults"},
                           .environment = {{"MYSQL_PWD", server.password.reveal()}},
                           .log_file = output.string() + ".errors",
                           .pipe_stdout = false};
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
  std::vector<std::string> words{"--base64-output=decode-rows", "--verbose",
                                 "--start-position=" + report.fork.position.to_text()};
  std::vector<std::string> undo{"--flashback", "--start-position=" + report.fork.position.to_text()};
  words.insert(words.end(), files.begin(), files.end());
  undo.insert(undo.end(), files.begin(), files.end());
  SLIPWAY_CHECK(read_log(std::move(words), {}, folder / kWords));
  SLIPWAY_CHECK(read_log(std::move(undo), {}, folder / kUndo));
  std::ifstream said(folder / kWords);
  report.summary = summary_of(said);
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

Result<std::optional<Fork>> unfinished(const fs::path& quarantine) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(quarantine, none)) {
    SLIPWAY_TRY(const auto report, read_report(entry.path()));
    if (report && report->phase != "done") return std::optional(report->fork);
  }
  return std::optional<Fork>();
}

Result<Quarantined> set_aside(sql::Connection& server, const Fork& fork, const fs::path& quarantine, Timestamp now) {
  const fs::path folder = folder_of(quarantine, fork);
  SLIPWAY_TRY(auto begun, read_report(folder));
  Report report;
  if (begun) {
    report = *std::move(begun);
  } else {
    report.fork = fork;
    report.at = to_iso8601(now);
    SLIPWAY_TRY(report.until, logged_position(server));
    SLIPWAY_CHECK(copy(server, folder, report));
  }
  if (report.phase == "copied") {
    SLIPWAY_CHECK(check_undoable(server, report.summary, folder));
    SLIPWAY_CHECK(undo(server, fork.epoch, folder / kUndo));
    report.phase = "undone";
    SLIPWAY_CHECK(keep(folder, report));
  }
  SLIPWAY_CHECK(begin_log_anew(server, fork.position));
  SLIPWAY_CHECK(forget_undo(server));
  report.phase = "done";
  SLIPWAY_CHECK(keep(folder, report));
  return Quarantined{folder, report.summary.transactions, report.summary.rows};
}

}  // namespace slipway::site
