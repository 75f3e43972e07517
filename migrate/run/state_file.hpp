// The durable state of one migration: one JSON file, replaced in one step, locked while a verb works on it.
#pragma once

#include <filesystem>

#include "appliance/base/result.hpp"
#include "migrate/run/state.hpp"

namespace slipway::migrate {

/// The state as text of the file, and back. Errors of parse_state: corrupt (cut off, damaged, not a state file),
/// unsupported (of a newer program); both name `file` and the way out.
[[nodiscard]] std::string write_state(const MigrationState& state);
[[nodiscard]] Result<MigrationState> parse_state(const std::string& text, const std::string& file);

/// Reads without locking, while another program may work: the file is whole at any time. Nothing when there is no file.
[[nodiscard]] Result<std::optional<MigrationState>> read_state(const std::filesystem::path& file);

/// "<state-dir>/migrations/<account>.json".
[[nodiscard]] std::filesystem::path state_file_of(const std::filesystem::path& migrations, const std::string& account);

/// The file, held by this program alone. Not thread-safe.
class StateFile {
 public:
  /// Makes the folder when it is missing (0700) and locks "<file>.lock". Errors: in_use naming file and process, those
  /// of parse_state, permission, no_space.
  [[nodiscard]] static Result<StateFile> lock(const std::filesystem::path& file);
  StateFile(StateFile&& other) noexcept;
  StateFile& operator=(StateFile&&) = delete;
  StateFile(const StateFile&) = delete;
  StateFile& operator=(const StateFile&) = delete;
  ~StateFile();

  /// What was there when it was locked.
  [[nodiscard]] const std::optional<MigrationState>& earlier() const noexcept { return earlier_; }
  /// Durable when it returns.
  [[nodiscard]] Status save(MigrationState& state) const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  StateFile(std::filesystem::path path, int descriptor, std::optional<MigrationState> earlier)
      : path_(std::move(path)), lock_(descriptor), earlier_(std::move(earlier)) {}
  std::filesystem::path path_;
  int lock_;
  std::optional<MigrationState> earlier_;
};

/// The process that works on a state file, 0 when none does.
[[nodiscard]] int holder_of(const std::filesystem::path& file);

}  // namespace slipway::migrate
