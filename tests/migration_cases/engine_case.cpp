#include "tests/migration_cases/engine_case.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>

namespace slipway::test {

std::optional<std::vector<std::string>> EngineCase::lines(const std::string& file) const {
  std::ifstream stream(directory / file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::vector<std::string> found;
  for (std::string line; std::getline(stream, line);) found.push_back(line);
  return found;
}

EngineCase read_engine_case(const std::filesystem::path& directory) {
  EngineCase one;
  one.directory = directory;
  one.options.streams = 2;
  const std::map<std::string, std::function<void(const std::string&)>> known{
      {"--source-database", [&](const std::string& value) { one.source_database = value; }},
      {"--target-database", [&](const std::string& value) { one.target_database = value; }},
      {"--source-user", [&](const std::string& value) { one.source_user = value; }},
      {"--target-user", [&](const std::string& value) { one.target_user = value; }},
      {"--skip", [&](const std::string& value) { one.options.skip.insert(value); }},
      {"--rows-only", [&](const std::string&) { one.options.keep = migrate::Keep::rows; }},
      {"--enable-events", [&](const std::string&) { one.options.events = migrate::EventState::as_it_was; }},
      {"--constraints", [&](const std::string&) { one.options.constraints = migrate::Checks::on; }},
  };
  for (const std::string& line : one.lines("args").value_or(std::vector<std::string>{})) {
    const auto space = std::min(line.find(' '), line.size());
    const auto option = known.find(line.substr(0, space));
    if (option == known.end()) {
      std::fprintf(stderr, "%s/args: no option '%s'\n", directory.c_str(), line.c_str());
      std::abort();
    }
    option->second(line.substr(std::min(space + 1, line.size())));
  }
  return one;
}

std::vector<std::filesystem::path> engine_cases() {
  std::vector<std::filesystem::path> directories;
  for (const auto& entry : std::filesystem::directory_iterator(SLIPWAY_ENGINE_CASES))
    if (entry.is_directory()) directories.push_back(entry.path());
  std::sort(directories.begin(), directories.end());
  return directories;
}

}  // namespace slipway::test
