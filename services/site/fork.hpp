// Where the history of this site's database parts from that of the site that has the writes.
#pragma once

#include <optional>
#include <vector>

#include "appliance/sql/gtid.hpp"
#include "services/site/site_store.hpp"

namespace slipway::site {

/// What both sites have in common ends at `position`: there `holder` began `epoch`, without what this site has beyond.
struct Fork {
  std::uint64_t epoch = 0;
  std::string holder;
  sql::GtidPosition position;
};

/// `own_newest`: the newest epoch in this site's records, 0 with none; `theirs`: the holder's records; `own`: up to
/// where this site's server is. Nothing when the holder has everything that is here. Errors: unavailable when the
/// holder has not recorded its epoch yet; corrupt.
[[nodiscard]] Result<std::optional<Fork>> find_fork(std::uint64_t own_newest, const std::vector<EpochRecord>& theirs,
                                                    std::uint64_t current_epoch, const sql::GtidPosition& own);

}  // namespace slipway::site
