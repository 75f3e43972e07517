// One process at a time: a lock on a file that goes with the process, however it ends.
#pragma once

#include <filesystem>
#include <string>

#include "appliance/base/result.hpp"

namespace slipway {

/// Held until it is destroyed. The file stays.
class FileLock {
 public:
  /// Does not wait. Makes the file (0600). Errors: in_use with `holder` as its message; permission, no_space,
  /// not_found.
  [[nodiscard]] static Result<FileLock> take(const std::filesystem::path& file, const std::string& holder);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace slipway
