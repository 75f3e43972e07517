// Many restores that share their base backups: each is unpacked and prepared once, then copied.
#pragma once

#include <mutex>

#include "services/backup/restore.hpp"

namespace slipway::test {

/// Thread-safe.
class PreparedBases {
 public:
  PreparedBases(std::vector<const backup::Repository*> repositories, std::filesystem::path top)
      : repositories_(std::move(repositories)), top_(std::move(top)) {}

  /// As restore_server(), but for the base.
  [[nodiscard]] Result<backup::Restored> restore(const std::string& target, const std::filesystem::path& directory);

 private:
  [[nodiscard]] Result<std::filesystem::path> base_of(const backup::RestoreRoute& route);
  std::vector<const backup::Repository*> repositories_;
  std::filesystem::path top_;
  std::mutex mutex_;
  std::map<std::string, std::filesystem::path> bases_;
};

}  // namespace slipway::test
