// One directory of tests/migration_cases/engine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "migrate/engine/copy.hpp"

namespace slipway::test {

struct EngineCase {
  std::filesystem::path directory;
  std::string source_database = "shop";
  std::string target_database = "moved";
  std::string source_user;  ///< empty: the administrator
  std::string target_user;
  migrate::CopyOptions options;

  /// The lines of one of its files, without the last empty one; nothing when it has no such file.
  [[nodiscard]] std::optional<std::vector<std::string>> lines(const std::string& file) const;
};

/// Reads `args`, one option a line. Aborts on an option it does not know.
[[nodiscard]] EngineCase read_engine_case(const std::filesystem::path& directory);

/// The directories of the cases, by name.
[[nodiscard]] std::vector<std::filesystem::path> engine_cases();

}  // namespace slipway::test
