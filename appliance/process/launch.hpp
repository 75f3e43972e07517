// Starting one child by Boost.Process: the part that run() and Child share.
#pragma once

#include <unistd.h>

#include <utility>

#include "appliance/process/process.hpp"

namespace slipway::process {

/// A file descriptor that is closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_ = -1;
};

/// What the child has as descriptors 0, 1 and 2.
struct Streams {
  int in;
  int out;
  int err;
};

/// A started child: its number and a pidfd, which stays valid however pids are reused.
struct Launched {
  int pid;
  Descriptor pidfd;
};

/// Starts `command` as the leader of a new session and process group, with default signal handling, no descriptor of
/// ours but `streams`, and `death_signal` (0: none) when the calling thread ends. Errors: not_found, permission,
/// no_space, internal.
[[nodiscard]] Result<Launched> launch(const Command& command, const Streams& streams, int death_signal);

struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Both ends close-on-exec and blocking.
[[nodiscard]] Result<Pipe> make_pipe();

/// Opens a file for reading, /dev/null when `file` is empty. Errors: not_found, permission.
[[nodiscard]] Result<Descriptor> open_input(const std::filesystem::path& file);

/// The error of a failed system call, by errno.
[[nodiscard]] Error system_error(int number, const std::string& what);

/// Whether the child has ended, waiting up to `limit`; it is not reaped yet.
[[nodiscard]] bool has_ended(const Launched& child, std::chrono::milliseconds limit);

/// Kills what is left of a child's group, waits for the child's end, reaps it, returns its exit status.
int reap(const Launched& child);

}  // namespace slipway::process
