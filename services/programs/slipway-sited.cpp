// slipway-sited: the site agent, which agrees with two others on who may write, and keeps the database to it.
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "appliance/http/server.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/programs/program_start.hpp"
#include "services/programs/serving.hpp"
#include "services/site/site_agent.hpp"

namespace slipway::programs {
namespace {

Status serve(const config::Config& config) {
  std::signal(SIGPIPE, SIG_IGN);
  SLIPWAY_TRY(site::SiteSettings settings, site::site_settings(config));
  sql::Endpoint database;
  if (!settings.is_witness()) {
    SLIPWAY_TRY(database, database_endpoint(config, ""));
  }
  std::atomic<bool> ended = false;
  const auto socket = settings.socket;
  const std::string self = settings.self();
  SLIPWAY_TRY(const auto agent,
              site::SiteAgent::start(std::move(settings), std::move(database), [&](const Error& error) {
                telemetry::log_error("site.record_lost", error);
                ended = true;
                ::kill(::getpid(), SIGTERM);  // ends wait_for_stop()
              }));
  SLIPWAY_TRY(const auto server,
              http::Server::start({.unix_socket = socket, .threads = 3}, site::control_routes(*agent)));
  telemetry::log(telemetry::Level::info, "site.started", {{"member", self}});
  wait_for_stop(socket);
  server->stop();
  agent->stop();
  telemetry::log(telemetry::Level::info, "site.stopped");
  if (ended)
    return Error{Code::no_space, "site agent: its record could not be kept",
                 "see the log; make room where site.record is"};
  return {};
}

}  // namespace
}  // namespace slipway::programs

int main(int argc, char** argv) {
  return slipway::programs::run_program(argc, argv, "slipway-sited", slipway::programs::serve);
}
