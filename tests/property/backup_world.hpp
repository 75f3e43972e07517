// A year and more of backups in memory: an agent that does what the rules say, two repositories, a server, faults from
// a seed. Knows the truth (true time, which backups are good), which the rules do not see.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/backup/retention_rules.hpp"
#include "services/backup/schedule_rules.hpp"

namespace slipway::backup {

/// Minutes of true time since the beginning.
using Minute = std::int64_t;
inline constexpr Minute kHour = 60;
inline constexpr Minute kDay = 24 * kHour;

struct Truth {
  bool good = true;  ///< and all below it
  Minute at = 0;
};

struct Store {
  std::string name;
  bool up = true;
  Minute up_since = 0;
  std::vector<SegmentFact> log;
  Minute log_safe = 0;
  Timestamp log_safe_clock;
};

class BackupWorld {
 public:
  explicit BackupWorld(std::uint64_t seed);

  /// Runs to the end; `each_hour` and `each_prune` look at the state and report faults themselves.
  void run(Minute end, const std::function<void()>& each_hour,
           const std::function<void(const RetentionFacts&, const RetentionPlan&)>& each_prune);

  [[nodiscard]] Timestamp clock(Minute time) const;
  [[nodiscard]] static LocalTime local(Timestamp time);
  [[nodiscard]] const Truth& truth(const BackupFact& backup) const { return truth_.at(backup.id); }
  /// The age of the newest state that can in truth be restored from this repository alone; none: nothing can.
  [[nodiscard]] std::optional<Minute> loss(const Store& store) const;

  SchedulePolicy policy;
  ScheduleFacts facts;  ///< `repositories` is filled before each question
  std::array<Store, 2> stores;
  Agenda agenda;  ///< the last answer
  Minute now = 0;
  bool agent_up = true;
  bool reader_up = true;
  bool disturbed = false;  ///< a fault lasts that is not the loss of a repository
  Minute calm_since = 0;   ///< no fault began or ended since, and no clock was set
  Minute clock_steady_since = 0;
  Minute agent_up_since = 0;
  std::map<std::string, int> faults;  ///< how many of which kind happened
  int questions = 0;
  int fulls = 0;

 private:
  struct Job {
    Work work;
    Minute ends = 0;
    bool doomed = false;
  };

  std::int64_t pick(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  [[nodiscard]] Timestamp clock_now() const { return clock(now); }
  Store* store(const std::string& name);
  void step_faults();
  void begin_fault();
  void end_fault();
  void set_clock();
  void seal_segment();
  void go_down(Store& store, bool wiped);
  void ask();
  void begin_jobs();
  void finish(Job job);
  void finish_backup(const Work& work);
  void finish_proof(const Work& work);
  void fill_log(Store& store);
  void prune();
  void note_failure(const Work& work);
  void clear_failure(const Work& work);

  std::mt19937_64 random_;
  std::unordered_map<std::string, Truth> truth_;
  std::vector<Job> jobs_;  // at most one of backups and one of proofs
  std::function<void(const RetentionFacts&, const RetentionPlan&)> each_prune_;
  Minute offset_ = 0;  // of the agent's clock
  Minute wake_ = 0;
  Minute next_fault_ = 0;
  Minute fault_ends_ = -1;
  Minute next_clock_ = 0;
  int fault_ = -1;
  Store* faulty_ = nullptr;
  bool bad_backups_ = false;
  bool hole_ = false;
  std::uint64_t next_segment_ = 1;
  std::uint64_t position_ = 0;  // of the server's log
  Minute sealed_at_ = 0;
  int next_id_ = 1;
};

}  // namespace slipway::backup
