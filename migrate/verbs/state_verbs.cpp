#include "migrate/verbs/state_verbs.hpp"

#include <iostream>

#include "migrate/run/report.hpp"
#include "migrate/run/status.hpp"

namespace slipway::migrate {
namespace {

struct StateArguments {
  TargetOptions target;
  OutputOptions output;

  /// Without asking the installation when the file is named: it may be away.
  [[nodiscard]] Result<std::filesystem::path> file() const {
    if (!target.state_file.empty()) return target.state_file;
    SLIPWAY_TRY(const auto installation, target.find());
    return state_file_for(installation, target.account, {});
  }
};

Status status(const StateArguments& arguments) {
  SLIPWAY_TRY(const auto file, arguments.file());
  SLIPWAY_TRY(const auto found, find_status(file));
  std::cout << (arguments.output.json ? to_json(found).dump(2) + "\n" : to_text(found));
  return {};
}

Status report(const StateArguments& arguments) {
  SLIPWAY_TRY(const auto file, arguments.file());
  SLIPWAY_TRY(const auto found, find_status(file));
  SLIPWAY_TRY(const auto known, known_profiles(found.state.choices.profile_directory));
  SLIPWAY_TRY(const auto stored, report_from_json(found.state.report, known));
  return arguments.output.print(stored);
}

}  // namespace

void add_state_verbs(CLI::App& app, VerbResult& result) {
  const auto status_arguments = std::make_shared<StateArguments>();
  auto* status_verb =
      app.add_subcommand("status", "Say how far a migration is: while it runs, after a kill, at its end");
  status_arguments->target.add_to(*status_verb);
  status_arguments->output.add_json(*status_verb, "Say it as JSON");
  add_example(*status_verb, "slipway-migrate status --account acme");
  status_verb->callback([&result, status_arguments] {
    result = {status(*status_arguments), status_arguments->output.json};
  });

  const auto report_arguments = std::make_shared<StateArguments>();
  auto* report_verb = app.add_subcommand("report", "Print the report of the account's last migration again");
  report_arguments->target.add_to(*report_verb);
  report_arguments->output.add_json(*report_verb, "Print it as JSON");
  report_arguments->output.add_report(*report_verb);
  add_example(*report_verb, "slipway-migrate report --account acme --report acme.html");
  report_verb->callback([&result, report_arguments] {
    result = {report(*report_arguments), report_arguments->output.json};
  });
}

}  // namespace slipway::migrate
