#include "services/console/drill_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "services/webui/show.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;

constexpr double kMargin = 4;         // percent, so that the outermost marks are whole
constexpr std::size_t kMostDays = 5;  // labels below a wide picture; a phone shows every other one
constexpr double kMinute = 60;
constexpr double kHour = 3600;

std::string percent(double value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%.2f%%", value);
  return text.data();
}

/// 1, 2 or 5 times a power of ten that is not below `value`.
double round_up(double value) {
  const double ten = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (ten * factor >= value * (1 - 1e-9)) return ten * factor;
  return ten * 10;
}

/// Where drills stand in the picture.
struct Plot {
  std::vector<const DrillReport*> drills;  ///< the oldest first
  ChartScale scale;

  [[nodiscard]] double x(std::size_t index) const {
    if (drills.size() < 2) return 50;
    return kMargin + (100 - 2 * kMargin) * static_cast<double>(index) / static_cast<double>(drills.size() - 1);
  }
  [[nodiscard]] double y(double seconds) const { return 100 - 100 * std::clamp(seconds / scale.top_seconds, 0.0, 1.0); }
  [[nodiscard]] double height(const DrillReport& drill) const { return drill.rto_seconds ? y(*drill.rto_seconds) : 0; }
};

json line(double x1, double y1, double x2, double y2) {
  return {{"x1", percent(x1)}, {"y1", percent(y1)}, {"x2", percent(x2)}, {"y2", percent(y2)}};
}

/// The goal of each drill, from halfway to the one before until halfway to the next.
json goals_of(const Plot& plot) {
  json goals = json::array();
  double from = 0;
  for (std::size_t i = 0; i < plot.drills.size(); ++i) {
    const bool last = i + 1 == plot.drills.size();
    const double until = last ? 100 : (plot.x(i) + plot.x(i + 1)) / 2;
    const double height = plot.y(plot.drills[i]->rto_goal_seconds);
    if (!last && plot.drills[i + 1]->rto_goal_seconds == plot.drills[i]->rto_goal_seconds) continue;
    goals.push_back(line(from, height, until, height));
    from = until;
  }
  return goals;
}

json ways_of(const Plot& plot) {
  json ways = json::array();
  for (std::size_t i = 1; i < plot.drills.size(); ++i)
    if (plot.drills[i - 1]->rto_seconds && plot.drills[i]->rto_seconds)
      ways.push_back(line(plot.x(i - 1), plot.height(*plot.drills[i - 1]), plot.x(i), plot.height(*plot.drills[i])));
  return ways;
}

std::string day_of(const DrillReport& drill, webui::Language language) {
  return webui::date_text(webui::Texts::built_in(), language, drill.began_at);
}

json points_of(const Plot& plot, webui::Language language) {
  json points = json::array();
  for (std::size_t i = 0; i < plot.drills.size(); ++i) {
    const DrillReport& drill = *plot.drills[i];
    const std::string rto = drill.rto_seconds
                                ? duration_text(*drill.rto_seconds, language, Decimals::one)
                                : std::string(webui::Texts::built_in().text(language, "drill.not_measured"));
    points.push_back({{"x", percent(plot.x(i))},
                      {"y", percent(plot.height(drill))},
                      {"met", drill.verdict == Verdict::passed},
                      {"title", day_of(drill, language) + ": " + rto}});
  }
  return points;
}

const char* anchor_of(double x) { return x < 10 ? "start" : x > 90 ? "end" : "middle"; }

json days_of(const Plot& plot, webui::Language language) {
  json days = json::array();
  const std::size_t count = std::min(plot.drills.size(), kMostDays);
  for (std::size_t label = 0; label < count; ++label) {
    const std::size_t i = count == 1 ? 0 : label * (plot.drills.size() - 1) / (count - 1);
    days.push_back({{"x", percent(plot.x(i))},
                    {"label", day_of(*plot.drills[i], language)},
                    {"anchor", anchor_of(plot.x(i))},
                    {"minor", label % 2 == 1 && count > 2}});
  }
  return days;
}

json lines_of(const Plot& plot, webui::Language language) {
  json lines = json::array();
  for (int i = 0; i * plot.scale.step_seconds <= plot.scale.top_seconds * (1 + 1e-9); ++i)
    lines.push_back({{"y", percent(plot.y(i * plot.scale.step_seconds))},
                     {"label", i == 0 ? "0" : duration_text(i * plot.scale.step_seconds, language)}});
  return lines;
}

json last_of(const Plot& plot, webui::Language language) {
  const DrillReport& last = *plot.drills.back();
  if (!last.rto_seconds) return {};
  const double x = plot.x(plot.drills.size() - 1);
  return {{"x", percent(x)},
          {"y", percent(plot.height(last))},
          {"label", duration_text(*last.rto_seconds, language, Decimals::one)},
          {"anchor", anchor_of(x)}};
}

}  // namespace

std::string duration_text(double seconds, webui::Language language, Decimals decimals) {
  const bool in_hours = seconds >= 2 * kHour;
  const bool in_minutes = !in_hours && seconds >= 5 * kMinute;
  const double amount = in_hours ? seconds / kHour : in_minutes ? seconds / kMinute : seconds;
  const bool whole = decimals == Decimals::where_needed && std::abs(amount - std::round(amount)) < 0.005;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), whole || amount >= 99.95 ? "%.0f" : "%.1f", amount);
  std::string number = text.data();
  if (const auto point = number.find('.'); language == webui::Language::fr && point != std::string::npos)
    number[point] = ',';
  return number + (in_hours ? "\u00a0h" : in_minutes ? "\u00a0min" : "\u00a0s");
}

ChartScale scale_of(double most_seconds) {
  const double unit = most_seconds >= 2 * kHour ? kHour : most_seconds >= 5 * kMinute ? kMinute : 1;
  const double most = std::max(most_seconds * 1.1 / unit, 1.0);
  const double step = round_up(most / 5);
  return {step * unit, std::ceil(most / step) * step * unit};
}

json drill_chart(const std::vector<DrillReport>& newest_first, std::size_t most, webui::Language language) {
  Plot plot;
  double highest = 0;
  for (const DrillReport& drill : newest_first) {
    if (drill.verdict == Verdict::not_carried || plot.drills.size() == most) continue;
    plot.drills.push_back(&drill);
    highest = std::max({highest, drill.rto_goal_seconds, drill.rto_seconds.value_or(0)});
  }
  if (plot.drills.empty()) return {};
  std::ranges::reverse(plot.drills);
  plot.scale = scale_of(highest);
  return {{"lines", lines_of(plot, language)},   {"goals", goals_of(plot)},         {"ways", ways_of(plot)},
          {"points", points_of(plot, language)}, {"days", days_of(plot, language)}, {"last", last_of(plot, language)}};
}

}  // namespace slipway::console
