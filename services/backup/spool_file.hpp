// A file of the spool that is written bit by bit. Inside this folder only.
#pragma once

#include <filesystem>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/process/launch.hpp"

namespace slipway::backup {

/// Not thread-safe. Errors of all: no_space, permission.
class SpoolFile {
 public:
  /// Empty, 0600, replacing one that is there.
  [[nodiscard]] static Result<SpoolFile> make(const std::filesystem::path& file);
  [[nodiscard]] Status add(std::string_view bytes);
  /// On the disk, under its final name.
  [[nodiscard]] Status publish(const std::filesystem::path& as);

 private:
  SpoolFile(std::filesystem::path file, process::Descriptor descriptor)
      : file_(std::move(file)), descriptor_(std::move(descriptor)) {}
  std::filesystem::path file_;
  process::Descriptor descriptor_;
};

}  // namespace slipway::backup
