// Points in time, always UTC, in microseconds (what the database keeps), and the clock seam of the tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Where "now" comes from. Implementations are safe to call from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
};

/// "2026-11-21T03:00:00Z", or with a fraction when it has one.
[[nodiscard]] std::string to_iso8601(Timestamp time);

/// "2026-11-21 03:00:00.000000", the form of a DATETIME(6) literal.
[[nodiscard]] std::string to_sql(Timestamp time);

/// Reads both forms above (UTC; a trailing Z is optional). Error: invalid_argument.
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);

}  // namespace slipway
