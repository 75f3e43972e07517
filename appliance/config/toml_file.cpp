#include "appliance/config/toml_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "appliance/base/file.hpp"

namespace slipway::config {
namespace {

/// The texts of an array, or nothing when it holds anything else.
bool take_texts(const toml::array& array, std::vector<std::string>& items) {
  for (const auto& node : array) {
    const auto* text = node.as_string();
    if (text == nullptr) return false;
    items.push_back(text->get());
  }
  return true;
}

void add_entry(FileContent& content, const std::string& key, const toml::node& node) {
  FileEntry entry{key, Written::other, "", node.source().begin.line};
  if (const auto* text = node.as_string()) {
    entry.written = Written::text;
    entry.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    entry.written = Written::integer;
    entry.text = std::to_string(number->get());
  } else if (const auto* flag = node.as_boolean()) {
    entry.written = Written::boolean;
    entry.text = flag->get() ? "true" : "false";
  } else if (const auto* array = node.as_array(); array != nullptr && take_texts(*array, entry.items)) {
    entry.written = Written::list;
  }
  content.entries.push_back(std::move(entry));
}

// Keys have two parts: a table within a section is an entry that fits no option.
FileContent flatten(const toml::table& root) {
  FileContent content;
  for (const auto& [name, node] : root) {
    const std::string section(name.str());
    if (const auto* table = node.as_table()) {
      content.sections.emplace_back(section, table->source().begin.line);
      for (const auto& [key, value] : *table) add_entry(content, section + "." + std::string(key.str()), value);
    } else {
      add_entry(content, section, node);
    }
  }
  const auto by_line = [](const FileEntry& a, const FileEntry& b) { return a.line < b.line; };
  std::stable_sort(content.entries.begin(), content.entries.end(), by_line);
  return content;
}

}  // namespace

Result<FileContent> parse_toml(std::string_view text, const std::string& name) {
  try {
    return flatten(toml::parse(text, name));
  } catch (const toml::parse_error& fault) {
    std::string what(fault.description());
    if (!what.empty() && what.back() == '.') what.pop_back();
    return Error{Code::invalid_argument,
                 name + ":" + std::to_string(fault.source().begin.line) + ": not valid TOML: " + what};
  }
}

Result<std::string> read_text(const std::filesystem::path& file) {
  std::error_code failure;
  const auto kind = std::filesystem::status(file, failure).type();
  if (failure) return file_error(file, "cannot be read", failure.value());
  if (kind != std::filesystem::file_type::regular)
    return Error{Code::invalid_argument, file.string() + ": is not a regular file"};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return file_error(file, "cannot be read", errno);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

Result<FileContent> read_toml(const std::filesystem::path& file) {
  SLIPWAY_TRY(const std::string text, read_text(file));
  return parse_toml(text, file.string());
}

}  // namespace slipway::config
