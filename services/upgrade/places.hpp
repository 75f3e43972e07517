// Where an upgrade keeps what.
#pragma once

#include <filesystem>

namespace slipway::upgrade {

/// The files of an appliance that the upgrade reads and writes. Plain values.
struct Places {
  /// On the data volume, root's to write: state.json, lock, hold, new packages.
  std::filesystem::path state_dir = "/var/lib/slipway/upgrade";
  /// The packages of what is installed, for the way back.
  std::filesystem::path packages = "/var/lib/slipway/packages";
  /// The program that does the work while the installed one is exchanged. Not on the data volume: nothing there may be
  /// executed.
  std::filesystem::path program = "/usr/lib/slipway/upgrade/slipway";
  std::filesystem::path unit = "/etc/systemd/system/slipway-upgrade.service";
  /// Gone with a power cut, as it shall be.
  std::filesystem::path run_dir = "/run/slipway-upgrade";
  std::filesystem::path installed_program = "/usr/bin/slipway";
  std::filesystem::path package_lock = "/var/lib/dpkg/lock-frontend";

  [[nodiscard]] std::filesystem::path state() const { return state_dir / "state.json"; }
  [[nodiscard]] std::filesystem::path lock() const { return state_dir / "lock"; }
  [[nodiscard]] std::filesystem::path new_packages() const { return state_dir / "new"; }
  /// While it is there no unit of Slipway starts (ConditionPathExists in each), unless `trial` is there as well.
  [[nodiscard]] std::filesystem::path hold() const { return state_dir / "hold"; }
  /// While it is there the database server does not start: its files are on the move.
  [[nodiscard]] std::filesystem::path hold_database() const { return state_dir / "hold-database"; }
  [[nodiscard]] std::filesystem::path trial() const { return run_dir / "trial"; }
  [[nodiscard]] std::filesystem::path progress() const { return run_dir / "progress.json"; }
};

/// Where webd listens while it is tested: nginx looks for it elsewhere, and shows its page "away" meanwhile.
inline constexpr const char* kTrialSocket = "/run/slipway-webd/trial.sock";

}  // namespace slipway::upgrade
