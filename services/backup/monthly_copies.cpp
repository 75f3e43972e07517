#include "services/backup/monthly_copies.hpp"

#include "appliance/telemetry/log.hpp"
#include "services/backup/copy_backup.hpp"

namespace slipway::backup {
namespace {

/// It is the customer's machine: what only we write there need not be asked for all the time.
constexpr std::chrono::minutes kAskEvery{15};

}  // namespace

void MonthlyCopies::add_facts(ScheduleFacts& facts) {
  const Repository* const customer = repositories_.monthly();
  if (customer == nullptr) return;
  const Timestamp now = clock_.now();
  if (!asked_at_ || now < *asked_at_ || now - *asked_at_ >= kAskEvery) {
    SegmentMemory memory;
    auto known = backup_facts(*customer, memory);
    asked_at_ = now;
    state_ = {.name = kMonthly, .available = known.has_value(), .log = {}, .log_safe_until = {}};
    if (!known) state_.fault = known.error().message;
    if (known) copies_ = std::move(known->backups);  // else what lay there the last time
    for (BackupFact& copy : copies_) copy.kind = BackupKind::monthly;
  }
  facts.repositories.push_back(state_);
  facts.backups.insert(facts.backups.end(), copies_.begin(), copies_.end());
  if (work_) facts.running.push_back({work_->kind, work_->repository, ""});
}

void MonthlyCopies::begin(const Work& work) {
  work_ = work;
  thread_ = std::thread([this, id = work.backup] {
    auto done = copy(id);
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(done);
  });
}

std::optional<std::pair<Work, Status>> MonthlyCopies::ended() {
  if (!work_) return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (!outcome_) return std::nullopt;
  }
  thread_.join();
  auto ended = std::pair(*std::exchange(work_, std::nullopt), *std::exchange(outcome_, std::nullopt));
  asked_at_.reset();
  return ended;
}

void MonthlyCopies::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Status MonthlyCopies::copy(const std::string& id) const {
  Error last{Code::not_found, "backup " + id + ": is in no repository"};
  for (const Repository* repository : repositories_.all()) {
    const auto backup = repository->backup(id);
    if (!backup) {
      if (backup.error().code != Code::not_found) last = backup.error();
      continue;
    }
    SLIPWAY_TRY(const Manifest copied, copy_backup(*repository, *backup, *repositories_.monthly(), [this]() -> Status {
                  if (!stopping_) return {};
                  return Error{Code::unavailable, "the agent is being stopped"};
                }));
    telemetry::log(telemetry::Level::info, "backup.copied",
                   {{"backup", copied.id}, {"from", repository->name()}, {"repository", kMonthly}});
    return {};
  }
  return last;
}

}  // namespace slipway::backup
