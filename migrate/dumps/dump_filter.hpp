// The statements of a dump on their way to the scratch server: which of them go there, and how they are changed.
#pragma once

#include <optional>
#include <vector>

#include "migrate/dumps/filter_rules.hpp"
#include "migrate/dumps/findings.hpp"
#include "migrate/dumps/scan_rules.hpp"

namespace slipway::migrate {

struct FilterOptions {
  std::string database;  ///< the only one wanted; empty: all but the server's own
  std::string first;     ///< the database that statements belong to until the dump names one
  std::string charset;   ///< what the text is encoded in, whatever it says itself; empty: as it says
};

/// Judges a stream's statements in their order. Not thread-safe.
class DumpFilter {
 public:
  explicit DumpFilter(FilterOptions options) : options_(std::move(options)), current_(options_.first) {}

  /// Whether this statement is to be run; tells `scanner` when it changes how text is read. The text may be cut off
  /// (Statement::whole). Errors: as judge() decides, "line N: …", without the file's name.
  [[nodiscard]] Result<std::optional<Verdict>> consider(const Statement& statement, StatementScanner& scanner);

  /// The statement as it is to be run, empty when nothing remains: without DEFINER and DATA DIRECTORY, with collations
  /// the server has, CREATE DATABASE as ALTER DATABASE.
  [[nodiscard]] std::string rewrite(Statement&& statement, const Verdict& verdict);

  [[nodiscard]] const DumpFindings& findings() const noexcept { return findings_; }

 private:
  [[nodiscard]] bool wanted(std::string_view database) const;
  DatabaseSeen& seen(const std::string& database, std::uint64_t line);
  void skip(const std::string& kind, std::uint64_t line);

  FilterOptions options_;
  std::string current_;
  bool backslash_ = true;
  DumpFindings findings_;
};

}  // namespace slipway::migrate
