// What stands behind the columns of SHOW CREATE TABLE: engine, options, partitions.
#pragma once

#include "migrate/engine/sql_text_rules.hpp"
#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate {

/// Rewrites the options of a table for InnoDB: " ENGINE=InnoDB AUTO_INCREMENT=9 …". What had to go is told in
/// shape.changes, an engine whose rows are elsewhere in shape.blockers; shape.statistics is set.
[[nodiscard]] std::string port_options(std::string_view options, Keep keep, TableShape& shape);

/// Rewrites "PARTITION BY …" for InnoDB partitions in the server's own directory.
[[nodiscard]] std::string port_partitions(std::string_view partitions, TableShape& shape);

}  // namespace slipway::migrate
