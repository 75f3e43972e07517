#include "services/backup/rate_limited.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace slipway::backup {
namespace {

using Clock = std::chrono::steady_clock;

/// When the next bytes may go. Thread-safe.
class Pace {
 public:
  explicit Pace(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  /// The most that goes in one piece: a tenth of a second's worth, so that the stream stays even.
  [[nodiscard]] std::size_t piece() const { return std::max<std::size_t>(1, bytes_per_second_ / 10); }

  void wait_for(std::size_t bytes) {
    const auto cost = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_)));
    Clock::time_point turn;
    {
      const std::lock_guard lock(mutex_);
      // Time that nobody used is not saved up.
      next_ = std::max(next_, Clock::now()) + cost;
      turn = next_;
    }
    std::this_thread::sleep_until(turn);
  }

 private:
  std::uint64_t bytes_per_second_;
  std::mutex mutex_;
  Clock::time_point next_;
};

class PacedWriter final : public ObjectWriter {
 public:
  PacedWriter(std::unique_ptr<ObjectWriter> writer, std::shared_ptr<Pace> pace)
      : writer_(std::move(writer)), pace_(std::move(pace)) {}

  Status add(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::string_view piece = bytes.substr(0, pace_->piece());
      pace_->wait_for(piece.size());
      SLIPWAY_CHECK(writer_->add(piece));
      bytes.remove_prefix(piece.size());
    }
    return {};
  }
  Status sync() override { return writer_->sync(); }
  Status commit() override { return writer_->commit(); }

 private:
  std::unique_ptr<ObjectWriter> writer_;
  std::shared_ptr<Pace> pace_;
};

class RateLimited final : public Storage {
 public:
  RateLimited(std::unique_ptr<Storage> storage, std::uint64_t bytes_per_second)
      : storage_(std::move(storage)), pace_(std::make_shared<Pace>(bytes_per_second)) {}

  std::string describe() const override { return storage_->describe(); }
  bool can_append() const override { return storage_->can_append(); }
  Result<std::unique_ptr<ObjectWriter>> write(const std::string& name) override { return paced(storage_->write(name)); }
  Result<std::unique_ptr<ObjectWriter>> write_visibly(const std::string& name) override {
    return paced(storage_->write_visibly(name));
  }
  Status replace(const std::string& name, std::string_view bytes) override { return storage_->replace(name, bytes); }
  Result<std::unique_ptr<ObjectReader>> read(const std::string& name, std::uint64_t offset) override {
    return storage_->read(name, offset);
  }
  Result<std::vector<StoredObject>> list(const std::string& prefix) override { return storage_->list(prefix); }
  Status remove(const std::string& name) override { return storage_->remove(name); }
  Result<int> sweep(std::chrono::seconds age) override { return storage_->sweep(age); }

 private:
  Result<std::unique_ptr<ObjectWriter>> paced(Result<std::unique_ptr<ObjectWriter>> writer) {
    if (!writer) return writer;
    return std::unique_ptr<ObjectWriter>(std::make_unique<PacedWriter>(std::move(*writer), pace_));
  }

  std::unique_ptr<Storage> storage_;
  std::shared_ptr<Pace> pace_;
};

}  // namespace

std::unique_ptr<Storage> limit_rate(std::unique_ptr<Storage> storage, std::uint64_t bytes_per_second) {
  return std::make_unique<RateLimited>(std::move(storage), bytes_per_second);
}

}  // namespace slipway::backup
