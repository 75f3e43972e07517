// One look at all repositories: what the schedule and the timeline are decided from. Inside this folder only.
#pragma once

#include "services/backup/catalog.hpp"
#include "services/backup/schedule_rules.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {

struct Surroundings {
  std::vector<RepositoryState> states;  ///< those that could not be opened, too
  TimelineFacts timeline;
  std::vector<Error> faults;  ///< why a repository does not answer, and what in one cannot be read
};

/// `safe_at`: when all that the archiver had read was last in a repository; nothing: it does not know yet. What a
/// repository that does not answer holds is left out.
[[nodiscard]] Surroundings look_around(const Repositories& repositories, std::optional<Timestamp> safe_at,
                                       SegmentMemory& memory);

}  // namespace slipway::backup
