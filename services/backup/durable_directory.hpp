// A directory into which much is written without waiting for the disk, and which is made durable once, at the end.
#pragma once

#include <filesystem>
#include <memory>

#include "appliance/base/result.hpp"

namespace slipway::backup {

/// Opened before anything is written, since the kernel tells of a write that failed only who was there then. A thread
/// keeps the disk busy with what was written so far: little is left at the end.
class DurableDirectory {
 public:
  /// Makes the directory, 0700, when it is missing. Error: permission.
  [[nodiscard]] static Result<DurableDirectory> open(const std::filesystem::path& directory);
  DurableDirectory(DurableDirectory&&) noexcept;
  DurableDirectory& operator=(DurableDirectory&&) noexcept;
  ~DurableDirectory();

  /// Everything that was written below it since open(), by whomever, outlives a power cut. Once. Errors: no_space,
  /// internal (the disk).
  [[nodiscard]] Status sync();

 private:
  struct State;
  explicit DurableDirectory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::backup
