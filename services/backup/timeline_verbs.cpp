// slipway backup timeline
#include <algorithm>

#include "services/backup/lease.hpp"
#include "services/backup/look_around.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/timeline_json.hpp"
#include "services/backup/verbs.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;

/// An agent is at work: what its running segment holds comes on top.
bool is_archived(const Repositories& repositories) {
  const SystemClock clock;
  return std::ranges::any_of(repositories.all(),
                             [&](const Repository* repository) { return agent_is_alive(*repository, clock.now()); });
}

std::string second_of(Timestamp time) { return to_iso8601(std::chrono::floor<std::chrono::seconds>(time)); }

/// "even: 3 backups from …, odd: …"
std::string bases_text(const RestorableSpan& span) {
  std::map<std::string, std::pair<int, std::string>> of;  // by repository: how many, the newest
  for (const BackupPlace& base : span.bases) {
    auto& [count, newest] = of[base.repository];
    ++count;
    newest = base.id;
  }
  std::string text;
  for (const auto& [repository, found] : of)
    text += (text.empty() ? "" : "; ") + std::to_string(found.first) + (found.first == 1 ? " backup" : " backups") +
            " in '" + repository + "', the last " + found.second;
  return text;
}

/// A moment from which on everything can be restored: a restore takes whole seconds.
std::string first_second_of(Timestamp time) { return to_iso8601(std::chrono::ceil<std::chrono::seconds>(time)); }

std::string until_text(const RestorableSpan& span, bool archived) {
  if (!span.open_ended) return second_of(span.until);
  return archived ? "now" : "at least " + second_of(span.until);
}

std::string span_text(const RestorableSpan& span, bool archived) {
  if (span.from == span.until && !span.open_ended)
    return first_second_of(span.from) + "  this moment alone: no log goes on from it\n    " + bases_text(span) + "\n";
  std::string text = first_second_of(span.from) + "  to  " + until_text(span, archived) + "  every transaction (" +
                     duration_text(span.until - span.from) + ")\n    " + bases_text(span) + "\n";
  text += span.proven_from ? "    proven from " + first_second_of(*span.proven_from) + " on\n" : "    not proven yet\n";
  if (!span.position_until.empty()) text += "    finished log up to GTID " + span.position_until + "\n";
  return text;
}

Result<Output> timeline(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  for (const Repository* repository : repositories.all()) context.progress("· " + repository->describe());
  SegmentMemory memory;
  const auto seen = look_around(repositories, LogStatus(), memory);
  const auto spans = restorable_spans(seen.timeline);
  const bool archived = is_archived(repositories);
  Output output{timeline_json(seen.timeline), ""};
  output.json["archiving"] = archived;
  output.json["faults"] = ordered_json::array();
  for (const RestorableSpan& span : spans) output.text += span_text(span, archived);
  for (const Error& fault : seen.faults) {
    output.json["faults"].push_back({{"message", fault.message}, {"hint", fault.hint}});
    output.text += "! " + fault.message + "\n";
  }
  if (spans.empty()) output.text += "nothing can be restored; take a backup with 'slipway backup run'\n";
  return output;
}

}  // namespace

void register_backup_timeline(command::Verbs& verbs, CLI::App& group) {
  verbs.add(group, "timeline", "Show which moments can be restored, from which backups",
            "slipway backup timeline --json", timeline);
}

}  // namespace slipway::backup
