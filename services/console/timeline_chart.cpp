#include "services/console/timeline_chart.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "services/webui/show.hpp"

namespace slipway::console {
namespace {

using namespace std::chrono;
using nlohmann::json;

constexpr double kLeastWidth = 0.4;  // percent

double percent(const ChartRange& range, Timestamp time) {
  const duration<double> at = time - range.from;
  const duration<double> all = range.to - range.from;
  return std::clamp(100.0 * (at / all), 0.0, 100.0);
}

std::string percent_text(double value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%.2f%%", value);
  return text.data();
}

constexpr std::array<minutes, 12> kSteps{minutes{1}, minutes{5},    minutes{15},   minutes{30},
                                         hours{1},   hours{3},      hours{6},      hours{12},
                                         hours{24},  hours{2 * 24}, hours{7 * 24}, hours{30 * 24}};

/// "14:00"; a day's begin is its date, "25 Nov".
std::string tick_text(Timestamp time, webui::Language language) {
  if (time == floor<days>(time)) {
    const std::string date = webui::date_text(webui::Texts::built_in(), language, time);
    return date.substr(0, date.rfind(' '));
  }
  const auto minute = floor<minutes>(time - floor<days>(time)).count();
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d", static_cast<int>(minute / 60), static_cast<int>(minute % 60));
  return text.data();
}

}  // namespace

std::string ChartRange::place(Timestamp time) const { return percent_text(percent(*this, time)); }

std::string ChartRange::width(Timestamp from_time, Timestamp to_time) const {
  return percent_text(std::max(kLeastWidth, percent(*this, to_time) - percent(*this, from_time)));
}

ChartRange range_of(const BackupReport& report, Timestamp now) {
  Timestamp from = now - minutes{10};
  const auto include = [&](const std::vector<Span>& spans) {
    for (const Span& span : spans) from = std::min(from, span.from);
  };
  include(report.spans);
  for (const RepositoryReport& repository : report.repositories) include(repository.spans);
  for (const BackupEntry& backup : report.backups)
    if (backup.kind == "full" || backup.kind == "incremental") from = std::min(from, backup.taken_at);
  return {from, now};
}

json ticks_of(const ChartRange& range, std::size_t most, webui::Language language) {
  json ticks = json::array();
  const auto length = range.to - range.from;
  minutes step = kSteps.back();
  for (const minutes candidate : kSteps) {
    if (length / candidate > static_cast<std::int64_t>(most)) continue;
    step = candidate;
    break;
  }
  while (length / step > static_cast<std::int64_t>(most)) step *= 2;
  auto at = range.from - (range.from.time_since_epoch() % step) + step;
  for (; at < range.to && ticks.size() < most; at += step)
    ticks.push_back({{"place", range.place(at)}, {"label", tick_text(at, language)}});
  return ticks;
}

json bars_of(const ChartRange& range, const std::vector<Span>& spans) {
  json bars = json::array();
  for (const Span& span : spans) {
    bars.push_back(
        {{"place", range.place(span.from)}, {"width", range.width(span.from, span.until)}, {"state", "known"}});
    if (span.proven_from)
      bars.push_back({{"place", range.place(*span.proven_from)},
                      {"width", range.width(*span.proven_from, span.until)},
                      {"state", "proven"}});
  }
  return bars;
}

}  // namespace slipway::console
