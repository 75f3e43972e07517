// What a check is: a function of facts, with a name that stays. Pure.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/doctor/facts.hpp"

namespace slipway::doctor {

/// The worst first.
enum class Verdict { failure, warning, unknown, note, ok, not_applicable };
[[nodiscard]] std::string_view to_text(Verdict verdict);
inline constexpr std::size_t kVerdicts = 6;

/// What a check found. The reason has what was measured; the way out is a command or a page, and is there unless it is
/// ok or does not apply.
struct Outcome {
  Verdict verdict = Verdict::unknown;
  std::string reason;
  std::string way_out = {};
};

[[nodiscard]] Outcome ok(std::string reason);
[[nodiscard]] Outcome note(std::string reason, std::string way_out);
[[nodiscard]] Outcome warning(std::string reason, std::string way_out);
[[nodiscard]] Outcome failure(std::string reason, std::string way_out);
[[nodiscard]] Outcome not_applicable(std::string reason);

/// What `look` says of the value; when there is none, why not.
template <typename T, typename Look>
[[nodiscard]] Outcome about(const Fact<T>& fact, Look&& look) {
  if (fact.known()) return look(*fact);
  if (fact.absent()) return not_applicable(fact.absent()->reason);
  return {Verdict::unknown, fact.unknown()->reason, fact.unknown()->way_out};
}

/// The verdict where something did not answer: a failure, or unknown when we may not ask it at all.
[[nodiscard]] Outcome no_answer(const Facts& facts, const Unknown& unknown, std::string way_out);

/// A list that should be empty: ok with `none`, else `otherwise` with "`what`: a, b, c".
[[nodiscard]] Outcome none_of(const Fact<Names>& fact, std::string_view none, Verdict otherwise, std::string_view what,
                              std::string_view way_out);

enum class Area {
  system,
  files,
  packages,
  network,
  tls,
  ssh,
  database,
  programs,
  backups,
  monitoring,
  security,
  identity
};
[[nodiscard]] std::string_view to_text(Area area);
[[nodiscard]] std::span<const Area> all_areas();

struct Check {
  std::string id;  ///< "tls.certificate.expires": stable, begins with its area
  Area area;
  std::string title;
  std::function<Outcome(const Facts&)> look;
};
using Checks = std::vector<Check>;

// Those of each area.
[[nodiscard]] Checks system_checks();
[[nodiscard]] Checks disk_checks();
[[nodiscard]] Checks file_checks();
[[nodiscard]] Checks package_checks();
[[nodiscard]] Checks network_checks();
[[nodiscard]] Checks tls_checks();
[[nodiscard]] Checks ssh_checks();
[[nodiscard]] Checks database_setting_checks();
[[nodiscard]] Checks database_state_checks();
[[nodiscard]] Checks program_checks();
[[nodiscard]] Checks backup_checks();
[[nodiscard]] Checks monitoring_checks();
[[nodiscard]] Checks security_checks();
[[nodiscard]] Checks identity_checks();

/// The one table.
[[nodiscard]] const Checks& all_checks();

struct Finding {
  const Check* check;  ///< in all_checks()
  Outcome outcome;
};

/// Every check of the areas asked for (none: all), in the order of the table. A check that throws is a fault of ours
/// and unknown, never the end of the others.
[[nodiscard]] std::vector<Finding> examine(const Facts& facts, std::span<const Area> areas = {});

// How measured values are written.
[[nodiscard]] std::string join(const Names& names, std::size_t most = 8);
[[nodiscard]] std::string size_text(std::uint64_t bytes);        ///< "1.4 GiB"
[[nodiscard]] std::string percent_text(double part);             ///< of 100: "12 %"
[[nodiscard]] std::string span_text(std::chrono::seconds span);  ///< "3 d 4 h", "12 min"
/// The number that `text` is, or nothing.
[[nodiscard]] std::optional<std::int64_t> number_of(std::string_view text);

}  // namespace slipway::doctor
