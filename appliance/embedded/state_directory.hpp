// The directory of an embedded installation: what lies where, whose it is, which version made it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::embedded {

/// <state>/{VERSION, database/, secrets/, config/, run/, log/}, all 0700.
class StateDirectory {
 public:
  /// Makes what is missing. Errors: permission (another user's), unsupported (made by a newer version, or not ours at
  /// all: nothing in it is touched), invalid_argument (path too long for a socket below it), no_space.
  [[nodiscard]] static Result<StateDirectory> create(const std::filesystem::path& path);
  /// An existing one. Errors: not_found, and those of create().
  [[nodiscard]] static Result<StateDirectory> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "database"; }
  [[nodiscard]] std::filesystem::path secret(std::string_view name) const { return path_ / "secrets" / name; }
  [[nodiscard]] std::filesystem::path config(std::string_view name) const { return path_ / "config" / name; }
  [[nodiscard]] std::filesystem::path run(std::string_view name) const { return path_ / "run" / name; }
  [[nodiscard]] std::filesystem::path log(std::string_view name) const { return path_ / "log" / name; }

 private:
  explicit StateDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Where an installation is kept unless told otherwise: $XDG_STATE_HOME/slipway; else /var/lib/slipway-embedded for
/// root and ~/.local/state/slipway for others.
[[nodiscard]] std::filesystem::path default_state_directory();

/// The version of this program, "0.1.0".
[[nodiscard]] std::string_view product_version();

enum class Durability { on_disk, lost_with_power };

/// Writes a file of mode 0600, whole or not at all. Errors: permission, no_space.
[[nodiscard]] Status write_private_file(const std::filesystem::path& file, std::string_view text,
                                        Durability durability = Durability::on_disk);

}  // namespace slipway::embedded
