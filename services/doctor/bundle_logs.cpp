// Logs and the database server's settings, for a support bundle.
#include <algorithm>
#include <array>
#include <fstream>

#include "services/doctor/bundle.hpp"
#include "services/doctor/database_store.hpp"
#include "services/doctor/host.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOfLog = 4U << 20U;
constexpr const char* kMostLines = "40000";

/// The end of a log file.
Fact<std::string> end_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return Unknown{file.string() + ": cannot be read"};
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
  const std::size_t from = size > kMostOfLog ? size - kMostOfLog : 0;
  in.seekg(static_cast<std::streamoff>(from));
  std::string text(size - from, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (from > 0) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  return text;
}

Fact<std::string> journal_of(const std::vector<std::string>& which, std::chrono::seconds since) {
  std::vector<std::string> argv{"journalctl", "--no-pager",        "-q",
                                "-o",         "short-iso-precise", "-n",
                                kMostLines,   "--since",           "-" + std::to_string(since.count()) + "s"};
  argv.insert(argv.end(), which.begin(), which.end());
  return output_of({.argv = std::move(argv), .limit = std::chrono::seconds(60)});
}

std::string as_lines(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += name + " = " + value + "\n";
  return text;
}

}  // namespace

std::vector<BundlePart> collect_logs(const Sources& sources, const BundleOptions& options) {
  std::vector<BundlePart> parts;
  if (sources.embedded) {
    std::error_code failure;
    std::vector<fs::path> files{sources.state_dir / "database/log/mariadbd.log"};
    for (const auto& entry : fs::directory_iterator(sources.state_dir / "log", failure)) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const auto& file : files)
      if (is_there(file)) parts.push_back({"log/" + file.filename().string(), "what it logged last", end_of(file)});
    return parts;
  }
  if (!runs_systemd()) {
    parts.push_back({"log/journal.txt", "what the machine logged", no_systemd()});
    return parts;
  }
  static constexpr std::array<const char*, 12> units{
      "slipway-setup", "slipway-webd", "slipway-jobd", "slipway-backupd",
      "mariadb",       "nginx",        "prometheus",   "prometheus-alertmanager",
      "nftables",      "fail2ban",     "chrony",       "unattended-upgrades"};
  for (const char* unit : units)
    parts.push_back({std::string("log/") + unit + ".txt", "what it logged", journal_of({"-u", unit}, options.since)});
  parts.push_back({"log/kernel.txt", "the kernel's warnings", journal_of({"-k", "-p", "warning"}, options.since)});
  parts.push_back({"log/errors.txt", "every unit's errors", journal_of({"-p", "err"}, options.since)});
  parts.push_back({"log/nginx_errors.txt", "what nginx could not do", end_of("/var/log/nginx/error.log")});
  return parts;
}

std::vector<BundlePart> collect_database(const Sources& sources, const Facts& facts) {
  const Database& database = facts.database;
  std::vector<BundlePart> parts;
  const auto lines = [](const Settings& settings) -> Fact<std::string> { return as_lines(settings); };
  parts.push_back({"database/variables.txt", "the server's settings", then<std::string>(database.variables, lines)});
  parts.push_back({"database/status.txt", "the server's counters", then<std::string>(database.status, lines)});
  parts.push_back({"database/accounts.txt", "accounts, their state and schema",
                   then<std::string>(database.accounts, [](const std::vector<AccountFact>& all) -> Fact<std::string> {
                     std::string text;
                     for (const auto& one : all)
                       text += one.name + "  " + one.state + "  schema " + std::to_string(one.schema) + "  " +
                               one.reason + "\n";
                     return text;
                   })});
  Fact<std::string> sizes = Unknown{"the database server does not answer"};
  if (!sources.database_fault)
    if (auto connection = open_for_looking(sources.database)) {
      auto text = database_sizes(*connection);
      sizes = text ? Fact<std::string>(*std::move(text)) : Fact<std::string>(because(text.error()));
    }
  parts.push_back({"database/sizes.txt", "each database's bytes and tables", std::move(sizes)});
  return parts;
}

}  // namespace slipway::doctor
