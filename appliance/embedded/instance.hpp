// A running embedded Slipway: `slipway up`, `status` and `down`.
#pragma once

#include "appliance/embedded/installation.hpp"
#include "appliance/embedded/instance_state.hpp"

namespace slipway::embedded {

struct UpOptions {
  std::filesystem::path directory;
  std::optional<std::uint16_t> port;  ///< 0: any free one; none: that of the last start, else 8443
  std::filesystem::path programs;     ///< the directory of slipway's programs
  std::chrono::milliseconds limit{120'000};
  bool backup = false;  ///< from now on, at every later start too
};

/// Where the program that runs lies, and Slipway's others with it.
[[nodiscard]] std::filesystem::path own_programs();

struct UpReport {
  std::filesystem::path directory;
  std::string url;
  bool was_running = false;
  std::vector<SignIn> sign_ins;  ///< of the default accounts; passwords only when they were made now
};

/// Sets the directory up where needed, starts `slipway supervise` in the background and returns when every program
/// serves. An instance that runs already is success, unless another port is asked for. When it fails nothing is left
/// running. Two at the same time: one waits for the other.
/// Errors: those of StateDirectory::create, choose_port and set_up; in_use (running on another port); not_found (a
/// program is missing); unavailable (a program does not stay up: its log is named), timeout.
[[nodiscard]] Result<UpReport> up(const UpOptions& options, const Progress& progress);

/// The same, with the supervisor in this process: returns when it is stopped.
[[nodiscard]] Status up_in_foreground(const UpOptions& options, const Progress& progress,
                                      const std::function<void(const UpReport&)>& on_ready);

/// Runs the programs of a directory that is set up, until SIGTERM. Errors: in_use, those of StateDirectory::open.
[[nodiscard]] Status supervise(const std::filesystem::path& directory, const std::filesystem::path& programs,
                               const Supervisor::OnChange& on_change);

/// What runs there; nothing when it is stopped. Errors: those of StateDirectory::open.
[[nodiscard]] Result<std::optional<InstanceState>> running_instance(const std::filesystem::path& directory);

/// Stops it in order and waits for the end, at most `limit`, then by force. False: nothing was running.
[[nodiscard]] Result<bool> down(const std::filesystem::path& directory, std::chrono::milliseconds limit);

}  // namespace slipway::embedded
