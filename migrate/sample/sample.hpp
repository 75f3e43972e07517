// The bundled sample: an on-premise Slipway with believable content in English and French, the same for the same seed.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct SampleOptions {
  std::uint64_t seed = 7;
  std::uint64_t tickets = 600;
  Timestamp newest = SystemClock().now();  ///< the last thing that happened
};

/// Makes the account schema in the (empty) database of `target` and fills it. Error: conflict when it holds tables.
[[nodiscard]] Status make_sample(const sql::Endpoint& target, const SampleOptions& options, Progress& progress);

}  // namespace slipway::migrate
