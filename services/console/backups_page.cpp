#include "services/console/backups_page.hpp"

#include <algorithm>
#include <map>

#include "services/console/timeline_chart.hpp"
#include "services/webui/show.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;
using webui::Texts;

constexpr std::size_t kMostTicks = 6;  // labels that a phone has room for
constexpr std::size_t kMostChains = 40;

std::string text(const Viewer& viewer, std::string_view key) {
  return std::string(Texts::built_in().text(viewer.language, key));
}

json time(const Viewer& viewer, Timestamp then) {
  return webui::time_value(Texts::built_in(), viewer.language, viewer.now, then);
}

/// "2026-11-25 03:00:12 UTC": what a person gives to who restores, so to the second and in one zone.
std::string second_of(std::chrono::sys_seconds time) {
  const std::string iso = to_iso8601(time);  // 2026-11-25T03:00:12Z
  return iso.substr(0, 10) + " " + iso.substr(11, 8) + " UTC";
}

// A restore takes whole seconds: the first and the last of them within the span.
std::chrono::sys_seconds first_second(Timestamp time) { return std::chrono::ceil<std::chrono::seconds>(time); }
std::chrono::sys_seconds last_second(const Span& span) {
  return std::max(first_second(span.from), std::chrono::floor<std::chrono::seconds>(span.until));
}

json frame(const Viewer& viewer, const std::string& state, const char* icon) {
  return {{"title", text(viewer, "console.backups")},
          {"nav", {{"console", true}}},
          {"state", {{"name", state}, {"icon", icon}, {"text", text(viewer, "backup_state." + state)}}},
          {"reason", text(viewer, "backup_reason." + state)}};
}

json span_values(const std::vector<Span>& spans) {
  json values = json::array();
  for (const Span& span : spans)
    values.push_back({{"from", second_of(first_second(span.from))},
                      {"until", second_of(last_second(span))},
                      {"proven", span.proven_from ? json(second_of(first_second(*span.proven_from))) : json()}});
  return values;
}

bool is_platform(const BackupEntry& backup) { return backup.kind == "full" || backup.kind == "incremental"; }

/// What the backups of a repository are as marks on its line.
json marks_of(const ChartRange& range, const BackupReport& report, const std::string& repository) {
  json marks = json::array();
  for (const BackupEntry& backup : report.backups)
    if (is_platform(backup) && backup.repository == repository)
      marks.push_back({{"place", range.place(backup.taken_at)},
                       {"full", backup.kind == "full"},
                       {"proof", backup.proof},
                       {"title", second_of(first_second(backup.taken_at))}});
  return marks;
}

json chart_of(const BackupReport& report, const Viewer& viewer) {
  const ChartRange range = range_of(report, viewer.now);
  json rows = json::array();
  rows.push_back({{"name", text(viewer, "console.together")},
                  {"bars", bars_of(range, report.spans)},
                  {"marks", json::array()},
                  {"away", false}});
  for (const RepositoryReport& repository : report.repositories)
    rows.push_back({{"name", repository.name},
                    {"bars", bars_of(range, repository.spans)},
                    {"marks", marks_of(range, report, repository.name)},
                    {"away", !repository.available}});
  return {{"rows", rows}, {"ticks", ticks_of(range, kMostTicks, viewer.language)}};
}

json proof_values(const Viewer& viewer, const std::string& proof) {
  return {{"name", proof}, {"text", text(viewer, "proof." + proof)}};
}

/// A full and what stands on it.
struct Chain {
  const BackupEntry* full = nullptr;
  std::size_t incrementals = 0;
  std::size_t proven = 0;
  Timestamp last_at;
};

std::vector<Chain> chains_of(const BackupReport& report) {
  using Place = std::pair<std::string, std::string>;
  std::map<Place, const BackupEntry*> by_place;
  for (const BackupEntry& backup : report.backups)
    if (is_platform(backup)) by_place[{backup.repository, backup.id}] = &backup;
  std::map<const BackupEntry*, Chain> chains;
  for (const auto& [place, backup] : by_place) {
    const BackupEntry* root = backup;
    // Bounded: what a repository says need not be true.
    for (std::size_t steps = 0; root->kind != "full" && steps < by_place.size(); ++steps) {
      const auto parent = by_place.find({root->repository, root->parent});
      if (parent == by_place.end()) break;
      root = parent->second;
    }
    if (root->kind != "full") continue;
    Chain& chain = chains[root];
    chain.full = root;
    chain.last_at = std::max(chain.last_at, backup->taken_at);
    if (backup == root) continue;
    ++chain.incrementals;
    chain.proven += backup->proof == "proven" ? 1 : 0;
  }
  std::vector<Chain> sorted;
  for (const auto& [root, chain] : chains) sorted.push_back(chain);
  std::ranges::sort(sorted, std::greater<>(), [](const Chain& chain) { return chain.full->taken_at; });
  if (sorted.size() > kMostChains) sorted.resize(kMostChains);
  return sorted;
}

json chain_values(const BackupReport& report, const Viewer& viewer) {
  json list = json::array();
  for (const Chain& chain : chains_of(report))
    list.push_back({{"taken", time(viewer, chain.full->taken_at)},
                    {"repository", chain.full->repository},
                    {"proof", proof_values(viewer, chain.full->proof)},
                    {"incrementals", chain.incrementals},
                    {"proven", chain.proven},
                    {"last", chain.incrementals > 0 ? time(viewer, chain.last_at) : json()}});
  return list.empty() ? json() : json{{"list", std::move(list)}};
}

/// A36: those of this account, the newest first; another one's are not for these eyes.
json sandbox_values(const BackupReport& report, const Viewer& viewer) {
  std::vector<BackupEntry> own;
  for (const BackupEntry& backup : report.backups)
    if (backup.kind == "sandbox" && backup.account == viewer.account) own.push_back(backup);
  std::ranges::sort(own, std::greater<>(), &BackupEntry::taken_at);
  json values = json::array();
  for (const BackupEntry& backup : own)
    values.push_back({{"id", backup.id},
                      {"taken", time(viewer, backup.taken_at)},
                      {"repository", backup.repository},
                      {"size", webui::file_size(Texts::built_in(), viewer.language, backup.bytes)},
                      {"proof", proof_values(viewer, backup.proof)}});
  return values;
}

json alert_values(const BackupReport& report, const Viewer& viewer) {
  json values = json::array();
  for (const AlertEntry& alert : report.alerts) {
    if (!alert.account.empty() && alert.account != viewer.account) continue;
    std::string words = text(viewer, "alert." + alert.name);
    if (words.empty()) words = alert.name;  // of a newer agent
    if (!alert.repository.empty()) words += " · " + alert.repository;
    if (std::ranges::find(values, json(words)) == values.end()) values.push_back(words);
  }
  return values;
}

std::string example(const BackupReport& report, const Viewer& viewer) {
  if (report.spans.empty()) return "";
  return "slipway restore --to " + to_iso8601(last_second(report.spans.back())) + " --account " + viewer.account +
         " --into NEW";
}

}  // namespace

json backups_page(const BackupReport& report, const Viewer& viewer) {
  if (report.rests) return frame(viewer, "rests", "suspended");
  if (!report.enabled) return frame(viewer, "off", "suspended");
  if (!report.looked_at && report.alerts.empty()) return frame(viewer, "looking", "new");
  json alerts = alert_values(report, viewer);
  const bool good = alerts.empty() && !report.spans.empty();
  json page = frame(viewer, good ? "good" : "risk", good ? "resolved" : "alert");
  page["alerts"] = std::move(alerts);
  page["doing"] = report.doing.empty() ? json() : json(text(viewer, "work." + report.doing));
  page["spans"] = span_values(report.spans);
  page["looked"] = report.looked_at ? time(viewer, *report.looked_at) : json();
  page["archived"] = report.archived_until
                         ? json(second_of(std::chrono::floor<std::chrono::seconds>(*report.archived_until)))
                         : json();
  page["chart"] = chart_of(report, viewer);
  page["repositories"] = json::array();
  for (const RepositoryReport& repository : report.repositories)
    page["repositories"].push_back(
        {{"name", repository.name}, {"available", repository.available}, {"spans", span_values(repository.spans)}});
  page["chains"] = chain_values(report, viewer);
  page["sandbox"] = sandbox_values(report, viewer);
  page["is_sandbox"] = viewer.kind == "sandbox";
  page["example"] = example(report, viewer);
  return page;
}

json no_backups_page(const Viewer& viewer) { return frame(viewer, "unknown", "alert"); }

}  // namespace slipway::console
