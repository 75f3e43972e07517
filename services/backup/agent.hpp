// The backup agent: archives the log all the time, and does what is due. (A35, D5, D6, F1, F2)
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "services/backup/settings.hpp"
#include "services/backup/timeline_rules.hpp"

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
  std::optional<Timestamp> looked_at;  ///< at the repositories: alerts and timeline are of then; nothing: not yet
  std::string doing;                   ///< "full", "proof", …; empty: nothing
  std::string doing_in;                ///< the repository; empty: all
  std::string last_fault;
  Timestamp next_at;
};

/// {"enabled", "looked_at", "doing", "doing_in", "archived_until", "alerts": [{"name", "repository", "account",
/// "reason"}]}; times in ISO 8601, or null. A console shows names and repositories to customers; reasons are for
/// operators, and what concerns one account's own backup is that account's alone.
[[nodiscard]] nlohmann::ordered_json to_json(const AgentStatus& status);

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
  /// What the repositories held when they were last looked at; the log counts as far as it is safe, not only in
  /// finished segments. Empty before the first look, and while backups are off.
  [[nodiscard]] TimelineFacts timeline() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::backup
