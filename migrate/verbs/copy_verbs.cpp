#include "migrate/verbs/copy_verbs.hpp"

#include <iostream>

#include "migrate/dumps/source.hpp"
#include "migrate/engine/compare.hpp"
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

/// A database that is named like a source.
struct DatabaseOptions {
  std::string address;
  AccessOptions access;

  void add_to(CLI::App& verb, const char* what) {
    verb.add_option("--target", address, what)->required();
    verb.add_option("--target-password-file", access.password_file, "File with the target's password");
    verb.add_option("--target-tls-ca", access.tls_ca_file, "Certificate authority of the target; checks its name");
    verb.add_flag("--target-plaintext", access.plaintext, "Speak to a remote target without TLS");
  }
  [[nodiscard]] Result<sql::Endpoint> endpoint() const {
    SLIPWAY_TRY(const auto to, parse_source(address));
    if (to.kind == SourceAddress::Kind::dump || to.database.empty()) {
      return Error{Code::invalid_argument, "target '" + address + "': names no database of a server",
                   "write mysql://user@host:port/db or socket=/path,db=NAME"};
    }
    return to_endpoint(to, access);
  }
};

struct CopyArguments {
  SourceOptions source;
  DumpOptions dump;
  DatabaseOptions target;
  CopyOptions copy;
};

Status copy(const CopyArguments& arguments) {
  const auto progress = choose_progress(false);
  SLIPWAY_TRY(const auto from, arguments.source.parse());
  SLIPWAY_TRY(const auto target, arguments.target.endpoint());  // before a dump is loaded for nothing
  SLIPWAY_TRY(const auto source, open_source(from, arguments.source.access, arguments.dump, *progress));
  CopyOptions options = arguments.copy;
  options.source_title = from.describe();
  SLIPWAY_TRY(const auto report, copy_database(source.endpoint, target, options, *progress));
  std::cout << nlohmann::json{{"rows", report.rows},
                              {"bytes", report.bytes},
                              {"rows_seconds", report.rows_seconds},
                              {"keys_seconds", report.keys_seconds},
                              {"method", report.method},
                              {"method_reason", report.method_reason},
                              {"files_seconds", report.files_seconds},
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
  arguments->target.add_to(*verb, "Empty database that gets the tables");
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
  add_load_limits(*verb, arguments->copy.load);
  add_method(*verb, arguments->copy.method);
  verb->add_flag("!--no-verify", arguments->copy.verify, "Leave the checksums away");
  add_example(*verb,
              "slipway-migrate copy --source mysql://reader@old-server/shop --password-file pw --target "
              "socket=/run/mysqld/mysqld.sock,db=shop");
  verb->callback([&result, arguments] { result = {copy(*arguments), false}; });
}

struct VerifyArguments {
  SourceOptions source;
  DumpOptions dump;
  DatabaseOptions target;
  CompareOptions compare;
  bool json = false;
};

/// Differences are no failure of the verb: they are its answer.
Result<int> verify(const VerifyArguments& arguments) {
  const auto progress = choose_progress(false);
  SLIPWAY_TRY(const auto from, arguments.source.parse());
  SLIPWAY_TRY(const auto target, arguments.target.endpoint());
  SLIPWAY_TRY(const auto source, open_source(from, arguments.source.access, arguments.dump, *progress));
  SLIPWAY_TRY(const auto report, compare_databases(source.endpoint, target, arguments.compare, *progress));
  const bool equal = report.differences.empty();
  if (arguments.json) {
    std::cout << nlohmann::ordered_json{{"equal", equal},
                                        {"tables", report.tables},
                                        {"rows", report.rows},
                                        {"ranges", report.ranges},
                                        {"seconds", report.seconds},
                                        {"snapshot", report.snapshot},
                                        {"differences", report.differences}}
                     .dump(2)
              << '\n';
  } else {
    for (const std::string& difference : report.differences) std::cout << difference << '\n';
    std::cout << count_text(report.tables) << " tables, " << count_text(report.rows)
              << " rows summed by both servers in " << duration_text(report.seconds) << ": "
              << (equal ? "equal" : count_text(report.differences.size()) + " differences") << '\n';
  }
  return equal ? 0 : traits(Code::corrupt).exit_status;
}

void add_verify(CLI::App& app, VerbResult& result) {
  auto* verb = app.add_subcommand("verify", "Compare every row of two databases; changes neither");
  const auto arguments = std::make_shared<VerifyArguments>();
  arguments->source.add_to(*verb);
  add_dump_options(*verb, arguments->dump);
  arguments->target.add_to(*verb, "Database that is to hold the same");
  verb->add_option("--streams", arguments->compare.streams, "Ranges summed at a time")->check(CLI::Range(1, 16));
  verb->add_option("--skip", arguments->compare.skip, "Tables to leave out");
  verb->add_flag("--json", arguments->json, "Print the result as JSON");
  add_example(*verb,
              "slipway-migrate verify --source mysql://reader@old-server/shop --password-file pw --target "
              "socket=/run/mysqld/mysqld.sock,db=shop");
  verb->callback([&result, arguments] {
    const auto answer = verify(*arguments);
    result = {answer ? Status() : Status(answer.error()), arguments->json, answer ? *answer : 0};
  });
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
  add_verify(app, result);
  add_sample(app, result);
}

}  // namespace slipway::migrate
