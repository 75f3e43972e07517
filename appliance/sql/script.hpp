// Cuts a script into statements. Pure: no connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::sql {

/// One statement of a script: without the closing semicolon and without comments in front of it.
struct ScriptStatement {
  std::string_view text;  ///< points into the script
  std::size_t line;       ///< where it begins, counted from 1
};

/// The statements of `script` in order. Understands quotes, backticks, comments (`-- `, `#`, slash-star; the
/// `slash-star-!` kind is code) and compound statements: the semicolons inside a trigger, procedure, function, event or
/// BEGIN NOT ATOMIC block do not end it. There is no DELIMITER. Error: invalid_argument with the line of a quote,
/// comment or block that is not closed.
[[nodiscard]] Result<std::vector<ScriptStatement>> split_script(std::string_view script);

/// The first word of a statement in upper case, "" when it begins otherwise.
[[nodiscard]] std::string first_word(std::string_view statement);

/// True for a statement that changes rows only, so that it can be part of a transaction: INSERT, REPLACE, UPDATE,
/// DELETE.
[[nodiscard]] bool changes_rows_only(std::string_view statement);

}  // namespace slipway::sql
