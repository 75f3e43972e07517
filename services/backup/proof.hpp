// What was found when a backup, or a window of the log, was restored and compared. The JSON is the contract
// (docs/backup-format.md). (F1)
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/backup/oracle.hpp"

namespace slipway::backup {

/// could_not_try says nothing of the backup: no room, no archive up to the oracle yet, a server that does not answer.
enum class ProofOutcome { proven, failed, could_not_try };

[[nodiscard]] std::string_view to_text(ProofOutcome outcome);

/// Segments that were replayed; of the line, both inclusive, 0 when none was needed.
struct ProofWindow {
  std::string line;
  sql::GtidPosition from;
  std::uint64_t first_segment = 0;
  std::uint64_t last_segment = 0;
  std::uint64_t groups = 0;
  std::uint64_t bytes = 0;
};

/// What hindered a proof, or ended one.
struct ProofFault {
  std::string stage;  ///< "backup", "log", "replay", "check", "compare", "scratch"
  Error error;
};

struct Proof {
  ProofOutcome outcome = ProofOutcome::could_not_try;
  std::string backup;                               ///< its id; of a window: the backup that the copy stems from
  std::string repository;                           ///< id of the one that the backup was read from
  sql::GtidPosition position;                       ///< up to which everything was proven: the oracle's
  Timestamp oracle_at;                              ///< when the living server was there, by its clock
  ProofWindow window;                               ///< of the log after the backup, or after the last proof
  std::uint64_t tables = 0;                         ///< compared by sum
  std::uint64_t definitions = 0;                    ///< compared
  std::uint64_t checked = 0;                        ///< tables that CHECK TABLE looked at
  std::map<std::string, std::string> not_compared;  ///< object → why
  std::vector<Mismatch> mismatches;
  std::optional<ProofFault> fault;
  Timestamp began_at;
  Timestamp ended_at;
  std::string server_version;  ///< of the scratch server
  std::string oracle_version;  ///< of the living one
  std::string program_version;
};

/// "backup 20261129t031500z-full: failed: table acct_desk_1.ticket: rows: expected …, found …", for people.
[[nodiscard]] std::string to_text(const Proof& proof);

[[nodiscard]] nlohmann::ordered_json to_json(const Proof& proof);
/// Errors: corrupt, unsupported (a newer form).
[[nodiscard]] Result<Proof> read_proof(const nlohmann::ordered_json& json);

/// "backups/ID/proof.json", "backups/ID/proof.2.json", …
[[nodiscard]] std::string proof_name(const std::string& backup, int number);
/// The number of such a name; nothing for other objects.
[[nodiscard]] std::optional<int> proof_number(const std::string& backup, std::string_view name);
/// "proofs/20261129t031500.123z.json": of a window of the log.
[[nodiscard]] std::string window_proof_name(Timestamp ended_at);

}  // namespace slipway::backup
