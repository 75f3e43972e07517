#include "appliance/embedded/leftovers.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

namespace slipway::embedded {
namespace {

/// A pidfd of exactly this process, or -1: opened first, compared afterwards.
int open_process(const Identity& process) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0));
  if (descriptor < 0 || (process.start_ticks != 0 && identity_of(process.pid) == process)) return descriptor;
  ::close(descriptor);
  return -1;
}

void send(int descriptor, int number) { ::syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, 0); }

bool ended(int descriptor, std::chrono::milliseconds limit) {
  pollfd entry{descriptor, POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(limit.count())) > 0;
}

}  // namespace

Identity identity_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto after_name = line.rfind(')');  // the name may hold anything
  if (after_name == std::string::npos) return {pid, 0};
  std::istringstream fields(line.substr(after_name + 1));
  std::string field;
  for (int skipped = 3; skipped < 22; ++skipped) fields >> field;
  Identity identity{pid, 0};
  fields >> identity.start_ticks;
  return identity;
}

void end_processes(const std::vector<Identity>& processes, std::chrono::milliseconds grace) {
  std::vector<int> running;
  for (const auto& process : processes) {
    const int descriptor = process.pid > 0 ? open_process(process) : -1;
    if (descriptor >= 0) running.push_back(descriptor);
  }
  for (const int descriptor : running) send(descriptor, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  for (const int descriptor : running) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!ended(descriptor, std::max(left, std::chrono::milliseconds(0)))) {
      send(descriptor, SIGKILL);
      ended(descriptor, std::chrono::seconds(10));
    }
    ::close(descriptor);
  }
}

}  // namespace slipway::embedded
