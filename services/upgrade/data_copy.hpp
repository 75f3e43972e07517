// The data of a stopped database server: copied, set aside, put back.
//
// Everything lies in a directory inside the data directory itself. That may be a mount of its own, and renames do not
// lead out of one. All calls need a stopped server, and may be repeated after a kill at any moment.
#pragma once

#include <filesystem>
#include <functional>

#include "appliance/base/result.hpp"

namespace slipway::upgrade {

/// Told after each file: bytes so far.
using Copied = std::function<void(std::uint64_t)>;

class DataCopy {
 public:
  /// `data`: the server's data directory.
  explicit DataCopy(std::filesystem::path data) : data_(std::move(data)) {}

  /// Bytes that a copy will take. Errors: permission, not_found.
  [[nodiscard]] Result<std::uint64_t> size() const;
  /// Bytes that are free there for root.
  [[nodiscard]] Result<std::uint64_t> free() const;

  /// Copies every file with owner, mode, time and holes; all of it is on the disk when this returns. What an earlier
  /// call copied goes first. Why not mariadb-backup: the files of a stopped server are one state by themselves, with
  /// binary log, position and settings, and nothing has to be prepared or believed. Errors: no_space, permission,
  /// internal (the disk).
  [[nodiscard]] Status take(const Copied& copied) const;
  /// Moves what the server has now aside.
  [[nodiscard]] Status set_aside() const;
  /// Moves the copy into its place.
  [[nodiscard]] Status put_back() const;
  /// Removes the copy, and what was set aside. Success when there is nothing.
  [[nodiscard]] Status drop() const;

  /// What was set aside, or nothing.
  [[nodiscard]] std::filesystem::path aside() const;

 private:
  std::filesystem::path data_;
};

}  // namespace slipway::upgrade
