// File contents that no attachment refers to any more.
#pragma once

#include "services/jobs/housekeeping.hpp"

namespace slipway::jobs {

/// A task that looks at the next thousand contents of an account in each round, in the order of their hashes and from
/// the beginning again after the last, and removes those without an attachment.
[[nodiscard]] Task orphan_sweep();

}  // namespace slipway::jobs
