// Checks everything that a repository holds: documents, pieces, the log's segments and how they follow one another, and
// what belongs to nothing.
#pragma once

#include <functional>

#include "services/backup/repository.hpp"

namespace slipway::backup {

struct Verification {
  std::vector<Error> faults;  ///< something is lost or is not what it was: corrupt, not_found
  /// Objects that belong to nothing, with the reason: of a backup that is being taken or was given up, unfinished ones
  /// that a finished one replaced, strangers. Nothing is lost by them, unless the manifest of that backup is.
  std::vector<std::string> unreferenced;
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;  ///< read
  std::uint64_t backups = 0;
  std::uint64_t segments = 0;

  [[nodiscard]] bool clean() const { return faults.empty() && unreferenced.empty(); }
};

/// Told of bytes that were read, of how many.
using VerifyProgress = std::function<void(std::uint64_t bytes, std::uint64_t of)>;

/// Reads every object to its end and opens each one. May run beside an agent that works on the repository. Errors: what
/// hinders the check itself (unavailable, timeout, permission, unauthenticated: another key).
[[nodiscard]] Result<Verification> verify_repository(const Repository& repository, const VerifyProgress& progress);

}  // namespace slipway::backup
