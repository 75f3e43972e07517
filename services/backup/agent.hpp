// The backup agent: archives the log all the time, and does what is due. (A35, D5, D6, F1, F2)
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "services/backup/settings.hpp"

namespace slipway::backup {

/// What an agent needs of its installation.
struct AgentOptions {
  sql::Endpoint server;  ///< the backup user; the platform's database selected
  std::uint32_t server_id = 0;
  std::filesystem::path data;
  std::filesystem::path work;  ///< 0700: spool, scratch
  SchedulePolicy schedule;
  LogPolicy log;
  std::uint64_t read_bytes_per_s = 0;  ///< TakeOptions'
};

/// How the agent stands.
struct AgentStatus {
  bool enabled = false;
  LogStatus log;
  std::vector<Alert> alerts;
  std::string doing;  ///< empty: nothing
  std::string last_fault;
  Timestamp next_at;
};

/// run() belongs to one thread; the rest is thread-safe. `repositories` and `clock` must outlive it.
class Agent {
 public:
  Agent(AgentOptions options, const Repositories& repositories, const Clock& clock);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  /// Until stop(). Error: in_use (another agent has a repository), those that LogArchiver::run() ends with.
  [[nodiscard]] Status run();
  void stop();
  [[nodiscard]] AgentStatus status() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::backup
