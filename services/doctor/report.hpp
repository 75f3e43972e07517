// What was found, for a person and for a program.
#pragma once

#include <array>
#include <nlohmann/json.hpp>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {

using Counts = std::array<std::size_t, kVerdicts>;  ///< by Verdict
[[nodiscard]] Counts count(const std::vector<Finding>& findings);

struct ReportOptions {
  bool colours = false;
  bool failures_only = false;
  bool all = false;  ///< also what is ok, or does not apply
};

/// By area, the worst area and in it the worst finding first; then the counts.
[[nodiscard]] std::string report_text(const std::vector<Finding>& findings, const ReportOptions& options);

/// {"version", "at", "embedded", "result": the worst verdict that counts, "counts": {…}, "findings": [{"id", "area",
/// "title", "outcome", "reason", "way_out"}]}; findings in the order of the table.
[[nodiscard]] nlohmann::ordered_json report_json(const Place& place, const std::vector<Finding>& findings,
                                                 bool failures_only = false);

/// Every check, for `--list`.
[[nodiscard]] std::string list_text(std::span<const Area> areas);
[[nodiscard]] nlohmann::ordered_json list_json(std::span<const Area> areas);

}  // namespace slipway::doctor
