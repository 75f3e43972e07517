#include "services/programs/program_start.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "appliance/base/secret_file.hpp"
#include "appliance/config/notation.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/programs/serving.hpp"

namespace slipway::programs {
namespace {

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const auto equals = text.find('='); equals != std::string::npos)
      variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

telemetry::Level level_of(const std::string& name) {
  if (name == "debug") return telemetry::Level::debug;
  if (name == "warning") return telemetry::Level::warning;
  if (name == "error") return telemetry::Level::error;
  return telemetry::Level::info;
}

/// Writes the error to standard error; the exit status that follows from it.
int report(const Error& error) {
  std::cerr << to_text(error) << std::endl;
  return traits(error.code).exit_status;
}

/// The configuration from file, environment and flags; logging set up. Ends the process after --help and on errors.
config::Config start(int argc, const char* const* argv, const std::string& program) {
  CLI::App app("A program of the Slipway service desk.", program);
  app.set_version_flag("--version", program + " " + SLIPWAY_VERSION);
  std::string file;
  app.add_option("--config", file, "Configuration file (TOML)")->envname("SLIPWAY_CONFIG");
  std::map<std::string, std::string> flags;
  for (const auto& option : config::option_table())
    app.add_option_function<std::string>(
        config::flag_name(option.key),
        [&flags, key = option.key](const std::string& text) { flags[std::string(key)] = text; },
        std::string(option.help));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& fault) {
    const bool shown = fault.get_exit_code() == 0;  // --help, --version
    std::exit(app.exit(fault) == 0 || shown ? 0 : traits(Code::invalid_argument).exit_status);
  }
  auto config = config::Config::load(file, !file.empty(), process_environment(), flags);
  if (!config) std::exit(report(config.error()));
  telemetry::set_up_logging(program, level_of(config->text("log.level")));
  return *std::move(config);
}

}  // namespace

Result<sql::Endpoint> database_endpoint(const config::Config& config, const std::string& database) {
  sql::Endpoint endpoint;
  endpoint.database = database;
  endpoint.host = config.text("database.host");
  if (endpoint.host.empty()) endpoint.socket = config.text("database.socket");
  endpoint.port = static_cast<std::uint16_t>(config.integer("database.port"));
  endpoint.user = config.text("database.user");
  endpoint.tls_ca_file = config.text("database.tls_ca");
  if (!endpoint.tls_ca_file.empty()) endpoint.tls = sql::TlsMode::verify_identity;
  if (const auto file = config.path("database.password_file"); !file.empty()) {
    SLIPWAY_TRY(endpoint.password, read_secret_file(file));
  }
  return endpoint;
}

int run_program(int argc, const char* const* argv, const std::string& program, Status (*serve)(const config::Config&)) {
  hold_stop_signals();
  const auto served = serve(start(argc, argv, program));
  return served ? EXIT_SUCCESS : report(served.error());
}

}  // namespace slipway::programs
