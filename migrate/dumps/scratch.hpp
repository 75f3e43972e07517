// A private server for the time of a run: for dumps, and for the sample's on-premise side.
#pragma once

#include <utility>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/embedded.hpp"

namespace slipway::migrate {

/// A directory of our own (0700) that goes with all it holds.
class ScratchDirectory {
 public:
  /// Below `parent`, or below the system's temporary directory when it is empty. First removes what runs that were
  /// killed have left there. Errors: permission, no_space.
  [[nodiscard]] static Result<ScratchDirectory> make(const std::filesystem::path& parent);
  ScratchDirectory(ScratchDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  ScratchDirectory(std::filesystem::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  FileLock lock_;  ///< tells later runs that this one lives
};

/// A server that lives as long as this object; then it and its data are gone. It listens on no network, writes no
/// binary log and trusts the disk with nothing.
class ScratchServer {
 public:
  /// Errors: those of ScratchDirectory::make and Database::start.
  [[nodiscard]] static Result<ScratchServer> start(const std::filesystem::path& parent);

  /// Makes an empty database and a user who has all rights on it and none anywhere else (no FILE, no SUPER: whatever a
  /// dump says, it can reach nothing of this machine). Gives that user's endpoint. Error: invalid_argument for a name
  /// that no database can have.
  [[nodiscard]] Result<sql::Endpoint> make_database(const std::string& name);

  /// As administrator; the database of make_database() selected, if it was called.
  [[nodiscard]] sql::Endpoint endpoint() const;
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_.path(); }

  /// What was left out or changed while a dump was loaded, for the report. Never data.
  std::vector<std::string> notes;

 private:
  ScratchServer(ScratchDirectory directory, embedded::Database database)
      : directory_(std::move(directory)), database_(std::move(database)) {}
  ScratchDirectory directory_;  // outlives the server in it
  embedded::Database database_;
  std::string name_;
};

}  // namespace slipway::migrate
