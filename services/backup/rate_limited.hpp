// A storage whose writing is held to a rate.
#pragma once

#include <memory>

#include "services/backup/storage.hpp"

namespace slipway::backup {

/// All writers of it together add at most `bytes_per_second` (> 0) on average; add() waits. replace() is not held up:
/// it is for small things that must be in time.
[[nodiscard]] std::unique_ptr<Storage> limit_rate(std::unique_ptr<Storage> storage, std::uint64_t bytes_per_second);

}  // namespace slipway::backup
