// A random history, restored to random moments of it. The seed is printed and can be given in SLIPWAY_SEED; larger runs
// (./dev bench --soak) give SLIPWAY_HISTORY_TARGETS, …_STEPS, …_BACKUP_EVERY, …_PROMOTE_EVERY (steps), …_LARGE_BYTES.
// With SLIPWAY_HISTORY_TRACE every statement is told, with SLIPWAY_HISTORY_KEEP what differs is kept.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "tests/support/prepared_bases.hpp"
#include "tests/support/server_history.hpp"

namespace slipway::test {
namespace {

std::uint64_t given(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Target {
  std::string text;
  sql::GtidPosition end;
  const Moment* moment = nullptr;  ///< what the server looked like then; nothing: known by its position alone
};

/// Everything that can be restored, and what it must lead to.
class Targets {
 public:
  Targets(const ServerHistory& history, const sql::GtidPosition& first_backup, Timestamp first_ended) {
    sql::GtidPosition position;
    std::uint32_t latest_s = 0;
    const auto earliest_s = std::chrono::ceil<std::chrono::seconds>(first_ended.time_since_epoch()).count();
    for (std::size_t i = 0; i < history.groups().size(); ++i) {
      const auto& group = history.groups()[i];
      position.advance(group.gtid);
      latest_s = std::max(latest_s, group.time_s);
      if (!position.covers(first_backup)) continue;
      const auto moment = history.moments().find(position.to_text());
      const Target gtid{group.gtid.to_text(), position, moment == history.moments().end() ? nullptr : &moment->second};
      (gtid.moment != nullptr ? moments_ : between_).push_back(gtid);
      if (i + 1 == history.groups().size() || history.groups()[i + 1].time_s <= latest_s || latest_s < earliest_s)
        continue;
      Target time = gtid;
      // Of the seconds until the next one.
      time.text = std::to_string(latest_s) + ' ' + std::to_string(history.groups()[i + 1].time_s);
      (time.moment != nullptr ? times_ : between_times_).push_back(time);
    }
  }

  [[nodiscard]] Target choose(HistoryStatements& random) const {
    const auto kind = random.pick(20);
    if (kind < 3 && !between_.empty()) return between_[random.pick(between_.size())];
    if (kind < 4 && !between_times_.empty()) return at_time(between_times_[random.pick(between_times_.size())], random);
    if (kind < 10 && !times_.empty()) return at_time(times_[random.pick(times_.size())], random);
    return moments_[random.pick(moments_.size())];
  }

  /// What every step left behind, by GTID.
  [[nodiscard]] const std::vector<Target>& moments() const { return moments_; }

  [[nodiscard]] std::string counts() const {
    return std::to_string(moments_.size()) + " moments, " + std::to_string(times_.size()) + " of them by time, " +
           std::to_string(between_.size()) + " between them";
  }

 private:
  static Target at_time(Target target, HistoryStatements& random) {
    const std::uint64_t from = std::stoull(target.text);
    const std::uint64_t to = std::stoull(target.text.substr(target.text.find(' ')));
    const auto micros = from * 1'000'000 + random.pick((to - from) * 1'000'000);
    target.text = to_iso8601(Timestamp(std::chrono::microseconds(micros)));
    return target;
  }

  std::vector<Target> moments_;
  std::vector<Target> between_;
  std::vector<Target> times_;
  std::vector<Target> between_times_;
};

/// Whether the restored server is what it must be; else what differs.
std::string compare(Result<backup::Restored>& restored, const Target& target) {
  if (!restored) return to_text(restored.error());
  if (restored->log.end != target.end)
    return "ends at " + restored->log.end.to_text() + " instead of " + target.end.to_text();
  auto connection = connect(restored->server.administrator());
  const auto row = connection.query_one("SELECT @@gtid_slave_pos");
  if (!row || sql::GtidPosition::parse((*row)->text(0)).value() != target.end) return "does not know its position";
  return target.moment == nullptr ? "" : difference(target.moment->picture, picture_of(connection));
}

class Restores {
 public:
  Restores(const ServerHistory& history, const std::filesystem::path& top)
      : history_(history), top_(top), bases_(history.repositories(), top / "bases") {}

  /// All of them, two at a time.
  void run(const std::vector<Target>& targets) {
    std::vector<std::thread> threads;
    for (int n = 0; n < 2; ++n)
      threads.emplace_back([&] {
        for (std::size_t i = next_++; i < targets.size(); i = next_++) one(targets[i], i);
      });
    for (auto& thread : threads) thread.join();
  }
  [[nodiscard]] int equal() const { return equal_; }

 private:
  void one(const Target& target, std::size_t number) {
    const auto directory = top_ / std::to_string(number);
    std::string fault;
    {
      auto restored = number % 4 == 0 ? restore_to(history_.repositories(), target.text, directory)
                                      : bases_.restore(target.text, directory);
      fault = compare(restored, target);
      if (fault.empty()) ++equal_;
      if (!fault.empty() && restored)
        fault += "\n(from backup " + restored->backup.id + " at " + restored->backup.position.to_text() + ", " +
                 std::to_string(restored->log.groups) + " groups after it)";
    }
    EXPECT_EQ(fault, "") << "target " << number << ": " << target.text << ", " << target.end.to_text() << ", after "
                         << (target.moment == nullptr ? "some step" : target.moment->step);
    if (fault.empty() || std::getenv("SLIPWAY_HISTORY_KEEP") == nullptr) std::filesystem::remove_all(directory);
    if (number % 50 == 49) std::cout << number + 1 << " restored, " << equal_ << " equal" << std::endl;
  }

  const ServerHistory& history_;
  std::filesystem::path top_;
  PreparedBases bases_;
  std::atomic<std::size_t> next_{0};
  std::atomic<int> equal_{0};
};

double seconds_since(std::chrono::steady_clock::time_point then) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

// A35 A37 F1 F2
TEST(BackupHistory, EveryRandomMomentIsRestoredExactly) {
  const HistoryPlan plan{.seed = given("SLIPWAY_SEED", std::random_device()()),
                         .steps = static_cast<int>(given("SLIPWAY_HISTORY_STEPS", 45)),
                         .backup_every = static_cast<int>(given("SLIPWAY_HISTORY_BACKUP_EVERY", 15)),
                         .promote_every = static_cast<int>(given("SLIPWAY_HISTORY_PROMOTE_EVERY", 18)),
                         .large_bytes = given("SLIPWAY_HISTORY_LARGE_BYTES", 4'000'000)};
  SCOPED_TRACE("SLIPWAY_SEED=" + std::to_string(plan.seed));
  std::cout << "SLIPWAY_SEED=" << plan.seed << std::endl;
  const TempDirectory directory;
  auto began = std::chrono::steady_clock::now();
  ServerHistory history(directory.path(), plan);
  history.run();
  std::cout << "history: " << seconds_since(began) << " s, " << history.counts() << std::endl;
  ASSERT_FALSE(HasFailure());

  auto backups = history.repositories().front()->backups();
  auto others = history.repositories().back()->backups();
  ASSERT_TRUE(backups.has_value() && others.has_value());
  auto all = backups->backups;
  all.insert(all.end(), others->backups.begin(), others->backups.end());
  ASSERT_FALSE(all.empty());
  const auto first = std::ranges::min_element(all, {}, &backup::Manifest::ended_at);
  const Targets targets(history, first->position, first->ended_at);
  HistoryStatements random(plan.seed + 1);
  std::vector<Target> chosen;
  for (auto left = given("SLIPWAY_HISTORY_TARGETS", 12); left > 0; --left) chosen.push_back(targets.choose(random));
  if (std::getenv("SLIPWAY_HISTORY_EACH") != nullptr) chosen = targets.moments();

  began = std::chrono::steady_clock::now();
  Restores restores(history, directory.path());
  restores.run(chosen);
  std::cout << "targets: " << chosen.size() << " of " << all.size() << " backups and " << targets.counts() << ": "
            << restores.equal() << " equal, " << seconds_since(began) / static_cast<double>(chosen.size()) << " s each"
            << std::endl;
}

}  // namespace
}  // namespace slipway::test
