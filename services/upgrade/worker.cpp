#include "services/upgrade/worker.hpp"

#include <unistd.h>

#include "appliance/base/file.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/upgrade/ask_version.hpp"
#include "services/upgrade/data_copy.hpp"
#include "services/upgrade/fail_point.hpp"
#include "services/upgrade/packages.hpp"
#include "services/upgrade/progress.hpp"
#include "services/upgrade/units.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

// Updates of the system may be under way when an interrupted upgrade is settled.
constexpr std::chrono::minutes kPackageWait{30};

/// The work of each phase. Every one may be begun again from its beginning: see phase_rules for which are.
class Work {
 public:
  Work(const Surroundings& around, State& state) : around_(around), state_(state), data_(state.data_dir) {}

  Status run(Phase phase) {
    switch (phase) {
      case Phase::closing:
        return close();
      case Phase::copying:
        return copy();
      case Phase::installing:
        return install_new();
      case Phase::migrating:
        return migrate();
      case Phase::testing:
        return test_new();
      case Phase::committed:
        return take_over();
      case Phase::setting_aside:
        return set_aside();
      case Phase::putting_back:
        return put_back();
      case Phase::reinstalling:
        return install_old();
      case Phase::proving:
        return test_old();
      case Phase::reopening:
        return reopen();
      case Phase::prepared:
      case Phase::done:
      case Phase::returned:
        break;
    }
    return {};
  }

 private:
  const Places& places() const { return around_.places; }

  Status close() {
    SLIPWAY_CHECK(hold(places()));
    fail_point("closing.held");
    SLIPWAY_CHECK(stop_programs(places()));
    fail_point("closing.stopped");
    return {};
  }

  Status copy() {
    SLIPWAY_CHECK(stop_database());
    fail_point("copying.database_down");
    ProgressFile progress(places(), state_.data_bytes);
    auto copied = data_.take([&](std::uint64_t bytes) { progress.tell(bytes); });
    // A disk that is full would be in the way of everything that follows.
    if (!copied) static_cast<void>(data_.drop());
    if (copied) fail_point("copying.all");
    return copied;
  }

  /// As it was when it was kept.
  static Status check_sum(const fs::path& file, const std::string& wanted) {
    SLIPWAY_TRY(const auto found, file_sha256(file));
    if (found == wanted) return {};
    return Error{Code::corrupt, file.string() + ": is not as it was kept", "the disk may be failing: dmesg, smartctl"};
  }

  Status install_packages(bool back, std::string_view unpacked, std::string_view configured) {
    std::vector<fs::path> files;
    std::vector<std::string> names;
    for (const auto& pair : state_.packages) {
      const auto& file = back ? pair.old_file : pair.new_file;
      SLIPWAY_CHECK(check_sum(file, back ? pair.old_sha256 : pair.new_sha256));
      files.push_back(file);
      names.push_back(pair.name);
    }
    SLIPWAY_CHECK(install(files, names, [&] { fail_point(unpacked); }));
    SLIPWAY_CHECK(reload_units());
    fail_point(configured);
    return {};
  }

  Status install_new() { return install_packages(false, "installing.unpacked", "installing.configured"); }
  Status install_old() {
    SLIPWAY_CHECK(stop_programs(places()));
    return install_packages(true, "reinstalling.unpacked", "reinstalling.configured");
  }

  Status migrate() {
    SLIPWAY_CHECK(start_database(places()));
    fail_point("migrating.database_up");
    SLIPWAY_CHECK(start_setup(places()));
    fail_point("migrating.migrated");
    return {};
  }

  Status test(std::string_view programs_up) {
    SLIPWAY_CHECK(start_trial(places()));
    fail_point(programs_up);
    SLIPWAY_TRY(const auto health, ask_version(places().installed_program, around_.config_file, kTrialSocket));
    return compare_health(health, state_.served, state_.faults);
  }

  Status test_new() {
    SLIPWAY_CHECK(test("testing.programs_up"));
    fail_point("testing.passed");
    return {};
  }

  Status test_old() {
    SLIPWAY_CHECK(start_database(places()));
    const auto tested = test("proving.programs_up");
    if (tested) return tested;
    state_.remarks.push_back("the old version does not pass its test either: " + tested.error().message);
    if (fs::exists(data_.aside())) {
      state_.kept_data = data_.aside();
      state_.remarks.push_back("what the new version made of the databases is kept in " + data_.aside().string() +
                               ": remove " + data_.aside().parent_path().string() + " when nobody needs it");
    }
    return tested;
  }

  /// What a person should look at, and no reason to do otherwise.
  void remark(const Status& status) {
    if (!status) state_.remarks.push_back(to_text(status.error()));
  }

  Status take_over() {
    fail_point("committed.recorded");
    remark(data_.drop());
    fail_point("committed.copy_dropped");
    SLIPWAY_CHECK(release(places()));
    fail_point("committed.released");
    remark(open_to_users());
    fail_point("committed.opened");
    keep_new_packages();
    return {};
  }

  /// For the way back of the next upgrade.
  void keep_new_packages() {
    std::error_code ignored;
    for (auto& pair : state_.packages) {
      const fs::path kept = places().packages / pair.new_file.filename();
      if (fs::exists(pair.new_file)) fs::rename(pair.new_file, kept, ignored);
      pair.new_file = kept;
      if (pair.old_file != kept) fs::remove(pair.old_file, ignored);
    }
  }

  Status set_aside() {
    SLIPWAY_CHECK(hold(places()));
    SLIPWAY_CHECK(stop_programs(places()));
    SLIPWAY_CHECK(stop_database());
    SLIPWAY_CHECK(hold_database(places()));
    fail_point("aside.stopped");
    SLIPWAY_CHECK(data_.set_aside());
    fail_point("aside.all");
    return {};
  }

  Status put_back() {
    SLIPWAY_CHECK(data_.put_back());
    fail_point("back.all");
    return {};
  }

  Status reopen() {
    remark(start_database(places()));
    fail_point("reopening.database_up");
    if (state_.kept_data.empty()) remark(data_.drop());
    SLIPWAY_CHECK(release(places()));
    fail_point("reopening.released");
    remark(open_to_users());
    fail_point("reopening.opened");
    std::error_code ignored;
    fs::remove_all(places().new_packages(), ignored);
    return {};
  }

  const Surroundings& around_;
  State& state_;
  DataCopy data_;
};

Status enter(const Surroundings& around, State& state, Phase phase) {
  state.phase = phase;
  state.steps.push_back({phase, around.clock.now()});
  SLIPWAY_CHECK(save_state(around.places, state));
  telemetry::log(telemetry::Level::warning, "upgrade.phase", {{"phase", std::string(to_text(phase))}});
  return {};
}

/// Why it goes back is told once: what fails on the way is another matter.
void give_reason(State& state, Phase from, Phase to, std::string reason, std::string way_out) {
  if (goes_back(to) && !goes_back(from)) {
    state.reason = std::string(in_words(from)) + ": " + std::move(reason);
    state.way_out = std::move(way_out);
  }
}

Status settle_interrupted(const Surroundings& around, State& state) {
  const Phase from = state.phase;
  const Phase to = next_phase(from, Event::interrupted);
  if (to == from) return {};
  give_reason(state, from, to, "interrupted, by a power cut or a kill", "the same command upgrades anew");
  return enter(around, state, to);
}

Status run_phases(const Surroundings& around, State& state) {
  Work work(around, state);
  while (!is_final(state.phase)) {
    const Phase from = state.phase;
    const auto outcome = work.run(from);
    const Phase to = next_phase(from, outcome ? Event::succeeded : Event::failed);
    if (!outcome) {
      telemetry::log(telemetry::Level::error, "upgrade.failed",
                     {{"phase", std::string(to_text(from))}, {"reason", outcome.error().message}});
      if (to == from) return outcome.error().within(in_words(from));
      give_reason(state, from, to, outcome.error().message, outcome.error().hint);
    }
    SLIPWAY_CHECK(enter(around, state, to));
  }
  return {};
}

/// Somebody removed the record: what is installed may serve.
Status remove_ownerless_hold(const Places& places) {
  if (!fs::exists(places.hold()) && !fs::exists(places.hold_database())) return {};
  SLIPWAY_CHECK(release(places));
  return open_to_users();
}

}  // namespace

Result<State> work(const Surroundings& around) {
  const Places& places = around.places;
  SLIPWAY_TRY(const auto lock, Lock::take(places.lock(), "upgrade: it is being worked on already"));
  auto state = load_state(places);
  if (!state) {
    // The power went after the unit was written and before the order was recorded: nothing is to be done, and never
    // again.
    if (state.error().code == Code::not_found) {
      SLIPWAY_CHECK(remove_ownerless_hold(places));
      SLIPWAY_CHECK(remove_unit(places));
    }
    return state.error();
  }
  if (!is_final(state->phase)) {
    SLIPWAY_TRY(const auto packages, Lock::take_packages(places.package_lock, kPackageWait));
    SLIPWAY_CHECK(settle_interrupted(around, *state));
    SLIPWAY_CHECK(run_phases(around, *state));
  }
  SLIPWAY_CHECK(remove_unit(places));
  return state;
}

}  // namespace slipway::upgrade
