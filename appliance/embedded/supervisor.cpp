#include "appliance/embedded/supervisor.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "appliance/telemetry/log.hpp"

namespace slipway::embedded {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kAskReadyEvery{50};
constexpr milliseconds kLongestSleep{60'000};

milliseconds between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::ceil<milliseconds>(to - from);
}

/// SIGTERM and friends as something to poll; the former signal mask comes back on destruction.
class Signals {
 public:
  Signals() {
    sigset_t taken;
    ::sigemptyset(&taken);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE}) ::sigaddset(&taken, number);
    ::pthread_sigmask(SIG_BLOCK, &taken, &before_);
    descriptor_ = ::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    if (descriptor_ >= 0) ::close(descriptor_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  [[nodiscard]] bool valid() const { return descriptor_ >= 0; }

  /// Waits up to `limit` for signals; true when one of them asks for the end.
  [[nodiscard]] bool wait(milliseconds limit) const {
    pollfd entry{descriptor_, POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(limit.count()));
    bool end = false;
    signalfd_siginfo information{};
    while (::read(descriptor_, &information, sizeof information) == static_cast<ssize_t>(sizeof information))
      end = end || (information.ssi_signo != SIGCHLD && information.ssi_signo != SIGPIPE);
    return end;
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

}  // namespace

struct Supervisor::Slot {
  Program program;
  ProgramStatus status;
  std::optional<process::Child> child;
  Clock::time_point due;          ///< waiting: when to start
  Clock::time_point ready_since;  ///< ready only
  milliseconds pause{0};
  bool was_ready = false;  ///< at least once
};

milliseconds Backoff::next(milliseconds previous, milliseconds ready_for) const {
  if (previous.count() == 0 || ready_for >= healthy_after) return first;
  return std::min(most, previous * 2);
}

std::string_view to_text(ProgramState state) {
  switch (state) {
    case ProgramState::waiting:
      return "waiting";
    case ProgramState::starting:
      return "starting";
    case ProgramState::ready:
      return "ready";
    case ProgramState::stopped:
      return "stopped";
  }
  return "unknown";
}

Supervisor::Supervisor(std::vector<Program> programs, Backoff backoff, OnChange on_change)
    : backoff_(backoff), on_change_(std::move(on_change)) {
  for (auto& program : programs) {
    Slot slot;
    slot.status.name = program.name;
    slot.status.log = program.command.log_file.string();
    slot.program = std::move(program);
    slot.program.command.ends_with_starter = true;
    slots_.push_back(std::move(slot));
  }
}

Supervisor::~Supervisor() = default;

Status Supervisor::run() {
  const Signals signals;
  if (!signals.valid()) return Error{Code::internal, std::string("signalfd: ") + std::strerror(errno)};
  while (!stop_requested_) {
    begin_due();
    ask_ready();
    if (stop_requested_ || signals.wait(next_wake())) break;
    reap_ended();
  }
  stop_all();
  return {};
}

void Supervisor::begin_due() {
  for (auto& slot : slots_) {
    if (slot.status.state == ProgramState::waiting && slot.due <= Clock::now()) start(slot);
    if (!slot.was_ready) return;  // those after it wait for it
  }
}

void Supervisor::start(Slot& slot) {
  ++slot.status.starts;
  auto child = process::Child::spawn(slot.program.command);
  if (child) {
    slot.child.emplace(std::move(child).value());
    slot.status.pid = slot.child->pid();
    move(slot, ProgramState::starting);
    return;
  }
  telemetry::log_error("supervisor.spawn_failed", child.error(), {{"child", slot.program.name}});
  ++slot.status.failures_in_row;
  slot.pause = backoff_.next(slot.pause, milliseconds(0));
  slot.due = Clock::now() + slot.pause;
  tell();
}

void Supervisor::reap_ended() {
  for (auto& slot : slots_) {
    const auto status = slot.child ? slot.child->exit_status() : std::nullopt;
    if (!status) continue;
    const bool was_ready = slot.status.state == ProgramState::ready;
    slot.pause = backoff_.next(slot.pause, was_ready ? between(slot.ready_since, Clock::now()) : milliseconds(0));
    slot.due = Clock::now() + slot.pause;
    slot.child.reset();
    slot.status.pid = 0;
    slot.status.last_exit = status;
    ++slot.status.failures_in_row;
    telemetry::log(telemetry::Level::warning, "supervisor.program_ended",
                   {{"child", slot.program.name},
                    {"exit_status", std::int64_t{*status}},
                    {"restart_in_ms", std::int64_t{slot.pause.count()}}});
    move(slot, ProgramState::waiting);
  }
}

void Supervisor::ask_ready() {
  for (auto& slot : slots_) {
    if (slot.status.state != ProgramState::starting || !slot.program.ready()) continue;
    slot.was_ready = true;
    slot.ready_since = Clock::now();
    slot.status.failures_in_row = 0;
    telemetry::log(telemetry::Level::info, "supervisor.program_ready",
                   {{"child", slot.program.name}, {"pid", std::int64_t{slot.status.pid}}});
    move(slot, ProgramState::ready);
  }
}

milliseconds Supervisor::next_wake() const {
  milliseconds wake = kLongestSleep;
  bool all_before_were_ready = true;
  for (const auto& slot : slots_) {
    if (!all_before_were_ready) break;
    if (slot.status.state == ProgramState::starting) wake = std::min(wake, kAskReadyEvery);
    if (slot.status.state == ProgramState::waiting)
      wake = std::clamp(between(Clock::now(), slot.due), milliseconds(0), wake);
    all_before_were_ready = slot.was_ready;
  }
  return wake;
}

void Supervisor::stop_all() {
  for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
    if (slot->child) slot->status.last_exit = slot->child->stop(slot->program.stop_grace);
    slot->child.reset();
    slot->status.pid = 0;
    move(*slot, ProgramState::stopped);
  }
}

void Supervisor::move(Slot& slot, ProgramState state) {
  slot.status.state = state;
  slot.status.since = SystemClock().now();
  tell();
}

void Supervisor::tell() const {
  std::vector<ProgramStatus> all;
  for (const auto& slot : slots_) all.push_back(slot.status);
  on_change_(all);
}

}  // namespace slipway::embedded
