// An assessment for people and programs.
#pragma once

#include <nlohmann/json.hpp>

#include "migrate/assess/assess.hpp"

namespace slipway::migrate::assess {

/// Everything, one entry per finding; names are stable.
[[nodiscard]] nlohmann::ordered_json to_json(const Assessment& assessment);

/// For a terminal, 100 columns at most, grouped by severity and kind; of many objects the first few.
[[nodiscard]] std::string to_text(const Assessment& assessment);

/// One self-contained page: no script, nothing fetched, light and dark.
[[nodiscard]] std::string to_html(const Assessment& assessment);

/// Findings of one kind and severity, which stand side by side in a sorted list.
struct Group {
  const Kind* kind;
  Severity severity;
  std::vector<const Finding*> findings;
};
[[nodiscard]] std::vector<Group> groups_of(const Findings& findings);

/// What the head of a report says, as label and text; without what is empty.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> head_of(const Assessment& assessment);

/// "2 blockers, 1 change, no notes".
[[nodiscard]] std::string counts_of(const Findings& findings);

/// Detail and number of rows of a finding as one remark.
[[nodiscard]] std::string remark_of(const Finding& finding);

}  // namespace slipway::migrate::assess
