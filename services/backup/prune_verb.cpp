// slipway backup prune [--execute]
#include "services/backup/lease.hpp"
#include "services/backup/prune.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/verbs.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;

/// The leases of all repositories: an agent prunes by itself, and what it proves or stands on must not go under its
/// hands.
class Leases {
 public:
  explicit Leases(std::vector<const Repository*> repositories) : repositories_(std::move(repositories)) {}
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;
  ~Leases() { drop_leases(repositories_, clock_.now()); }

  /// Takes or renews them, when that was not done just before.
  [[nodiscard]] Status hold() {
    const Timestamp now = clock_.now();
    if (held_at_ && now - *held_at_ < kLeaseLife / 4) return {};
    for (const Repository* repository : repositories_) SLIPWAY_CHECK(take_lease(*repository, now));
    held_at_ = now;
    return {};
  }

 private:
  std::vector<const Repository*> repositories_;
  SystemClock clock_;
  std::optional<Timestamp> held_at_;
};

std::string joined(const std::vector<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return text;
}

void describe_backup(const BackupDecision& decision, Output& output) {
  output.json["backups"].push_back({{"repository", decision.repository},
                                    {"backup", decision.id},
                                    {"keep", decision.keep},
                                    {"bytes", decision.bytes},
                                    {"reasons", decision.reasons}});
  output.text += column(decision.keep ? "keep" : "remove", 8) + column(decision.id, 32) +
                 column(decision.repository, 6) + column(size_text(decision.bytes), 10) + joined(decision.reasons) +
                 "\n";
}

void describe_log(const LogDecision& decision, std::uint64_t bytes, Output& output) {
  output.json["logs"].push_back({{"repository", decision.repository},
                                 {"keep_from", decision.keep_from},
                                 {"remove", decision.removable},
                                 {"bytes", bytes},
                                 {"reasons", decision.reasons}});
  std::string what = "all of it";
  if (decision.removable > 0)
    what = std::to_string(decision.removable) + (decision.removable == 1 ? " segment" : " segments") + " before " +
           std::to_string(decision.keep_from);
  output.text += column(decision.removable > 0 ? "remove" : "keep", 8) + column("log: " + what, 32) +
                 column(decision.repository, 6) + column(size_text(bytes), 10) + joined(decision.reasons) + "\n";
}

/// The plan, and what it frees.
Result<Output> describe(const Repositories& repositories, const RetentionPlan& plan) {
  Output output{{{"executed", false},
                 {"backups", ordered_json::array()},
                 {"logs", ordered_json::array()},
                 {"unfinished", ordered_json::array()},
                 {"faults", ordered_json::array()}},
                ""};
  std::uint64_t freed = 0;
  for (const auto& away : repositories.faults()) {
    output.json["faults"].push_back({{"message", away.error.message}, {"hint", away.error.hint}});
    output.text += "! " + away.error.message + "\n";
  }
  for (const BackupDecision& decision : plan.backups) {
    describe_backup(decision, output);
    if (!decision.keep) freed += decision.bytes;
  }
  for (const LogDecision& decision : plan.logs) {
    std::uint64_t bytes = 0;
    if (decision.removable > 0) {
      SLIPWAY_TRY(const Repository* const repository, repositories.named(decision.repository));
      SLIPWAY_TRY(bytes, bytes_of_log_before(*repository, decision.keep_from));
    }
    describe_log(decision, bytes, output);
    freed += bytes;
  }
  for (const Repository* repository : repositories.all()) {
    const auto unfinished = unfinished_removals(*repository);
    if (!unfinished) continue;  // one that does not answer is in the plan as such
    for (const std::string& id : *unfinished) {
      output.json["unfinished"].push_back({{"repository", repository->name()}, {"backup", id}});
      output.text += column("remove", 8) + column(id, 32) + column(repository->name(), 6) +
                     "its removal was begun before, and is finished\n";
    }
  }
  output.json["freed_bytes"] = freed;
  return output;
}

Result<Output> prune(const Context& context, bool execute) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  const auto all = repositories.all();
  Leases leases(all);
  // Before it is planned: an agent may be at it just now.
  if (execute) SLIPWAY_CHECK(leases.hold());
  SLIPWAY_TRY(const auto plan, plan_prune(all, retention_policy(), SystemClock().now()));
  SLIPWAY_TRY(Output output, describe(repositories, plan));
  const std::string freed = size_text(output.json["freed_bytes"].get<std::uint64_t>());
  output.json["executed"] = execute;
  if (!execute) {
    output.text += "would free " + freed + "\nnothing was done: add --execute to do it";
    return output;
  }
  SLIPWAY_CHECK(carry_out_prune(all, plan, [&leases] { return leases.hold(); }));
  output.text += "freed " + freed + "\n";
  return output;
}

}  // namespace

void register_backup_prune(command::Verbs& verbs, CLI::App& group) {
  const auto execute = std::make_shared<bool>(false);
  verbs
      .add(group, "prune", "Remove what retention lets go; an agent does so by itself every six hours",
           "slipway backup prune --execute", [execute](const Context& context) { return prune(context, *execute); })
      .add_flag("--execute", *execute, "Do it, while no agent works; without this word the plan is shown");
}

}  // namespace slipway::backup
