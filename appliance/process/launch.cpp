#include "appliance/process/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

// Boost 1.74 shadows names and converts in its own headers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <boost/process/search_path.hpp>
#pragma GCC diagnostic pop

namespace slipway::process {
namespace {

namespace bp = boost::process;

/// What happens in the child between fork and exec: only calls that are safe there.
struct Isolation : bp::extend::handler {
  Isolation(int signal, const char* directory_name, std::uint64_t memory)
      : death_signal(signal), parent(::getpid()), directory(directory_name), memory_bytes(memory) {}

  template <typename Executor>
  void on_exec_setup(Executor& executor) const {
    ::setsid();  // a group of its own, and no terminal whose end could reach it
    if (death_signal != 0) {
      ::prctl(PR_SET_PDEATHSIG, death_signal);
      if (::getppid() != parent) ::_exit(127);  // it died before the request
    }
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2})
      ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (memory_bytes != 0) {
      const rlimit limit{memory_bytes, memory_bytes};
      ::setrlimit(RLIMIT_AS, &limit);
    }
    if (*directory != '\0' && ::chdir(directory) != 0) {
      executor.set_error(std::error_code(errno, std::system_category()), "chdir");
      ::_exit(127);
    }
    // Everything above the standard streams closes at exec; Boost's own error pipe still works until then.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  }

  /// In the parent: Boost forgets a child whose exec failed, which would leave a zombie.
  template <typename Executor>
  void on_error(Executor& executor, const std::error_code&) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);
  }

  int death_signal;
  pid_t parent;
  const char* directory;
  std::uint64_t memory_bytes;
};

}  // namespace

Error system_error(int number, const std::string& what) {
  Code code = Code::internal;
  if (number == ENOENT || number == ENOTDIR) code = Code::not_found;
  if (number == EACCES || number == EPERM || number == EROFS) code = Code::permission;
  if (number == ENOSPC || number == EDQUOT) code = Code::no_space;
  return Error{code, what + ": " + std::strerror(number)};  // NOLINT(concurrency-mt-unsafe): glibc's is
}

Result<std::filesystem::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return std::filesystem::path(name);
  auto places = ::boost::this_process::path();
  for (const char* place : {"/usr/local/sbin", "/usr/sbin", "/sbin"}) places.emplace_back(place);
  const auto found = bp::search_path(name, places);
  if (found.empty())
    return Error{Code::not_found, "program '" + name + "': not found", "install the package that has it"};
  return std::filesystem::path(found.string());
}

Result<Launched> launch(const Command& command, const Streams& streams, int death_signal) {
  if (command.argv.empty()) return Error{Code::invalid_argument, "a command needs a program"};
  SLIPWAY_TRY(const std::filesystem::path program, find_program(command.argv.front()));
  bp::environment environment = ::boost::this_process::environment();
  // A service manager speaks with the program that it started, not with that one's children.
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) environment.erase(name);
  for (const auto& [name, value] : command.environment) environment[name] = value;
  const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
  const std::string directory = command.directory.string();
  std::error_code failure;
  bp::child child(bp::exe = program.string(), bp::args = arguments, environment,  //
                  bp::posix::fd.bind(STDIN_FILENO, streams.in), bp::posix::fd.bind(STDOUT_FILENO, streams.out),
                  bp::posix::fd.bind(STDERR_FILENO, streams.err),
                  Isolation(death_signal, directory.c_str(), command.memory_bytes), failure);
  const std::string what = "program '" + program.string() + "'";
  if (failure) return system_error(failure.value(), what);
  const pid_t pid = child.id();
  child.detach();  // from here on it is ours: Boost's own waiting forks a timer process and is not thread-safe
  Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));  // glibc 2.36 declares it for C only
  if (!pidfd.open()) {
    const int number = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return system_error(number, what);
  }
  return Launched{pid, std::move(pidfd)};
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(errno, "pipe");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<Descriptor> open_input(const std::filesystem::path& file) {
  const std::string name = file.empty() ? "/dev/null" : file.string();
  Descriptor opened(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.open()) return system_error(errno, "file '" + name + "'");
  return opened;
}

bool has_ended(const Launched& child, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  pollfd entry{child.pidfd.get(), POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return true;
    if (ready == 0 && left.count() <= 0) return false;
  }
}

int reap(const Launched& child) {
  // Before the reaping: until then nobody else can have this number as a process group.
  ::kill(-child.pid, SIGKILL);
  siginfo_t information{};
  while (::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &information, WEXITED) != 0 && errno == EINTR) {
  }
  return information.si_code == CLD_EXITED ? information.si_status : 128 + information.si_status;
}

}  // namespace slipway::process
