#include "services/upgrade/ask_version.hpp"

#include <nlohmann/json.hpp>

#include "services/upgrade/package_rules.hpp"
#include "services/upgrade/tool.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::minutes kLimit{10};

/// A report; the exit status tells whether it is a good one, and so does the report.
Result<json> report_of(const fs::path& program, const fs::path& config_file, std::vector<std::string> words) {
  std::vector<std::string> argv{program.string(), "--config", config_file.string(), "--json"};
  argv.insert(argv.end(), words.begin(), words.end());
  const std::string what = program.string() + " " + words.front();
  SLIPWAY_TRY(const auto finished,
              process::run({.argv = std::move(argv)}, {.time = kLimit, .output_bytes = 8U << 20U}));
  auto report = json::parse(finished.out, nullptr, false);
  if (report.is_object() && report.contains("findings")) return report;
  return Error{Code::unavailable, what + ": gives no report: " + last_lines(finished.err)};
}

void add(std::string& text, const std::string& prefix, const std::vector<std::string>& names) {
  for (const auto& name : names) text.append(text.empty() ? "" : "; ").append(prefix).append(name);
}

}  // namespace

Result<Health> ask_version(const fs::path& program, const fs::path& config_file, const fs::path& web_socket) {
  std::vector<std::string> words{"upgrade", "test"};
  if (!web_socket.empty()) words.insert(words.end(), {"--web-socket", web_socket.string()});
  SLIPWAY_TRY(const auto test, report_of(program, config_file, words));
  // Areas that say the same in a trial: programs that are held, backups and pages behind nginx do not.
  SLIPWAY_TRY(const auto doctor, report_of(program, config_file,
                                           {"doctor", "--area", "files", "--area", "packages", "--area", "database",
                                            "--area", "identity"}));
  Health health;
  try {
    health.served = test.at("served").get<std::vector<std::string>>();
    for (const auto& one : test.at("findings"))
      if (!one.at("ok").get<bool>())
        health.failures.push_back(one.at("what").get<std::string>() + ": " + one.at("reason").get<std::string>());
    for (const auto& one : doctor.at("findings"))
      if (one.at("outcome") == "failure") health.faults.push_back(one.at("id"));
  } catch (const json::exception& fault) {
    return Error{Code::unavailable, program.string() + ": its report is not understood: " + fault.what()};
  }
  return health;
}

Status compare_health(const Health& now, const std::vector<std::string>& served,
                      const std::vector<std::string>& faults) {
  std::string wrong;
  add(wrong, "", now.failures);
  add(wrong, "not served any more: account ", missing_from(now.served, served));
  add(wrong, "a check of the doctor fails that did not before: ", missing_from(faults, now.faults));
  if (wrong.empty()) return {};
  return Error{Code::unavailable, wrong, "slipway doctor says more about each"};
}

}  // namespace slipway::upgrade
