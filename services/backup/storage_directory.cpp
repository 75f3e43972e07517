#include "services/backup/storage_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <functional>

#include "services/backup/directory_files.hpp"
#include "services/backup/directory_writer.hpp"
#include "services/backup/object_name.hpp"

namespace slipway::backup {
namespace {

class DirectoryReader final : public ObjectReader {
 public:
  DirectoryReader(FileDescriptor file, std::string object, std::uint64_t left)
      : file_(std::move(file)), object_(std::move(object)), left_(left) {}

  Result<std::string> read(std::size_t most) override {
    std::string part(static_cast<std::size_t>(std::min<std::uint64_t>({most, left_, kLongestPart})), '\0');
    if (part.empty()) return part;
    ssize_t count = 0;
    do count = ::read(file_.get(), part.data(), part.size());
    while (count < 0 && errno == EINTR);
    if (count < 0) return storage_error(object_, "cannot be read", errno);
    if (count == 0)
      return Error{Code::unavailable, object_ + ": ends " + std::to_string(left_) + " bytes early",
                   "somebody has cut it short while it was read; prove the backup"};
    part.resize(static_cast<std::size_t>(count));
    left_ -= part.size();
    return part;
  }

 private:
  static constexpr std::uint64_t kLongestPart = 4U << 20U;
  FileDescriptor file_;
  std::string object_;
  std::uint64_t left_;
};

/// One file below the directory.
struct Entry {
  std::filesystem::path path;
  std::string name;  ///< relative to the root
  struct stat facts {};
};

class DirectoryStorage final : public Storage {
 public:
  DirectoryStorage(std::filesystem::path root, const struct stat& facts)
      : root_(std::move(root)), device_(facts.st_dev), inode_(facts.st_ino) {}

  std::string describe() const override { return "file://" + root_.string(); }
  bool can_append() const override { return true; }

  Result<std::unique_ptr<ObjectWriter>> write(const std::string& name) override {
    SLIPWAY_TRY(const DirectoryObject target, to_write(name));
    return write_hidden(target);
  }
  Result<std::unique_ptr<ObjectWriter>> write_visibly(const std::string& name) override {
    SLIPWAY_TRY(const DirectoryObject target, to_write(name));
    return write_open(target);
  }
  Status replace(const std::string& name, std::string_view bytes) override {
    SLIPWAY_TRY(const DirectoryObject target, to_write(name));
    return replace_object(target, bytes);
  }
  Result<std::unique_ptr<ObjectReader>> read(const std::string& name, std::uint64_t offset) override;
  Result<std::vector<StoredObject>> list(const std::string& prefix) override;
  Status remove(const std::string& name) override;
  Result<int> sweep(std::chrono::seconds age) override;

 private:
  [[nodiscard]] std::string object(const std::string& name) const { return describe() + "/" + name; }

  Result<DirectoryObject> to_write(const std::string& name) const {
    SLIPWAY_CHECK(check_new_name(describe(), name));
    SLIPWAY_CHECK(still_there());
    return DirectoryObject{root_, name, object(name)};
  }

  /// A disk that was unmounted leaves an empty directory behind, which must not be written to in its place.
  [[nodiscard]] Status still_there() const {
    struct stat facts {};
    if (::stat(root_.c_str(), &facts) != 0) return storage_error(describe(), "cannot be looked at", errno);
    if (facts.st_dev == device_ && facts.st_ino == inode_) return {};
    return Error{Code::unavailable, describe() + ": is another directory than at the start",
                 "mount the disk of the backups again, then restart this program"};
  }

  /// Calls `see` for every regular file in `folder` and below; hidden folders and links are not followed.
  Status walk(const std::filesystem::path& folder, const std::string& name_prefix,
              const std::function<void(Entry)>& see) const;

  std::filesystem::path root_;
  dev_t device_;
  ino_t inode_;
};

Result<std::unique_ptr<ObjectReader>> DirectoryStorage::read(const std::string& name, std::uint64_t offset) {
  SLIPWAY_CHECK(check_name(describe(), name));
  FileDescriptor file(::open((root_ / name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat facts {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) {
    const int number = errno;
    SLIPWAY_CHECK(still_there());
    return storage_error(object(name), "cannot be opened", number);
  }
  if (!S_ISREG(facts.st_mode)) return Error{Code::not_found, object(name) + ": is no file"};
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  SLIPWAY_CHECK(check_offset(object(name), offset, size));
  if (::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    return storage_error(object(name), "cannot be read", errno);
  return std::unique_ptr<ObjectReader>(std::make_unique<DirectoryReader>(std::move(file), object(name), size - offset));
}

Status DirectoryStorage::walk(const std::filesystem::path& folder, const std::string& name_prefix,
                              const std::function<void(Entry)>& see) const {
  const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(folder.c_str()), ::closedir);
  if (!opened) {
    if (errno == ENOENT && !name_prefix.empty()) return {};  // gone since its parent was read
    return storage_error(object(name_prefix), "cannot be listed", errno);
  }
  for (;;) {
    errno = 0;
    const dirent* found = ::readdir(opened.get());  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (found == nullptr && errno != 0) return storage_error(object(name_prefix), "cannot be listed", errno);
    if (found == nullptr) return {};
    const std::string file_name = static_cast<const char*>(found->d_name);
    Entry entry{folder / file_name, name_prefix + file_name};
    if (::lstat(entry.path.c_str(), &entry.facts) != 0) {
      if (errno == ENOENT) continue;
      return storage_error(object(entry.name), "cannot be looked at", errno);
    }
    if (S_ISREG(entry.facts.st_mode)) see(std::move(entry));
    // What cannot be a folder of ours ("lost+found", a snapshot directory) may not even be readable.
    else if (S_ISDIR(entry.facts.st_mode) && is_object_name(entry.name))
      SLIPWAY_CHECK(walk(entry.path, entry.name + "/", see));
  }
}

Result<std::vector<StoredObject>> DirectoryStorage::list(const std::string& prefix) {
  SLIPWAY_CHECK(check_prefix(describe(), prefix));
  SLIPWAY_CHECK(still_there());
  const std::size_t slash = prefix.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash + 1);
  std::vector<StoredObject> objects;
  SLIPWAY_CHECK(walk(root_ / folder, folder, [&](const Entry& entry) {
    if (entry.name.starts_with(prefix) && is_object_name(entry.name) && !is_open_name(entry.name))
      objects.push_back({entry.name, static_cast<std::uint64_t>(entry.facts.st_size)});
  }));
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return objects;
}

Status DirectoryStorage::remove(const std::string& name) {
  SLIPWAY_CHECK(check_name(describe(), name));
  SLIPWAY_CHECK(still_there());
  std::filesystem::path path = root_ / name;
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return storage_error(object(name), "cannot be removed", errno);
  }
  // Folders that are empty now go too; the first that is not ends this.
  for (path = path.parent_path(); path != root_ && ::rmdir(path.c_str()) == 0; path = path.parent_path()) {
  }
  return sync_folder(path, object(name));
}

Result<int> DirectoryStorage::sweep(std::chrono::seconds age) {
  SLIPWAY_CHECK(still_there());
  const std::time_t limit = std::time(nullptr) - static_cast<std::time_t>(age.count());
  std::vector<Entry> old;
  SLIPWAY_CHECK(walk(root_, "", [&](Entry entry) {
    if (is_unfinished(entry.path.filename().string()) && entry.facts.st_mtime <= limit) old.push_back(std::move(entry));
  }));
  int removed = 0;
  for (const Entry& entry : old) {
    if (::unlink(entry.path.c_str()) == 0)
      ++removed;
    else if (errno != ENOENT)
      return storage_error(object(entry.name), "cannot be removed", errno);
  }
  return removed;
}

}  // namespace

std::filesystem::path unmounted_place(const std::filesystem::path& directory, const std::filesystem::path& table) {
  const std::unique_ptr<FILE, int (*)(FILE*)> opened(::setmntent(table.c_str(), "re"), ::endmntent);
  if (!opened) return {};
  std::array<char, 4096> buffer{};
  mntent line{};
  while (::getmntent_r(opened.get(), &line, buffer.data(), static_cast<int>(buffer.size())) != nullptr) {
    std::filesystem::path place = std::filesystem::path(line.mnt_dir).lexically_normal();
    if (!place.is_absolute() || place == "/") continue;
    const auto [end, rest] = std::mismatch(place.begin(), place.end(), directory.begin(), directory.end());
    if (end != place.end()) continue;
    struct stat inside {};
    struct stat outside {};
    // A bind mount within one file system looks the same; it is told by its inode.
    if (::stat(place.c_str(), &inside) != 0 || ::stat(place.parent_path().c_str(), &outside) != 0) continue;
    const bool bound = std::string_view(line.mnt_opts).find("bind") != std::string_view::npos;
    if (inside.st_dev == outside.st_dev && !bound) return place;
  }
  return {};
}

Result<std::unique_ptr<Storage>> open_directory(const std::filesystem::path& directory) {
  const std::string object = "file://" + directory.string();
  struct stat facts {};
  if (::stat(directory.c_str(), &facts) != 0) {
    Error error = storage_error(object, "cannot be used", errno);
    if (error.code == Code::not_found)
      error.hint = "mount the disk of the backups, or make the directory: mkdir -m 700";
    return error;
  }
  if (!S_ISDIR(facts.st_mode)) return Error{Code::not_found, object + ": is no directory", "name a directory"};
  if (const auto place = unmounted_place(directory); !place.empty())
    return Error{Code::unavailable, object + ": lies on '" + place.string() + "', where nothing is mounted",
                 "mount " + place.string()};
  if (::access(directory.c_str(), R_OK | X_OK) != 0) return storage_error(object, "cannot be listed", errno);
  return std::unique_ptr<Storage>(std::make_unique<DirectoryStorage>(directory, facts));
}

}  // namespace slipway::backup
