#include "services/backup/group_buffer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "appliance/base/file.hpp"

namespace slipway::backup {
namespace {

constexpr std::size_t kMemoryBytes = 16U << 20U;
constexpr std::size_t kReadBytes = 1U << 20U;

}  // namespace

Status GroupBuffer::spill() {
  if (!spilled_.open()) {
    spilled_ = process::Descriptor(::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!spilled_.open()) return file_error(file_, "cannot be made", errno);
    ::unlink(file_.c_str());
  }
  for (std::string_view rest = bytes_; !rest.empty();) {
    const ssize_t written = ::pwrite(spilled_.get(), rest.data(), rest.size(), static_cast<off_t>(in_file_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(file_, "cannot be written", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
    in_file_ += static_cast<std::uint64_t>(written);
  }
  bytes_.clear();
  return {};
}

Status GroupBuffer::add(std::string_view bytes) {
  bytes_ += bytes;
  return bytes_.size() > kMemoryBytes ? spill() : Status();
}

Status GroupBuffer::give(const std::function<Status(std::string_view)>& take) {
  std::string part(in_file_ == 0 ? 0 : kReadBytes, '\0');
  for (std::uint64_t at = 0; at < in_file_;) {
    const ssize_t got = ::pread(spilled_.get(), part.data(), part.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_error(file_, "cannot be read", got < 0 ? errno : EIO);
    SLIPWAY_CHECK(take({part.data(), static_cast<std::size_t>(got)}));
    at += static_cast<std::uint64_t>(got);
  }
  return take(bytes_);
}

void GroupBuffer::clear() {
  bytes_.clear();
  in_file_ = 0;
  if (spilled_.open() && ::ftruncate(spilled_.get(), 0) != 0) spilled_.close();
}

}  // namespace slipway::backup
