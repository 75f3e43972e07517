#include "services/console/drills_page.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "services/console/drill_chart.hpp"
#include "services/webui/show.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;
using webui::Texts;

constexpr std::size_t kMostPoints = 24;  // of the trend, side by side on a phone

std::string text(const Viewer& viewer, std::string_view key) {
  return std::string(Texts::built_in().text(viewer.language, key));
}
std::string text(const Viewer& viewer, std::string_view key, std::string_view value) {
  return Texts::built_in().text(viewer.language, key, value);
}

json time(const Viewer& viewer, Timestamp then) {
  return webui::time_value(Texts::built_in(), viewer.language, viewer.now, then);
}

/// The translation of a name out of a report; the name itself where a newer release made it.
std::string named(const Viewer& viewer, const std::string& family, const std::string& name, const std::string& words) {
  std::string key;
  for (const char c : name)
    key += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c == ' ' || c == '-' ? '_' : c;
  std::string known = text(viewer, family + "." + key);
  return known.empty() ? words : known;
}

std::string list_of_missed(const DrillReport& report, const Viewer& viewer) {
  std::string list;
  for (const std::string& goal : report.missed)
    list += (list.empty() ? "" : ", ") + named(viewer, "drill_goal", goal, goal);
  return list;
}

const char* name_of(Verdict verdict) {
  return verdict == Verdict::passed ? "passed" : verdict == Verdict::failed ? "failed" : "not_carried";
}

json verdict_values(const DrillReport& report, const Viewer& viewer) {
  const std::string name = name_of(report.verdict);
  const char* const icon = report.verdict == Verdict::passed ? "resolved" : "alert";
  return {{"name", name}, {"text", text(viewer, "drill_verdict." + name)}, {"icon", icon}};
}

json seal_values(const DrillEntry& entry, const Viewer& viewer) {
  const char* name = "good";
  if (entry.seal == Seal::missing) name = "missing";
  if (entry.seal == Seal::no_key) name = "no_key";
  if (entry.seal == Seal::forged || (entry.seal == Seal::good && entry.altered)) name = "forged";
  return {
      {"good", entry.seal == Seal::good && !entry.altered},
      {"text", text(viewer, std::string("drill_seal.") + name)},
      {"short", text(viewer, entry.seal == Seal::good && !entry.altered ? "drill.verified" : "drill.not_verified")}};
}

std::string seconds(const std::optional<double>& value, const Viewer& viewer) {
  return value ? duration_text(*value, viewer.language, Decimals::one) : text(viewer, "drill.not_measured");
}

json rto_values(const DrillReport& report, const Viewer& viewer) {
  return {{"text", seconds(report.rto_seconds, viewer)},
          {"goal", duration_text(report.rto_goal_seconds, viewer.language)},
          {"met", report.rto_seconds && *report.rto_seconds <= report.rto_goal_seconds}};
}

json rpo_values(const DrillReport& report, const Viewer& viewer) {
  return {{"text", report.rpo ? std::to_string(*report.rpo) : text(viewer, "drill.not_measured")},
          {"goal", std::to_string(report.rpo_goal)},
          {"met", report.rpo && *report.rpo <= report.rpo_goal}};
}

std::string percent(double part, double whole) {
  std::array<char, 24> shown{};
  std::snprintf(shown.data(), shown.size(), "%.2f%%", whole > 0 ? std::clamp(100 * part / whole, 0.0, 100.0) : 0.0);
  return shown.data();
}

/// Each with the piece of time that it took, as the report's own page has it.
json phase_values(const DrillReport& report, const Viewer& viewer) {
  double whole = 0;
  for (const DrillPhase& phase : report.phases) whole = std::max(whole, phase.since_cut.value_or(0));
  json values = json::array();
  double before = 0;
  for (const DrillPhase& phase : report.phases) {
    const double until = std::max(before, phase.since_cut.value_or(0));
    json bar;
    if (phase.since_cut) bar = {{"x", percent(before, whole)}, {"width", percent(until - before, whole)}};
    values.push_back(
        {{"words", named(viewer, "drill_phase", phase.name, phase.words)},
         {"cut", phase.since_cut ? json(duration_text(*phase.since_cut, viewer.language, Decimals::one)) : json()},
         {"order",
          phase.since_order ? json(duration_text(*phase.since_order, viewer.language, Decimals::one)) : json()},
         {"bar", std::move(bar)}});
    before = until;
  }
  return values.empty() ? json() : json{{"list", std::move(values)}};
}

json link_of(const DrillEntry& entry, const Viewer& viewer) {
  return entry.has_page ? json("/" + viewer.account + "/console/drills/" + entry.name) : json();
}

json last_values(const DrillEntry& entry, const Viewer& viewer) {
  const DrillReport& report = *entry.report;
  json way;
  if (!report.from.empty()) way = {{"from", report.from}, {"to", report.to}};
  return {{"when", time(viewer, report.began_at)},
          {"verdict", verdict_values(report, viewer)},
          {"missed", list_of_missed(report, viewer)},
          {"by", report.by},
          {"because", report.because},
          {"way", std::move(way)},
          {"rto", rto_values(report, viewer)},
          {"rpo", rpo_values(report, viewer)},
          {"phases", phase_values(report, viewer)},
          {"version", report.version},
          {"stopped", report.stopped},
          {"seal", seal_values(entry, viewer)},
          {"link", link_of(entry, viewer)}};
}

json row_values(const DrillEntry& entry, const Viewer& viewer) {
  json row = {{"name", entry.name},
              {"when", entry.at ? time(viewer, *entry.at) : json()},
              {"link", link_of(entry, viewer)},
              {"good", json()},
              {"wrong", json()}};
  if (!entry.report) {
    row["wrong"] = {{"text", text(viewer, "drill_wrong." + entry.wrong)}};
    return row;
  }
  row["good"] = {{"verdict", verdict_values(*entry.report, viewer)},
                 {"rto", rto_values(*entry.report, viewer)},
                 {"rpo", rpo_values(*entry.report, viewer)},
                 {"by", entry.report->by},
                 {"seal", seal_values(entry, viewer)}};
  return row;
}

std::int64_t days_since(const Viewer& viewer, Timestamp then) {
  return std::chrono::floor<std::chrono::days>(viewer.now - then).count();
}

const DrillEntry* newest(const DrillShelf& shelf, bool (*wanted)(const DrillEntry&)) {
  const auto found = std::ranges::find_if(shelf.drills, wanted);
  return found == shelf.drills.end() ? nullptr : &*found;
}

/// What to look at, of the newest drills.
json alert_values(const DrillShelf& shelf, const Viewer& viewer, std::int64_t limit_days) {
  json alerts = json::array();
  const DrillEntry* const last = newest(shelf, [](const DrillEntry& entry) { return entry.report.has_value(); });
  if (last != &shelf.drills.front()) alerts.push_back(text(viewer, "drill_alert.unreadable"));
  if (last != nullptr && last->report->verdict == Verdict::failed)
    alerts.push_back(text(viewer, "drill_alert.failed", list_of_missed(*last->report, viewer)));
  if (last != nullptr && last->report->verdict == Verdict::not_carried)
    alerts.push_back(text(viewer, "drill_alert.not_carried"));
  if (last != nullptr && !last->verified()) alerts.push_back(text(viewer, "drill_alert.not_verified"));
  const DrillEntry* const proof = newest(
      shelf, [](const DrillEntry& entry) { return entry.verified() && entry.report->verdict != Verdict::not_carried; });
  if (proof == nullptr) {
    alerts.push_back(text(viewer, "drill_alert.never"));
  } else if (const auto age = days_since(viewer, proof->report->began_at); age > limit_days) {
    alerts.push_back(text(viewer, "drill_alert.old", std::to_string(age)) + " " +
                     text(viewer, "drill_alert.limit", std::to_string(limit_days)));
  }
  return alerts;
}

json chart_values(const DrillShelf& shelf, const Viewer& viewer) {
  std::vector<DrillReport> verified;
  for (const DrillEntry& entry : shelf.drills)
    if (entry.verified()) verified.push_back(*entry.report);
  json chart = drill_chart(verified, kMostPoints, viewer.language);
  if (chart.is_null()) return chart;
  const auto missed = std::ranges::count_if(chart["points"], [](const json& point) { return point["met"] == false; });
  chart["label"] = text(viewer, "drill.chart_label", std::to_string(chart["points"].size())) + " " +
                   text(viewer, "drill.chart_missed", std::to_string(missed));
  return chart;
}

json frame(const Viewer& viewer, const std::string& state, const char* icon) {
  return {{"title", text(viewer, "drill.title")},
          {"nav", {{"drills", true}}},
          {"state", {{"name", state}, {"icon", icon}, {"text", text(viewer, "drill_state." + state)}}},
          {"reason", text(viewer, "drill_reason." + state)}};
}

}  // namespace

json drills_page(const DrillShelf& shelf, const Viewer& viewer, std::int64_t limit_days) {
  if (shelf.drills.empty()) {
    json page = frame(viewer, "none", "suspended");
    page["empty"] = true;
    return page;
  }
  json alerts = alert_values(shelf, viewer, limit_days);
  json page = frame(viewer, alerts.empty() ? "good" : "risk", alerts.empty() ? "resolved" : "alert");
  page["alerts"] = std::move(alerts);
  const DrillEntry* const last = newest(shelf, [](const DrillEntry& entry) { return entry.report.has_value(); });
  page["last"] = last == nullptr ? json() : last_values(*last, viewer);
  page["chart"] = chart_values(shelf, viewer);
  json rows = json::array();
  for (const DrillEntry& entry : shelf.drills) rows.push_back(row_values(entry, viewer));
  page["all"] = {{"rows", std::move(rows)}, {"older", shelf.older > 0 ? json(std::to_string(shelf.older)) : json()}};
  return page;
}

json no_drills_page(const Viewer& viewer) { return frame(viewer, "unknown", "alert"); }

}  // namespace slipway::console
