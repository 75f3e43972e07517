#include "services/programs/serving.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "appliance/http/client.hpp"

namespace slipway::programs {
namespace {

constexpr std::chrono::seconds kAskedEvery{10};

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

bool answers_health(const std::filesystem::path& socket, std::chrono::milliseconds limit) {
  if (socket.empty()) return true;
  const auto answer = http::fetch({.url = "http://localhost/health"}, {.unix_socket = socket, .limit = limit});
  return answer && answer->status == 200;
}

}  // namespace

void hold_stop_signals() {
  const auto held = stop_signals();
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

void wait_for_stop(const std::filesystem::path& socket, const std::function<bool()>& over) {
  sd_notify(0, "READY=1");
  std::uint64_t watchdog_us = 0;
  const bool watched = sd_watchdog_enabled(0, &watchdog_us) > 0;
  // A third of the limit: one answer may be late, and one may be lost.
  const std::chrono::microseconds period(watched ? watchdog_us / 3 : 3'600'000'000);
  const std::chrono::microseconds turn = over ? std::min<std::chrono::microseconds>(period, kAskedEvery) : period;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(turn);
  const timespec rest{seconds.count(), std::chrono::nanoseconds(turn - seconds).count()};
  const auto set = stop_signals();
  for (;;) {
    const int signal = sigtimedwait(&set, nullptr, &rest);
    if (signal > 0 || (over && over())) break;
    if (watched && answers_health(socket, std::chrono::floor<std::chrono::milliseconds>(period)))
      sd_notify(0, "WATCHDOG=1");
  }
  sd_notify(0, "STOPPING=1");
}

}  // namespace slipway::programs
