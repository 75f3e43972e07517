#include "appliance/base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "appliance/base/file.hpp"

namespace slipway {

Result<FileLock> FileLock::take(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return file_error(file, "cannot be opened", errno);
  FileLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return file_error(file, "cannot be locked", errno);
  return Error{Code::in_use, "lock file '" + file.string() + "': in use"};
}

Result<FileLock> FileLock::wait_for(const std::filesystem::path& directory) {
  FileLock lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.descriptor_ < 0) return file_error(directory, "cannot be opened", errno);
  while (::flock(lock.descriptor_, LOCK_EX) != 0)
    if (errno != EINTR) return file_error(directory, "cannot be locked", errno);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace slipway
