#include "migrate/verbs/assess_verb.hpp"

#include <iostream>

#include "migrate/assess/report.hpp"
#include "migrate/dumps/source.hpp"
#include "migrate/engine/html_page.hpp"
#include "migrate/verbs/dump_options.hpp"
#include "migrate/verbs/progress_views.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kFooter =
    "Example: slipway-migrate assess --source mysql://reader@old-server/rt5 --password-file pw --report rt5.html\n"
    "Exit status: 0 when nothing stands in the way, 6 when there is a blocker, another one when the assessment itself\n"
    "failed. The user needs SELECT, SHOW VIEW, TRIGGER and EVENT on the database; what it lacks is a finding.\n";

struct AssessArguments {
  SourceOptions source;
  DumpOptions dump;
  OutputOptions output;
  std::string profile = "auto";
  std::filesystem::path status_map_file;
  unsigned scan_seconds = 60;
};

/// The exit status.
Result<int> run_assessment(const AssessArguments& arguments) {
  const auto progress = choose_progress(false);
  SLIPWAY_TRY(const auto address, arguments.source.parse());
  SLIPWAY_TRY(const auto source, open_source(address, arguments.source.access, arguments.dump, *progress));
  const assess::Options options{arguments.profile, arguments.status_map_file,
                                std::chrono::seconds(arguments.scan_seconds)};
  SLIPWAY_TRY(const auto assessment, assess::assess_source(source.endpoint, address.describe(), options, *progress));
  const OutputOptions& output = arguments.output;
  std::cout << (output.json ? to_json(assessment).dump(2) + "\n" : to_text(assessment));
  if (!output.report_file.empty()) {
    SLIPWAY_CHECK(write_private_page(to_html(assessment), output.report_file));
    std::cerr << "report: " << output.report_file.string() << '\n';
  }
  const bool blocked = count(assessment.findings, assess::Severity::blocker) > 0;
  return blocked ? traits(Code::conflict).exit_status : 0;
}

}  // namespace

void add_assess_verb(CLI::App& app, VerbResult& result) {
  const auto arguments = std::make_shared<AssessArguments>();
  auto* verb = app.add_subcommand("assess", "Say what would happen to every object of a source; changes nothing");
  arguments->source.add_to(*verb);
  add_dump_options(*verb, arguments->dump);
  verb->add_option("--profile", arguments->profile,
                   "auto: look for every product that is built in; none: for none; else the directory of a profile")
      ->capture_default_str();
  verb->add_option("--status-map", arguments->status_map_file, "TOML file that maps statuses, as for 'run'");
  verb->add_option("--scan-seconds", arguments->scan_seconds, "Time for looking at rows; 0: look at none")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  arguments->output.add_report(*verb);
  arguments->output.add_json(*verb, "Print the findings as JSON");
  verb->footer(kFooter);
  verb->callback([&result, arguments] {
    result.json = arguments->output.json;
    const auto status = run_assessment(*arguments);
    if (status) {
      result.exit_status = *status;
    } else {
      result.status = status.error();
    }
  });
}

}  // namespace slipway::migrate
