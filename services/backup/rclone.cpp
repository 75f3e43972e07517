#include "services/backup/rclone.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "services/backup/rclone_failure_rules.hpp"

namespace slipway::backup {
namespace {

// Longer than all the time-outs and repetitions that rclone has itself (below).
constexpr std::chrono::milliseconds kQuiet = std::chrono::minutes(5);
constexpr std::chrono::milliseconds kGrace{5'000};
constexpr std::size_t kLongestPart = 1U << 20U;
constexpr std::size_t kLongestList = 256U << 20U;

/// write() to a pipe whose reader may have gone: an errno, never a signal.
ssize_t write_quietly(int descriptor, std::string_view bytes) {
  sigset_t broken_pipe;
  sigset_t before;
  ::sigemptyset(&broken_pipe);
  ::sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
  const int number = errno;
  if (count < 0 && number == EPIPE) {
    const timespec at_once{};
    ::sigtimedwait(&broken_pipe, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return count;
}

Error timed_out(const std::string& object) {
  return Error{Code::timeout, object + ": nothing moved for " + std::to_string(kQuiet.count() / 60'000) + " minutes",
               "check the network and the load of that storage"};
}

/// Where the program itself is missing.
Error with_package(Error error) {
  if (error.code == Code::not_found) error.hint = "apt-get install rclone";
  return error;
}

}  // namespace

MemoryFile::MemoryFile(const char* name) : number_(::memfd_create(name, MFD_CLOEXEC)) {}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

MemoryFile::~MemoryFile() {
  if (number_ >= 0) ::close(number_);
}

std::string MemoryFile::text() const {
  std::string text(64U << 10U, '\0');
  const ssize_t count = ::pread(number_, text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

RcloneStream::RcloneStream(process::Child child, MemoryFile log, std::string object)
    : child_(std::move(child)), log_(std::move(log)), object_(std::move(object)) {
  if (child_.input() >= 0) ::fcntl(child_.input(), F_SETFL, O_NONBLOCK);
}

bool RcloneStream::ready(int descriptor, short events) const {
  pollfd entry{descriptor, events, 0};
  int count = 0;
  do count = ::poll(&entry, 1, static_cast<int>(kQuiet.count()));
  while (count < 0 && errno == EINTR);
  return count > 0;
}

Status RcloneStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write_quietly(child_.input(), bytes);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!ready(child_.input(), POLLOUT)) return timed_out(object_);
    } else if (errno != EINTR) {
      // It has given up: its last words tell why.
      SLIPWAY_CHECK(finish("cannot be written"));
      return Error{Code::unavailable, object_ + ": cannot be written: rclone has ended early"};
    }
  }
  return {};
}

Result<std::string> RcloneStream::read(std::size_t most) {
  std::string part(std::min(most, kLongestPart), '\0');
  for (;;) {
    if (!ready(child_.output(), POLLIN)) return timed_out(object_);
    const ssize_t count = ::read(child_.output(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    part.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return part;
  }
}

Status RcloneStream::finish(std::string_view what) {
  child_.close_input();
  const auto status = child_.wait(kQuiet);
  if (!status) {
    child_.kill();
    return timed_out(object_);
  }
  if (*status != 0) return rclone_failure(object_, what, *status, log_.text());
  return {};
}

void RcloneStream::stop() { child_.stop(kGrace); }

Rclone::Rclone(const std::map<std::string, std::string>& options, const std::string& authority)
    : environment_{
          {"RCLONE_CONFIG", ""},  // no file: all of it stands here
          {"RCLONE_CONTIMEOUT", "15s"}, {"RCLONE_TIMEOUT", "60s"},
          {"RCLONE_RETRIES", "1"},      {"RCLONE_LOW_LEVEL_RETRIES", "3"},
          {"RCLONE_STATS", "0"},        {"RCLONE_ASK_PASSWORD", "false"},
          {"AWS_CA_BUNDLE", ""},  // rclone 1.60 fails when it has one
      } {
  // Its FTP knows of no other way.
  if (!authority.empty()) environment_["SSL_CERT_FILE"] = authority;
  for (const auto& [name, value] : options) environment_["RCLONE_CONFIG_R_" + name] = value;
}

process::Command Rclone::command(const std::vector<std::string>& arguments) const {
  process::Command command;
  command.argv = {"rclone"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = environment_;
  return command;
}

Result<process::Finished> Rclone::run(const process::Command& command, const std::string& object, std::string_view what,
                                      std::chrono::milliseconds limit) {
  auto finished = process::run(command, {.time = limit, .output_bytes = kLongestList});
  if (!finished) return with_package(finished.error().within(object));
  if (finished->exit_status != 0) return rclone_failure(object, what, finished->exit_status, finished->err);
  return finished;
}

Result<process::Finished> Rclone::run(const std::vector<std::string>& arguments, const std::string& object,
                                      std::string_view what, std::chrono::milliseconds limit) const {
  return run(command(arguments), object, what, limit);
}

Status Rclone::put(const std::vector<std::string>& arguments, std::string_view bytes, const std::string& object,
                   std::string_view what) const {
  const MemoryFile input("object");
  // A file also when it is empty: rclone takes /dev/null for a mistake.
  while (!bytes.empty()) {
    const ssize_t count = ::write(input.number(), bytes.data(), bytes.size());
    if (count < 0) return Error{Code::internal, object + ": no memory file for its bytes"};
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  process::Command putting = command(arguments);
  putting.stdin_file = input.path();
  SLIPWAY_CHECK(run(putting, object, what, kQuiet));
  return {};
}

Result<RcloneStream> Rclone::write_to(const std::vector<std::string>& arguments, const std::string& object) const {
  process::Command writing = command(arguments);
  writing.pipe_stdin = true;
  return spawn(std::move(writing), object);
}

Result<RcloneStream> Rclone::read_from(const std::vector<std::string>& arguments, const std::string& object) const {
  process::Command reading = command(arguments);
  reading.pipe_stdout = true;
  return spawn(std::move(reading), object);
}

Result<RcloneStream> Rclone::spawn(process::Command command, const std::string& object) const {
  MemoryFile log("messages");
  command.log_file = log.path();
  auto child = process::Child::spawn(command);
  if (!child) return with_package(child.error().within(object));
  return RcloneStream(std::move(*child), std::move(log), object);
}

}  // namespace slipway::backup
