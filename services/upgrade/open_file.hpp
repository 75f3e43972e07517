// A file that is closed when it goes. Inside this folder only.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "appliance/base/file.hpp"

namespace slipway::upgrade {

class OpenFile {
 public:
  /// With O_CLOEXEC, and 0600 where it is made. Errors: permission, not_found, no_space.
  [[nodiscard]] static Result<OpenFile> open(const std::filesystem::path& path, int flags) {
    const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (number < 0) return file_error(path, "cannot be opened", errno);
    return OpenFile(number);
  }
  OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  explicit OpenFile(int number) : number_(number) {}
  int number_;
};

}  // namespace slipway::upgrade
