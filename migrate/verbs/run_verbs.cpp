#include "migrate/verbs/run_verbs.hpp"

#include <iostream>

#include "migrate/run/demo.hpp"
#include "migrate/verbs/dump_options.hpp"
#include "migrate/verbs/progress_views.hpp"

namespace slipway::migrate {
namespace {

struct RunArguments {
  RunOptions run;
  SourceOptions source;
  TargetOptions target;
  OutputOptions output;
};

Result<RunOptions> options_of(const RunArguments& arguments) {
  RunOptions options = arguments.run;
  SLIPWAY_TRY(options.source, arguments.source.parse());
  options.access = arguments.source.access;
  options.account = arguments.target.account;
  options.state_file = arguments.target.state_file;
  return options;
}

Status run(const RunArguments& arguments) {
  const auto progress = choose_progress(arguments.output.json && arguments.output.events);
  SLIPWAY_TRY(const RunOptions options, options_of(arguments));
  SLIPWAY_TRY(const auto installation, arguments.target.find());
  SLIPWAY_TRY(const auto report, run_migration(installation, options, *progress));
  return arguments.output.print(report);
}

void add_planning(CLI::App& verb, RunArguments& arguments) {
  arguments.source.add_to(verb);
  arguments.target.add_to(verb);
  verb.add_option("--status-map", arguments.run.planning.status_map_file,
                  "TOML file that maps statuses, priorities and people");
  verb.add_option("--profile", arguments.run.planning.profile_directory,
                  "Directory of a profile for a product that is not built in");
  verb.add_option("--files", arguments.run.planning.files_directory,
                  "Directory of the files that the product keeps outside its database");
  verb.add_flag("--without-files", arguments.run.planning.without_files, "Do without those files");
  add_dump_options(verb, arguments.run.dump);
  arguments.output.add_json(verb, "Print the report as JSON");
  arguments.output.add_report(verb);
}

void add_plan(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("plan", "Inspect a source and say what a migration would do; changes nothing");
  const auto arguments = std::make_shared<RunArguments>();
  add_planning(*verb, *arguments);
  add_example(*verb, "slipway-migrate plan --source mysql://reader@old-server/rt5 --password-file pw --account acme");
  verb->callback([&result, arguments] { result = {run(*arguments), arguments->output.json}; });
}

void add_run(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("run", "Migrate a source into an account; without --execute the same as plan");
  const auto arguments = std::make_shared<RunArguments>();
  arguments->output.events = true;
  add_planning(*verb, *arguments);
  verb->add_flag("--execute", arguments->run.execute, "Do it; without this nothing is changed");
  verb->add_flag("--replace", arguments->run.replace, "Replace an account that holds requests already");
  auto* trial = verb->add_flag("--trial", arguments->run.trial,
                               "Into an account for trying out: replaces what it holds, switches its mail off");
  verb->add_flag("--anonymise", arguments->run.anonymise, "Give requesters of a trial made-up names and addresses")
      ->needs(trial);
  verb->add_option("--into-production", arguments->run.production_account,
                   "The account's name again, when a trial really goes into a production account")
      ->needs(trial);
  add_load_limits(*verb, arguments->run.load);
  add_method(*verb, arguments->run.method);
  verb->add_flag("--restart", arguments->run.restart, "Drop what an unfinished migration built, and begin anew");
  add_example(*verb,
              "slipway-migrate run --source mysql://reader@old-server/rt5 --password-file pw --account acme --execute "
              "--report acme.html");
  verb->callback([&result, arguments] { result = {run(*arguments), arguments->output.json}; });
}

struct ResumeArguments {
  TargetOptions target;
  OutputOptions output;
  ResumeOptions resume;
};

Status resume(ResumeArguments& arguments) {
  const auto progress = choose_progress(arguments.output.json);
  SLIPWAY_TRY(const auto installation, arguments.target.find());
  arguments.resume.account = arguments.target.account;
  arguments.resume.state_file = arguments.target.state_file;
  SLIPWAY_TRY(const auto report, resume_migration(installation, arguments.resume, *progress));
  return arguments.output.print(report);
}

void add_resume(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("resume", "Go on with an interrupted migration behind its last finished step");
  const auto arguments = std::make_shared<ResumeArguments>();
  arguments->output.events = true;
  arguments->target.add_to(*verb);
  verb->add_option("--password-file", arguments->resume.password_file, "File with the source's password, when moved");
  verb->add_flag("--replace", arguments->resume.replace, "Requests opened in the account meanwhile may go");
  add_load_limits(*verb, arguments->resume.load);
  add_method(*verb, arguments->resume.method);
  arguments->output.add_json(*verb, "Print events as JSON, one a line, the report last");
  arguments->output.add_report(*verb);
  add_example(*verb, "slipway-migrate resume --account acme");
  verb->callback([&result, arguments] { result = {resume(*arguments), arguments->output.json}; });
}

Status abort_it(const TargetOptions& target, bool json) {
  SLIPWAY_TRY(const auto installation, target.find());
  SLIPWAY_CHECK(abort_migration(installation, target.account, target.state_file));
  if (json) {
    std::cout << nlohmann::json{{"account", target.account}, {"outcome", "aborted"}}.dump() << '\n';
  } else {
    std::cout << "aborted; account '" << target.account << "' is as it was\n";
  }
  return {};
}

void add_abort(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("abort", "Drop what an unfinished migration built; the account stays as it is");
  const auto target = std::make_shared<TargetOptions>();
  const auto output = std::make_shared<OutputOptions>();
  target->add_to(*verb);
  output->add_json(*verb, "Say so as JSON");
  add_example(*verb, "slipway-migrate abort --account acme");
  verb->callback([&result, target, output] { result = {abort_it(*target, output->json), output->json}; });
}

struct DemoArguments {
  RunOptions run;
  TargetOptions target;
  OutputOptions output;
  SampleOptions sample;
};

Status demo(const DemoArguments& arguments) {
  const auto progress = choose_progress(arguments.output.json);
  SLIPWAY_TRY(const auto installation, arguments.target.find());
  RunOptions options = arguments.run;
  options.account = arguments.target.account;
  options.state_file = arguments.target.state_file;
  SLIPWAY_TRY(const auto report, run_demo(installation, options, arguments.sample, *progress));
  if (report) return arguments.output.print(*report);
  std::cerr << "account '" << options.account << "' holds requests already; the sample is left out\n";
  return {};
}

void add_demo(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("demo", "Make the bundled sample on a private server and migrate it");
  const auto arguments = std::make_shared<DemoArguments>();
  arguments->output.events = true;
  arguments->target.add_to(*verb);
  verb->add_option("--seed", arguments->sample.seed, "Seed of the generator");
  verb->add_option("--tickets", arguments->sample.tickets, "Number of requests")->check(CLI::Range(1, 1'000'000));
  verb->add_flag("--replace", arguments->run.replace, "Replace an account that holds requests already");
  arguments->output.add_json(*verb, "Print events as JSON, one a line, the report last");
  arguments->output.add_report(*verb);
  add_example(*verb, "slipway-migrate demo --account demonstration");
  verb->callback([&result, arguments] { result = {demo(*arguments), arguments->output.json}; });
}

}  // namespace

void add_run_verbs(CLI::App& app, VerbResult& result) {
  add_plan(app, result);
  add_run(app, result);
  add_resume(app, result);
  add_abort(app, result);
  add_demo(app, result);
}

}  // namespace slipway::migrate
