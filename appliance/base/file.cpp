#include "appliance/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace slipway {
namespace {

Code code_of(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::permission;
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case ENOSPC:
    case EDQUOT:
      return Code::no_space;
    default:
      return Code::internal;
  }
}

Status write_all(int descriptor, const std::filesystem::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(path, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return file_error(path, "cannot be synced", errno);
  return {};
}

/// Gives a new file the owner and group of one that it replaces.
Status take_owner(int descriptor, const std::filesystem::path& path, const struct stat& replaced) {
  struct stat made {};
  if (::fstat(descriptor, &made) != 0) return file_error(path, "owner cannot be read", errno);
  if (made.st_uid == replaced.st_uid && made.st_gid == replaced.st_gid) return {};
  if (::fchown(descriptor, replaced.st_uid, replaced.st_gid) != 0)
    return file_error(path, "owner cannot be kept", errno);
  return {};
}

/// The bytes in a synced file beside `path`, whose name is returned; nothing is left behind on failure. `replaced`:
/// whose owner it gets, or null.
Result<std::string> write_beside(const std::filesystem::path& path, std::string_view bytes, unsigned mode,
                                 const struct stat* replaced = nullptr) {
  std::string beside = path.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0) return file_error(path, "cannot be created", errno);
  Status status = replaced == nullptr ? Status() : take_owner(descriptor, path, *replaced);
  if (status.has_value() && ::fchmod(descriptor, mode) != 0) status = file_error(path, "mode cannot be set", errno);
  if (status.has_value()) status = write_all(descriptor, path, bytes);
  ::close(descriptor);
  if (status.has_value()) return beside;
  ::unlink(beside.c_str());
  return std::move(status).error();
}

/// The file `beside` takes the place of `path`, or goes.
Status put_in_place(const std::string& beside, const std::filesystem::path& path) {
  if (::rename(beside.c_str(), path.c_str()) == 0) return sync_folder_of(path);
  const int failed = errno;
  ::unlink(beside.c_str());
  return file_error(path, "cannot be replaced", failed);
}

}  // namespace

// A renamed file survives a power cut only once its folder is on the disk too.
Status sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return file_error(folder, "cannot be opened", errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  // Some file systems cannot sync a folder; then there is nothing to wait for.
  return failed == 0 || failed == EINVAL ? Status() : file_error(folder, "cannot be synced", failed);
}

Error file_error(const std::filesystem::path& path, std::string_view what, int error_number) {
  const Code code = code_of(error_number);
  std::string hint;
  if (code == Code::no_space) hint = "free some space on that file system and try again";
  if (code == Code::permission) hint = "check the owner and the mode of the file and of its folder";
  return {code, path.string() + ": " + std::string(what) + ": " + std::generic_category().message(error_number), hint};
}

Status replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  SLIPWAY_TRY(const std::string beside, write_beside(path, bytes, mode));
  return put_in_place(beside, path);
}

Status replace_content(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code failure;
  const auto file = std::filesystem::canonical(path, failure);
  if (failure) return file_error(path, "cannot be replaced", failure.value());
  struct stat replaced {};
  if (::stat(file.c_str(), &replaced) != 0) return file_error(file, "cannot be replaced", errno);
  SLIPWAY_TRY(const std::string beside, write_beside(file, bytes, replaced.st_mode & 07777U, &replaced));
  return put_in_place(beside, file);
}

Status create_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  SLIPWAY_TRY(const std::string beside, write_beside(path, bytes, mode));
  // Unlike a rename, a link never takes the place of what is there.
  const int failed = ::link(beside.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(beside.c_str());
  if (failed == EEXIST)
    return Error{Code::conflict, path.string() + ": is there already", "name another file, or move that one away"};
  if (failed != 0) return file_error(path, "cannot be created", failed);
  return sync_folder_of(path);
}

}  // namespace slipway
