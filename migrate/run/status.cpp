#include "migrate/run/status.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

using nlohmann::ordered_json;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

double rate(std::uint64_t amount, double seconds) { return seconds > 0 ? static_cast<double>(amount) / seconds : 0; }

std::string condition(const MigrationStatus& status) {
  if (status.state.outcome != Outcome::unfinished) return std::string(to_text(status.state.outcome));
  if (status.process > 0) return "running (process " + std::to_string(status.process) + ")";
  return status.state.last_error ? "stopped by an error" : "interrupted";
}

void add_tables(const Live& live, std::string& text) {
  constexpr std::size_t kShown = 12;
  std::vector<const TableProgress*> open;
  std::size_t done = 0;
  for (const TableProgress& table : live.tables) {
    if (table.state == TableProgress::State::done) ++done;
    if (table.state == TableProgress::State::copying || table.state == TableProgress::State::keys)
      open.push_back(&table);
  }
  text += "Tables        " + std::to_string(done) + " of " + std::to_string(live.tables.size()) + " done\n";
  for (std::size_t i = 0; i < std::min(open.size(), kShown); ++i)
    text += "  " + padded(open[i]->name, 30) + right(count_text(open[i]->rows), 14) + " of about " +
            count_text(std::max(open[i]->rows, open[i]->rows_expected)) + "\n";
  if (open.size() > kShown) text += "  and " + std::to_string(open.size() - kShown) + " more\n";
}

void add_live(const MigrationStatus& status, std::string& text) {
  const Live& live = status.state.live;
  text += "Under way     " + live.step + ", since " + live.began_at + ", last seen " + live.seen_at + "\n";
  if (live.rows > 0 || live.bytes > 0) {
    text += "              " + count_text(live.rows) + " rows, " + bytes_text(live.bytes) + ", " +
            count_text(static_cast<std::uint64_t>(rate(live.rows, live.seconds))) + " rows/s, " +
            bytes_text(static_cast<std::uint64_t>(rate(live.bytes, live.seconds))) + "/s\n";
  }
  if (const auto left = seconds_left(live); left && status.process > 0)
    text += "              about " + duration_text(*left) + " left in this step\n";
  if (!live.tables.empty()) add_tables(live, text);
}

}  // namespace

Result<MigrationStatus> find_status(const std::filesystem::path& file) {
  SLIPWAY_TRY(auto state, read_state(file));
  if (!state)
    return Error{Code::not_found, "state file '" + file.string() + "': does not exist: no migration has begun",
                 "begin one with 'slipway-migrate run', or name its file with --state FILE"};
  return MigrationStatus{std::move(*state), file, holder_of(file)};
}

std::string way_out(const MigrationStatus& status) {
  const std::string account = " --account " + status.state.account;
  if (status.state.outcome == Outcome::published)
    return "nothing is left to do; 'slipway-migrate report" + account + "' shows the report";
  if (status.state.outcome == Outcome::aborted) return "the account is as it was; 'slipway-migrate run' begins another";
  if (status.process > 0) return "let it work; killing it is safe, and 'slipway-migrate resume" + account + "' goes on";
  std::string text = "'slipway-migrate resume" + account +
                     "' goes on behind the last finished step; 'slipway-migrate abort" + account +
                     "' drops what was built";
  return text;
}

std::optional<double> seconds_left(const Live& live) {
  if (live.seconds <= 0 || live.rows == 0 || live.rows_expected <= live.rows) return std::nullopt;
  return static_cast<double>(live.rows_expected - live.rows) * live.seconds / static_cast<double>(live.rows);
}

ordered_json to_json(const MigrationStatus& status) {
  const MigrationState& state = status.state;
  const Live& live = state.live;
  ordered_json json{{"account", state.account},
                    {"migration", state.id},
                    {"source", state.source},
                    {"state_file", status.file.string()},
                    {"outcome", to_text(state.outcome)},
                    {"running", status.process > 0},
                    {"process", status.process},
                    {"trial", state.choices.trial},
                    {"created_at", state.created_at},
                    {"updated_at", state.updated_at},
                    {"resumes", state.resumes}};
  auto steps = ordered_json::array();
  for (const DoneStep& step : state.steps)
    steps.push_back({{"step", step.name}, {"at", step.at}, {"seconds", step.seconds}});
  json["steps"] = std::move(steps);
  if (state.outcome == Outcome::unfinished) {
    auto tables = ordered_json::array();
    for (const TableProgress& table : live.tables)
      tables.push_back({{"table", table.name},
                        {"state", to_text(table.state)},
                        {"rows", table.rows},
                        {"rows_expected", table.rows_expected},
                        {"bytes", table.bytes}});
    json["under_way"] = {{"step", live.step},
                         {"began_at", live.began_at},
                         {"seen_at", live.seen_at},
                         {"rows", live.rows},
                         {"bytes", live.bytes},
                         {"rows_expected", live.rows_expected},
                         {"rows_per_second", rate(live.rows, live.seconds)},
                         {"bytes_per_second", rate(live.bytes, live.seconds)},
                         {"tables", std::move(tables)}};
    if (const auto left = seconds_left(live)) json["under_way"]["seconds_left"] = *left;
  }
  if (state.last_error)
    json["last_error"] = {{"error", traits(state.last_error->code).name},
                          {"message", state.last_error->message},
                          {"hint", state.last_error->hint}};
  json["way_out"] = way_out(status);
  return json;
}

std::string to_text(const MigrationStatus& status) {
  const MigrationState& state = status.state;
  std::string text = "Migration     " + state.id + " into account " + state.account + ": " + condition(status) + "\n";
  text += "Source        " + state.source + "\n";
  text += "Begun         " + state.created_at;
  if (state.resumes > 0)
    text += ", resumed " + std::to_string(state.resumes) + (state.resumes == 1 ? " time" : " times");
  text += "\n";
  for (std::size_t i = 0; i < state.steps.size(); ++i)
    text += std::string(i == 0 ? "Finished      " : "              ") + padded(state.steps[i].name, 14) +
            right(duration_text(state.steps[i].seconds), 12) + "   " + state.steps[i].at + "\n";
  if (state.outcome == Outcome::unfinished) add_live(status, text);
  if (state.last_error && state.outcome == Outcome::unfinished && status.process == 0)
    text += "Last error    " + state.last_error->message + "\n";
  return text + "Next          " + way_out(status) + "\n";
}

}  // namespace slipway::migrate
