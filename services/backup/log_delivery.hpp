// Brings finished segments of a line into every repository: from the spool, or from the repository that has them.
// Inside this folder only.
#pragma once

#include <map>
#include <set>

#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"

namespace slipway::backup {

/// What one round did.
struct Delivery {
  struct At {
    std::set<std::uint64_t> present;
    std::uint64_t first = 0;  ///< retention let go what is before: it is not brought back
    std::uint64_t waiting = 0;
    std::string fault;
  };
  std::map<std::string, At> repositories;  ///< by name
};

/// One round; a repository that fails is told of and left for the next one. Segments that every
/// repository has leave the spool. Error: permission (the spool).
[[nodiscard]] Result<Delivery> deliver_line(const std::vector<const Repository*>& repositories,
                                            const std::filesystem::path& spool, LastSegments& last,
                                            const LineStart& start, const Delivery& before);

/// A sealed object to another place, checked on its way. Errors: corrupt, those of source and storage.
[[nodiscard]] Status copy_sealed(const archive::Key& key, const std::string& name, const archive::Source& source,
                                 Storage& to);

}  // namespace slipway::backup
