// A TOML file as a flat list of settings with their lines. toml_file.cpp is the only file that includes toml++.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::config {

enum class Written { text, integer, boolean, other };

/// One `key = value`, or a section that holds none; keys of nested tables joined by points.
struct FileEntry {
  std::string key;
  Written written;
  std::string text;  ///< empty for `other` (arrays, dates, floats, tables within tables)
  unsigned line;
};

struct FileContent {
  std::vector<FileEntry> entries;                          ///< by line
  std::vector<std::pair<std::string, unsigned>> sections;  ///< name and line
};

/// Errors: not_found, permission, invalid_argument with file and line of a TOML fault.
[[nodiscard]] Result<FileContent> read_toml(const std::filesystem::path& file);

}  // namespace slipway::config
