// What a target warned of while it took rows.
#pragma once

#include <mutex>
#include <set>

#include "migrate/engine/catalog.hpp"

struct st_mysql;

namespace slipway::migrate {

/// What the copiers of a run have to tell, each thing once. Thread-safe.
class Remarks {
 public:
  void add(std::string remark);
  [[nodiscard]] std::vector<std::string> all() const;

 private:
  mutable std::mutex mutex_;
  std::set<std::string> remarks_;
};

/// Judges the warnings of the statement that `target` has just run. Those of columns that the target computes itself
/// become remarks: the values are made of what was carried, and the source once cut them off the same way. Of the
/// others only `expected` may be there. Error: corrupt, naming table and column, never a value.
[[nodiscard]] Status judge_warnings(st_mysql* target, const Table& table, std::size_t expected, Remarks& remarks);

}  // namespace slipway::migrate
