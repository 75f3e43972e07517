// A file system that is easily full.
#pragma once

#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// A memory file system of `size` ("16m", "420m") on a directory of its own, as long as the object lives. Only root may
/// mount one: ask mounted() and skip the test otherwise.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size);
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk();

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_.path(); }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return directory_ / name; }

  /// Fills it up but for `free_bytes`; make_room() undoes that.
  void fill(std::uintmax_t free_bytes = 0) const;
  void make_room() const;

 private:
  TempDirectory directory_;
  bool mounted_;
};

}  // namespace slipway::test
