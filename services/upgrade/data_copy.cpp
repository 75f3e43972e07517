#include "services/upgrade/data_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "appliance/base/file.hpp"
#include "services/upgrade/fail_point.hpp"
#include "services/upgrade/open_file.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = 8U << 20U;
constexpr std::size_t kBlock = 512;  // of st_blocks

/// A name that no database can have, and that mariadbd and its tools pass over.
fs::path ours(const fs::path& data) { return data / ".slipway-upgrade"; }

Result<struct stat> look_at(const fs::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return file_error(path, "cannot be looked at", errno);
  return found;
}

/// The names in a directory, without ours.
Result<std::vector<fs::path>> entries(const fs::path& directory) {
  std::vector<fs::path> names;
  std::error_code problem;
  for (fs::directory_iterator at(directory, problem), end; !problem && at != end; at.increment(problem))
    if (at->path().filename() != ours({}).filename()) names.push_back(at->path().filename());
  if (problem) return file_error(directory, "cannot be read", problem.value());
  return names;
}

Status copy_range(int from, int to, off_t begin, off_t end, const fs::path& target) {
  while (begin < end) {
    off_t at = begin;
    const auto most = std::min<std::size_t>(kPiece, static_cast<std::size_t>(end - begin));
    const ssize_t copied = ::copy_file_range(from, &begin, to, &at, most, 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return file_error(target, "cannot be written", errno);
    if (copied == 0) break;  // it became shorter: nobody writes to it, so it is a sparse end
  }
  return {};
}

/// The parts that hold something; holes stay holes.
Status copy_content(int from, int to, off_t size, const fs::path& target) {
  if (::ftruncate(to, size) != 0) return file_error(target, "cannot be made as long", errno);
  off_t at = 0;
  while (at < size) {
    const off_t data = ::lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return {};
    if (data < 0) return copy_range(from, to, at, size, target);  // a file system that knows no holes
    const off_t hole = ::lseek(from, data, SEEK_HOLE);
    const off_t end = hole < 0 ? size : hole;
    SLIPWAY_CHECK(copy_range(from, to, data, end, target));
    at = end;
  }
  return {};
}

Status give_owner_and_time(const fs::path& target, const struct stat& like) {
  const struct timespec times[2] = {like.st_atim, like.st_mtim};  // NOLINT(modernize-avoid-c-arrays): utimensat's
  if (::lchown(target.c_str(), like.st_uid, like.st_gid) != 0) return file_error(target, "cannot be given away", errno);
  if (!S_ISLNK(like.st_mode) && ::chmod(target.c_str(), like.st_mode & 07777U) != 0)
    return file_error(target, "mode cannot be set", errno);
  if (::utimensat(AT_FDCWD, target.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
    return file_error(target, "time cannot be set", errno);
  return {};
}

Status copy_file(const fs::path& source, const fs::path& target, off_t size) {
  SLIPWAY_TRY(const auto from, OpenFile::open(source, O_RDONLY | O_NOFOLLOW));
  SLIPWAY_TRY(const auto to, OpenFile::open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW));
  return copy_content(from.get(), to.get(), size, target);
}

/// Everything in a directory; sockets and pipes of a server that has ended are nothing.
Status copy_directory(const fs::path& source, const fs::path& target, std::uint64_t& bytes, const Copied& copied) {
  if (::mkdir(target.c_str(), 0700) != 0) return file_error(target, "cannot be made", errno);
  SLIPWAY_TRY(const auto names, entries(source));
  for (const auto& name : names) {
    SLIPWAY_TRY(const auto found, look_at(source / name));
    if (S_ISDIR(found.st_mode)) {
      SLIPWAY_CHECK(copy_directory(source / name, target / name, bytes, copied));
    } else if (S_ISREG(found.st_mode)) {
      SLIPWAY_CHECK(copy_file(source / name, target / name, found.st_size));
    } else if (S_ISLNK(found.st_mode)) {
      std::error_code problem;
      fs::copy_symlink(source / name, target / name, problem);
      if (problem) return file_error(target / name, "cannot be made", problem.value());
    } else {
      continue;
    }
    if (!S_ISDIR(found.st_mode)) {
      SLIPWAY_CHECK(give_owner_and_time(target / name, found));
      bytes += static_cast<std::uint64_t>(found.st_blocks) * kBlock;
      copied(bytes);
      fail_point("copying.some");
    }
  }
  SLIPWAY_TRY(const auto found, look_at(source));
  return give_owner_and_time(target, found);
}

Result<std::uint64_t> size_of(const fs::path& directory) {
  SLIPWAY_TRY(const auto names, entries(directory));
  std::uint64_t bytes = 0;
  for (const auto& name : names) {
    SLIPWAY_TRY(const auto found, look_at(directory / name));
    bytes += static_cast<std::uint64_t>(found.st_blocks) * kBlock;
    if (S_ISDIR(found.st_mode)) {
      SLIPWAY_TRY(const auto below, size_of(directory / name));
      bytes += below;
    }
  }
  return bytes;
}

/// Renames all entries; those that an earlier call has renamed are not there any more.
Status move_entries(const fs::path& from, const fs::path& to, std::string_view point) {
  SLIPWAY_TRY(const auto names, entries(from));
  for (const auto& name : names) {
    if (::rename((from / name).c_str(), (to / name).c_str()) != 0)
      return file_error(from / name, "cannot be moved", errno);
    fail_point(point);
  }
  SLIPWAY_CHECK(sync_folder_of(from / "any"));
  return sync_folder_of(to / "any");
}

Status make(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return file_error(directory, "cannot be made", errno);
  return sync_folder_of(directory);
}

Status remove_tree(const fs::path& directory) {
  std::error_code problem;
  fs::remove_all(directory, problem);
  if (problem) return file_error(directory, "cannot be removed", problem.value());
  return {};
}

}  // namespace

Result<std::uint64_t> DataCopy::size() const { return size_of(data_); }

Result<std::uint64_t> DataCopy::free() const {
  struct statvfs found {};
  if (::statvfs(data_.c_str(), &found) != 0) return file_error(data_, "cannot be looked at", errno);
  return static_cast<std::uint64_t>(found.f_bfree) * found.f_frsize;
}

Status DataCopy::take(const Copied& copied) const {
  SLIPWAY_CHECK(make(ours(data_)));
  SLIPWAY_CHECK(remove_tree(ours(data_) / "copy"));
  // Opened before anything is written: the kernel tells of a write that failed only who was there then.
  SLIPWAY_TRY(const auto disk, OpenFile::open(data_, O_RDONLY | O_DIRECTORY));
  std::uint64_t bytes = 0;
  SLIPWAY_CHECK(copy_directory(data_, ours(data_) / "copy", bytes, copied));
  if (::syncfs(disk.get()) != 0) return file_error(data_, "cannot be synced", errno);
  return {};
}

Status DataCopy::set_aside() const {
  SLIPWAY_CHECK(make(ours(data_) / "aside"));
  return move_entries(data_, ours(data_) / "aside", "aside.some");
}

Status DataCopy::put_back() const {
  if (!fs::is_directory(ours(data_) / "copy"))
    return Error{Code::corrupt, (ours(data_) / "copy").string() + ": the copy of the databases is not there",
                 "slipway support-bundle collects what somebody needs to see; restore a backup: docs/restore.md"};
  return move_entries(ours(data_) / "copy", data_, "back.some");
}

Status DataCopy::drop() const {
  SLIPWAY_CHECK(remove_tree(ours(data_)));
  return sync_folder_of(ours(data_));
}

fs::path DataCopy::aside() const { return ours(data_) / "aside"; }

}  // namespace slipway::upgrade
