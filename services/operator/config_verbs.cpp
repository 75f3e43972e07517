// slipway config check | show | describe
#include "appliance/config/describe.hpp"
#include "appliance/config/notation.hpp"
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
}

}  // namespace slipway::operator_
