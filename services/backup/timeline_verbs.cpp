// slipway backup timeline
#include "services/backup/catalog.hpp"
#include "services/backup/lease.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/timeline_rules.hpp"
#include "services/backup/verbs.hpp"
#include "services/backup/words.hpp"

namespace slipway::backup {
namespace {

using command::Context;
using command::Output;
using nlohmann::ordered_json;

/// What is known of all repositories, and what is wrong with them.
struct Known {
  TimelineFacts facts;
  std::vector<Error> faults;
  bool archived = false;  ///< an agent is at work: what its running segment holds comes on top
};

Known look(const Repositories& repositories, const Context& context) {
  Known known;
  SegmentMemory memory;
  const SystemClock clock;
  for (const auto& away : repositories.faults()) {
    known.faults.push_back(away.error);
    known.facts.logs.push_back({.repository = away.name, .available = false, .segments = {}, .safe_until = {}});
  }
  for (const Repository* repository : repositories.all()) {
    context.progress("· " + repository->describe());
    known.archived = known.archived || agent_is_alive(*repository, clock.now());
    const auto backups = backup_facts(*repository, memory);
    if (!backups) {
      known.faults.push_back(backups.error());
      continue;
    }
    known.facts.backups.insert(known.facts.backups.end(), backups->backups.begin(), backups->backups.end());
    known.faults.insert(known.faults.end(), backups->faults.begin(), backups->faults.end());
  }
  auto logs = log_facts(repositories.all(), memory);
  known.facts.logs.insert(known.facts.logs.end(), logs.logs.begin(), logs.logs.end());
  known.faults.insert(known.faults.end(), logs.faults.begin(), logs.faults.end());
  return known;
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

std::string span_text(const RestorableSpan& span, bool running) {
  if (span.from == span.until && !running)
    return second_of(span.from) + "  this moment alone: no log goes on from it\n    " + bases_text(span) + "\n";
  std::string text = second_of(span.from) + "  to  " + (running ? std::string("now") : second_of(span.until)) +
                     "  every transaction (" + duration_text(span.until - span.from) + ")\n    " + bases_text(span) +
                     "\n";
  text += span.proven_from ? "    proven from " + second_of(*span.proven_from) + " on\n" : "    not proven yet\n";
  if (!span.position_until.empty()) text += "    finished log up to GTID " + span.position_until + "\n";
  return text;
}

ordered_json span_json(const RestorableSpan& span) {
  ordered_json bases = ordered_json::array();
  for (const BackupPlace& base : span.bases) bases.push_back({{"repository", base.repository}, {"backup", base.id}});
  return {{"from", to_iso8601(span.from)},
          {"until", to_iso8601(span.until)},
          {"proven_from", span.proven_from ? ordered_json(to_iso8601(*span.proven_from)) : ordered_json()},
          {"gtid_from", span.position_from},
          {"gtid_until", span.position_until},
          {"bases", bases}};
}

Result<Output> timeline(const Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  SLIPWAY_TRY(const auto repositories, Repositories::open(config));
  SLIPWAY_CHECK(repositories.any());
  const Known known = look(repositories, context);
  const auto spans = restorable_spans(known.facts);
  Output output{{{"spans", ordered_json::array()}, {"archiving", known.archived}, {"faults", ordered_json::array()}},
                ""};
  Timestamp last;
  for (const RestorableSpan& span : spans) last = std::max(last, span.until);
  for (const RestorableSpan& span : spans) {
    output.json["spans"].push_back(span_json(span));
    output.text += span_text(span, known.archived && span.until == last && !span.position_until.empty());
  }
  for (const Error& fault : known.faults) {
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
