// slipway: the operator's command line.
#include <csignal>

#include "appliance/telemetry/log.hpp"
#include "services/backup/verbs.hpp"
#include "services/doctor/verbs.hpp"
#include "services/firstboot/verbs.hpp"
#include "services/operator/verbs.hpp"
#include "services/site/verbs.hpp"
#include "services/upgrade/verbs.hpp"

int main(int argc, char** argv) {
  // A child that ends early is an error that its writer tells of.
  std::signal(SIGPIPE, SIG_IGN);
  // Verbs speak to a person; only the supervisor logs what goes well.
  slipway::telemetry::set_up_logging("slipway", slipway::telemetry::Level::warning);
  using namespace slipway;
  return command::run(
      argc, argv,
      {operator_::register_config, operator_::register_account, operator_::register_embedded, operator_::register_setup,
       backup::register_backup, backup::register_restore, doctor::register_doctor, doctor::register_support_bundle,
       firstboot::register_first_boot, upgrade::register_upgrade, site::register_site});
}
