// SQL of the site agent: what the site's own server says, and the steps that change its part.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/site/database_rules.hpp"

namespace slipway::site {

/// As whom a site replicates from the other one.
struct ReplicationUser {
  std::string name;
  Secret password;
  std::string ca_file;  ///< the server's certificate is checked against it; empty: without TLS, for tests on loopback
};

/// What a person ordered (A39, E4).
struct OrderRecord {
  Timestamp at;
  std::string kind;  ///< "promote" or "demote"
  std::string by;
  std::string because;
  std::uint64_t seen_epoch = 0;  ///< the newest at that time
  bool accepts_loss = false;
};

/// Who held the writes since when.
struct EpochRecord {
  std::uint64_t epoch = 0;
  std::string site;
  Timestamp began_at;
  std::string position;  ///< GTIDs that the site had before its first write
  std::string cause;     ///< name_of(Cause)
};

/// Facts in one moment. Errors: those of the connection.
[[nodiscard]] Result<DatabaseFacts> look(sql::Connection& server);

/// Makes the server read-only, once nothing is under way any more. Sessions that hold it up are ended; `at_once`: all
/// that are writing are ended first, and their clients do not hear how it ended. Error: timeout when it could not be
/// done within about two seconds; to be called again.
[[nodiscard]] Status stop_writes(sql::Connection& server, bool at_once);
[[nodiscard]] Status allow_writes(sql::Connection& server);

/// Commits return when a standby has them, however long that takes.
[[nodiscard]] Status wait_for_standby(sql::Connection& server);
[[nodiscard]] Status stop_waiting(sql::Connection& server);

/// Replicates from `source` from where this server is, and confirms what it receives. Errors: unsupported where the
/// server is set to forget that.
[[nodiscard]] Status follow(sql::Connection& server, const Address& source, const ReplicationUser& user);
[[nodiscard]] Status stop_receiving(sql::Connection& server);
[[nodiscard]] Status start_applying(sql::Connection& server);
[[nodiscard]] Status forget_source(sql::Connection& server);

/// A commit. Returns when the standby has it, if commits wait for one.
[[nodiscard]] Status probe(sql::Connection& server, const std::string& site, Timestamp now);

/// One that is recorded already stays as it is.
[[nodiscard]] Status record_epoch(sql::Connection& server, const EpochRecord& epoch);
[[nodiscard]] Status record_order(sql::Connection& server, const std::string& site, const OrderRecord& order);
/// The newest first.
[[nodiscard]] Result<std::vector<EpochRecord>> recorded_epochs(sql::Connection& server, unsigned limit);

/// Whether the server lets its users write. `server`: any user's.
[[nodiscard]] Result<bool> takes_writes(sql::Connection& server);

/// The server was restored from a backup: its log begins anew, and what it replicates comes behind what it has. The
/// position; error: corrupt when it does not know it. `server`: an administrator's.
[[nodiscard]] Result<std::string> begin_as_copy(sql::Connection& server);

}  // namespace slipway::site
