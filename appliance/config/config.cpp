#include "appliance/config/config.hpp"

#include <algorithm>
#include <cstdlib>

#include "appliance/config/nearest.hpp"
#include "appliance/config/notation.hpp"
#include "appliance/config/toml_file.hpp"

namespace slipway::config {
namespace {

using Faults = std::vector<std::string>;
using Settings = std::map<std::string, Setting, std::less<>>;

std::vector<std::string> names_of_options(std::string (*naming)(std::string_view)) {
  std::vector<std::string> names;
  for (const Option& option : option_table()) names.push_back(naming(option.key));
  return names;
}

// Takes the setting over, or adds the fault.
void apply(const Option& option, const std::string& text, const std::string& origin, Settings& settings,
           Faults& faults) {
  if (const auto fault = fault_of(option, text))
    faults.push_back(origin + ": " + std::string(option.key) + " " + *fault);
  else
    settings.insert_or_assign(std::string(option.key), Setting{text, origin});
}

// What a value of this type must be in TOML; a duration or size may also be a bare number.
const char* fault_of_writing(Type type, Written written) {
  switch (type) {
    case Type::text:
    case Type::path:
    case Type::choice:
      return written == Written::text ? nullptr : "must be text in quotes";
    case Type::integer:
      return written == Written::integer ? nullptr : "must be a whole number without quotes";
    case Type::boolean:
      return written == Written::boolean ? nullptr : "must be true or false without quotes";
    case Type::duration:
      return written == Written::text || written == Written::integer ? nullptr : "must be a duration such as \"30s\"";
    case Type::bytes:
      return written == Written::text || written == Written::integer ? nullptr : "must be a size such as \"64MiB\"";
  }
  return nullptr;
}

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const Option& option : option_table()) {
    std::string section(option.key.substr(0, option.key.find('.')));
    if (names.empty() || names.back() != section) names.push_back(std::move(section));
  }
  return names;
}

void apply_file(const std::filesystem::path& file, const FileContent& content, Settings& settings, Faults& faults) {
  const auto at = [&](unsigned line) { return file.string() + ":" + std::to_string(line); };
  const auto sections = section_names();
  const auto keys = option_keys();
  std::vector<std::pair<unsigned, std::string>> found;
  const auto in_known_section = [&](const std::string& key) {
    return std::find(sections.begin(), sections.end(), key.substr(0, key.find('.'))) != sections.end();
  };
  for (const auto& [name, line] : content.sections)
    if (!in_known_section(name)) found.emplace_back(line, at(line) + ": " + unknown_name("section", name, sections));

  for (const FileEntry& entry : content.entries) {
    Faults of_entry;
    const Option* option = find_option(entry.key);
    if (option == nullptr) {
      // The keys of an unknown section are not worth a line each.
      if (entry.key.find('.') == std::string::npos || in_known_section(entry.key))
        of_entry.push_back(at(entry.line) + ": " + unknown_name("key", entry.key, keys));
    } else if (const char* fault = fault_of_writing(option->type, entry.written)) {
      of_entry.push_back(at(entry.line) + ": " + entry.key + " " + fault);
    } else {
      apply(*option, entry.text, at(entry.line), settings, of_entry);
    }
    for (std::string& fault : of_entry) found.emplace_back(entry.line, std::move(fault));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [line, fault] : found) faults.push_back(std::move(fault));
}

// Variables of the commands themselves and of test runs, which no option stands for.
bool is_outside_the_table(std::string_view name) {
  return name == "SLIPWAY_CONFIG" || name == "SLIPWAY_STATE_DIR" || name.starts_with("SLIPWAY_TEST") ||
         name.starts_with("SLIPWAY_FAIL_");
}

void apply_environment(const std::map<std::string, std::string>& environment, Settings& settings, Faults& faults) {
  const auto names = names_of_options(environment_name);
  for (const auto& [name, text] : environment) {
    if (!name.starts_with("SLIPWAY_") || is_outside_the_table(name)) continue;
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end())
      faults.push_back(unknown_name("variable", name, names));
    else
      apply(option_table()[static_cast<std::size_t>(known - names.begin())], text, name, settings, faults);
  }
}

void apply_flags(const std::map<std::string, std::string>& flags, Settings& settings, Faults& faults) {
  const auto keys = option_keys();
  for (const auto& [key, text] : flags) {
    const Option* option = find_option(key);
    if (option == nullptr)
      faults.push_back(unknown_name("flag for key", key, keys));
    else
      apply(*option, text, flag_name(key), settings, faults);
  }
}

// Half a TLS configuration would quietly serve plain HTTP.
void check_pair(std::string_view first, std::string_view second, const Settings& settings, Faults& faults) {
  const Setting& a = settings.find(first)->second;
  const Setting& b = settings.find(second)->second;
  if (a.text.empty() != b.text.empty()) {
    const bool first_is_set = !a.text.empty();
    faults.push_back((first_is_set ? a : b).origin + ": " + std::string(first_is_set ? first : second) +
                     " is set, but " + std::string(first_is_set ? second : first) + " is not");
  }
}

}  // namespace

const Option* find_option(std::string_view key) {
  const auto table = option_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Option& option) { return option.key == key; });
  return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> option_keys() {
  return names_of_options([](std::string_view key) { return std::string(key); });
}

Result<Config> Config::load(const std::filesystem::path& file, bool file_required,
                            const std::map<std::string, std::string>& environment,
                            const std::map<std::string, std::string>& flags) {
  auto content = read_toml(file);
  if (!content.has_value() && content.error().code == Code::not_found && !file_required) content = FileContent{};
  if (!content.has_value() && content.error().code != Code::invalid_argument) return std::move(content).error();
  return combine(file, content, environment, flags);
}

Result<Config> Config::load_text(std::string_view toml, const std::filesystem::path& file,
                                 const std::map<std::string, std::string>& environment,
                                 const std::map<std::string, std::string>& flags) {
  return combine(file, parse_toml(toml, file.string()), environment, flags);
}

Result<Config> Config::combine(const std::filesystem::path& file, const Result<FileContent>& content,
                               const std::map<std::string, std::string>& environment,
                               const std::map<std::string, std::string>& flags) {
  Config config;
  Faults faults;
  for (const Option& option : option_table())
    config.settings_[std::string(option.key)] = {std::string(option.default_value), "default"};

  if (content.has_value())
    apply_file(file, *content, config.settings_, faults);
  else
    faults.push_back(content.error().message);
  apply_environment(environment, config.settings_, faults);
  apply_flags(flags, config.settings_, faults);
  check_pair("web.certificate", "web.key", config.settings_, faults);
  if (faults.empty()) return config;

  std::string message;
  for (const std::string& fault : faults) message += (message.empty() ? "" : "\n") + fault;
  return Error{Code::invalid_argument, message, "'slipway config describe' lists every option"};
}

const Setting& Config::setting(std::string_view key) const {
  const auto found = settings_.find(key);
  if (found == settings_.end()) std::abort();
  return found->second;
}

// Values were checked by load(), so the parsers below always give one.
const std::string& Config::text(std::string_view key) const { return setting(key).text; }
std::filesystem::path Config::path(std::string_view key) const { return setting(key).text; }
std::int64_t Config::integer(std::string_view key) const { return parse_integer(setting(key).text).value(); }
bool Config::boolean(std::string_view key) const { return parse_boolean(setting(key).text).value(); }
std::chrono::milliseconds Config::duration(std::string_view key) const {
  return std::chrono::milliseconds(parse_duration_ms(setting(key).text).value());
}
std::uint64_t Config::bytes(std::string_view key) const {
  return static_cast<std::uint64_t>(parse_bytes(setting(key).text).value());
}

}  // namespace slipway::config
