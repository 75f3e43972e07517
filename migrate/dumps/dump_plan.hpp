// Which files make up a dump, and in which order they are loaded.
#pragma once

#include <map>

#include "migrate/dumps/loader.hpp"

namespace slipway::migrate {

/// Files of one step may be loaded in any order and at the same time; a step begins when the one before has ended.
struct DumpStep {
  std::vector<DumpPart> parts;
};

struct DumpPlan {
  std::filesystem::path source;  ///< as the caller named it
  std::vector<DumpStep> steps;
  bool of_many_files = false;  ///< a directory: its metadata says that it is whole, not each file
  std::uint64_t packed_bytes = 0;
  /// How many rows tables must have at the end, by database and table.
  std::map<std::pair<std::string, std::string>, std::uint64_t> rows;
};

/// Looks at a file, or at a directory that mydumper made. Errors name it: not_found, permission, unsupported (no dump),
/// corrupt (mydumper did not finish, or files are missing).
[[nodiscard]] Result<DumpPlan> plan_dump(const std::filesystem::path& source);

}  // namespace slipway::migrate
