// The text of one log event, apart from where it goes.
#pragma once

#include <vector>

#include "appliance/base/time.hpp"
#include "appliance/telemetry/log.hpp"

namespace slipway::telemetry {

/// One JSON object without line end. Bytes that are no UTF-8 become U+FFFD, control characters are escaped, so an event
/// is always one line and always valid JSON.
[[nodiscard]] std::string json_line(Timestamp time, Level level, std::string_view program, std::string_view event,
                                    std::string_view request_id, const std::vector<Field>& fields);

}  // namespace slipway::telemetry
