// Archives a server's binary log into repositories, all the time. (F2, D6)
//
//   server ── events ──▶ reader ──▶ groups ──▶ segment ─┬▶ spool (this machine)
//                                                       ├▶ NAME.open in every repository that can append
//                                                       └▶ at its end: NAME in every repository
//
// A group enters a segment when it is whole. Killed at any moment, the next start reads what is whole, and asks the
// server for what comes after it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "appliance/sql/connection.hpp"
#include "services/backup/repository.hpp"

namespace slipway::backup {

struct LogPolicy {
  /// What was read is safe in repositories that can append after this long; the sync itself comes on top.
  std::chrono::milliseconds sync_every{500};
  std::chrono::seconds seal_every{300};       ///< a segment with something in it ends after this long…
  std::chrono::seconds seal_every_apart{10};  ///< … or this long when a repository cannot append: it gets whole ones
  std::uint64_t seal_bytes = 64U << 20U;      ///< … or with this much in it
  /// Commits on the server wait until they are in a repository that can append (semi-synchronous).
  bool acknowledge = false;
};

struct LogSource {
  sql::Endpoint server;
  std::uint32_t server_id = 0;      ///< of the archiver, as a replica
  std::filesystem::path data = {};  ///< its directory: another server in its place is noticed by it; may be empty
};

/// How the archive stands, for metrics and people.
struct LogStatus {
  std::string line;
  bool reading = false;              ///< connected to the server
  sql::GtidPosition safe;            ///< in at least one repository
  std::optional<Timestamp> safe_at;  ///< when that was last so for everything that had been read
  std::uint32_t last_time_s = 0;     ///< of the last group that is safe
  std::uint64_t segments = 0;
  struct At {
    std::string repository;
    std::uint64_t waiting = 0;  ///< segments that it does not have yet
    std::string fault;          ///< why, when it is away; empty: all is well
  };
  std::vector<At> repositories;
  std::string fault;  ///< why it does not read, when it does not
};

/// run() belongs to one thread; the rest is thread-safe. The repositories must outlive it.
class LogArchiver {
 public:
  LogArchiver(LogSource source, LogPolicy policy, std::vector<const Repository*> repositories,
              std::filesystem::path spool, const Clock& clock);
  LogArchiver(const LogArchiver&) = delete;
  LogArchiver& operator=(const LogArchiver&) = delete;
  ~LogArchiver();

  /// Reads until stop(); a server or repository that goes away is awaited. Ends early only when it cannot go on: the
  /// spool cannot be written (no_space, permission), the key is another one (unauthenticated), nothing in the
  /// repositories can be read (corrupt).
  [[nodiscard]] Status run();
  /// run() returns after it has sealed and delivered what it has.
  void stop();

  [[nodiscard]] LogStatus status() const;
  /// Waits until everything up to `position` is in a repository. False when `limit` passes first.
  [[nodiscard]] bool wait_for(const sql::GtidPosition& position, std::chrono::milliseconds limit);
  /// Ends the present segment soon, so that every repository gets it.
  void seal_now();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::backup
