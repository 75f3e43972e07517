#include "services/backup/directory_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::backup {
namespace {

constexpr std::string_view kUnfinished = ".unfinished";
constexpr mode_t kFolderMode = 0700;

bool went_away(int number) {
  constexpr std::array numbers{EIO, ENODEV, ENXIO, ENOTCONN, ESTALE, ETIMEDOUT, EHOSTDOWN, EREMOTEIO, ECONNABORTED};
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

Error storage_error(const std::string& object, std::string_view what, int error_number) {
  Error error = file_error(object, what, error_number);
  if (went_away(error_number)) {
    error.code = Code::unavailable;
    error.hint = "look at the disk or the mount of that directory (dmesg, findmnt)";
  }
  if (error_number == EISDIR || error_number == ENOTEMPTY) error.code = Code::conflict;
  return error;
}

Status sync_folder(const std::filesystem::path& folder, const std::string& object) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) return storage_error(object, "its folder cannot be opened", errno);
  // Some network file systems cannot sync a folder; then there is nothing to wait for.
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return storage_error(object, "its folder cannot be synced", errno);
  return {};
}

Status make_folders(const std::filesystem::path& root, const std::string& name, const std::string& object) {
  std::filesystem::path parent = root;
  for (std::size_t begin = 0, end = 0; (end = name.find('/', begin)) != std::string::npos; begin = end + 1) {
    const std::filesystem::path folder = parent / name.substr(begin, end - begin);
    if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST)
      return storage_error(object, "its folder cannot be made", errno);
    struct stat facts {};
    if (::lstat(folder.c_str(), &facts) == 0 && !S_ISDIR(facts.st_mode))
      return Error{Code::conflict, object + ": '" + name.substr(0, end) + "' is there and is no folder",
                   "remove or rename it; a directory cannot hold 'a' beside 'a/b'"};
    parent = folder;
  }
  return {};
}

Status sync_folders(const std::filesystem::path& root, const std::string& name, const std::string& object) {
  for (std::size_t end = name.rfind('/'); end != std::string::npos; end = name.rfind('/', end - 1))
    SLIPWAY_CHECK(sync_folder(root / name.substr(0, end), object));
  return sync_folder(root, object);
}

Status rename_exclusively(const std::filesystem::path& from, const std::filesystem::path& to,
                          const std::string& object) {
  int number = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
  if (number == EINVAL || number == ENOSYS) {  // NFS and some others: a second name is as exclusive
    number = ::link(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    if (number == 0) ::unlink(from.c_str());
    if (number == EPERM || number == EOPNOTSUPP)
      return Error{Code::unsupported, object + ": the file system can neither rename without replacing nor link",
                   "use a directory on another file system (ext4, xfs, btrfs, nfs)"};
  }
  if (number == EEXIST)
    return Error{Code::conflict, object + ": already exists, and is never replaced",
                 "remove it first, or use another name"};
  if (number != 0) return storage_error(object, "cannot be given its name", number);
  return {};
}

std::filesystem::path unfinished_path(const std::filesystem::path& path) {
  std::string name = ".";
  name.append(path.filename().string(), 0, 150)
      .append(".")
      .append(crypto::random_token(12).reveal())
      .append(kUnfinished);
  return path.parent_path() / name;
}

bool is_unfinished(const std::string& file_name) {
  return file_name.starts_with('.') && file_name.ends_with(kUnfinished);
}

}  // namespace slipway::backup
