// Where on a chart of time things stand. Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "services/console/backup_report.hpp"
#include "services/webui/texts.hpp"

namespace slipway::console {

/// The time that a chart shows, from left to right.
struct ChartRange {
  Timestamp from;
  Timestamp to;

  /// In percent of the width, as "12.5%"; held within the chart.
  [[nodiscard]] std::string place(Timestamp time) const;
  [[nodiscard]] std::string width(Timestamp from_time, Timestamp to_time) const;  ///< at least what can be seen
};

/// From the oldest moment that can be restored, or the oldest backup, to now; at least ten minutes.
[[nodiscard]] ChartRange range_of(const BackupReport& report, Timestamp now);

/// Round moments, in UTC, at most `most` of them: [{"place", "label"}]. A day's begin is labelled with its date.
[[nodiscard]] nlohmann::json ticks_of(const ChartRange& range, std::size_t most, webui::Language language);

/// [{"place", "width", "state"}], state "known" or "proven".
[[nodiscard]] nlohmann::json bars_of(const ChartRange& range, const std::vector<Span>& spans);

}  // namespace slipway::console
