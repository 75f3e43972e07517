#include "services/backup/mariadb_backup.hpp"

#include <charconv>
#include <fstream>
#include <map>

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kLongest{720};
constexpr std::chrono::milliseconds kLook{100};
// A prepare of tables with computed keys was once seen to take twenty gigabytes.
constexpr std::uint64_t kMemoryBytes = std::uint64_t{3} << 30U;

/// "name = value" lines.
Result<std::map<std::string, std::string>> read_notes(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) return Error{Code::not_found, "file '" + file.string() + "': is not there"};
  std::map<std::string, std::string> notes;
  for (std::string line; std::getline(stream, line);)
    if (const auto equals = line.find(" = "); equals != std::string::npos)
      notes[line.substr(0, equals)] = line.substr(equals + 3);
  return notes;
}

/// The text between the quotation marks that follow `word`.
std::string quoted_after(const std::string& line, std::string_view word) {
  const auto at = line.find(word);
  const auto open = at == std::string::npos ? at : line.find('\'', at);
  const auto close = open == std::string::npos ? open : line.find('\'', open + 1);
  return close == std::string::npos ? "" : line.substr(open + 1, close - open - 1);
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The name that the file has in this version, or in newer ones.
fs::path first_of(const fs::path& directory, const char* old_name, const char* new_name) {
  return fs::exists(directory / old_name) ? directory / old_name : directory / new_name;
}

}  // namespace

Result<BackupFacts> read_backup_facts(const fs::path& directory) {
  SLIPWAY_TRY(auto info, read_notes(first_of(directory, "xtrabackup_info", "mariadb_backup_info")));
  SLIPWAY_TRY(auto points, read_notes(first_of(directory, "xtrabackup_checkpoints", "mariadb_backup_checkpoints")));
  BackupFacts facts;
  const std::string& place = info["binlog_pos"];
  facts.binlog_file = quoted_after(place, "filename");
  facts.binlog_position = number(quoted_after(place, "position"));
  SLIPWAY_TRY(facts.position, sql::GtidPosition::parse(quoted_after(place, "GTID of the last change")));
  facts.server_version = info["server_version"];
  facts.from_lsn = number(points["from_lsn"]);
  facts.to_lsn = number(points["to_lsn"]);
  if (facts.to_lsn == 0)
    return Error{Code::corrupt, "directory '" + directory.string() + "': mariadb-backup noted no end"};
  return facts;
}

Status run_tool(const std::vector<std::string>& argv, const fs::path& directory, const fs::path& log) {
  process::Command command{.argv = argv, .directory = directory, .log_file = log, .ends_with_starter = true};
  command.memory_bytes = kMemoryBytes;
  SLIPWAY_TRY(process::Child child, process::Child::spawn(command));
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  for (;;) {
    if (const auto status = child.wait(kLook)) {
      if (*status == 0) return {};
      return Error{Code::internal,
                   argv[0] + ": ended with exit status " + std::to_string(*status) + ": " + process::last_words(log),
                   "its words are in " + log.string()};
    }
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Code::timeout, argv[0] + ": still running after " + std::to_string(kLongest.count()) + " minutes"};
  }
}

}  // namespace slipway::backup
