// Bytes that may be too many for memory: the first in a string, the rest in an unlinked file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::http {

/// A file without a name, 0600, gone with this object or the process. path() leads this process to it. One thread at a
/// time.
class TemporaryFile {
 public:
  /// Errors: no_space, unavailable naming the directory.
  [[nodiscard]] static Result<std::unique_ptr<TemporaryFile>> create();
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  /// Errors: no_space, unavailable.
  [[nodiscard]] Status append(std::string_view bytes);
  /// Up to `bytes` from `offset`; shorter at the end.
  [[nodiscard]] Result<std::string> read(std::uint64_t offset, std::size_t bytes) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::filesystem::path path() const;

 private:
  explicit TemporaryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
  std::uint64_t size_ = 0;
};

/// A request body as it comes in. Up to kInMemory bytes cost no file.
class Spool {
 public:
  static constexpr std::size_t kInMemory = 64U << 10U;
  [[nodiscard]] Status append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const { return file_ ? file_->size() : memory_.size(); }
  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] std::unique_ptr<std::istream> stream() const;
  void clear();

 private:
  std::string memory_;
  std::unique_ptr<TemporaryFile> file_;
};

}  // namespace slipway::http
