// Keeps programs running: start in order, restart with back-off, ordered stop. Knows nothing of what they are.
//
//            spawn              ready() true
//   waiting ───────► starting ──────────────► ready
//      ▲                │                       │
//      └────────────────┴── ended: back-off ────┘        stop: every state ──► stopped
#pragma once

#include <functional>

#include "appliance/base/time.hpp"
#include "appliance/process/process.hpp"

namespace slipway::embedded {

/// What to run. `ready` is asked until it is true once after each start; it may take up to a second.
struct Program {
  std::string name;
  process::Command command;
  std::function<bool()> ready;
  std::chrono::milliseconds stop_grace{10'000};
};

/// How long to wait before a program is started again.
struct Backoff {
  std::chrono::milliseconds first{100};
  std::chrono::milliseconds most{5'000};
  std::chrono::milliseconds healthy_after{5'000};  ///< ready for so long: the next pause is the first again

  /// The pause after an end, given the pause before it (0: none) and how long the program had been ready.
  [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds previous,
                                               std::chrono::milliseconds ready_for) const;
};

enum class ProgramState { waiting, starting, ready, stopped };
[[nodiscard]] std::string_view to_text(ProgramState state);

struct ProgramStatus {
  std::string name;
  ProgramState state = ProgramState::waiting;
  int pid = 0;  ///< 0: not running
  int starts = 0;
  int failures_in_row = 0;       ///< ends since it was last ready
  std::optional<int> last_exit;  ///< exit status of its last end
  Timestamp since;               ///< of the state
  std::string log;
};

/// Runs on the calling thread, which must be the only one: it takes SIGTERM, SIGINT, SIGHUP, SIGPIPE and SIGCHLD for
/// itself. Its programs end (SIGTERM) when this process does, however that happens.
class Supervisor {
 public:
  using OnChange = std::function<void(const std::vector<ProgramStatus>&)>;

  /// `on_change` is told every change of a state, the last one included.
  Supervisor(std::vector<Program> programs, Backoff backoff, OnChange on_change);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  ~Supervisor();

  /// Starts the programs one after the other, each when the one before has been ready once; keeps them running until a
  /// stop signal or `request_stop`; then stops them in reverse order. Error: internal (signals cannot be taken).
  [[nodiscard]] Status run();

  /// From `on_change` only.
  void request_stop() noexcept { stop_requested_ = true; }

 private:
  struct Slot;
  void begin_due();
  void start(Slot& slot);
  void reap_ended();
  void ask_ready();
  void move(Slot& slot, ProgramState state);
  void stop_all();
  void tell() const;
  [[nodiscard]] std::chrono::milliseconds next_wake() const;

  Backoff backoff_;
  OnChange on_change_;
  std::vector<Slot> slots_;
  bool stop_requested_ = false;
};

}  // namespace slipway::embedded
