// One look at all repositories: what the schedule and the timeline are decided from. Inside this folder only.
#pragma once

#include "services/backup/catalog.hpp"
#include "services/backup/log_archiver.hpp"
#include "services/backup/schedule_rules.hpp"
#include "services/backup/settings.hpp"
#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {

struct Surroundings {
  std::vector<RepositoryState> states;  ///< those that could not be opened, too
  TimelineFacts timeline;
  std::vector<Error> faults;  ///< why a repository does not answer, and what in one cannot be read
};

/// `log` is the archiver's, or empty where none is asked: a repository that has all it was sent holds the log as far as
/// that is safe, any other one as far as its finished segments. What a repository that does not answer holds is left
/// out.
[[nodiscard]] Surroundings look_around(const Repositories& repositories, const LogStatus& log, SegmentMemory& memory);

}  // namespace slipway::backup
