// The backup options of the configuration, and the repositories that they name.
#pragma once

#include "appliance/config/config.hpp"
#include "services/backup/log_archiver.hpp"
#include "services/backup/retention_rules.hpp"
#include "services/backup/schedule_rules.hpp"

namespace slipway::backup {

inline constexpr const char* kMonthly = "monthly";

/// The repositories of an installation, open. Owns them; not copyable. The customer's, which gets monthly copies and
/// nothing else, stands apart: named kMonthly.
class Repositories {
 public:
  /// Opens what the configuration names; one that does not answer at present is in `faults` instead. Errors:
  /// invalid_argument (none is named, a wrong URL), not_found (the key, with the way to make one), unauthenticated (a
  /// repository of another key), conflict.
  [[nodiscard]] static Result<Repositories> open(const config::Config& config);
  /// The same for a program that stays: one that does not answer at present is in all(), and opened when it does.
  [[nodiscard]] static Result<Repositories> open_patiently(const config::Config& config);

  /// Without the customer's.
  [[nodiscard]] std::vector<const Repository*> all() const;
  /// The customer's; null: none is configured, or it does not answer.
  [[nodiscard]] const Repository* monthly() const { return monthly_.get(); }
  /// With the customer's, as the last.
  [[nodiscard]] std::vector<const Repository*> everywhere() const;
  /// Errors: not_found, or why it could not be opened.
  [[nodiscard]] Result<const Repository*> named(const std::string& name) const;
  struct Fault {
    std::string name;
    Error error;
  };
  [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }
  /// An error when none of all() answers: the first one's.
  [[nodiscard]] Status any() const;

 private:
  [[nodiscard]] static Result<Repositories> open_all(const config::Config& config, bool patiently);
  /// Null, and a fault: it does not answer.
  [[nodiscard]] Result<std::unique_ptr<Repository>> open_one(const config::Config& config, const std::string& name,
                                                             const archive::Key& key, bool patiently);

  std::vector<std::unique_ptr<Repository>> open_;
  std::unique_ptr<Repository> monthly_;
  std::vector<Fault> faults_;
};

/// The names of the repositories that are configured, "even" first; without the customer's.
[[nodiscard]] std::vector<std::string> repository_names(const config::Config& config);

[[nodiscard]] SchedulePolicy schedule_policy(const config::Config& config);
[[nodiscard]] LogPolicy log_policy(const config::Config& config);
/// What the agent and `slipway backup prune` keep.
[[nodiscard]] RetentionPolicy retention_policy();

/// The wall clock of this machine's time zone.
[[nodiscard]] LocalTime local_time(Timestamp time);

}  // namespace slipway::backup
