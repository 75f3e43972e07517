// Checks a line of the binary-log archive in one repository. Inside this folder only.
#pragma once

#include "services/backup/verify.hpp"

namespace slipway::backup {

/// What of a line is in the listing of its repository, by number, with sizes.
using LineListing = std::map<std::uint64_t, std::uint64_t>;

/// Adds to `into`; `seen` is told of the bytes of each segment. `backups`: whose log it is. Errors: as
/// verify_repository().
[[nodiscard]] Status verify_line(const Repository& repository, const std::string& line, const LineListing& segments,
                                 const std::vector<Manifest>& backups, const Repository::Seen& seen,
                                 Verification& into);

/// Whether an error is a finding, and not what hinders finding.
[[nodiscard]] bool is_finding(const Error& error);

}  // namespace slipway::backup
