// What the backup agent says of itself and of its repositories, as the console knows it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::console {

/// Every moment from `from` to `until` can be restored; from `proven_from` on, that was tried (F1).
struct Span {
  Timestamp from;
  Timestamp until;
  std::optional<Timestamp> proven_from = {};
};

struct RepositoryReport {
  std::string name;
  bool available = true;
  std::vector<Span> spans = {};  ///< that it can restore alone
};

struct BackupEntry {
  std::string id;
  std::string repository;
  std::string kind;     ///< "full", "incremental", "sandbox"
  std::string parent;   ///< of an incremental
  std::string account;  ///< of a sandbox backup
  Timestamp taken_at;
  std::uint64_t bytes = 0;
  std::string proof;  ///< "pending", "proven", "failed"
};

struct AlertEntry {
  std::string name;
  std::string repository;
  std::string account = {};  ///< whose own backup it is about; empty: the platform's
};

struct BackupReport {
  bool enabled = false;                     ///< A24: off while the platform is being implemented
  bool rests = false;                       ///< the other one of two sites has the writes, and is backed up there
  std::string doing = {};                   ///< "full", "incremental", "proof", "log_proof", "prune"; empty: nothing
  std::optional<Timestamp> looked_at = {};  ///< at the repositories; nothing: the agent has just started
  std::optional<Timestamp> archived_until = {};
  std::vector<AlertEntry> alerts = {};
  std::vector<Span> spans = {};  ///< that all repositories can restore together
  std::vector<RepositoryReport> repositories = {};
  std::vector<BackupEntry> backups = {};
};

/// Reads the agent's answer. Error: corrupt.
[[nodiscard]] Result<BackupReport> parse_report(std::string_view json);

/// Asks the agent on its socket. Errors: unavailable, timeout (it does not answer, or no socket is configured),
/// corrupt. Thread-safe.
[[nodiscard]] Result<BackupReport> ask_agent(const std::filesystem::path& socket);

}  // namespace slipway::console
