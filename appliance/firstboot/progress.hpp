// How far the first boot is: kept on the data volume, in one file that everybody may read and that has no secret in it,
// so that the console and the web wizard show the same.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"
#include "appliance/base/time.hpp"
#include "appliance/firstboot/fault.hpp"

namespace slipway::firstboot {

/// The steps, in their order. Each can be repeated.
enum class Step {
  host_name,
  time_zone,
  network,
  management,  ///< from where SSH is reachable
  keys,        ///< of the operators
  certificate,
  repositories,  ///< and the role of the site
  restore,       ///< of a whole server, before anything else is in the database
  setup,         ///< secrets, databases, first accounts
  migration,     ///< from another server
  administrator,
  serve,  ///< the programs are started
};
inline constexpr std::size_t kSteps = 12;
[[nodiscard]] const std::array<Step, kSteps>& all_steps();
[[nodiscard]] std::string_view to_text(Step step);  ///< "host-name"
[[nodiscard]] std::optional<Step> parse_step(std::string_view text);
/// For a person: "Host name".
[[nodiscard]] std::string_view title(Step step, Language language);

/// Files of a first boot.
struct Places {
  std::filesystem::path answers = "/etc/slipway/first-boot.toml";
  std::filesystem::path state = "/var/lib/slipway/first-boot";  ///< directory: state.json, done
  std::filesystem::path code = "/run/slipway-first-boot/code";  ///< one-time code of the web wizard
  std::filesystem::path lock = "/run/slipway-first-boot/lock";  ///< held while answers are carried out

  [[nodiscard]] std::filesystem::path done() const { return state / "done"; }
};

///   waiting ──answers──▶ pending ──▶ running ──▶ done
///                           ▲           │
///                           └─ failed ◀─┘   (also: power was cut; pending again at the next boot)
enum class Phase { waiting, pending, running, failed, done };
[[nodiscard]] std::string_view to_text(Phase phase);

struct Failure {
  Step step;
  std::string message;
  std::string hint;
  Timestamp at;
};

struct Progress {
  Phase phase = Phase::waiting;
  std::vector<Step> finished = {};
  std::optional<Step> current = {};  ///< while running, or where it was when it stopped
  std::optional<Failure> failure = {};
  std::string note = {};  ///< what the current step says of itself
  std::optional<Timestamp> began_at = {};
  std::optional<Timestamp> done_at = {};
};

[[nodiscard]] nlohmann::ordered_json to_json(const Progress& progress);

/// As it is now: what is recorded, and whether somebody is at work. Errors: permission, corrupt.
[[nodiscard]] Result<Progress> read_progress(const Places& places);

/// Records it for every reader, in one durable step. The directory must exist. Errors: those of replace_file().
[[nodiscard]] Status write_progress(const Places& places, const Progress& progress);

/// True when a first boot is over on this machine.
[[nodiscard]] bool is_done(const Places& places);

/// The one-time code, made unless it is there (0600): 8 letters and digits that cannot be mistaken for one another.
/// Errors: permission, no_space.
[[nodiscard]] Result<Secret> one_time_code(const Places& places);

}  // namespace slipway::firstboot
