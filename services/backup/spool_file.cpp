#include "services/backup/spool_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "appliance/base/file.hpp"

namespace slipway::backup {

Result<SpoolFile> SpoolFile::make(const std::filesystem::path& file) {
  process::Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!descriptor.open()) return file_error(file, "cannot be made", errno);
  return SpoolFile(file, std::move(descriptor));
}

Status SpoolFile::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(file_, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Status SpoolFile::publish(const std::filesystem::path& as) {
  if (::fsync(descriptor_.get()) != 0) return file_error(file_, "cannot be synced", errno);
  if (::rename(file_.c_str(), as.c_str()) != 0) return file_error(file_, "cannot be renamed", errno);
  const process::Descriptor folder(::open(as.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open() || ::fsync(folder.get()) != 0) return file_error(as.parent_path(), "cannot be synced", errno);
  return {};
}

}  // namespace slipway::backup
