// What reading a dump shows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// A kind of statement that is never run.
struct SkippedKind {
  std::string kind;
  std::uint64_t first_line = 0;
  std::uint64_t count = 0;
};

/// A database that statements of the dump belong to. The name is empty while the dump has named none.
struct DatabaseSeen {
  std::string name;
  std::uint64_t line = 0;        ///< where it is named first
  std::uint64_t statements = 0;  ///< that would be run in it
};

/// What was met in a stream so far; sums up over several.
struct DumpFindings {
  std::vector<SkippedKind> skipped;
  std::vector<DatabaseSeen> databases;
  std::uint64_t statements = 0;
  std::uint64_t definers = 0;           ///< taken away
  std::uint64_t directories = 0;        ///< DATA DIRECTORY, INDEX DIRECTORY taken away
  std::vector<std::string> collations;  ///< "collation … became …"
  void add(const DumpFindings& others);
  /// Of a dump of many files, where a line alone says nothing.
  void forget_lines();
};

}  // namespace slipway::migrate
