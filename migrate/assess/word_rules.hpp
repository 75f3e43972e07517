// Names and functions that mean something else, or nothing, to the target: MariaDB 10.11.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "migrate/assess/facts.hpp"

namespace slipway::migrate::assess {

/// ASCII letters in upper or lower case; other bytes stay.
[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);

/// True for a word that the target takes for a keyword unless it is quoted, in any case.
[[nodiscard]] bool is_reserved(std::string_view word);

/// The keywords that `text` uses without quotes as one of `names` (upper case), because its own server lets it.
[[nodiscard]] std::set<std::string> names_turned_keywords(std::string_view text, const std::set<std::string>& names,
                                                          const Server& server);

/// Functions and operators in `text` that the source knows and the target does not.
[[nodiscard]] std::set<std::string> unknown_functions(std::string_view text);

/// True when `text` names a table of `database` as views do: `database`.`table`.`column` or FROM `database`.`table`.
[[nodiscard]] bool refers_to(std::string_view text, std::string_view database);

}  // namespace slipway::migrate::assess
