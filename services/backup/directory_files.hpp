// The file operations under a directory that holds backups: named errors, folders that are on the disk, a file given
// its name without replacing another.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "appliance/base/result.hpp"

namespace slipway::backup {

/// A file descriptor that is closed when it goes.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// As file_error(), with the object's name ("file:///srv/backup/full/1") in front, and `unavailable` for what a disk or
/// a mount that went away causes.
[[nodiscard]] Error storage_error(const std::string& object, std::string_view what, int error_number);

/// Makes the folders of `name` below `root` that are missing; sync_folders() puts them on the disk.
[[nodiscard]] Status make_folders(const std::filesystem::path& root, const std::string& name,
                                  const std::string& object);

/// What is renamed or removed in `folder` stays so after a power cut.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder, const std::string& object);

/// sync_folder() of those of `name` below `root`, innermost first, and of `root`: also of those that were there, since
/// who has just made one may not have synced it yet.
[[nodiscard]] Status sync_folders(const std::filesystem::path& root, const std::string& name,
                                  const std::string& object);

/// Gives the file `from` the name `to` in one step. `conflict` when something has that name: it stays as it is.
[[nodiscard]] Status rename_exclusively(const std::filesystem::path& from, const std::filesystem::path& to,
                                        const std::string& object);

/// A fresh name for an unfinished file beside `path`: hidden, so that it can be no object's.
[[nodiscard]] std::filesystem::path unfinished_path(const std::filesystem::path& path);
[[nodiscard]] bool is_unfinished(const std::string& file_name);

}  // namespace slipway::backup
