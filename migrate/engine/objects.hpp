// What a database holds besides the rows of its tables: sequences before the tables, whose defaults may use them;
// views, routines, triggers and events after the rows, so that nothing fires while they are loaded.
#pragma once

#include <set>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/object_rules.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

/// An object that could not be brought over as it was. All others were.
struct ObjectProblem {
  std::string kind;     ///< "view", "trigger", "foreign key", …
  std::string name;     ///< for a foreign key the name of its table
  std::string message;  ///< the server's
  std::string hint;     ///< the way out
};

struct ObjectsReport {
  std::uint64_t copied = 0;
  std::vector<std::string> notes;  ///< changes made on purpose, one line each
  std::vector<ObjectProblem> problems;
};

/// Lets the catalogue's row history end where the target's does: rows that are current end at the end of time, which
/// MariaDB 11.5 moved from 2038 to 2106. Once for a catalogue that was read. Errors: those of the connections.
[[nodiscard]] Status adapt_history(sql::Connection& source, sql::Connection& target, Catalog& catalog);

/// Gives the target database the source's default collation, creates the sequences, and lets the catalogue's row
/// history end where the target's does. To be called before the tables are built; may be called again. Errors:
/// unsupported naming a table that cannot be copied (Table::shape.blockers); conflict naming tables whose names are one
/// on a target that compares names without case; those of the connections.
[[nodiscard]] Result<ObjectsReport> prepare_objects(const sql::Endpoint& source, const sql::Endpoint& target,
                                                    Catalog& catalog, const std::set<std::string>& skip);

/// Copies routines, packages, views, triggers and events, in this order, sets the sequences to the source's values, and
/// adds the foreign keys that lead out of the database. Each definition is read back and compared. Definers become the
/// copying user, users and grants stay. To be called after rows and keys; may be called again. `skip`: tables and views
/// that stay behind, and their triggers with them. Errors: those of the connections; what the target refuses is a
/// problem in the report.
[[nodiscard]] Result<ObjectsReport> copy_objects(const sql::Endpoint& source, const sql::Endpoint& target,
                                                 const Catalog& catalog, const std::set<std::string>& skip,
                                                 EventState events, Progress& progress);

}  // namespace slipway::migrate
