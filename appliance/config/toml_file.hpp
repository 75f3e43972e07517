// A TOML file as a flat list of settings with their lines. toml_file.cpp is the only file that includes toml++.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::config {

enum class Written { text, integer, boolean, list, other };  // list: an array that holds texts alone

/// One `key = value`, or a section that holds none; keys of nested tables joined by points.
struct FileEntry {
  std::string key;
  Written written;
  std::string text;  ///< empty for `list` and `other` (dates, floats, tables within tables, arrays of something else)
  unsigned line;
  std::vector<std::string> items = {};  ///< of a `list`
};

struct FileContent {
  std::vector<FileEntry> entries;                          ///< by line
  std::vector<std::pair<std::string, unsigned>> sections;  ///< name and line
};

/// The bytes of a file. Errors: not_found, permission, invalid_argument when it is no regular file.
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& file);

/// Errors: not_found, permission, invalid_argument with file and line of a TOML fault.
[[nodiscard]] Result<FileContent> read_toml(const std::filesystem::path& file);

/// The same of a text that is not in a file; `name` stands in its place in messages. Error: invalid_argument.
[[nodiscard]] Result<FileContent> parse_toml(std::string_view text, const std::string& name);

}  // namespace slipway::config
