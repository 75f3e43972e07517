// The trend of drills as a picture: RTO of each against its goal. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "services/console/drill_report.hpp"
#include "services/webui/texts.hpp"

namespace slipway::console {

enum class Decimals { where_needed, one };  ///< "20 s", "20.0 s"; none from a hundred on

/// "20.5 s", "12 min", "4.2 h", with the language's decimal sign and a space that no line ends in.
[[nodiscard]] std::string duration_text(double seconds, webui::Language language,
                                        Decimals decimals = Decimals::where_needed);

/// How high the picture reaches, and where its lines stand.
struct ChartScale {
  double step_seconds = 1;
  double top_seconds = 1;  ///< a whole number of steps, at most five, and above everything that is shown
};
[[nodiscard]] ChartScale scale_of(double most_seconds);

/// The values of the picture, of the newest `most` drills that have a verdict, side by side from left to right:
/// {"lines": [{"y", "label"}], "goals": [{"x1", "x2", "y1", "y2"}], "ways": the same, "points": [{"x", "y", "met",
/// "title"}], "days": [{"x", "label", "anchor", "minor"}], "last": {"x", "y", "label", "anchor"} or null}; places in
/// percent. Null when there is none. A drill whose RTO was not measured stands at the top, missed.
[[nodiscard]] nlohmann::json drill_chart(const std::vector<DrillReport>& newest_first, std::size_t most,
                                         webui::Language language);

}  // namespace slipway::console
