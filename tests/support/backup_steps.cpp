#include "tests/support/backup_steps.hpp"

#include <gtest/gtest.h>

#include "services/backup/log_line.hpp"
#include "tests/support/programs.hpp"

namespace slipway::test {

namespace fs = std::filesystem;

process::Command BackupSteps::command(std::vector<std::string> arguments, const FailAt& fail) const {
  process::Command command{.argv = std::move(arguments), .ends_with_starter = true};
  command.argv.insert(command.argv.begin(), program("backup_step").string());
  if (!fail.point.empty()) command.environment = {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", fail.point}};
  if (fail.stop) command.environment["SLIPWAY_FAIL_ACTION"] = "stop";
  return command;
}

process::Command BackupSteps::archive(const sql::Endpoint& server, const std::string& until, const FailAt& fail,
                                      const std::string& sync) const {
  return command({"archive", top_.string(), server.socket, server.user, sync, until}, fail);
}

process::Command BackupSteps::take(const embedded::Database& server, const fs::path& directory, const std::string& line,
                                   const std::string& parent, const FailAt& fail) const {
  const auto endpoint = server.administrator();
  return command(
      {"take", top_.string(), endpoint.socket, endpoint.user, (directory / "data").string(), "even", line, parent},
      fail);
}

process::Command BackupSteps::restore(const std::string& target, const fs::path& into, const FailAt& fail) const {
  return command({"restore", top_.string(), target, into.string()}, fail);
}

process::Command BackupSteps::copy(const std::string& backup, const FailAt& fail) const {
  return command({"copy", top_.string(), backup}, fail);
}

process::Command BackupSteps::prune(int days, const FailAt& fail) const {
  return command({"prune", top_.string(), std::to_string(days)}, fail);
}

std::string BackupSteps::line() const {
  const auto line = backup::newest_line(repositories_.even());
  EXPECT_TRUE(line.has_value()) << to_text(line.error());
  return line.value_or("");
}

std::vector<std::string> BackupSteps::leftovers() const {
  std::vector<std::string> names;
  for (const char* part : {"even", "odd", "spool"}) {
    if (!fs::exists(top_ / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top_ / part)) {
      const std::string name = entry.path().filename().string();
      const bool note = std::string_view(part) == "spool" && name.ends_with(".json");
      const bool object = std::string_view(part) != "spool" && name[0] != '.' && !name.ends_with(".open");
      if (entry.is_regular_file() && !note && !object) names.push_back(fs::relative(entry.path(), top_));
    }
  }
  return names;
}

process::Finished run_step(const process::Command& command) {
  auto finished = process::run(command, {.time = std::chrono::minutes(2)});
  EXPECT_TRUE(finished.has_value()) << to_text(finished.error());
  return finished.value_or(process::Finished{-1, "", ""});
}

}  // namespace slipway::test
