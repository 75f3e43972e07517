// Proving: a backup, and the log after it, restored into a scratch server and compared with what the living server
// held. (F1 A35)
//
//   living server ── oracle at P ─────────────────────────────┐
//   repositories ── chain ▶ prepare ▶ scratch server ── log up to P ──▶ check, sum ──▶ compare ──▶ proof, sealed
//
// The scratch directory holds, between runs, nothing or a rolling copy: the scratch server's data at the last proof,
// onto which prove_window() replays what came since.
#pragma once

#include <functional>

#include "services/backup/proof.hpp"
#include "services/backup/restore.hpp"

namespace slipway::backup {

struct ProofOptions {
  std::filesystem::path directory;             ///< scratch; made 0700; what a killed run left is cleared
  std::uint64_t memory_bytes = 512ULL << 20U;  ///< half of it is the scratch server's buffer pool
  int threads = 2;                             ///< that replay
  bool keep_copy = false;                      ///< a rolling copy stays behind, for prove_window()
  bool gently = true;                          ///< low priority for processor and disk
  /// Asked when a stage has failed: true, and it was no fault of the backup's. Whoever stops this program may end its
  /// children first.
  std::function<bool()> interrupted = {};
  RestoreProgress progress = {};  ///< steps besides those of a restore: "check", "compare"; of how many tables
};

/// Restores the backup from `home` and the log from any of `repositories` up to the oracle's position, which must have
/// been archived, and compares. Proven and failed ones are written beside the backup in `home`; one that could not be
/// tried is not, and is worth trying again. Errors: those of writing the proof.
[[nodiscard]] Result<Proof> prove_backup(const std::vector<const Repository*>& repositories, const Repository& home,
                                         const Manifest& backup, const Oracle& oracle, const ProofOptions& options,
                                         const Clock& clock);

/// Replays the log since the last proof onto the rolling copy, and compares it with the oracle. Proven and failed ones
/// are written as window_proof_name() into every repository that answers. After a failure there is no copy any more;
/// without one it could not be tried. Errors: no repository took the proof.
[[nodiscard]] Result<Proof> prove_window(const std::vector<const Repository*>& repositories, const Oracle& oracle,
                                         const ProofOptions& options, const Clock& clock);

}  // namespace slipway::backup
