#include "services/backup/settings.hpp"

#include <array>
#include <ctime>

#include "appliance/telemetry/log.hpp"
#include "services/backup/storage_address.hpp"

namespace slipway::backup {
namespace {

constexpr std::array<const char*, 2> kNames{"even", "odd"};

std::string key_of(const char* name) { return std::string("backup.") + name; }

bool may_come_back(Code code) { return code == Code::unavailable || code == Code::timeout || code == Code::not_found; }

Result<archive::Key> read_key(const config::Config& config) {
  auto key = archive::Key::read_file(config.path("backup.key_file"));
  if (key || key.error().code != Code::not_found) return key;
  const std::string hint =
      "make one with 'slipway backup key new', or write the printed one with 'slipway backup key import'";
  return Error{Code::not_found, key.error().message, hint};
}

StorageAddress address_of(const config::Config& config, const std::string& name) {
  return {.url = config.text("backup." + name),
          .credentials_file = config.path("backup." + name + "_credentials").string(),
          .bytes_per_second = config.bytes("backup.bandwidth")};
}

}  // namespace

std::vector<std::string> repository_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const char* name : kNames)
    if (!config.text(key_of(name)).empty()) names.emplace_back(name);
  return names;
}

Result<Repositories> Repositories::open(const config::Config& config) { return open_all(config, false); }
Result<Repositories> Repositories::open_patiently(const config::Config& config) { return open_all(config, true); }

Result<Repositories> Repositories::open_all(const config::Config& config, bool patiently) {
  const auto names = repository_names(config);
  if (names.empty())
    return Error{Code::invalid_argument, "backup: no repository is configured",
                 "set backup.even and backup.odd, such as file:///srv/backup (see docs/options.md)"};
  SLIPWAY_TRY(const auto key, read_key(config));
  Repositories repositories;
  for (const std::string& name : names) {
    SLIPWAY_TRY(auto opened, repositories.open_one(config, name, key, patiently));
    if (opened) repositories.open_.push_back(std::move(opened));
  }
  if (!config.text(key_of(kMonthly)).empty()) {
    SLIPWAY_TRY(repositories.monthly_, repositories.open_one(config, kMonthly, key, patiently));
  }
  return repositories;
}

Result<std::unique_ptr<Repository>> Repositories::open_one(const config::Config& config, const std::string& name,
                                                           const archive::Key& key, bool patiently) {
  const StorageAddress address = address_of(config, name);
  auto storage = open_storage(address);
  auto opened = storage ? Repository::open(name, *std::move(storage), key) : Result<Repository>(storage.error());
  // What the customer does to theirs hinders nothing of ours.
  if (!opened && !may_come_back(opened.error().code) && name != kMonthly) return opened.error();
  if (!opened && !patiently) {
    faults_.push_back({name, opened.error()});
    return std::unique_ptr<Repository>();
  }
  if (!opened) {
    SLIPWAY_TRY(const ParsedAddress parsed, parse_storage_url(address.url));
    telemetry::log_error("backup.repository_away", opened.error(), {{"repository", name}});
    opened = Repository::open_later(
        name, parsed.describe(), parsed.kind == StorageKind::directory, [address] { return open_storage(address); },
        key);
  }
  return std::make_unique<Repository>(*std::move(opened));
}

std::vector<const Repository*> Repositories::all() const {
  std::vector<const Repository*> all;
  for (const auto& repository : open_) all.push_back(repository.get());
  return all;
}

std::vector<const Repository*> Repositories::everywhere() const {
  auto all = this->all();
  if (monthly_) all.push_back(monthly_.get());
  return all;
}

Status Repositories::any() const {
  return open_.empty() && !faults_.empty() ? Status(faults_.front().error) : Status();
}

Result<const Repository*> Repositories::named(const std::string& name) const {
  if (monthly_ && name == kMonthly) return monthly_.get();
  for (const auto& repository : open_)
    if (repository->name() == name) return static_cast<const Repository*>(repository.get());
  for (const Fault& fault : faults_)
    if (fault.name == name) return fault.error;
  return Error{Code::not_found, "repository '" + name + "': is not configured", "choose even or odd"};
}

SchedulePolicy schedule_policy(const config::Config& config) {
  SchedulePolicy policy;
  policy.enabled = config.boolean("backup.enabled");
  policy.repositories = repository_names(config);
  if (!config.text(key_of(kMonthly)).empty()) policy.monthly_repository = kMonthly;
  policy.full_at = std::chrono::duration_cast<std::chrono::minutes>(config.duration("backup.full_at"));
  policy.incremental_every =
      std::chrono::duration_cast<std::chrono::minutes>(config.duration("backup.incremental_every"));
  return policy;
}

LogPolicy log_policy(const config::Config& config) {
  LogPolicy policy;
  policy.seal_every = std::chrono::duration_cast<std::chrono::seconds>(config.duration("backup.seal_every"));
  policy.acknowledge = config.boolean("backup.acknowledge");
  return policy;
}

RetentionPolicy retention_policy() { return {}; }

LocalTime local_time(Timestamp time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = second.time_since_epoch().count();
  std::tm broken_down{};
  ::localtime_r(&whole, &broken_down);
  return LocalTime(time.time_since_epoch() + std::chrono::seconds(broken_down.tm_gmtoff));
}

}  // namespace slipway::backup
