// Dumps as sources: loaded into a private scratch server, which is then a source like any other.
#pragma once

#include "appliance/embedded/embedded.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

/// A directory of our own (0700) that goes with all it holds.
class ScratchDirectory {
 public:
  /// Below `parent`, or below the system's temporary directory when it is empty. Errors: permission, no_space.
  [[nodiscard]] static Result<ScratchDirectory> make(const std::filesystem::path& parent);
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// A server that lives as long as this object; then it and its data are gone.
class ScratchServer {
 public:
  [[nodiscard]] static Result<ScratchServer> start(const std::filesystem::path& parent);
  [[nodiscard]] sql::Endpoint endpoint() const { return database_.administrator(); }
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_.path(); }

 private:
  ScratchServer(ScratchDirectory directory, embedded::Database database)
      : directory_(std::move(directory)), database_(std::move(database)) {}
  ScratchDirectory directory_;  // outlives the server in it
  embedded::Database database_;
};

/// Loads a dump made by mysqldump or mariadb-dump (plain, .gz, .zst). The client runs without its own commands, so a
/// dump cannot start programs; what it prints is never shown, because it quotes data. Ignores SIGPIPE in this process.
/// Errors: corrupt (naming the file, and the line where the server refused it), not_found, no_space, those of
/// Database::start.
[[nodiscard]] Result<ScratchServer> load_dump(const std::filesystem::path& file, const std::filesystem::path& parent,
                                              Progress& progress);

}  // namespace slipway::migrate
