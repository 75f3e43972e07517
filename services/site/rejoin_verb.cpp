// slipway site rejoin
#include <unistd.h>

#include <thread>

#include "services/site/control.hpp"
#include "services/site/fresh_copy.hpp"
#include "services/site/verbs.hpp"

namespace slipway::site {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPoll{1};

struct RejoinFlags {
  bool execute = false;
  int limit_s = 600;
};

Output plan_of(const SiteSettings& settings, const FreshCopyPlaces& places) {
  Output output{{{"member", settings.self()},
                 {"from", settings.warden->other},
                 {"data", places.data.string()},
                 {"kept_in", places.before.string()},
                 {"executed", false}},
                ""};
  output.text = "site '" + settings.self() + "': its data would give way to a copy from the backups, which follows '" +
                settings.warden->other + "'\n  what is in " + places.data.string() + " would be kept in " +
                places.before.string() + "\n  nothing was done; to do it: slipway site rejoin --execute\n";
  return output;
}

/// Waits until the agent has the database follow the other site; what it said last.
Result<ordered_json> wait_until_it_follows(const Context& context, const Control& control,
                                           steady_clock::time_point limit) {
  std::string told;
  while (true) {
    const auto status = control.status();
    if (status && !(*status)["database"]["replication"].is_null() &&
        (*status)["database"]["replication"]["applied_all"].get<bool>() &&
        (*status)["database"]["replication"]["connected"].get<bool>())
      return *status;
    std::string fault = status ? (*status)["database"]["fault"].get<std::string>() : status.error().message;
    if (steady_clock::now() >= limit)
      return Error{Code::timeout,
                   "the copy is in its place, and does not follow yet" + (fault.empty() ? "" : ": " + fault),
                   "it goes on by itself; see 'slipway site status'"};
    if (!fault.empty() && fault != told) context.progress("· " + fault);
    told = std::move(fault);
    std::this_thread::sleep_for(kPoll);
  }
}

Result<Output> rejoin(const Context& context, const RejoinFlags& flags) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const SiteSettings settings, site_settings(config));
  if (settings.is_witness())
    return Error{Code::invalid_argument, "member '" + settings.self() + "': is the witness, and has no data", ""};
  const FreshCopyPlaces places = places_of_fresh_copy(config);
  // What was begun is finished, whoever has the writes meanwhile: this site's data are in two places.
  if (!is_unfinished(places)) {
    const Status may = may_be_replaced(config, settings);
    if (!may && flags.execute) give_up(places);
    SLIPWAY_CHECK(may);
  }
  if (!flags.execute) return plan_of(settings, places);
  if (::geteuid() != 0)
    return Error{Code::permission, "slipway site rejoin: stops and starts services, which root alone may",
                 "sudo slipway site rejoin --execute"};
  const auto began = steady_clock::now();
  SLIPWAY_TRY(const std::string position, make_fresh_copy(context, settings, places));
  SLIPWAY_TRY(const Control control, control_of(context));
  SLIPWAY_TRY(const auto status, wait_until_it_follows(context, control, steady_clock::now() + seconds(flags.limit_s)));
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began).count();
  Output output{{{"member", settings.self()},
                 {"from", settings.warden->other},
                 {"copied_to", position},
                 {"position", status["database"]["position"]},
                 {"kept_in", places.before.string()},
                 {"took_ms", ms},
                 {"executed", true}},
                ""};
  output.text = "site '" + settings.self() + "': follows '" + settings.warden->other + "' again, after " +
                seconds_text(ms) + "\n  the copy went up to GTID " + position + "; now at " +
                status["database"]["position"].get<std::string>() + "\n  what was here before is kept in " +
                places.before.string() + "; when nobody misses it, remove it\n";
  return output;
}

}  // namespace

void register_rejoin(command::Verbs& verbs, CLI::App& group) {
  auto flags = std::make_shared<RejoinFlags>();
  auto& verb =
      verbs.add(group, "rejoin", "Replaces this site's data by a copy from the backups, and follows the other",
                "slipway site rejoin --execute", [flags](const Context& context) { return rejoin(context, *flags); });
  verb.add_flag("--execute", flags->execute, "Do it, and not only say what would be done");
  verb.add_option("--limit", flags->limit_s, "How long to wait until the copy follows, in seconds")
      ->check(CLI::Range(1, 7 * 24 * 3600));
}

}  // namespace slipway::site
