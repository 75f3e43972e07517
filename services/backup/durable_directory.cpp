#include "services/backup/durable_directory.hpp"

#include <fcntl.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "appliance/base/file.hpp"
#include "services/backup/directory_files.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPause{200};

}  // namespace

struct DurableDirectory::State {
  State(fs::path where, FileDescriptor opened) : directory(std::move(where)), descriptor(std::move(opened)) {
    thread = std::thread([this] {
      std::unique_lock lock(mutex);
      while (!changed.wait_for(lock, kPause, [this] { return stopping; })) {
        lock.unlock();
        sync();
        lock.lock();
      }
    });
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { stop(); }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    if (thread.joinable()) thread.join();
  }

  /// Of the whole file system: thousands of files are written, by several programs. A failure is told once by the
  /// kernel, and is kept. By one thread at a time.
  void sync() {
    if (::syncfs(descriptor.get()) != 0 && failure == 0) failure = errno;
  }

  fs::path directory;
  FileDescriptor descriptor;
  int failure = 0;  ///< errno
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::thread thread;
};

DurableDirectory::DurableDirectory(std::unique_ptr<State> state) : state_(std::move(state)) {}
DurableDirectory::DurableDirectory(DurableDirectory&&) noexcept = default;
DurableDirectory& DurableDirectory::operator=(DurableDirectory&&) noexcept = default;
DurableDirectory::~DurableDirectory() = default;

Result<DurableDirectory> DurableDirectory::open(const fs::path& directory) {
  std::error_code problem;
  if (fs::create_directories(directory, problem)) fs::permissions(directory, fs::perms::owner_all, problem);
  if (problem) return Error{Code::permission, "directory '" + directory.string() + "': " + problem.message()};
  FileDescriptor descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) return file_error(directory, "cannot be opened", errno);
  return DurableDirectory(std::make_unique<State>(directory, std::move(descriptor)));
}

Status DurableDirectory::sync() {
  state_->stop();
  state_->sync();
  if (state_->failure != 0) return file_error(state_->directory, "cannot be synced", state_->failure);
  return {};
}

}  // namespace slipway::backup
