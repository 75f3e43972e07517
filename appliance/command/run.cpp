#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "appliance/command/command.hpp"
#include "appliance/config/nearest.hpp"
#include "appliance/embedded/state_directory.hpp"

namespace slipway::command {
namespace {

// A problem in the words of RFC 9457, as the web interface gives them.
std::string problem(const Error& error) {
  const CodeTraits& row = traits(error.code);
  nlohmann::ordered_json json{{"type", "urn:slipway:problem:" + std::string(row.name)},
                              {"title", row.name},
                              {"status", row.http_status},
                              {"detail", error.message}};
  if (!error.hint.empty()) json["hint"] = error.hint;
  json["retryable"] = row.retryable;
  json["exit_status"] = row.exit_status;
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

int report(const Error& error, bool as_json) {
  std::cerr << (as_json ? problem(error) : "slipway: " + to_text(error)) << std::endl;
  return traits(error.code).exit_status;
}

int print(const Output& output, bool as_json) {
  std::string text = as_json ? output.json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) : output.text;
  if (!text.empty() && text.back() != '\n') text += '\n';
  std::cout << text << std::flush;
  if (!std::cout) return report({Code::no_space, "standard output: cannot be written"}, as_json);
  return output.verdict ? traits(*output.verdict).exit_status : EXIT_SUCCESS;
}

// What is wrong where a verb should stand, if that is the fault: none is given, or one that does not exist.
std::optional<std::string> fault_of_verb(const CLI::App& root) {
  const CLI::App* reached = &root;
  for (auto below = reached->get_subcommands(); !below.empty(); below = reached->get_subcommands())
    reached = below.front();
  std::vector<std::string> names;
  for (const CLI::App* child : reached->get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(child->get_name());
  if (names.empty()) return std::nullopt;
  const auto rest = root.remaining(true);
  // Verbs that can do without a further one: the fault is another.
  if (reached != &root && reached->get_require_subcommand_min() == 0) return std::nullopt;
  if (rest.empty()) return reached->get_name() + ": a verb is missing";
  const auto suggestion = config::nearest(rest.front(), names);
  return "unknown verb '" + rest.front() + "'" + (suggestion ? "; did you mean '" + *suggestion + "'?" : "");
}

// CLI11's sentences in our style: lower case, one line, no full stop.
Error usage_error(const CLI::App& root, const CLI::ParseError& fault) {
  std::string message = fault_of_verb(root).value_or(fault.what());
  std::replace(message.begin(), message.end(), '\n', ' ');
  while (!message.empty() && (message.back() == ' ' || message.back() == '.')) message.pop_back();
  if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  return {Code::invalid_argument, message, "add --help to see what is expected here"};
}

void add_globals(CLI::App& root, Globals& globals) {
  // Options of the root are understood after a verb as well.
  root.fallthrough();
  root.require_subcommand(1);
  root.set_version_flag("--version", std::string("slipway ") + SLIPWAY_VERSION);
  root.add_option("--config", globals.config_file, "Configuration file (TOML)")->envname("SLIPWAY_CONFIG");
  root.add_option("--state-dir", globals.state_dir, "Directory of an embedded installation")
      ->envname("SLIPWAY_STATE_DIR");
  root.add_flag("--json", globals.json, "Print JSON; an error is a problem object on standard error");
  root.footer("Example: slipway account list --json");
}

}  // namespace

int run(int argc, const char* const* argv, std::initializer_list<Registrar> registrars) {
  CLI::App root("Operate a Slipway service desk.", "slipway");
  Globals globals;
  add_globals(root, globals);
  Verbs verbs(root);
  for (const Registrar add : registrars) add(verbs);
  // A fault of parsing can come before --json was seen.
  const bool as_json = std::any_of(argv, argv + argc, [](std::string_view text) { return text == "--json"; });
  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << root.help() << std::flush;
    return EXIT_SUCCESS;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << std::endl;
    return EXIT_SUCCESS;
  } catch (const CLI::ParseError& fault) {
    return report(usage_error(root, fault), as_json);
  }
  globals.state_dir_given = !globals.state_dir.empty();
  if (!globals.state_dir_given) globals.state_dir = embedded::default_state_directory();
  Context context(globals);
  const Action* action = verbs.chosen();
  if (action == nullptr) return report({Code::internal, "verb: has no action"}, globals.json);
  const auto output = (*action)(context);
  return output.has_value() ? print(*output, globals.json) : report(output.error(), globals.json);
}

}  // namespace slipway::command
