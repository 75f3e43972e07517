// slipway-migrate: moves the database of a service desk into an account.
#include <csignal>

#include "appliance/telemetry/log.hpp"
#include "migrate/verbs/command.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of a write, not our end
  slipway::telemetry::set_up_logging("slipway-migrate", slipway::telemetry::Level::warning);
  return slipway::migrate::run_command(argc, argv);
}
