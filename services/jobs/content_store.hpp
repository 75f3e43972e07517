// The contents of files in an account's database, as housekeeping sees them.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::jobs {

struct Examined {
  std::vector<std::string> orphans;  ///< hashes (32 bytes) without an attachment
  std::size_t examined = 0;
  std::string last;  ///< the greatest hash that was looked at
};

/// Looks at up to `limit` contents whose hash is greater than `after`. Locks nothing.
[[nodiscard]] Result<Examined> find_orphans(sql::Connection& db, const std::string& after, std::size_t limit);

/// Removes a content unless an attachment refers to it by now; true when it was removed.
[[nodiscard]] Result<bool> remove_orphan(sql::Connection& db, const std::string& hash);

}  // namespace slipway::jobs
