// One stored definition, read from a server with all that its meaning depends on.
#pragma once

#include "migrate/engine/catalog.hpp"

namespace slipway::migrate {

struct Definition {
  std::string text;
  std::string sql_mode;
  std::string client_charset;      ///< in which `text` is written
  std::string collation;           ///< of the connection that created it
  std::string database_collation;  ///< empty for views
  std::string time_zone;           ///< of events only
  bool converted = false;          ///< to utf8mb4, because its own character set cannot be carried byte by byte
  bool operator==(const Definition&) const = default;
};

/// Prepares a session for read_definition(): texts arrive in their own character set.
[[nodiscard]] Status become_definition_reader(sql::Connection& connection);

/// Reads a view, routine, package, trigger or event of the session's database. Errors: permission when the server hides
/// its text from the user; not_found; those of the connection.
[[nodiscard]] Result<Definition> read_definition(sql::Connection& connection, const OtherObject& object);

/// Makes the session one in which `definition.text` means what it meant.
[[nodiscard]] Status restore_context(sql::Connection& connection, const Definition& definition);

}  // namespace slipway::migrate
