// Whether somebody carries answers out: one process at a time, and everybody can ask.
#pragma once

#include <filesystem>
#include <utility>

#include "appliance/base/result.hpp"

namespace slipway::firstboot {

/// Held while answers are carried out, until the process ends, however that happens. Its file is its owner's alone: who
/// may not open it cannot hold it. Beside it, the socket "lock.asked" answers those who only want to know.
class WorkLock {
 public:
  /// Waits up to 5 s, since whoever only looks holds it for a moment as well. Errors: in_use (somebody is at it),
  /// permission.
  [[nodiscard]] static Result<WorkLock> take(const std::filesystem::path& file);
  WorkLock(WorkLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)), socket_(std::exchange(other.socket_, -1)) {}
  WorkLock& operator=(WorkLock&&) = delete;
  WorkLock(const WorkLock&) = delete;
  WorkLock& operator=(const WorkLock&) = delete;
  ~WorkLock();

 private:
  explicit WorkLock(int file) : file_(file) {}
  int file_;
  int socket_ = -1;
};

/// True while somebody holds it. Thread-safe; any user may ask.
[[nodiscard]] bool is_held(const std::filesystem::path& file);

}  // namespace slipway::firstboot
