#include "services/console/drill_report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace slipway::console {
namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = 400;          // of a text that is shown
constexpr std::size_t kMostPhases = 24;          // the lab knows eight
constexpr std::size_t kMostGoals = 24;           // and seven goals
constexpr double kMostSeconds = 366.0 * 86'400;  // a drill takes minutes
constexpr std::int64_t kMostLost = 1'000'000'000'000;

/// Thrown inside parse_drill() alone, as the reader of JSON throws, too.
struct Wrong {
  std::string key;  ///< of the translation
  std::string what;
  Code code = Code::corrupt;
};

/// Well-formed UTF-8 (the reader of JSON sees to that), cut between characters.
std::string text_of(const json& value) {
  auto text = value.get<std::string>();
  if (text.size() <= kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  text.resize(end);
  return text + "…";
}

/// The member of this name, which has to be an object; null when it is not there.
const json* object_at(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return nullptr;
  if (!found->is_object()) throw Wrong{"member", std::string(name) + " is no object"};
  return &*found;
}

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? std::string() : text_of(*found);
}

double seconds_of(const json& value, const char* what) {
  if (!value.is_number()) throw Wrong{"member", std::string(what) + " is no number"};
  const auto seconds = value.get<double>();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kMostSeconds)
    throw Wrong{"number", std::string(what) + " cannot be so long"};
  return seconds;
}

std::optional<double> maybe_seconds(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return seconds_of(*found, name);
}

std::int64_t count_of(const json& value, const char* what) {
  if (!value.is_number_integer()) throw Wrong{"member", std::string(what) + " is no whole number"};
  const auto count = value.get<std::int64_t>();
  if (count < 0 || count > kMostLost) throw Wrong{"number", std::string(what) + " cannot be so many"};
  return count;
}

Verdict verdict_of(const std::string& word) {
  if (word == "passed") return Verdict::passed;
  if (word == "failed") return Verdict::failed;
  if (word == "not carried out") return Verdict::not_carried;
  throw Wrong{"verdict", "its verdict is none that this release knows", Code::unsupported};
}

std::vector<std::string> missed_of(const json& goals) {
  std::vector<std::string> missed;
  for (const json& goal : goals)
    if (goal.at("met") == false && missed.size() < kMostGoals) missed.push_back(text_of(goal.at("name")));
  return missed;
}

std::vector<DrillPhase> phases_of(const json& rows) {
  std::vector<DrillPhase> phases;
  for (const json& row : rows) {
    if (phases.size() == kMostPhases) break;
    phases.push_back({text_of(row.at("name")), text_of(row.at("words")), maybe_seconds(row, "since_cut"),
                      maybe_seconds(row, "since_order")});
  }
  return phases;
}

void read_failover(DrillReport& report, const json& failover) {
  report.from = text_at(failover, "from");
  report.to = text_at(failover, "to");
  report.rto_seconds = maybe_seconds(failover, "rto_seconds");
  if (const json* const rpo = object_at(failover, "rpo")) report.rpo = count_of(rpo->at("transactions"), "rpo");
  if (const auto phases = failover.find("phases"); phases != failover.end()) report.phases = phases_of(*phases);
}

DrillReport report_of(const json& facts, std::string_view name) {
  DrillReport report{.name = facts.at("drill"), .began_at = {}, .by = {}, .because = {}};
  const auto named = drill_time(name);
  const auto began = parse_timestamp(facts.at("began_at").get<std::string>());
  if (!named.has_value() || report.name != name || !began || *began != *named)
    throw Wrong{"other", "it is the report of another drill"};
  report.began_at = *began;
  const json& verdict = facts.at("verdict");
  report.verdict = verdict_of(verdict.at("word"));
  report.missed = missed_of(verdict.at("goals"));
  report.by = text_of(facts.at("order").at("by"));
  report.because = text_of(facts.at("order").at("because"));
  report.rto_goal_seconds = seconds_of(facts.at("goals").at("rto_seconds"), "the goal of the RTO");
  report.rpo_goal = count_of(facts.at("goals").at("rpo_transactions"), "the goal of the RPO");
  if (report.verdict == Verdict::passed && !report.missed.empty())
    throw Wrong{"contradiction", "its verdict contradicts its goals"};
  if (const json* const failover = object_at(facts, "failover")) read_failover(report, *failover);
  if (const json* const package = object_at(facts, "package")) report.version = text_at(*package, "Version");
  report.stopped = text_at(facts, "fault");
  return report;
}

}  // namespace

std::optional<Timestamp> drill_time(std::string_view name) {
  if (name.size() != 16 || name[8] != 'T' || name[15] != 'Z') return {};
  for (const std::size_t digit : {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14})
    if (name[digit] < '0' || name[digit] > '9') return {};
  const auto part = [&](std::size_t at, std::size_t size) { return std::string(name.substr(at, size)); };
  const auto time = parse_timestamp(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" +
                                    part(11, 2) + ":" + part(13, 2) + "Z");
  if (!time) return {};
  return *time;
}

Result<DrillReport> parse_drill(std::string_view text, std::string_view name) {
  const auto refuse = [&](const Wrong& wrong) {
    return Error{wrong.code, "drill " + std::string(name) + ": report.json: " + wrong.what, "", {{"wrong", wrong.key}}};
  };
  try {
    return report_of(json::parse(text), name);
  } catch (const json::parse_error&) {
    return refuse({"json", "no whole JSON text"});
  } catch (const json::exception&) {
    return refuse({"member", "a member is missing or of another type"});
  } catch (const Wrong& wrong) {
    return refuse(wrong);
  }
}

}  // namespace slipway::console
