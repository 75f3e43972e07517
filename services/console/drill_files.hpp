// The drills that an operator has laid on this machine (ansible/playbooks/drill.yml):
//
//   key-….pub            public keys that reports may be signed with
//   20261130T211359Z/    report.json, report.html, SHA256SUMS, SHA256SUMS.sig
//
// Files come from elsewhere: no link is followed, nothing but a plain file is opened, and each has a limit.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "services/console/drill_report.hpp"
#include "services/console/drill_seal.hpp"

namespace slipway::console {

inline constexpr std::size_t kMostDrills = 100;  // that are read: the newest

/// One directory of a drill, whatever is in it.
struct DrillEntry {
  std::string name;                        ///< of the directory
  std::optional<Timestamp> at = {};        ///< by its name; nothing: it is no drill's
  std::optional<DrillReport> report = {};  ///< nothing: it cannot be read
  std::string wrong = {};                  ///< why not: a key of the translations
  Seal seal = Seal::missing;               ///< of the sums
  bool altered = false;                    ///< report.json is not what the sums name
  bool has_page = false;                   ///< report.html is there, and as it was signed

  /// As it was signed, by a key that the operator has laid.
  [[nodiscard]] bool verified() const { return report.has_value() && seal == Seal::good && !altered; }
};

struct DrillShelf {
  std::vector<DrillEntry> drills = {};  ///< the newest first; at most kMostDrills
  std::size_t older = 0;                ///< how many more there are
};

/// Everything that lies there. A directory that does not exist holds no drill. A report that is dated more than a day
/// after `now` is wrong. Errors: permission, internal. Thread-safe.
[[nodiscard]] Result<DrillShelf> read_shelf(const std::filesystem::path& directory, Timestamp now);

/// The page of a drill, as it was signed. Errors: not_found (no such drill, no page), conflict (not as it was signed,
/// by any of the keys here). Thread-safe.
[[nodiscard]] Result<std::string> read_drill_page(const std::filesystem::path& directory, const std::string& name);

}  // namespace slipway::console
