// slipway config check | show | describe | set
#include "appliance/base/file.hpp"
#include "appliance/config/assign.hpp"
#include "appliance/config/describe.hpp"
#include "appliance/config/notation.hpp"
#include "appliance/config/toml_file.hpp"
#include "services/operator/verbs.hpp"

namespace slipway::operator_ {

using command::Context;
using command::Output;
using command::Verbs;

namespace {

Result<Output> check(Context& context) {
  SLIPWAY_TRY([[maybe_unused]] const auto configuration, context.configuration());
  const std::string file = context.config_file().string();
  return Output{{{"file", file}, {"valid", true}}, file + ": valid"};
}

Result<Output> show(Context& context) {
  SLIPWAY_TRY(const auto configuration, context.configuration());
  Output output{nlohmann::ordered_json::object(), ""};
  for (const config::Option& option : config::option_table()) {
    const config::Setting& setting = configuration.setting(option.key);
    output.json[std::string(option.key)] = {{"value", setting.text}, {"origin", setting.origin}};
    output.text += std::string(option.key) + " = " + setting.text + "   (" + setting.origin + ")\n";
  }
  return output;
}

Output describe(bool markdown) {
  Output output{nlohmann::ordered_json::array(), markdown ? config::options_markdown() : config::options_text()};
  for (const config::Option& option : config::option_table()) {
    output.json.push_back({{"key", option.key},
                           {"type", config::to_text(option.type)},
                           {"default", option.default_value},
                           {"bounds", config::describe_bounds(option)},
                           {"variable", config::environment_name(option.key)},
                           {"flag", config::flag_name(option.key)},
                           {"help", option.help}});
  }
  return output;
}

std::string line_of(const config::Change& change) {
  // The default itself, written down so that it stays.
  const bool pinned = change.was_default && change.before == change.after;
  return change.key + ": '" + change.before + "'" + (pinned ? " (default)" : "") + " → '" + change.after + "'\n";
}

Output report(const std::string& file, const config::Assigned& assigned, bool only_check) {
  Output output{{{"file", file}, {"changed", nlohmann::ordered_json::array()}, {"check", only_check}}, ""};
  for (const config::Change& change : assigned.changes) {
    output.json["changed"].push_back(change.key);
    output.text += line_of(change);
  }
  if (assigned.changes.empty())
    output.text = file + ": nothing to change";
  else if (only_check)
    output.text += file + ": not written (--check)";
  return output;
}

/// Settings can be good each and not fit each other.
Status check_whole(const std::filesystem::path& file, const std::string& toml) {
  auto whole = config::Config::load_text(toml, file, command::process_environment(), {});
  if (whole.has_value()) return {};
  Error error = std::move(whole).error().within("with these settings");
  error.hint = "nothing was written; give settings that belong together to one command";
  return error;
}

Result<Output> set(Context& context, const std::vector<std::string>& words, bool only_check) {
  const std::filesystem::path file = context.config_file();
  if (context.embedded())
    return Error{Code::invalid_argument, "config set: " + file.string() + " is written by 'slipway up' each time",
                 "name an appliance's file with --config"};
  SLIPWAY_TRY([[maybe_unused]] const auto configuration, context.configuration());
  SLIPWAY_TRY(const auto assignments, config::parse_assignments(words));
  SLIPWAY_TRY(const std::string toml, config::read_text(file));
  SLIPWAY_TRY(const auto assigned, config::assign(toml, file.string(), assignments));
  if (!assigned.changes.empty()) {
    SLIPWAY_CHECK(check_whole(file, assigned.toml));
    if (!only_check) SLIPWAY_CHECK(replace_content(file, assigned.toml));
  }
  return report(file.string(), assigned, only_check);
}

void add_set(Verbs& verbs, CLI::App& group) {
  struct Options {
    std::vector<std::string> words;
    bool only_check = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& verb = verbs.add(
      group, "set",
      "Write settings into the configuration file: all or none, what stands beside them stays; programs read it when "
      "they start",
      "slipway config set backup.enabled=true backup.even=sftp://slipway@backup1.example.net/slipway",
      [options](Context& context) { return set(context, options->words, options->only_check); });
  verb.add_option("settings", options->words, "Values in the notation of 'slipway config show', without quotes")
      ->option_text("KEY=VALUE...")
      ->required();
  verb.add_flag("--check", options->only_check, "Say what would change and write nothing");
}

}  // namespace

void register_config(Verbs& verbs) {
  CLI::App& group = verbs.group("config", "The configuration and its options");
  verbs.add(group, "check", "Read the configuration and report all its faults",
            "slipway config check --config /etc/slipway/slipway.toml", check);
  verbs.add(group, "show", "Show every setting in force and where it comes from", "slipway config show --json", show);

  const auto markdown = std::make_shared<bool>(false);
  CLI::App& verb = verbs.add(group, "describe", "List every option", "slipway config describe --markdown",
                             [markdown](Context&) -> Result<Output> { return describe(*markdown); });
  verb.add_flag("--markdown", *markdown, "Print docs/options.md");
  add_set(verbs, group);
}

}  // namespace slipway::operator_
