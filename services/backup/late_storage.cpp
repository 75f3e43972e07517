#include "services/backup/late_storage.hpp"

#include "appliance/telemetry/log.hpp"

namespace slipway::backup {

LateStorage::LateStorage(std::string described, bool appends, Open open)
    : described_(std::move(described)), appends_(appends), open_(std::move(open)) {}

const std::string& LateStorage::repository() const {
  static const std::string none;
  const std::lock_guard lock(mutex_);
  return storage_ ? repository_ : none;
}

Result<Storage*> LateStorage::opened() {
  const std::lock_guard lock(mutex_);
  if (storage_) return storage_.get();
  const auto now = std::chrono::steady_clock::now();
  if (fault_ && now - tried_at_ < kTryEvery) return *fault_;
  auto opened = open_();
  tried_at_ = std::chrono::steady_clock::now();
  if (!opened) {
    fault_ = opened.error();
    return opened.error();
  }
  repository_ = std::move(opened->repository);
  storage_ = std::move(opened->storage);
  telemetry::log(telemetry::Level::info, "backup.repository_back", {{"repository", described_}});
  return storage_.get();
}

Result<std::unique_ptr<ObjectWriter>> LateStorage::write(const std::string& name) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->write(name);
}

Result<std::unique_ptr<ObjectWriter>> LateStorage::write_visibly(const std::string& name) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->write_visibly(name);
}

Status LateStorage::replace(const std::string& name, std::string_view bytes) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->replace(name, bytes);
}

Result<std::unique_ptr<ObjectReader>> LateStorage::read(const std::string& name, std::uint64_t offset) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->read(name, offset);
}

Result<std::vector<StoredObject>> LateStorage::list(const std::string& prefix) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->list(prefix);
}

Status LateStorage::remove(const std::string& name) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->remove(name);
}

Result<int> LateStorage::sweep(std::chrono::seconds age) {
  SLIPWAY_TRY(Storage* const storage, opened());
  return storage->sweep(age);
}

}  // namespace slipway::backup
