#include "appliance/command/command.hpp"

#include <unistd.h>

#include <iostream>

#include "appliance/base/secret_file.hpp"

namespace slipway::command {
namespace {

constexpr std::string_view kSystemConfig = "/etc/slipway/slipway.toml";

std::filesystem::path embedded_config(const std::filesystem::path& state_dir) {
  return state_dir / "config" / "slipway-webd.toml";
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

bool Context::embedded() const {
  if (!globals_.config_file.empty()) return false;
  return globals_.state_dir_given || is_there(embedded_config(globals_.state_dir));
}

std::filesystem::path Context::config_file() const {
  if (!globals_.config_file.empty()) return globals_.config_file;
  return embedded() ? embedded_config(globals_.state_dir) : std::filesystem::path(kSystemConfig);
}

Result<config::Config> Context::configuration() const {
  auto configuration = config::Config::load(config_file(), true, process_environment(), {});
  if (configuration.has_value() || configuration.error().code != Code::not_found) return configuration;
  Error error = configuration.error();
  error.hint = "name the file with --config, an embedded installation with --state-dir, or start one with 'slipway up'";
  return error;
}

Result<Secret> Context::account_key() const {
  SLIPWAY_TRY(const auto configuration, this->configuration());
  return read_secret_file(configuration.path("secrets.account_key_file"));
}

void Context::progress(const std::string& line) const {
  if (!globals_.json) std::cerr << line << std::endl;
}

CLI::App& Verbs::group(const std::string& name, const std::string& description) {
  CLI::App* group = root_.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer("");  // not the root's: that of its first verb
  return *group;
}

CLI::App& Verbs::add(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& example, Action action) {
  CLI::App* verb = parent.add_subcommand(name, description);
  verb->footer("Every verb also takes --config FILE, --state-dir DIR and --json.\n\nExample: " + example);
  if (&parent != &root_ && parent.get_footer().empty()) parent.footer("Example: " + example);
  actions_.emplace_back(verb, std::move(action));
  return *verb;
}

const Action* Verbs::chosen() const {
  for (const auto& [verb, action] : actions_)
    // One that has verbs of its own is meant when none of those is.
    if (verb->parsed() && verb->get_subcommands().empty()) return &action;
  return nullptr;
}

}  // namespace slipway::command
