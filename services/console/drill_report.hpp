// What the report of a drill (F3) says, as the console shows it. A report comes from another machine: whatever stands
// in it is bounded and checked here, and escaped by the templates.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::console {

/// "20261130T211359Z", a drill's name: the second at which it began, in UTC. Nothing for other names.
[[nodiscard]] std::optional<Timestamp> drill_time(std::string_view name);

enum class Verdict {
  passed,      ///< every goal was met
  failed,      ///< one was missed
  not_carried  ///< it did not come to its end: neither
};

/// One step of the fail-over; seconds. Nothing: it never came, or came before the order.
struct DrillPhase {
  std::string name;   ///< "detected", …, for a translation
  std::string words;  ///< the report's own, in English
  std::optional<double> since_cut = {};
  std::optional<double> since_order = {};
};

struct DrillReport {
  std::string name;
  Timestamp began_at;
  Verdict verdict = Verdict::not_carried;
  std::vector<std::string> missed = {};  ///< names of goals
  std::string by;                        ///< who ordered it
  std::string because;
  std::string from = {};  ///< the site that was lost; empty: none was
  std::string to = {};    ///< the one that took over
  double rto_goal_seconds = 0;
  std::optional<double> rto_seconds = {};  ///< nothing: not measured
  std::int64_t rpo_goal = 0;               ///< acknowledged transactions that may be lost
  std::optional<std::int64_t> rpo = {};
  std::vector<DrillPhase> phases = {};
  std::string version = {};  ///< of the package that was tested
  std::string stopped = {};  ///< what stopped it, of one that was not carried out
};

/// Reads report.json of the drill of this name. Errors: corrupt (no JSON, a member that is missing or of another type,
/// a number that cannot be, another drill's report), unsupported (a verdict that this release does not know). Their
/// context has "wrong", a key of the translations ("drill_wrong.…").
[[nodiscard]] Result<DrillReport> parse_drill(std::string_view json, std::string_view name);

}  // namespace slipway::console
