// One prepared statement and its results. Inside this folder only.
#pragma once

#include <mysql.h>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "appliance/sql/value.hpp"

namespace slipway::sql {

/// What the parts of a connection share: the handle and what is known of the server.
struct Session {
  MYSQL* handle = nullptr;
  std::string name;                    ///< Endpoint::describe()
  std::chrono::seconds limit{0};       ///< of one answer; 0 = none
  std::uint64_t max_packet_bytes = 0;  ///< the server's max_allowed_packet
  bool mariadb = false;
  std::chrono::steady_clock::time_point asked_at;  ///< when the running round trip began

  void begin_round_trip() noexcept { asked_at = std::chrono::steady_clock::now(); }
  [[nodiscard]] Error failure(unsigned number, const char* sqlstate, const char* text) const;
  [[nodiscard]] Error failure() const;  ///< of the handle
};

/// Called for each row; stops at the first error, which is returned.
using EachRow = std::function<Status(Row&&)>;

class Statement {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Statement>> prepare(Session& session, std::string_view text);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// Sends the parameters and hands every row of the (first) result to `each`; afterwards the connection is free again.
  [[nodiscard]] Result<Outcome> run(const Values& parameters, const EachRow& each);

  /// One round trip for rows [first, last) by array binding.
  [[nodiscard]] Result<Outcome> run_bulk(const std::vector<Values>& rows, std::size_t first, std::size_t last);

 private:
  Statement(Session& session, MYSQL_STMT* statement, std::string_view text);
  [[nodiscard]] Error failure() const;
  [[nodiscard]] Status check_parameters(const Values& parameters) const;
  [[nodiscard]] Result<Outcome> execute();
  [[nodiscard]] Status read_rows(const EachRow& each);
  [[nodiscard]] Status drain();

  Session& session_;
  MYSQL_STMT* statement_;
  std::string text_;
};

/// The statements a connection keeps prepared; the one unused for longest goes when it is full.
class StatementCache {
 public:
  explicit StatementCache(Session& session) : session_(session) {}

  /// The prepared statement, valid until the next call.
  [[nodiscard]] Result<Statement*> get(std::string_view text);
  /// Forgets a statement that failed.
  void drop(const Statement* statement);
  void clear() noexcept { statements_.clear(); }

 private:
  static constexpr std::size_t kMost = 64;
  Session& session_;
  std::list<std::unique_ptr<Statement>> statements_;  // most recently used first
};

}  // namespace slipway::sql
