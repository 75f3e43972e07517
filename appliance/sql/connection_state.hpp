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

  /// Runs `work` on the prepared statement; one that failed is not kept.
  template <typename Work>
  [[nodiscard]] auto with_statement(std::string_view text, const Work& work)
      -> decltype(work(std::declval<Statement&>())) {
    SLIPWAY_TRY(Statement* const statement, statements.get(text));
    auto result = work(*statement);
    if (!result) statements.drop(statement);
    return result;
  }
};

/// Initialises Connector/C for the process and for this thread, once each.
void use_client_library();

}  // namespace slipway::sql
