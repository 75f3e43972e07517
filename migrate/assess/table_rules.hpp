// What happens to tables, columns, keys and foreign keys.
#pragma once

#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"

namespace slipway::migrate::assess {

[[nodiscard]] Findings judge_tables(const Database& database, const Server& server);

/// Foreign keys between the tables of `database`.
[[nodiscard]] Findings judge_foreign_keys(const Database& database);

/// True for an engine whose rows are on another server or computed: nothing to scan.
[[nodiscard]] bool has_no_rows_here(const Table& table);

/// The share of its numbers that the AUTO_INCREMENT column has used, 0 to 1; 0 without one.
[[nodiscard]] double numbers_used(const Table& table);

}  // namespace slipway::migrate::assess
