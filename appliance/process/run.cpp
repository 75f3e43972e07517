#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "appliance/process/launch.hpp"

namespace slipway::process {
namespace {

using Instant = std::chrono::steady_clock::time_point;
constexpr std::chrono::milliseconds kKillAfter{2000};

/// A file in memory: unlike a pipe it never fills, so nobody has to feed it.
Result<Descriptor> make_input(const std::string& bytes) {
  Descriptor file(::memfd_create("stdin", MFD_CLOEXEC));
  if (!file.open()) return system_error(errno, "memory file");
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t count = ::write(file.get(), bytes.data() + written, bytes.size() - written);
    if (count < 0) return system_error(errno, "memory file");
    written += static_cast<std::size_t>(count);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// Takes what is there. Closes `end` at the end of the stream. False: over the limit.
bool take(Descriptor& end, std::string& text, std::size_t limit_bytes) {
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t count = ::read(end.get(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
    return text.size() <= limit_bytes;
  }
  if (count == 0 || errno != EINTR) end.close();
  return true;
}

enum class Ending { by_itself, timeout, too_large };

/// Reads both streams until the child has ended and they are drained, or a limit is passed.
Ending collect(const Launched& child, Pipe& out, Pipe& err, const Limits& limits, Instant deadline,
               Finished& finished) {
  bool ended = false;
  while (!ended || out.read.open() || err.read.open()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Ending::timeout;
    // A negative descriptor is skipped by poll(). Once the leader has ended, only what is already in the pipes counts:
    // something it left running may hold them open for ever.
    std::array<pollfd, 3> entries{pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0},
                                  pollfd{ended ? -1 : child.pidfd.get(), POLLIN, 0}};
    const int ready = ::poll(entries.data(), entries.size(), ended ? 0 : static_cast<int>(left.count()));
    if (ready == 0 && ended) break;
    if (ready <= 0) continue;
    if (entries[0].revents != 0 && !take(out.read, finished.out, limits.output_bytes)) return Ending::too_large;
    if (entries[1].revents != 0 && !take(err.read, finished.err, limits.output_bytes)) return Ending::too_large;
    if (entries[2].revents != 0) ended = true;
  }
  return Ending::by_itself;
}

}  // namespace

Result<Finished> run(const Command& command, const Limits& limits) {
  SLIPWAY_TRY(Descriptor in,
              command.stdin_data.empty() ? open_input(command.stdin_file) : make_input(command.stdin_data));
  SLIPWAY_TRY(Pipe out, make_pipe());
  SLIPWAY_TRY(Pipe err, make_pipe());
  const Instant deadline = std::chrono::steady_clock::now() + limits.time;
  SLIPWAY_TRY(const Launched child, launch(command, {in.get(), out.write.get(), err.write.get()}, SIGKILL));
  in.close();
  out.write.close();
  err.write.close();

  Finished finished;
  const Ending ending = collect(child, out, err, limits, deadline, finished);
  if (ending != Ending::by_itself) {
    ::kill(-child.pid, SIGTERM);
    if (!has_ended(child, kKillAfter)) ::kill(-child.pid, SIGKILL);
  }
  finished.exit_status = reap(child);
  const std::string name = "program '" + command.argv.front() + "'";
  if (ending == Ending::timeout)
    return Error{Code::timeout, name + ": still running after " + std::to_string(limits.time.count()) + " ms, ended"};
  if (ending == Ending::too_large)
    return Error{Code::too_large, name + ": wrote more than " + std::to_string(limits.output_bytes) + " bytes, ended"};
  return finished;
}

}  // namespace slipway::process
