// Log events: one JSON object a line on standard error, with a stable event name.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "appliance/base/error.hpp"

namespace slipway::telemetry {

enum class Level { debug, info, warning, error };

/// A value of an event. Secrets cannot be one (no conversion exists).
using FieldValue = std::variant<std::string, std::int64_t, double, bool>;
struct Field {
  std::string_view key;
  FieldValue value;
};

/// Names the program in every line and sets the least level. Call once, before threads start.
void set_up_logging(std::string_view program, Level least);

/// Whether events of this level are written; ask before building costly fields.
[[nodiscard]] bool enabled(Level level);

/// Writes {"time","level","program","event","request_id"?,…fields}. `event` is dotted lower case: "web.started". Log
/// once, where the thing is handled. Thread-safe; a line is written whole or not at all.
void log(Level level, std::string_view event, std::initializer_list<Field> fields = {});

/// An error as an event: code, message, hint and context become fields.
void log_error(std::string_view event, const Error& error, std::initializer_list<Field> fields = {});

/// The request id that log() adds in this thread, until cleared with "".
void set_request_id(std::string_view id);

}  // namespace slipway::telemetry
