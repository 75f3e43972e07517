#include "services/doctor/report.hpp"

#include <algorithm>

namespace slipway::doctor {
namespace {

using nlohmann::ordered_json;

std::string_view colour(Verdict verdict) {
  switch (verdict) {
    case Verdict::failure:
      return "\033[1;31m";
    case Verdict::warning:
      return "\033[33m";
    case Verdict::unknown:
      return "\033[35m";
    case Verdict::note:
      return "\033[36m";
    case Verdict::ok:
      return "\033[32m";
    case Verdict::not_applicable:
      break;
  }
  return "\033[2m";
}

/// As a person reads it, in a column.
std::string word(Verdict verdict, bool colours) {
  std::string text(verdict == Verdict::not_applicable ? "n/a" : to_text(verdict));
  text.resize(8, ' ');
  return colours ? std::string(colour(verdict)) + text + "\033[0m" : text;
}

std::string counts_text(const Counts& counts) {
  static constexpr std::array<const char*, kVerdicts> singular{"failure", "warning", "unknown",
                                                               "note",    "ok",      "not applicable"};
  static constexpr std::array<const char*, kVerdicts> plural{"failures", "warnings", "unknown",
                                                             "notes",    "ok",       "not applicable"};
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) == 0) continue;
    text +=
        (text.empty() ? "" : ", ") + std::to_string(counts.at(i)) + " " + (counts.at(i) == 1 ? singular : plural).at(i);
  }
  return text.empty() ? "nothing was checked" : text;
}

bool is_shown(const Finding& finding, const ReportOptions& options) {
  const Verdict verdict = finding.outcome.verdict;
  if (options.failures_only) return verdict == Verdict::failure;
  return options.all || (verdict != Verdict::ok && verdict != Verdict::not_applicable);
}

std::string finding_text(const Finding& finding, bool colours) {
  const Outcome& outcome = finding.outcome;
  std::string text =
      "  " + word(outcome.verdict, colours) + " " + finding.check->id + "  " + finding.check->title + "\n";
  text += "           " + outcome.reason + "\n";
  if (!outcome.way_out.empty()) text += "           → " + outcome.way_out + "\n";
  return text;
}

struct Group {
  Area area;
  std::vector<Finding> findings;  ///< the worst first
};

std::vector<Group> by_area(const std::vector<Finding>& findings) {
  std::vector<Group> groups;
  for (const Finding& finding : findings) {
    auto group = std::ranges::find(groups, finding.check->area, &Group::area);
    if (group == groups.end()) group = groups.insert(groups.end(), Group{finding.check->area, {}});
    group->findings.push_back(finding);
  }
  const auto verdict = [](const Finding& finding) { return finding.outcome.verdict; };
  for (Group& group : groups) std::ranges::stable_sort(group.findings, {}, verdict);
  std::ranges::stable_sort(groups, {}, [&](const Group& group) { return verdict(group.findings.front()); });
  return groups;
}

ordered_json counts_json(const Counts& counts) {
  ordered_json json = ordered_json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) json[std::string(to_text(static_cast<Verdict>(i)))] = counts.at(i);
  return json;
}

template <typename Visit>
void for_each_check(std::span<const Area> areas, Visit&& visit) {
  for (const Check& check : all_checks())
    if (areas.empty() || std::ranges::find(areas, check.area) != areas.end()) visit(check);
}

}  // namespace

Counts count(const std::vector<Finding>& findings) {
  Counts counts{};
  for (const Finding& finding : findings) ++counts.at(static_cast<std::size_t>(finding.outcome.verdict));
  return counts;
}

std::string report_text(const std::vector<Finding>& findings, const ReportOptions& options) {
  std::string text;
  for (const Group& group : by_area(findings)) {
    std::string shown;
    for (const Finding& finding : group.findings)
      if (is_shown(finding, options)) shown += finding_text(finding, options.colours);
    if (options.failures_only && shown.empty()) continue;
    const std::string name(to_text(group.area));
    text += (options.colours ? "\033[1m" + name + "\033[0m" : name) + ": " + counts_text(count(group.findings)) + "\n" +
            shown;
  }
  return text + (text.empty() ? "" : "\n") + "in all: " + counts_text(count(findings)) + "\n";
}

ordered_json report_json(const Place& place, const std::vector<Finding>& findings, bool failures_only) {
  const Counts counts = count(findings);
  ordered_json found = ordered_json::array();
  for (const Finding& finding : findings) {
    if (failures_only && finding.outcome.verdict != Verdict::failure) continue;
    found.push_back({{"id", finding.check->id},
                     {"area", to_text(finding.check->area)},
                     {"title", finding.check->title},
                     {"outcome", to_text(finding.outcome.verdict)},
                     {"reason", finding.outcome.reason},
                     {"way_out", finding.outcome.way_out}});
  }
  Verdict worst = Verdict::ok;
  for (const Verdict verdict : {Verdict::note, Verdict::unknown, Verdict::warning, Verdict::failure})
    if (counts.at(static_cast<std::size_t>(verdict)) > 0) worst = verdict;
  return {{"version", place.version}, {"at", to_iso8601(place.now)},   {"embedded", place.embedded},
          {"result", to_text(worst)}, {"counts", counts_json(counts)}, {"findings", std::move(found)}};
}

std::string list_text(std::span<const Area> areas) {
  std::string text;
  std::size_t checks = 0;
  for_each_check(areas, [&](const Check& check) {
    std::string id = check.id;
    id.resize(std::max<std::size_t>(id.size() + 2, 40), ' ');
    text += id + check.title + "\n";
    ++checks;
  });
  return text + std::to_string(checks) + " checks\n";
}

ordered_json list_json(std::span<const Area> areas) {
  ordered_json list = ordered_json::array();
  for_each_check(areas, [&](const Check& check) {
    list.push_back({{"id", check.id}, {"area", to_text(check.area)}, {"title", check.title}});
  });
  return list;
}

}  // namespace slipway::doctor
