#include "appliance/http/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace slipway::http {
namespace {

Error file_error(const std::string& what) {
  const int number = errno;
  const bool full = number == ENOSPC || number == EDQUOT;
  return {full ? Code::no_space : Code::unavailable, what + ": " + std::strerror(number),
          full ? "free space in the directory of temporary files or set TMPDIR to another one" : ""};
}

std::filesystem::path directory() {
  std::error_code ignored;
  const auto found = std::filesystem::temp_directory_path(ignored);
  return ignored ? std::filesystem::path("/tmp") : found;
}

}  // namespace

Result<std::unique_ptr<TemporaryFile>> TemporaryFile::create() {
  std::string name = directory() / "slipway-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return file_error("temporary file in '" + directory().string() + "'");
  ::unlink(name.c_str());
  return std::unique_ptr<TemporaryFile>(new TemporaryFile(descriptor));
}

TemporaryFile::~TemporaryFile() { ::close(descriptor_); }

Status TemporaryFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("temporary file in '" + directory().string() + "'");
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> TemporaryFile::read(std::uint64_t offset, std::size_t bytes) const {
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, size_ - std::min(offset, size_))), '\0');
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t got = ::pread(descriptor_, text.data() + at, text.size() - at, static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_error("temporary file");
    at += static_cast<std::size_t>(got);
  }
  return text;
}

std::filesystem::path TemporaryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

Status Spool::append(std::string_view bytes) {
  if (!file_ && memory_.size() + bytes.size() <= kInMemory) {
    memory_ += bytes;
    return {};
  }
  if (!file_) {
    SLIPWAY_TRY(file_, TemporaryFile::create());
    SLIPWAY_CHECK(file_->append(memory_));
    memory_ = {};
  }
  return file_->append(bytes);
}

Result<std::string> Spool::text() const {
  if (file_) return file_->read(0, static_cast<std::size_t>(file_->size()));
  return memory_;
}

std::unique_ptr<std::istream> Spool::stream() const {
  if (file_) return std::make_unique<std::ifstream>(file_->path(), std::ios::binary);
  return std::make_unique<std::istringstream>(memory_);
}

void Spool::clear() {
  memory_ = {};
  file_.reset();
}

}  // namespace slipway::http
