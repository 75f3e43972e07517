#include "services/upgrade/order.hpp"

#include <unistd.h>

#include "appliance/account/platform.hpp"
#include "services/upgrade/ask_version.hpp"
#include "services/upgrade/data_copy.hpp"
#include "services/upgrade/data_store.hpp"
#include "services/upgrade/fail_point.hpp"
#include "services/upgrade/packages.hpp"
#include "services/upgrade/units.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

/// Faults, told together.
class Obstacles {
 public:
  void add(Error error) {
    if (!first_) {
      first_ = std::move(error);
      return;
    }
    first_->message.append("\n").append(error.message);
    if (!error.hint.empty() && error.hint != first_->hint) first_->hint.append("\n      ").append(error.hint);
  }
  void add(const Status& status) {
    if (!status) add(status.error());
  }
  [[nodiscard]] Status told() const { return first_ ? Status(*first_) : Status(); }

 private:
  std::optional<Error> first_;
};

Status check_place(const command::Context& context) {
  if (context.embedded())
    return Error{Code::unsupported, "upgrade: this is an embedded installation",
                 "build the newer programs, then 'slipway down' and 'slipway up'"};
  if (::geteuid() != 0) return Error{Code::permission, "upgrade: only root may", "sudo slipway upgrade ..."};
  if (!has_service_manager())
    return Error{Code::unsupported, "upgrade: this machine is not run by systemd",
                 "stop the programs, install the packages with dpkg, run 'slipway setup', start the programs"};
  return {};
}

Status check_no_other(const Places& places) {
  const auto last = load_state(places);
  if (!last) return last.error().code == Code::not_found ? Status() : Status(last.error());
  if (!is_final(last->phase))
    return Error{Code::in_use,
                 "upgrade " + versions_text(*last) + ": is not over: " + std::string(in_words(last->phase)),
                 "slipway upgrade status shows it, slipway upgrade resume goes on with it"};
  if (!last->kept_data.empty() && fs::exists(last->kept_data))
    return Error{Code::conflict, last->kept_data.string() + ": is kept of an upgrade that failed",
                 "remove " + last->kept_data.parent_path().string() + " when nobody needs it any more"};
  return {};
}

/// The given files against what is installed; the pairs of the plan.
Status check_packages(const std::vector<fs::path>& files, State& state) {
  if (files.empty())
    return Error{Code::invalid_argument, "upgrade: no package is named",
                 "slipway upgrade slipway_0.2.0_amd64.deb slipway-migrate_0.2.0_amd64.deb"};
  SLIPWAY_TRY(const auto installed, installed_packages());
  std::vector<Candidate> candidates;
  for (const auto& file : files) {
    SLIPWAY_TRY(auto candidate, read_package(file));
    if (const auto found = installed.find(candidate.name); found != installed.end()) {
      SLIPWAY_TRY(candidate.newer, is_newer(candidate.version, found->second.version));
    }
    candidates.push_back(std::move(candidate));
  }
  SLIPWAY_CHECK(check_set(candidates, installed));
  for (const auto& one : candidates)
    state.packages.push_back({.name = one.name,
                              .old_version = installed.at(one.name).version,
                              .new_version = one.version,
                              .old_file = {},
                              .new_file = {},
                              .old_sha256 = {},
                              .new_sha256 = {}});
  return check_dependencies(files);
}

Status check_dpkg(const Places& places) {
  SLIPWAY_TRY(const auto lock, Lock::take_packages(places.package_lock, std::chrono::seconds(0)));
  SLIPWAY_TRY(const auto unfinished, unfinished_packages());
  if (unfinished.empty()) return {};
  return Error{Code::conflict, "package " + unfinished.front() + ": is not whole", "dpkg --configure -a"};
}

Status check_data(const command::Context& context, Plan& plan) {
  SLIPWAY_TRY(const auto endpoint, context.administrator_endpoint(std::string(account::kPlatformDatabase)));
  if (endpoint.socket.empty())
    return Error{Code::unsupported, "database: is on another host, " + endpoint.host,
                 "take a backup there, install the packages with dpkg, run 'slipway setup'"};
  SLIPWAY_TRY(auto platform, sql::Connection::open(endpoint));
  SLIPWAY_TRY(plan.state.data_dir, data_directory(platform));
  const DataCopy data(plan.state.data_dir);
  SLIPWAY_TRY(plan.state.data_bytes, data.size());
  SLIPWAY_TRY(plan.free_bytes, data.free());
  const auto needed = bytes_needed(plan.state.data_bytes);
  if (plan.free_bytes < needed)
    return Error{Code::no_space,
                 plan.state.data_dir.string() + ": " + size_text(plan.free_bytes) + " are free, and " +
                     size_text(needed) + " are needed for the copy of the databases",
                 "make the data volume larger: it grows with its disk at the next boot"};
  SLIPWAY_TRY(const auto busy, busy_accounts(platform));
  if (busy.empty()) return {};
  return Error{Code::in_use, "account " + busy.front() + ": is being changed",
               "wait for the end of that, or end it: slipway-migrate status, slipway account list"};
}

/// A version that is not well cannot be told from one that the upgrade has spoilt.
Status check_health(const command::Context& context, const Places& places, State& state) {
  SLIPWAY_TRY(const auto health, ask_version(places.installed_program, context.config_file(), {}));
  state.served = health.served;
  state.faults = health.faults;
  const auto well = compare_health(health, {}, health.faults);
  return well ? Status() : well.error().within("the installed version is not well");
}

Status make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  fs::permissions(folder, fs::perms(0755), problem);
  if (problem)
    return Error{Code::permission, folder.string() + ": cannot be made: " + problem.message(),
                 "sudo slipway upgrade ..."};
  return {};
}

/// Both versions as files of ours, with their sums.
Status keep_packages(const Places& places, const std::vector<fs::path>& files, State& state) {
  std::error_code ignored;
  fs::remove_all(places.new_packages(), ignored);
  for (const auto& folder : {places.new_packages(), places.packages}) SLIPWAY_CHECK(make_folder(folder));
  SLIPWAY_TRY(const auto installed, installed_packages());
  for (std::size_t i = 0; i < files.size(); ++i) {
    PackagePair& pair = state.packages.at(i);
    const Installed& here = installed.at(pair.name);
    SLIPWAY_TRY(pair.old_file, keep_installed(pair.name, here, places.packages));
    pair.new_file = places.new_packages() / (pair.name + "_" + pair.new_version + "_" + here.architecture + ".deb");
    SLIPWAY_CHECK(keep_file(files.at(i), pair.new_file));
    SLIPWAY_TRY(pair.old_sha256, file_sha256(pair.old_file));
    SLIPWAY_TRY(pair.new_sha256, file_sha256(pair.new_file));
  }
  return {};
}

}  // namespace

Result<Plan> look_ahead(const command::Context& context, const Places& places, const std::vector<fs::path>& files) {
  SLIPWAY_CHECK(check_place(context));
  SLIPWAY_CHECK(check_no_other(places));
  Plan plan;
  Obstacles obstacles;
  obstacles.add(check_dpkg(places));
  obstacles.add(check_packages(files, plan.state));
  obstacles.add(check_data(context, plan));
  obstacles.add(check_health(context, places, plan.state));
  SLIPWAY_CHECK(obstacles.told());
  return plan;
}

Status order(const Places& places, const std::vector<fs::path>& files, Plan plan, const Clock& clock,
             const std::function<void(const std::string&)>& progress) {
  SLIPWAY_CHECK(make_folder(places.state_dir));
  SLIPWAY_TRY(const auto lock, Lock::take(places.lock(), "upgrade: another one is under way"));
  SLIPWAY_CHECK(check_no_other(places));
  State& state = plan.state;
  progress("· keeping the packages of both versions");
  SLIPWAY_CHECK(keep_packages(places, files, state));
  fail_point("order.packages_kept");
  SLIPWAY_CHECK(write_unit(places));
  fail_point("order.unit_written");
  state.phase = Phase::prepared;
  state.steps = {{Phase::prepared, clock.now()}};
  SLIPWAY_CHECK(save_state(places, state));
  fail_point("order.recorded");
  return {};
}

}  // namespace slipway::upgrade
