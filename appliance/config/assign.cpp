#include "appliance/config/assign.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "appliance/base/utf8.hpp"
#include "appliance/config/nearest.hpp"
#include "appliance/config/notation.hpp"
#include "appliance/config/toml_edit.hpp"
#include "appliance/config/toml_file.hpp"

namespace slipway::config {
namespace {

bool is_control(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code < 0x20 || code == 0x7f;
}

std::optional<std::string> fault_of_value(const Option& option, const std::string& text) {
  if (std::ranges::any_of(text, is_control)) return "must have no control characters";
  if (!is_utf8(text)) return "must be UTF-8";
  return fault_of(option, text);
}

/// As TOML wants it for the option's type.
std::string toml_value(const Assignment& assignment) {
  switch (assignment.option->type) {
    case Type::integer:
      return std::to_string(parse_integer(assignment.text).value_or(0));  // no zeros in front
    case Type::boolean:
      return assignment.text;
    default:
      return toml_quoted(assignment.text);
  }
}

const FileEntry* find_entry(const FileContent& content, std::string_view key) {
  const auto found = std::ranges::find(content.entries, key, &FileEntry::key);
  return found == content.entries.end() ? nullptr : &*found;
}

/// Nothing but this one key may differ between the two.
bool is_only_difference(const FileContent& before, const FileContent& after, const Assignment& assignment) {
  const std::string key(assignment.option->key);
  const auto of_others = [&](const FileContent& content) {
    std::set<std::pair<std::string, std::string>> settings;
    for (const FileEntry& entry : content.entries)
      if (entry.key != key) settings.emplace(entry.key, entry.text);
    return settings;
  };
  const FileEntry* entry = find_entry(after, key);
  return entry != nullptr && same_value(*assignment.option, entry->text, assignment.text) &&
         of_others(before) == of_others(after);
}

}  // namespace

Result<std::vector<Assignment>> parse_assignments(std::span<const std::string> words) {
  std::vector<Assignment> assignments;
  std::vector<std::string> faults;
  std::set<std::string> given;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    if (equals == std::string::npos || key.empty()) {
      faults.push_back("'" + word + "' is not KEY=VALUE");
      continue;
    }
    const Option* option = find_option(key);
    if (!given.insert(key).second) {
      faults.push_back(key + " is given twice");
    } else if (option == nullptr) {
      faults.push_back(unknown_name("key", key, option_keys()));
    } else {
      Assignment assignment{option, word.substr(equals + 1)};
      if (const auto fault = fault_of_value(*option, assignment.text)) faults.push_back(key + " " + *fault);
      assignments.push_back(std::move(assignment));
    }
  }
  if (faults.empty()) return assignments;
  std::string message;
  for (const std::string& fault : faults) message += (message.empty() ? "" : "\n") + fault;
  return Error{Code::invalid_argument, message, "nothing was written; 'slipway config describe' lists every option"};
}

Result<Assigned> assign(std::string_view toml, const std::string& name, std::span<const Assignment> assignments) {
  Assigned assigned{std::string(toml), {}};
  SLIPWAY_TRY(FileContent content, parse_toml(toml, name));
  // One at a time, so that the one that cannot be written has a name.
  for (const Assignment& assignment : assignments) {
    const Option& option = *assignment.option;
    const std::string key(option.key);
    const FileEntry* entry = find_entry(content, key);
    if (entry != nullptr && same_value(option, entry->text, assignment.text)) continue;
    Change change{key, entry == nullptr ? std::string(option.default_value) : entry->text, assignment.text,
                  entry == nullptr};
    std::string edited = settings_with(assigned.toml, {{key, toml_value(assignment)}});
    auto after = parse_toml(edited, name);
    if (!after.has_value() || !is_only_difference(content, *after, assignment))
      return Error{Code::conflict, name + ": " + key + " stands there in a form that is not changed line by line",
                   "nothing was written; give it a line of its own, KEY = VALUE below [SECTION], and try again"};
    assigned.toml = std::move(edited);
    assigned.changes.push_back(std::move(change));
    content = std::move(*after);
  }
  return assigned;
}

}  // namespace slipway::config
