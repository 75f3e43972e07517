// What becomes of each statement of a dump: decided from its words alone.
#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

enum class Action {
  run,       ///< as it is
  rows,      ///< INSERT or REPLACE: `name` is its table; as it is, and no value may change on the way
  define,    ///< creates, changes or drops an object: definers, directories and collations are seen to first
  session,   ///< SET of harmless variables of the session
  silent,    ///< of no use here and in every dump: LOCK TABLES, COMMIT, …
  skip,      ///< never run, counted by `kind`: GRANT, SET GLOBAL, DROP DATABASE, …
  use,       ///< USE `name`
  database,  ///< CREATE DATABASE `name`
  refuse     ///< no dump program writes it: the file cannot be trusted
};

struct Verdict {
  Action action = Action::run;
  std::string kind;     ///< "GRANT", "CREATE TABLE": for reports, never data
  std::string name;     ///< of the object, when there is one: a table, a database
  std::string charset;  ///< Action::session: what the text is now said to be encoded in; empty: unchanged
  bool sets_sql_mode = false;
  bool backslash = true;        ///< with sets_sql_mode: whether backslashes escape from here on
  Code code = Code::forbidden;  ///< of a refusal
  std::string hint;             ///< of a refusal
};

/// Judges one statement by its first words. Never fails; an unknown statement is refused. `backslash`: as
/// WordReader's.
[[nodiscard]] Verdict judge(std::string_view statement, bool backslash = true);

/// Whether MariaDB and MySQL keep their own things in a database of this name.
[[nodiscard]] bool is_system_database(std::string_view name) noexcept;

/// Error unsupported for character sets whose characters can hold the bytes of quotes and backslashes.
[[nodiscard]] Status refuse_unsafe_charset(std::string_view charset);

}  // namespace slipway::migrate
