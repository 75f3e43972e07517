// slipway-wizardd: the web wizard of a machine's first boot.
#include "appliance/http/server.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/programs/program_start.hpp"
#include "services/programs/serving.hpp"
#include "services/wizard/wizard.hpp"

namespace slipway::programs {
namespace {

// A machine has one administrator at its first boot: few threads, few connections.
http::ServerOptions server_options(const config::Config& config) {
  http::ServerOptions options;
  options.unix_socket = config.path("wizard.socket");
  options.threads = 4;
  options.max_connections = 256;
  options.body_bytes = 1U << 20U;
  return options;
}

wizard::Places places(const config::Config& config) {
  const auto directory = config.path("wizard.directory");
  const auto run = config.path("wizard.run_dir");
  wizard::Places places;
  places.machine.state = config.path("wizard.state_dir");
  places.machine.code = config.path("wizard.code_file");
  places.machine.lock = run / "lock";
  places.refusal_file = run / "refused";
  places.answers_file = directory / "answers.toml";
  places.again_file = directory / "again";
  return places;
}

Status serve(const config::Config& config) {
  const SystemClock clock;
  wizard::Wizard wizard(places(config), clock);
  http::Router router;
  wizard.add_routes(router);
  SLIPWAY_TRY(const auto server, http::Server::start(server_options(config), std::move(router)));
  telemetry::log(telemetry::Level::info, "wizard.started");
  wait_for_stop(config.path("wizard.socket"), [&] { return wizard.over(); });
  server->stop();
  telemetry::log(telemetry::Level::info, "wizard.stopped");
  return {};
}

}  // namespace
}  // namespace slipway::programs

int main(int argc, char** argv) {
  return slipway::programs::run_program(argc, argv, "slipway-wizardd", slipway::programs::serve);
}
