#include "services/site/fork.hpp"

#include <algorithm>

namespace slipway::site {

Result<std::optional<Fork>> find_fork(std::uint64_t own_newest, const std::vector<EpochRecord>& theirs,
                                      std::uint64_t current_epoch, const sql::GtidPosition& own) {
  const bool recorded = std::ranges::any_of(theirs, [&](const EpochRecord& one) { return one.epoch == current_epoch; });
  if (!recorded)
    return Error{Code::unavailable, "epoch " + std::to_string(current_epoch) + ": its site has not opened it yet"};
  const EpochRecord* first = nullptr;  // the oldest of those that this site does not know
  for (const EpochRecord& one : theirs)
    if (one.epoch > own_newest && (first == nullptr || one.epoch < first->epoch)) first = &one;
  if (first == nullptr) return std::optional<Fork>();
  auto position = sql::GtidPosition::parse(first->position);
  if (!position) return position.error().within("epoch " + std::to_string(first->epoch));
  if (position->covers(own)) return std::optional<Fork>();
  return std::optional(Fork{first->epoch, first->site, *std::move(position)});
}

}  // namespace slipway::site
