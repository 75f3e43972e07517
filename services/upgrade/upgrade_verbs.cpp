// slipway upgrade, and status, resume, test below it
#include <unistd.h>

#include <thread>

#include "services/upgrade/order.hpp"
#include "services/upgrade/package_rules.hpp"
#include "services/upgrade/progress.hpp"
#include "services/upgrade/report.hpp"
#include "services/upgrade/self_test.hpp"
#include "services/upgrade/units.hpp"
#include "services/upgrade/verbs.hpp"
#include "services/upgrade/worker.hpp"

namespace slipway::upgrade {
namespace {

using command::Context;
using command::Output;
namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::seconds kTell{2};
constexpr std::chrono::seconds kPatience{60};  // for a unit that is restarted after a kill

struct Flags {
  std::vector<fs::path> files;
  bool check = false;
  bool foreground = false;
  fs::path web_socket;
};

Output outcome(const State& state) {
  const Timestamp now = SystemClock().now();
  Output output{report_json(state, now), report_text(state, now)};
  if (is_final(state.phase) && needs_a_look(state)) output.verdict = Code::unavailable;
  return output;
}

/// Tells of a phase as it begins, and every two seconds how far the copy is.
class Teller {
 public:
  explicit Teller(const Context& context) : context_(context) {}

  void tell(const Places& places, const State& state) {
    const auto now = std::chrono::steady_clock::now();
    const bool begins = phase_ != state.phase;
    if (!begins && (state.phase != Phase::copying || now - told_ < kTell)) return;
    phase_ = state.phase;
    told_ = now;
    if (is_final(state.phase)) return;
    const auto progress = begins ? std::nullopt : read_progress(places);
    if (!begins && !progress) return;
    context_.progress(progress_text(in_words(state.phase), progress ? progress->bytes : 0,
                                    progress ? progress->total : 0, progress ? progress->elapsed_ms : 0));
  }

 private:
  const Context& context_;
  Phase phase_ = Phase::done;  ///< the last one that was told of
  std::chrono::steady_clock::time_point told_;
};

bool unit_works() {
  const auto state = active_state(kUpgradeUnit);
  return state && (*state == "active" || *state == "activating" || *state == "reloading");
}

/// Until it is over. The unit works on when this process ends.
Result<Output> follow(const Context& context, const Places& places) {
  Teller teller(context);
  auto seen_working = std::chrono::steady_clock::now();
  while (true) {
    SLIPWAY_TRY(const auto state, load_state(places));
    teller.tell(places, state);
    const bool works = unit_works();
    if (is_final(state.phase) && !works) return outcome(state);
    const auto now = std::chrono::steady_clock::now();
    if (works) seen_working = now;
    if (now - seen_working > kPatience)
      return Error{Code::unavailable, "upgrade: its unit has ended before its time",
                   "journalctl -u slipway-upgrade says why; slipway upgrade resume goes on"};
    std::this_thread::sleep_for(kLook);
  }
}

Result<Output> run_upgrade(const Context& context, const Flags& flags) {
  const Places places;
  context.progress("· looking at the packages and at this machine");
  SLIPWAY_TRY(auto plan, look_ahead(context, places, flags.files));
  if (flags.check) return Output{plan_json(plan), plan_text(plan)};
  SLIPWAY_CHECK(order(places, flags.files, std::move(plan), SystemClock(),
                      [&](const std::string& line) { context.progress(line); }));
  SLIPWAY_CHECK(start_unit());
  context.progress("· the work is done by slipway-upgrade.service and goes on without this terminal");
  return follow(context, places);
}

Result<Output> run_status() {
  const Places places;
  SLIPWAY_TRY(const auto state, load_state(places));
  Output output = outcome(state);
  output.verdict.reset();  // it was found out what was asked
  if (is_final(state.phase)) return output;
  const bool works = unit_works();
  output.json["unit_works"] = works;
  if (state.phase == Phase::copying)
    if (const auto progress = read_progress(places))
      output.text.append(progress_text(in_words(state.phase), progress->bytes, progress->total, progress->elapsed_ms) +
                         "\n");
  if (!works) output.text.append("  nobody works on it now: slipway upgrade resume, or the next boot, goes on\n");
  return output;
}

Result<Output> run_resume(const Context& context, const Flags& flags) {
  const Places places;
  if (::geteuid() != 0) return Error{Code::permission, "upgrade: only root may", "sudo slipway upgrade resume"};
  if (flags.foreground) {
    const SystemClock clock;
    const auto state = work({.places = places, .config_file = context.config_file(), .clock = clock});
    // Nothing was ordered: the unit has done what it can, and would only be started again.
    if (!state && state.error().code == Code::not_found)
      return Output{{{"phase", nullptr}}, "no upgrade is under way\n"};
    if (!state) return state.error();
    Output output = outcome(*state);
    output.verdict.reset();  // a return is no reason to start the unit again
    return output;
  }
  SLIPWAY_TRY(const auto state, load_state(places));
  if (is_final(state.phase)) return outcome(state);
  if (!unit_works()) {
    if (!fs::exists(places.program)) SLIPWAY_CHECK(write_unit(places));
    SLIPWAY_CHECK(start_unit());
  }
  return follow(context, places);
}

Result<Output> run_test(const Context& context, const Flags& flags) {
  SLIPWAY_TRY(const auto report, self_test(context, flags.web_socket));
  Output output{to_json(report), to_text(report)};
  if (!passed(report)) output.verdict = Code::unavailable;
  return output;
}

}  // namespace

void register_upgrade(command::Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& upgrade =
      verbs.add(verbs.root(), "upgrade",
                "Take newer packages: copies the databases, installs, migrates, tests, and returns to the old version "
                "by itself when the test fails. Users cannot work meanwhile. Exit status: 0 upgraded, 12 returned, or "
                "something is to be looked at",
                "slipway upgrade slipway_0.2.0_amd64.deb slipway-migrate_0.2.0_amd64.deb --check",
                [flags](const Context& context) { return run_upgrade(context, *flags); });
  upgrade.add_option("PACKAGE", flags->files, "The packages of the new version (.deb)");
  upgrade.add_flag("--check", flags->check, "Look whether anything stands in the way, and change nothing");
  verbs.add(upgrade, "status", "How far an upgrade is, or what became of the last one", "slipway upgrade status --json",
            [](const Context&) { return run_status(); });
  CLI::App& resume =
      verbs.add(upgrade, "resume", "Go on with an upgrade that was interrupted, and follow it",
                "slipway upgrade resume", [flags](const Context& context) { return run_resume(context, *flags); });
  resume.add_flag("--foreground", flags->foreground, "Do the work in this process, as the unit does");
  CLI::App& test =
      verbs.add(upgrade, "test", "Whether the installed version serves: what an upgrade asks of it; changes nothing",
                "slipway upgrade test", [flags](const Context& context) { return run_test(context, *flags); });
  test.add_option("--web-socket", flags->web_socket, "Where slipway-webd listens, if not where it is configured to");
}

}  // namespace slipway::upgrade
