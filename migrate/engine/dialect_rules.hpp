// What MySQL and later MariaDB releases write in a table's definition, said so that MariaDB 10.11 understands it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// A definition that MariaDB takes.
struct Understood {
  std::string text;
  std::vector<std::string> changes;  ///< what it no longer says, for the report
  std::set<std::string> stored;  ///< columns that the source computes and the target cannot: their values are copied
};

/// Puts the answer to SHOW CREATE TABLE of any MySQL or MariaDB into MariaDB's words. No value is lost: columns of
/// unknown types become ones that hold the same bytes, computed columns that need an unknown function become ordinary
/// ones. Keys, CHECKs and defaults that cannot be said go, each with a change. A text it cannot take apart stays as it
/// is.
[[nodiscard]] Understood speak_mariadb(std::string_view create_statement);

}  // namespace slipway::migrate
