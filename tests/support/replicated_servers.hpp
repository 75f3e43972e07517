// A server with an archive of its binary log, a replica that can take its place, kills, restarts, backups.
#pragma once

#include <set>

#include "tests/support/backed_up_server.hpp"

namespace slipway::test {

/// Servers 1, 2, …: one is the primary, at most one other is its replica. Whatever fails in the tests' own machinery
/// aborts, saying why.
class ReplicatedServers {
 public:
  explicit ReplicatedServers(const std::filesystem::path& top);

  [[nodiscard]] sql::Endpoint primary() const { return primary_->database->administrator(); }
  [[nodiscard]] int primary_number() const { return primary_->number; }
  [[nodiscard]] bool has_replica() const { return replica_.has_value(); }
  [[nodiscard]] const TwoRepositories& repositories() const { return repositories_; }
  [[nodiscard]] RunningArchiver& archiver() { return *archiver_; }
  /// The line of the archive; it must stay the same for ever.
  [[nodiscard]] std::string line();

  /// Stops, or kills with SIGKILL, the primary and starts it again.
  void restart(bool kill);
  /// SIGKILL at once, from any thread; restart(true) must follow.
  void kill_primary() { primary_->database->kill(); }

  /// A backup of the primary into either repository; an incremental when the last one there was of this server.
  void back_up(bool odd, bool incremental);

  /// Starts server `number` as a replica of the primary: the one that was the primary before it goes on as it is,
  /// others are restored from the repositories.
  void add_replica(int number);
  /// The replica applies nothing more, or again.
  void hold_replica(bool held);
  /// The archiver goes on with the replica as its server, under the same spool.
  void archive_from_replica();
  /// The replica, once it has everything, becomes the primary, and the primary stops; with `kill`, by SIGKILL. The
  /// archiver goes on with the new one, wherever it was.
  void promote(bool kill);
  /// The replica has everything that the primary has logged.
  void wait_for_replica();
  /// Everything that the primary has logged is safe.
  void wait_for_archive();

 private:
  struct Member {
    int number = 0;
    std::uint16_t port = 0;
    std::optional<embedded::Database> database;
  };
  [[nodiscard]] std::filesystem::path directory_of(int number) const;
  void start(Member& member);
  void archive_from(Member& member);
  void replicate(Member& from, Member& to);

  std::filesystem::path top_;
  TwoRepositories repositories_;
  std::map<int, std::uint16_t> ports_;
  std::optional<Member> primary_;
  std::optional<Member> replica_;
  std::unique_ptr<RunningArchiver> archiver_;
  int before_ = 0;                  ///< the primary before this one
  std::set<std::string> prepared_;  ///< transactions, when this primary took its place
  int archived_ = 0;                ///< the server that the archiver reads
  std::string line_;
  std::map<std::string, std::pair<int, backup::Manifest>> last_;  ///< repository → server, its last backup
};

}  // namespace slipway::test
