// The events of one group until it is whole: in memory, and in a file when there are many.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/process/launch.hpp"

namespace slipway::backup {

/// Not thread-safe.
class GroupBuffer {
 public:
  /// `file` is made when it is needed, and removed at once: it goes with this object, however that ends.
  explicit GroupBuffer(std::filesystem::path file) : file_(std::move(file)) {}

  /// Errors: no_space, permission.
  [[nodiscard]] Status add(std::string_view bytes);
  /// All bytes in order, in pieces.
  [[nodiscard]] Status give(const std::function<Status(std::string_view)>& take);
  void clear();
  [[nodiscard]] bool empty() const { return bytes_.empty() && in_file_ == 0; }

 private:
  [[nodiscard]] Status spill();
  std::filesystem::path file_;
  process::Descriptor spilled_;
  std::uint64_t in_file_ = 0;
  std::string bytes_;
};

}  // namespace slipway::backup
