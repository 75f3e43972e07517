// slipway doctor
#include <unistd.h>

#include <cstdlib>

#include "services/doctor/gather.hpp"
#include "services/doctor/report.hpp"
#include "services/doctor/verbs.hpp"

namespace slipway::doctor {
namespace {

using command::Context;
using command::Output;

struct Flags {
  std::vector<std::string> areas;
  bool failures = false;
  bool all = false;
  bool list = false;
};

Result<std::vector<Area>> areas_of(const std::vector<std::string>& names) {
  std::vector<Area> areas;
  for (const auto& name : names) {
    bool known = false;
    Names all;
    for (const Area area : all_areas()) {
      all.emplace_back(to_text(area));
      if (to_text(area) != name) continue;
      areas.push_back(area);
      known = true;
    }
    if (!known)
      return Error{Code::invalid_argument, "area '" + name + "': there is none of the name",
                   "the areas are " + join(all, all.size())};
  }
  return areas;
}

/// Where a person reads, unless the environment asks for none (no-color.org).
bool wants_colours() {
  const char* const none = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (none != nullptr && *none != '\0') return false;
  return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

Result<Output> run(const Context& context, const Flags& flags) {
  SLIPWAY_TRY(const auto areas, areas_of(flags.areas));
  if (flags.list) return Output{list_json(areas), list_text(areas)};
  SLIPWAY_TRY(const auto sources, Sources::of(context));
  const Facts facts =
      gather(sources, areas, [&](const std::string& what) { context.progress("· looking at " + what); });
  const auto findings = examine(facts, areas);
  const ReportOptions options{.colours = wants_colours(), .failures_only = flags.failures, .all = flags.all};
  Output output{report_json(facts.place, findings, flags.failures), report_text(findings, options)};
  if (count(findings).at(static_cast<std::size_t>(Verdict::failure)) > 0) output.verdict = Code::unavailable;
  return output;
}

}  // namespace

void register_doctor(command::Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& verb =
      verbs.add(verbs.root(), "doctor",
                "Look at everything this installation depends on, and say what is wrong and how to mend it; "
                "changes nothing. Exit status: 0 when no check fails, 12 when one does",
                "slipway doctor --area database --area backups",
                [flags](const Context& context) { return run(context, *flags); });
  verb.add_option("--area", flags->areas,
                  "Only this area; may be given several times (system, files, packages, network, tls, ssh, "
                  "database, programs, backups, monitoring, security, identity)");
  verb.add_flag("--failures", flags->failures, "Show failures only");
  verb.add_flag("--all", flags->all, "Show what is ok or does not apply, too");
  verb.add_flag("--list", flags->list, "List the checks, and look at nothing");
}

}  // namespace slipway::doctor
