#include "services/upgrade/report.hpp"

#include "services/upgrade/package_rules.hpp"

namespace slipway::upgrade {
namespace {

using nlohmann::ordered_json;

std::uint64_t seconds(Timestamp from, Timestamp to) {
  const auto span = std::chrono::round<std::chrono::seconds>(to - from).count();
  return span < 0 ? 0 : static_cast<std::uint64_t>(span);
}

Timestamp end_of(const State& state, std::size_t step, Timestamp now) {
  if (step + 1 < state.steps.size()) return state.steps[step + 1].at;
  return is_final(state.steps[step].phase) ? state.steps[step].at : now;
}

/// From the moment that programs stop to the end, or to now.
std::uint64_t away(const State& state, Timestamp now) {
  for (const Step& step : state.steps)
    if (step.phase == Phase::closing) return seconds(step.at, end_of(state, state.steps.size() - 1, now));
  return 0;
}

std::string old_version(const State& state) {
  for (const auto& pair : state.packages)
    if (pair.name == "slipway") return pair.old_version;
  return "";
}

std::string headline(const State& state) {
  const std::string text = "upgrade " + versions_text(state) + ": ";
  if (state.phase == Phase::done) return text + "done, the new version serves";
  if (state.phase == Phase::returned) return text + "returned to " + old_version(state) + ", with all data";
  return text + "under way: " + std::string(in_words(state.phase));
}

std::string_view result_of(const State& state) {
  if (state.phase == Phase::done) return "upgraded";
  return state.phase == Phase::returned ? "returned" : "under_way";
}

ordered_json packages_json(const State& state) {
  ordered_json list = ordered_json::array();
  for (const auto& pair : state.packages)
    list.push_back({{"name", pair.name}, {"old_version", pair.old_version}, {"new_version", pair.new_version}});
  return list;
}

}  // namespace

bool needs_a_look(const State& state) { return state.phase == Phase::returned || !state.remarks.empty(); }

std::string report_text(const State& state, Timestamp now) {
  std::string text = headline(state) + "\n";
  if (!state.reason.empty()) text.append("  why: ").append(state.reason).append("\n");
  if (!state.way_out.empty()) text.append("  hint: ").append(state.way_out).append("\n");
  for (std::size_t i = 0; i < state.steps.size(); ++i) {
    const Step& step = state.steps[i];
    if (step.phase == Phase::prepared || is_final(step.phase)) continue;
    std::string words(in_words(step.phase));
    words.resize(std::max<std::size_t>(words.size(), 36), ' ');
    text.append("  ").append(words).append(" ").append(span_text(seconds(step.at, end_of(state, i, now)))).append("\n");
  }
  if (const auto gone = away(state, now); gone > 0)
    text.append("  users could not work for ").append(span_text(gone)).append("\n");
  for (const auto& remark : state.remarks) text.append("  look at this: ").append(remark).append("\n");
  return text;
}

ordered_json report_json(const State& state, Timestamp now) {
  ordered_json steps = ordered_json::array();
  for (std::size_t i = 0; i < state.steps.size(); ++i)
    steps.push_back({{"phase", to_text(state.steps[i].phase)},
                     {"at", to_iso8601(state.steps[i].at)},
                     {"seconds", seconds(state.steps[i].at, end_of(state, i, now))}});
  return {
      {"versions", versions_text(state)}, {"phase", to_text(state.phase)},    {"over", is_final(state.phase)},
      {"result", result_of(state)},       {"reason", state.reason},           {"way_out", state.way_out},
      {"remarks", state.remarks},         {"away_seconds", away(state, now)}, {"kept_data", state.kept_data.string()},
      {"packages", packages_json(state)}, {"steps", std::move(steps)}};
}

std::string plan_text(const Plan& plan) {
  std::string text = "upgrade " + versions_text(plan.state) + ": nothing stands in the way\n";
  for (const auto& pair : plan.state.packages)
    text.append("  package ")
        .append(pair.name)
        .append(" ")
        .append(pair.old_version)
        .append(" to ")
        .append(pair.new_version)
        .append("\n");
  text.append("  databases: ")
      .append(size_text(plan.state.data_bytes))
      .append(" to copy, ")
      .append(size_text(plan.free_bytes))
      .append(" are free\n");
  text.append("  accounts that are served now:");
  for (const auto& name : plan.state.served) text.append(" ").append(name);
  return text.append("\n  users cannot work while it runs; they see nginx's page that says so\n");
}

ordered_json plan_json(const Plan& plan) {
  return {{"versions", versions_text(plan.state)},
          {"packages", packages_json(plan.state)},
          {"data_dir", plan.state.data_dir.string()},
          {"data_bytes", plan.state.data_bytes},
          {"free_bytes", plan.free_bytes},
          {"served", plan.state.served},
          {"faults", plan.state.faults}};
}

}  // namespace slipway::upgrade
