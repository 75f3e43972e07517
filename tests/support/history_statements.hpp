// Random statements for a server's history. They draw names from a small pool and know nothing of what is there: some
// are refused by the server, which is part of a history too.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace slipway::test {

class HistoryStatements {
 public:
  explicit HistoryStatements(std::uint64_t seed) : random_(seed) {}

  /// 0 … n - 1.
  [[nodiscard]] std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  [[nodiscard]] bool once_in(std::uint64_t n) { return pick(n) == 0; }

  /// What a history begins with: databases, tables of every kind, a foreign key, a sequence, routines.
  [[nodiscard]] static std::vector<std::string> schema();

  /// INSERT … DELETE in a table of InnoDB, or (`any`) of any engine.
  [[nodiscard]] std::string change(bool any);
  /// One transaction, with savepoints and at times a ROLLBACK.
  [[nodiscard]] std::vector<std::string> transaction(bool any);
  /// CREATE, ALTER, RENAME, TRUNCATE, DROP of tables of InnoDB.
  [[nodiscard]] std::string table_definition();
  /// Those of other engines, partitions, views, triggers, routines, sequences, events, users, temporary tables.
  [[nodiscard]] std::vector<std::string> other_definition();
  /// What fails half-way, with rows that are there already behind rows that are not.
  [[nodiscard]] std::vector<std::string> failure();
  /// One transaction of about so many bytes of row events.
  [[nodiscard]] std::vector<std::string> large(std::uint64_t bytes);

 private:
  [[nodiscard]] std::string number(std::uint64_t n) { return std::to_string(pick(n)); }
  [[nodiscard]] std::string table(bool any);
  [[nodiscard]] std::string make_table(const std::string& name);
  [[nodiscard]] std::string alter_table(const std::string& name);
  [[nodiscard]] std::vector<std::string> of_partitions();
  [[nodiscard]] std::vector<std::string> of_temporary();
  [[nodiscard]] std::vector<std::string> of_program();
  [[nodiscard]] std::vector<std::string> of_sequence();
  std::mt19937_64 random_;
};

}  // namespace slipway::test
