// The definition of a view, routine, trigger or event as its server shows it, made fit for another database.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "migrate/engine/sql_text_rules.hpp"

namespace slipway::migrate {

/// The names that decide what a qualified name in a definition means.
struct Names {
  std::string database;              ///< of the source
  std::set<std::string> objects;     ///< tables, views, routines, sequences, … of that database, in lower case
  std::set<std::string> databases;   ///< the others on the source's server
  bool same_name = false;            ///< the target database is called the same: qualified names stay
  bool database_case_folds = false;  ///< the source's server compares database names without case
};

/// A definition ready to be run on the target.
struct PortedObject {
  std::string text;              ///< CREATE OR REPLACE … without a definer
  std::string definer;           ///< that it had, "user@host", "" when it had none
  std::set<std::string> abroad;  ///< other databases it names
  bool unqualified = false;      ///< references to its own database by name now mean the database it is in
  bool dynamic = false;          ///< a string of it names its database, perhaps in dynamic SQL: left as it is
  bool disabled = false;         ///< an event that was enabled and no longer is
};

enum class EventState { disabled, as_it_was };

/// Ports a definition of `kind` ("view", "trigger", "procedure", "function", "package", "package body", "event"). The
/// definer goes (the server puts the creating user in its place), SQL SECURITY stays. In a view every reference to its
/// own database loses the qualifier; in other bodies those do that name an object of it.
[[nodiscard]] PortedObject port_object(std::string_view kind, std::string_view text, QuoteMode mode, const Names& names,
                                       EventState events);

/// The keys of `texts`, each after those whose names stand in its text; those in a circle in any order.
[[nodiscard]] std::vector<std::string> order_by_mention(const std::map<std::string, std::string>& texts);

/// `expression` of a column, printed by the server, without the qualifier of its own database: nextval(`shop`.`s`).
[[nodiscard]] std::string unqualify_expression(std::string_view expression, std::string_view database);

/// An sql_mode of a foreign server without the modes that no MariaDB knows.
[[nodiscard]] std::string portable_sql_mode(std::string_view sql_mode);

/// Names that become one when case no longer counts, each pair as "A, a".
[[nodiscard]] std::vector<std::string> colliding_names(const std::vector<std::string>& names);

}  // namespace slipway::migrate
