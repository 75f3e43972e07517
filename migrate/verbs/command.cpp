#include "migrate/verbs/command.hpp"

#include <iostream>

#include "migrate/verbs/assess_verb.hpp"
#include "migrate/verbs/copy_verbs.hpp"
#include "migrate/verbs/profile_verb.hpp"
#include "migrate/verbs/run_verbs.hpp"
#include "migrate/verbs/state_verbs.hpp"

namespace slipway::migrate {
namespace {

int fail(const Error& error, bool json) {
  if (json) {
    std::cout << nlohmann::ordered_json{{"event", "error"},
                                        {"error", traits(error.code).name},
                                        {"message", error.message},
                                        {"hint", error.hint}}
                     .dump()
              << '\n';
  } else {
    std::cerr << "slipway-migrate: " << to_text(error) << '\n';
  }
  return traits(error.code).exit_status;
}

}  // namespace

int run_command(int argc, const char* const* argv) {
  CLI::App app{"Moves the database of a service desk into an account of Slipway, and proves every byte of it."};
  app.require_subcommand(1);
  VerbResult result;
  add_assess_verb(app, result);
  add_run_verbs(app, result);
  add_state_verbs(app, result);
  add_copy_verbs(app, result);
  add_profile_verb(app, result.status);
  CLI11_PARSE(app, argc, argv);
  return result.status ? result.exit_status : fail(result.status.error(), result.json);
}

}  // namespace slipway::migrate
