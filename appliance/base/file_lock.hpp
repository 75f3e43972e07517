// A lock on a file or a directory, which goes with its process, however that ends.
#pragma once

#include <filesystem>

#include "appliance/base/result.hpp"

namespace slipway {

/// Held until this object goes or its process ends. Movable, not thread-safe.
class FileLock {
 public:
  /// Does not wait. Creates the file (0600) when missing; it stays. Errors: in_use when somebody else holds the lock
  /// (the caller adds what is locked); permission, no_space, not_found.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file);
  /// The lock of a directory itself, for what is done in a moment: waits for its holder. Errors: permission, not_found.
  [[nodiscard]] static Result<FileLock> wait_for(const std::filesystem::path& directory);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace slipway
