#include "migrate/verbs/copy_verbs.hpp"

#include <iostream>

#include "migrate/dumps/source.hpp"
#include "migrate/engine/copy.hpp"
#include "migrate/sample/sample.hpp"
#include "migrate/verbs/dump_options.hpp"
#include "migrate/verbs/progress_views.hpp"

namespace slipway::migrate {
namespace {

nlohmann::json problems_json(const std::vector<ObjectProblem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const ObjectProblem& problem : problems)
    list.push_back(
        {{"kind", problem.kind}, {"name", problem.name}, {"message", problem.message}, {"hint", problem.hint}});
  return list;
}

struct CopyArguments {
  SourceOptions source;
  DumpOptions dump;
  std::string target;
  CopyOptions copy;
};

Status copy(const CopyArguments& arguments) {
  const auto progress = choose_progress(false);
  SLIPWAY_TRY(const auto from, arguments.source.parse());
  SLIPWAY_TRY(const auto source, open_source(from, arguments.source.access, arguments.dump, *progress));
  SLIPWAY_TRY(const auto to, parse_source(arguments.target));
  SLIPWAY_TRY(const auto target, to_endpoint(to, arguments.source.access));
  SLIPWAY_TRY(const auto report, copy_database(source.endpoint, target, arguments.copy, *progress));
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

void add_copy(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("copy", "Copy any database to a MariaDB, verified");
  const auto arguments = std::make_shared<CopyArguments>();
  arguments->source.add_to(*verb);
  add_dump_options(*verb, arguments->dump);
  verb->add_option("--target", arguments->target, "Empty database that gets the tables")->required();
  verb->add_option("--streams", arguments->copy.streams, "Parallel readers and writers")->check(CLI::Range(1, 16));
  verb->add_option("--skip", arguments->copy.skip, "Tables and views to leave out");
  verb->add_flag_callback(
      "--enable-events", [arguments] { arguments->copy.events = EventState::as_it_was; },
      "Let enabled events arrive enabled; else they arrive disabled");
  verb->add_flag_callback(
      "--rows-only", [arguments] { arguments->copy.keep = Keep::rows; },
      "Copy tables and their current rows only: no views, routines, triggers, events, partitions and row history");
  verb->add_option("--lane-size", arguments->copy.lane_bytes, "What one stream takes of a table at a time (64MB)")
      ->transform(CLI::AsSizeValue(true));
  verb->add_option_function<double>(
      "--chunk-seconds",
      [arguments](double seconds) {
        arguments->copy.limits.duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
      },
      "How long a transaction may take before it is committed (1.5)");
  verb->add_flag("--resume", arguments->copy.resume, "Go on with an unfinished copy of the same source");
  verb->add_option("--rate-limit", arguments->copy.rate_limit_bytes_per_second, "Most bytes per second (such as 20MB)")
      ->transform(CLI::AsSizeValue(true));
  verb->add_option("--max-load", arguments->copy.max_threads_running,
                   "Pause while more threads of others run on the source");
  verb->add_option("--max-lag", arguments->copy.max_lag_seconds,
                   "Pause while the source, being a replica, is more seconds behind");
  verb->add_flag("!--no-verify", arguments->copy.verify, "Leave the checksums away");
  add_example(*verb,
              "slipway-migrate copy --source mysql://reader@old-server/shop --password-file pw --target "
              "socket=/run/mysqld/mysqld.sock,db=shop");
  verb->callback([&result, arguments] { result = {copy(*arguments), false}; });
}

struct SampleArguments {
  std::string target;
  SampleOptions sample;
};

Status sample(const SampleArguments& arguments) {
  const auto progress = choose_progress(false);
  SLIPWAY_TRY(const auto to, parse_source(arguments.target));
  SLIPWAY_TRY(const auto target, to_endpoint(to, {}));
  return make_sample(target, arguments.sample, *progress);
}

void add_sample(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("sample", "Fill an empty database with the bundled sample");
  const auto arguments = std::make_shared<SampleArguments>();
  verb->add_option("--target", arguments->target, "Empty database that gets the sample")->required();
  verb->add_option("--seed", arguments->sample.seed, "Seed of the generator");
  verb->add_option("--tickets", arguments->sample.tickets, "Number of requests")->check(CLI::Range(1, 1'000'000));
  add_example(*verb, "slipway-migrate sample --target socket=/run/mysqld/mysqld.sock,db=on_premise");
  verb->callback([&result, arguments] { result = {sample(*arguments), false}; });
}

}  // namespace

void add_copy_verbs(CLI::App& app, VerbResult& result) {
  add_copy(app, result);
  add_sample(app, result);
}

}  // namespace slipway::migrate
