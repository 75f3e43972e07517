// What is known of an upgrade, in a file that is whole after a power cut at any moment.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "appliance/base/time.hpp"
#include "services/upgrade/phase_rules.hpp"
#include "services/upgrade/places.hpp"

namespace slipway::upgrade {

/// One package in both versions, each kept as a file.
struct PackagePair {
  std::string name;
  std::string old_version;
  std::string new_version;
  std::filesystem::path old_file;
  std::filesystem::path new_file;
  std::string old_sha256;
  std::string new_sha256;
};

struct Step {
  Phase phase;
  Timestamp at;  ///< when it began
};

struct State {
  Phase phase = Phase::prepared;
  std::vector<PackagePair> packages;
  std::filesystem::path data_dir;   ///< of the database server
  std::uint64_t data_bytes = 0;     ///< when it was ordered
  std::vector<std::string> served;  ///< accounts that the old version served
  std::vector<std::string> faults;  ///< checks of the doctor that failed before
  std::vector<Step> steps = {};     ///< what was done, oldest first
  std::string reason = {};          ///< why it goes back; empty: it does not
  std::string way_out = {};
  std::vector<std::string> remarks = {};  ///< what a person should look at afterwards
  std::filesystem::path kept_data = {};   ///< the changed data, when the old version did not pass either
};

[[nodiscard]] nlohmann::ordered_json to_json(const State& state);
/// Error: corrupt.
[[nodiscard]] Result<State> parse_state(std::string_view text);

/// The recorded upgrade, the last one if none is under way. Errors: not_found (none ever), permission, corrupt.
[[nodiscard]] Result<State> load_state(const Places& places);
/// On the disk when it returns. Errors: those of replace_file().
[[nodiscard]] Status save_state(const Places& places, const State& state);

/// "0.1.0 to 0.2.0", of package slipway.
[[nodiscard]] std::string versions_text(const State& state);

/// One process at a time works on the upgrade; ends with the process, however that ends.
class Lock {
 public:
  /// Error: in_use, when another holds `file`, saying `holder`.
  [[nodiscard]] static Result<Lock> take(const std::filesystem::path& file, const std::string& holder);
  /// The lock of those who install packages, as apt takes it: waits up to `limit` for it. Error: in_use.
  [[nodiscard]] static Result<Lock> take_packages(const std::filesystem::path& file, std::chrono::seconds limit);
  Lock(Lock&& other) noexcept;
  Lock& operator=(Lock&&) = delete;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock();

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace slipway::upgrade
