// slipway: the operator's command line.
#include "appliance/telemetry/log.hpp"
#include "services/operator/command.hpp"

int main(int argc, char** argv) {
  // Verbs speak to a person; only the supervisor logs what goes well.
  slipway::telemetry::set_up_logging("slipway", slipway::telemetry::Level::warning);
  return slipway::operator_::run(argc, argv);
}
