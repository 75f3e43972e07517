// A session on the scratch server that runs a dump's statements and lets no value change on the way.
#pragma once

#include <filesystem>
#include <vector>

#include "appliance/sql/connection.hpp"
#include "migrate/dumps/statement_queue.hpp"

namespace slipway::migrate {

/// Not thread-safe.
class StatementRunner {
 public:
  /// `scratch` is on the disk that must keep some room; `charset`: what the text is encoded in unless it says otherwise
  /// itself (empty: utf8mb4). Errors: those of Connection::open; invalid_argument for a character set the server lacks.
  [[nodiscard]] static Result<StatementRunner> open(const sql::Endpoint& endpoint, const std::filesystem::path& scratch,
                                                    const std::string& charset);

  /// Errors, without the file's name and never with data: as load_part().
  [[nodiscard]] Status run(const ReadyStatement& statement);

  /// Remarks for the report.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  StatementRunner(sql::Connection connection, std::filesystem::path scratch)
      : connection_(std::move(connection)), scratch_(std::move(scratch)) {}
  [[nodiscard]] Status keep_room(std::size_t bytes);
  [[nodiscard]] Status permit_dates(const Verdict& verdict);
  [[nodiscard]] Status read_warnings(const ReadyStatement& statement);

  sql::Connection connection_;
  std::filesystem::path scratch_;
  std::size_t bytes_since_look_ = 0;
  bool dates_permitted_ = false;
  std::vector<std::string> notes_;
};

}  // namespace slipway::migrate
