// A storage that did not answer when its repository was to be opened, and is opened when it does. Inside this folder
// only.
#pragma once

#include <functional>
#include <mutex>

#include "services/backup/storage.hpp"

namespace slipway::backup {

/// Every call opens it first, where that is not done yet; while that fails, calls fail with its error. Tried again at
/// the first call after kTryEvery. Nothing is written into what could not be opened. Thread-safe.
class LateStorage final : public Storage {
 public:
  static constexpr std::chrono::seconds kTryEvery{5};

  /// What opening gives.
  struct Opened {
    std::unique_ptr<Storage> storage;
    std::string repository;  ///< the id of the repository in it, whose key was found right
  };
  using Open = std::function<Result<Opened>()>;

  /// `appends`: what can_append() will say.
  LateStorage(std::string described, bool appends, Open open);

  /// The id of the repository; empty until it was opened.
  [[nodiscard]] const std::string& repository() const;

  std::string describe() const override { return described_; }
  bool can_append() const override { return appends_; }
  Result<std::unique_ptr<ObjectWriter>> write(const std::string& name) override;
  Result<std::unique_ptr<ObjectWriter>> write_visibly(const std::string& name) override;
  Status replace(const std::string& name, std::string_view bytes) override;
  Result<std::unique_ptr<ObjectReader>> read(const std::string& name, std::uint64_t offset) override;
  Result<std::vector<StoredObject>> list(const std::string& prefix) override;
  Status remove(const std::string& name) override;
  Result<int> sweep(std::chrono::seconds age) override;

 private:
  [[nodiscard]] Result<Storage*> opened();

  const std::string described_;
  const bool appends_;
  const Open open_;
  mutable std::mutex mutex_;
  std::unique_ptr<Storage> storage_;  ///< set once
  std::string repository_;            ///< set with it
  std::optional<Error> fault_;        ///< of the last attempt
  std::chrono::steady_clock::time_point tried_at_;
};

}  // namespace slipway::backup
