// What stands behind a Connection. Inside this folder only.
#pragma once

#include "appliance/sql/connection.hpp"
#include "appliance/sql/statement.hpp"

namespace slipway::sql {

struct Connection::State {
  Session session;
  Endpoint endpoint;
  StatementCache statements{session};

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    statements.clear();  // before the handle they belong to
    if (session.handle != nullptr) mysql_close(session.handle);
  }

  /// Runs `work` on the prepared statement. One that failed is not kept; one that only the table's definition had
  /// overtaken is prepared anew.
  template <typename Work>
  [[nodiscard]] auto with_statement(std::string_view text, const Work& work)
      -> decltype(work(std::declval<Statement&>())) {
    for (bool first = true;; first = false) {
      SLIPWAY_TRY(Statement* const statement, statements.get(text));
      auto result = work(*statement);
      if (result) return result;
      statements.drop(statement);
      if (!first || !overtaken(text, result.error())) return result;
    }
  }

  /// True when `text` was prepared before its table changed and nothing has come of it.
  [[nodiscard]] static bool overtaken(std::string_view text, const Error& error);
};

/// Initialises Connector/C for the process and for this thread, once each.
void use_client_library();

}  // namespace slipway::sql
