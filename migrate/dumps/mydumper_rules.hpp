// The files of a directory that mydumper made, by their names, and its `metadata`.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// What a file holds, in the order in which the kinds are loaded.
enum class MydumperKind { database, table, rows, routines, view, triggers };

struct MydumperFile {
  std::string name;
  MydumperKind kind = MydumperKind::rows;
  std::string database;
  std::string table;  ///< or view; as in the file's name, which newer versions shorten
};

/// Sorts a directory's files; those that hold nothing to load (metadata, checksums) are left out. Error: unsupported
/// when rows stand in files other than SQL.
[[nodiscard]] Result<std::vector<MydumperFile>> sort_mydumper_files(const std::vector<std::string>& names);

/// What `metadata` says: of 0.10 two lines, of newer versions an ini file.
struct MydumperMetadata {
  bool finished = false;
  /// How many rows each table has, by database and table; empty when it does not say.
  std::map<std::pair<std::string, std::string>, std::uint64_t> rows;
};
[[nodiscard]] MydumperMetadata read_mydumper_metadata(std::string_view text);

}  // namespace slipway::migrate
