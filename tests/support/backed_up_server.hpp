// A server whose binary log is archived into two directories, for tests of the backup agent.
#pragma once

#include <thread>

#include "services/backup/log_archiver.hpp"
#include "services/backup/restore.hpp"
#include "services/backup/take.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {

/// A repository "even" and a repository "odd", with one key (the file "key"), in directories below `top`.
class TwoRepositories {
 public:
  explicit TwoRepositories(const std::filesystem::path& top);
  [[nodiscard]] const backup::Repository& even() const { return *even_; }
  [[nodiscard]] const backup::Repository& odd() const { return *odd_; }
  [[nodiscard]] std::vector<const backup::Repository*> all() const { return {even_.get(), odd_.get()}; }
  [[nodiscard]] const archive::Key& key() const { return key_; }
  /// Opened anew, as another program would.
  void reopen();

 private:
  std::filesystem::path top_;
  archive::Key key_;
  std::unique_ptr<backup::Repository> even_;
  std::unique_ptr<backup::Repository> odd_;
};

/// A LogArchiver on a thread of its own. Stopped, and its outcome demanded to be good, by stop() or at the end.
class RunningArchiver {
 public:
  /// `clock`: another one than the machine's, which outlives it.
  RunningArchiver(const sql::Endpoint& server, const std::vector<const backup::Repository*>& repositories,
                  const std::filesystem::path& spool, const backup::LogPolicy& policy = fast(),
                  const Clock* clock = nullptr);
  RunningArchiver(const RunningArchiver&) = delete;
  RunningArchiver& operator=(const RunningArchiver&) = delete;
  ~RunningArchiver();
  void stop();
  /// Waits until everything that the server has logged is safe.
  [[nodiscard]] bool caught_up(std::chrono::milliseconds limit = std::chrono::seconds(20));
  [[nodiscard]] backup::LogArchiver& operator*() { return archiver_; }
  [[nodiscard]] backup::LogArchiver* operator->() { return &archiver_; }

  [[nodiscard]] static backup::LogPolicy fast();

 private:
  sql::Endpoint server_;
  SystemClock clock_;
  backup::LogArchiver archiver_;
  std::thread thread_;
};

/// Started with a binary log and gtid_strict_mode; durable. `number`: its server id.
[[nodiscard]] embedded::Database start_logging_server(const std::filesystem::path& directory, int number = 1,
                                                      const std::vector<std::string>& arguments = {});

/// Checksums of every base table outside the server's own databases, "db.table" → CHECKSUM TABLE.
using Sums = std::map<std::string, std::string>;
[[nodiscard]] Sums sums_of(sql::Connection& server);

/// @@gtid_binlog_pos.
[[nodiscard]] sql::GtidPosition position_of(sql::Connection& server);

/// A full backup, or an incremental on `parent`. Aborts when it fails.
[[nodiscard]] backup::Manifest take_full(const backup::Repository& repository, const embedded::Database& server,
                                         const std::filesystem::path& directory, const std::string& log_line,
                                         const std::optional<backup::Manifest>& parent = {});

/// The server restored into `directory`.
[[nodiscard]] Result<backup::Restored> restore_to(const std::vector<const backup::Repository*>& repositories,
                                                  const std::string& target, const std::filesystem::path& directory);

}  // namespace slipway::test
