#include "migrate/verbs/command.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "migrate/run/demo.hpp"
#include "migrate/run/report.hpp"
#include "migrate/verbs/profile_verb.hpp"

namespace slipway::migrate {
namespace {

struct Arguments {
  RunOptions run;
  CopyOptions copy;
  std::string source;
  std::string target;
  std::filesystem::path state_dir;
  std::filesystem::path config_file;
  std::filesystem::path report_file;
  SampleOptions sample;
  bool json = false;
};

int fail(const Error& error, bool json) {
  if (json) {
    std::cout
        << nlohmann::json{{"error", traits(error.code).name}, {"message", error.message}, {"hint", error.hint}}.dump()
        << '\n';
  } else {
    std::cerr << "slipway-migrate: " << to_text(error) << '\n';
  }
  return traits(error.code).exit_status;
}

Status print(const RunReport& report, const Arguments& arguments) {
  std::cout << (arguments.json ? to_json(report).dump(2) + "\n" : to_text(report));
  if (arguments.report_file.empty()) return {};
  SLIPWAY_CHECK(write_html(report, arguments.report_file));
  std::cerr << "report: " << arguments.report_file.string() << '\n';
  return {};
}

Status run(Arguments& arguments, Progress& progress) {
  SLIPWAY_TRY(arguments.run.source, parse_source(arguments.source));
  SLIPWAY_TRY(const auto installation, find_installation(arguments.state_dir, arguments.config_file));
  SLIPWAY_TRY(const auto report, run_migration(installation, arguments.run, progress));
  return print(report, arguments);
}

Status demo(Arguments& arguments, Progress& progress) {
  SLIPWAY_TRY(const auto installation, find_installation(arguments.state_dir, arguments.config_file));
  SLIPWAY_TRY(const auto report, run_demo(installation, arguments.run, arguments.sample, progress));
  if (report) return print(*report, arguments);
  std::cerr << "account '" << arguments.run.account << "' holds requests already; the sample is left out\n";
  return {};
}

nlohmann::json problems_json(const std::vector<ObjectProblem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const ObjectProblem& problem : problems)
    list.push_back(
        {{"kind", problem.kind}, {"name", problem.name}, {"message", problem.message}, {"hint", problem.hint}});
  return list;
}

Status copy(const Arguments& arguments, Progress& progress) {
  SLIPWAY_TRY(const auto from, parse_source(arguments.source));
  SLIPWAY_TRY(const auto to, parse_source(arguments.target));
  SLIPWAY_TRY(const auto source, to_endpoint(from, arguments.run.access));
  SLIPWAY_TRY(const auto target, to_endpoint(to, arguments.run.access));
  SLIPWAY_TRY(const auto report, copy_database(source, target, arguments.copy, progress));
  std::cout << nlohmann::json{{"rows", report.rows},
                              {"bytes", report.bytes},
                              {"rows_seconds", report.rows_seconds},
                              {"keys_seconds", report.keys_seconds},
                              {"objects", report.objects},
                              {"problems", problems_json(report.problems)},
                              {"notes", report.notes}}
                   .dump()
            << '\n';
  if (report.problems.empty()) return {};
  for (const ObjectProblem& problem : report.problems)
    std::cerr << problem.kind << " " << problem.name << ": " << problem.message << "\n  hint: " << problem.hint << '\n';
  return Error{Code::conflict,
               "all rows were copied, but " + std::to_string(report.problems.size()) + " other objects were not",
               "see what is said of each above; the copy may be run again into an empty database"};
}

Status sample(const Arguments& arguments, Progress& progress) {
  SLIPWAY_TRY(const auto to, parse_source(arguments.target));
  SLIPWAY_TRY(const auto target, to_endpoint(to, arguments.run.access));
  return make_sample(target, arguments.sample, progress);
}

}  // namespace

int run_command(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app{"Moves the database of a service desk into an account of Slipway, and proves every byte of it."};
  app.require_subcommand(1);
  TerminalProgress progress;
  Status done;
  const auto verb = [&](const char* name, const char* help, auto work) {
    return app.add_subcommand(name, help)->callback([&, work] { done = work(arguments, progress); });
  };
  const auto installation_options = [&](CLI::App* command) {
    command->add_option("--account", arguments.run.account, "Account that gets the data")->required();
    command->add_option("--state-dir", arguments.state_dir, "State directory of an embedded Slipway")
        ->envname("SLIPWAY_STATE_DIR");
    command->add_option("--config", arguments.config_file, "Configuration file of an installed Slipway");
    command->add_option("--report", arguments.report_file, "Write the report as an HTML page to this file");
    command->add_flag("--replace", arguments.run.replace, "Replace an account that holds requests already");
    command->add_flag("--json", arguments.json, "Print the report as JSON");
  };
  const auto access_options = [&](CLI::App* command) {
    command
        ->add_option("--source", arguments.source,
                     "mysql://user@host:port/db, socket=/path[,user=NAME][,db=NAME] or dump=FILE")
        ->required();
    command->add_option("--password-file", arguments.run.access.password_file, "File with the source's password");
    command->add_option("--tls-ca", arguments.run.access.tls_ca_file,
                        "Certificate authority of the source; checks its name");
    command->add_flag("--plaintext", arguments.run.access.plaintext, "Speak to a remote source without TLS");
  };
  auto* run_verb = verb("run", "Inspect a source and print the plan; with --execute, migrate it", run);
  access_options(run_verb);
  installation_options(run_verb);
  run_verb->add_flag("--execute", arguments.run.execute, "Do it; without this nothing is changed");
  run_verb->add_option("--status-map", arguments.run.planning.status_map_file,
                       "TOML file that maps statuses, priorities and people");
  run_verb->add_option("--profile", arguments.run.planning.profile_directory,
                       "Directory of a profile for a product that is not built in");
  run_verb->add_option("--scratch-dir", arguments.run.scratch_directory,
                       "Where a dump is unpacked into a scratch server");
  auto* copy_verb = verb("copy", "Copy any database to a MariaDB, verified", copy);
  access_options(copy_verb);
  copy_verb->add_option("--target", arguments.target, "Empty database that gets the tables")->required();
  copy_verb->add_option("--streams", arguments.copy.streams, "Parallel readers and writers")->check(CLI::Range(1, 16));
  copy_verb->add_option("--skip", arguments.copy.skip, "Tables and views to leave out");
  copy_verb->add_flag_callback(
      "--enable-events", [&] { arguments.copy.events = EventState::as_it_was; },
      "Let enabled events arrive enabled; else they arrive disabled");
  copy_verb->add_flag_callback(
      "--rows-only", [&] { arguments.copy.keep = Keep::rows; },
      "Copy tables and their current rows only: no views, routines, triggers, events, partitions and row history");
  copy_verb->add_flag("!--no-verify", arguments.copy.verify, "Leave the checksums away");
  auto* demo_verb = verb("demo", "Make the bundled sample on a private server and migrate it", demo);
  installation_options(demo_verb);
  auto* sample_verb = verb("sample", "Fill an empty database with the bundled sample", sample);
  sample_verb->add_option("--target", arguments.target, "Empty database that gets the sample")->required();
  for (auto* command : {demo_verb, sample_verb}) {
    command->add_option("--seed", arguments.sample.seed, "Seed of the generator");
    command->add_option("--tickets", arguments.sample.tickets, "Number of requests")->check(CLI::Range(1, 1'000'000));
  }
  add_profile_verb(app, done);
  CLI11_PARSE(app, argc, argv);
  return done ? 0 : fail(done.error(), arguments.json);
}

}  // namespace slipway::migrate
