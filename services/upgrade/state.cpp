#include "services/upgrade/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "appliance/base/file.hpp"

namespace slipway::upgrade {
namespace {

using nlohmann::ordered_json;
constexpr int kFormat = 1;

ordered_json to_json(const PackagePair& pair) {
  return {{"name", pair.name},
          {"old_version", pair.old_version},
          {"new_version", pair.new_version},
          {"old_file", pair.old_file.string()},
          {"new_file", pair.new_file.string()},
          {"old_sha256", pair.old_sha256},
          {"new_sha256", pair.new_sha256}};
}

PackagePair pair_of(const ordered_json& json) {
  return {.name = json.at("name"),
          .old_version = json.at("old_version"),
          .new_version = json.at("new_version"),
          .old_file = json.at("old_file").get<std::string>(),
          .new_file = json.at("new_file").get<std::string>(),
          .old_sha256 = json.at("old_sha256"),
          .new_sha256 = json.at("new_sha256")};
}

Error corrupt(const std::string& what) {
  return {Code::corrupt, "the upgrade's record: " + what, "slipway support-bundle collects what somebody needs to see"};
}

Phase phase_of(const ordered_json& json) {
  const std::string name = json;
  const auto phase = parse_phase(name);
  if (!phase) throw std::invalid_argument("unknown phase '" + name + "'");
  return *phase;
}

Timestamp time_of(const ordered_json& json) {
  const auto time = parse_timestamp(json.get<std::string>());
  if (!time) throw std::invalid_argument(time.error().message);
  return *time;
}

State read(const ordered_json& json) {
  if (json.at("format") != kFormat) throw std::invalid_argument("written by another version");
  State state{.phase = phase_of(json.at("phase")),
              .packages = {},
              .data_dir = json.at("data_dir").get<std::string>(),
              .data_bytes = json.at("data_bytes"),
              .served = json.at("served"),
              .faults = json.at("faults"),
              .reason = json.at("reason"),
              .way_out = json.at("way_out"),
              .remarks = json.at("remarks"),
              .kept_data = json.at("kept_data").get<std::string>()};
  for (const auto& pair : json.at("packages")) state.packages.push_back(pair_of(pair));
  for (const auto& step : json.at("steps")) state.steps.push_back({phase_of(step.at("phase")), time_of(step.at("at"))});
  return state;
}

Result<int> open_lock(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (descriptor < 0) return file_error(file, "cannot be opened", errno);
  return descriptor;
}

}  // namespace

ordered_json to_json(const State& state) {
  ordered_json packages = ordered_json::array();
  for (const auto& pair : state.packages) packages.push_back(to_json(pair));
  ordered_json steps = ordered_json::array();
  for (const auto& step : state.steps) steps.push_back({{"phase", to_text(step.phase)}, {"at", to_iso8601(step.at)}});
  return {{"format", kFormat},
          {"phase", to_text(state.phase)},
          {"reason", state.reason},
          {"way_out", state.way_out},
          {"remarks", state.remarks},
          {"packages", std::move(packages)},
          {"data_dir", state.data_dir.string()},
          {"data_bytes", state.data_bytes},
          {"kept_data", state.kept_data.string()},
          {"served", state.served},
          {"faults", state.faults},
          {"steps", std::move(steps)}};
}

Result<State> parse_state(std::string_view text) {
  try {
    return read(ordered_json::parse(text));
  } catch (const std::exception& fault) {
    return corrupt(fault.what());
  }
}

Result<State> load_state(const Places& places) {
  std::ifstream file(places.state(), std::ios::binary);
  const int failed = errno;
  if (!file && failed == EACCES) return file_error(places.state(), "cannot be read", failed);
  if (!file)
    return Error{Code::not_found, "upgrade: there has been none on this machine",
                 "slipway upgrade slipway_*.deb upgrades to newer packages"};
  std::ostringstream text;
  text << file.rdbuf();
  return parse_state(text.str());
}

Status save_state(const Places& places, const State& state) {
  return replace_file(places.state(),
                      to_json(state).dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::string versions_text(const State& state) {
  for (const auto& pair : state.packages)
    if (pair.name == "slipway") return pair.old_version + " to " + pair.new_version;
  return "";
}

Result<Lock> Lock::take(const std::filesystem::path& file, const std::string& holder) {
  SLIPWAY_TRY(const int descriptor, open_lock(file));
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  return Error{Code::in_use, holder, "slipway upgrade status shows how far it is"};
}

Result<Lock> Lock::take_packages(const std::filesystem::path& file, std::chrono::seconds limit) {
  SLIPWAY_TRY(const int descriptor, open_lock(file));
  Lock lock(descriptor);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  while (::fcntl(descriptor, F_SETLK, &whole) != 0) {
    if (std::chrono::steady_clock::now() >= deadline)
      return Error{Code::in_use, "packages: apt or dpkg is at work", "wait for its end and try again"};
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return lock;
}

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace slipway::upgrade
