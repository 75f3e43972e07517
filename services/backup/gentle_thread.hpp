// Work that gives way to the machine's other work.
#pragma once

#include <functional>

namespace slipway::backup {

/// Runs `work` to its end on a thread of its own, with low priority for the processor and, where the disk's scheduler
/// knows priorities, for the disk. Children that it starts inherit both.
void run_gently(const std::function<void()>& work);

}  // namespace slipway::backup
