// The text of one log event, apart from where it goes.
#pragma once

#include <span>

#include "appliance/base/time.hpp"
#include "appliance/telemetry/log.hpp"

namespace slipway::telemetry {

/// Appends one JSON object without line end to `line`, which must be empty. Bytes that are no UTF-8 become U+FFFD,
/// control characters are escaped, so an event is always one line and always valid JSON.
void append_json_line(std::string& line, Timestamp time, Level level, std::string_view program, std::string_view event,
                      std::string_view request_id, std::span<const Field> fields);

}  // namespace slipway::telemetry
