#include "services/backup/directory_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "services/backup/directory_files.hpp"

namespace slipway::backup {
namespace {

constexpr mode_t kFileMode = 0600;
// The disk begins with what was written while more is still made, so that little is left to wait for at the end.
constexpr std::uint64_t kWriteBackBytes = 8U << 20U;

struct NewFile {
  FileDescriptor descriptor;
  std::filesystem::path path;
};

/// A hidden file in the folder of the object, which is made when missing.
Result<NewFile> create_beside(const DirectoryObject& target) {
  // A removal elsewhere may take the folder away again while it is empty.
  constexpr int kTries = 5;
  for (int attempt = 1;; ++attempt) {
    SLIPWAY_CHECK(make_folders(target.root, target.name, target.object));
    std::filesystem::path path = unfinished_path(target.path());
    FileDescriptor descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
    if (descriptor.get() >= 0) return NewFile{std::move(descriptor), std::move(path)};
    if (errno != ENOENT || attempt == kTries) return storage_error(target.object, "cannot be created", errno);
  }
}

class DirectoryWriter final : public ObjectWriter {
 public:
  DirectoryWriter(DirectoryObject target, NewFile file, bool visible)
      : target_(std::move(target)), file_(std::move(file)), visible_(visible) {}
  DirectoryWriter(const DirectoryWriter&) = delete;
  DirectoryWriter& operator=(const DirectoryWriter&) = delete;
  ~DirectoryWriter() override {
    if (!visible_) discard();
  }

  Status add(std::string_view bytes) override {
    if (file_.path.empty()) return spent();
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_.descriptor.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed("cannot be written", errno);
      bytes.remove_prefix(static_cast<std::size_t>(count));
      unsent_ += static_cast<std::uint64_t>(count);
    }
    if (unsent_ < kWriteBackBytes) return {};
    // Where it does nothing, all is left to fsync(), which also tells of what failed.
    static_cast<void>(::sync_file_range(file_.descriptor.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
    unsent_ = 0;
    return {};
  }

  Status sync() override {
    if (!visible_)
      return Error{Code::unsupported, target_.object + ": is not written visibly, so that syncing it has no effect"};
    if (file_.path.empty()) return spent();
    if (::fdatasync(file_.descriptor.get()) != 0) return failed("cannot be synced", errno);
    return {};
  }

  Status commit() override { return finish(Existing::keep); }

  /// As commit(), in the place of an object of the name.
  Status take_place() { return finish(Existing::replace); }

 private:
  enum class Existing { keep, replace };

  Status finish(Existing existing) {
    if (file_.path.empty()) return spent();
    // After a failed sync the kernel may have dropped what it could not write: the file is given up, never synced
    // again.
    if (::fsync(file_.descriptor.get()) != 0) return failed("cannot be synced", errno);
    if (visible_) SLIPWAY_CHECK(still_ours());
    if (existing == Existing::keep)
      SLIPWAY_CHECK(rename_exclusively(file_.path, target_.path(), target_.object));
    else if (::rename(file_.path.c_str(), target_.path().c_str()) != 0)
      return failed("cannot be replaced", errno);
    file_.path.clear();
    // Not before the first byte: it would wait for whatever else is on its way to the disk.
    return sync_folders(target_.root, target_.name, target_.object);
  }

  [[nodiscard]] Error spent() const {
    return Error{Code::conflict, target_.object + ": this writer has ended", "begin anew"};
  }

  Error failed(std::string_view what, int number) {
    Error error = storage_error(target_.object, what, number);
    if (!visible_) discard();  // gives the space back at once
    return error;
  }

  void discard() {
    if (file_.path.empty()) return;
    ::unlink(file_.path.c_str());
    file_.path.clear();
  }

  /// Another writer of the same name may have put its own NAME.open in the place of ours.
  [[nodiscard]] Status still_ours() const {
    struct stat named {};
    struct stat ours {};
    if (::fstat(file_.descriptor.get(), &ours) != 0 || ::lstat(file_.path.c_str(), &named) != 0)
      return storage_error(target_.object, "its unfinished file cannot be looked at", errno);
    if (named.st_dev != ours.st_dev || named.st_ino != ours.st_ino)
      return Error{Code::conflict, target_.object + ": another writer has begun it anew"};
    return {};
  }

  DirectoryObject target_;
  NewFile file_;  // its path is empty once the writer has ended
  bool visible_;
  std::uint64_t unsent_ = 0;
};

}  // namespace

Result<std::unique_ptr<ObjectWriter>> write_hidden(const DirectoryObject& target) {
  SLIPWAY_TRY(NewFile file, create_beside(target));
  return std::unique_ptr<ObjectWriter>(std::make_unique<DirectoryWriter>(target, std::move(file), false));
}

Result<std::unique_ptr<ObjectWriter>> write_open(const DirectoryObject& target) {
  SLIPWAY_TRY(NewFile file, create_beside(target));
  std::filesystem::path open_path = target.path();
  open_path += std::string(kOpenSuffix);
  if (::rename(file.path.c_str(), open_path.c_str()) != 0) {
    const int number = errno;
    ::unlink(file.path.c_str());
    return storage_error(target.object, "cannot be begun", number);
  }
  file.path = open_path;
  SLIPWAY_CHECK(sync_folders(target.root, target.name, target.object));
  return std::unique_ptr<ObjectWriter>(std::make_unique<DirectoryWriter>(target, std::move(file), true));
}

Status replace_object(const DirectoryObject& target, std::string_view bytes) {
  SLIPWAY_TRY(NewFile file, create_beside(target));
  DirectoryWriter writer(target, std::move(file), false);
  SLIPWAY_CHECK(writer.add(bytes));
  return writer.take_place();
}

}  // namespace slipway::backup
