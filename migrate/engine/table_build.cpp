#include "migrate/engine/table_build.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

Status run(sql::Connection& target, const std::string& statement, const std::string& table) {
  auto done = target.execute_text(statement);
  if (!done) return std::move(done).error().within("table '" + table + "'");
  return {};
}

std::string joined(const std::vector<std::string>& clauses) {
  std::string text;
  for (const std::string& clause : clauses) text.append(text.empty() ? "" : ", ").append(clause);
  return text;
}

/// "UNIQUE KEY `a` (`b`)" → "`a`". Names hold doubled backticks, so the end is a backtick that is not doubled.
std::string key_name(const std::string& key) {
  const auto begin = key.find('`');
  auto end = begin + 1;
  while (end < key.size() && (key[end] != '`' || (end + 1 < key.size() && key[end + 1] == '`')))
    end += key[end] == '`' ? 2 : 1;
  return key.substr(begin, end + 1 - begin);
}

/// "CONSTRAINT `x` FOREIGN KEY …" and "KEY `x` …" both begin with the name that counts.
bool is_there(const std::vector<std::string>& existing, const std::string& clause) {
  const std::string name = key_name(clause);
  return std::any_of(existing.begin(), existing.end(), [&](const std::string& key) { return key_name(key) == name; });
}

Result<TableShape> shape_on(sql::Connection& target, const std::string& table) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table));
  SLIPWAY_TRY(const auto created, target.query_one("SHOW CREATE TABLE " + quoted));
  if (!created) return Error{Code::not_found, "table '" + table + "': is not on the target"};
  return take_apart(table, created->text(1));
}

}  // namespace

Status become_builder(sql::Connection& target, BinaryLog log) {
  SLIPWAY_TRY([[maybe_unused]] const auto done,
              target.execute_text(
                  std::string("SET SESSION foreign_key_checks = 0, unique_checks = 0, "
                              "sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', "
                              "innodb_lock_wait_timeout = 3600, lock_wait_timeout = 600, check_constraint_checks = 0, "
                              "system_versioning_alter_history = 'KEEP'")
                      .append(setting(log))));
  return {};
}

Status build_bare(sql::Connection& target, const Table& table) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.name));
  SLIPWAY_CHECK(run(target, "DROP TABLE IF EXISTS " + quoted, table.name));
  return run(target, table.shape.bare, table.name);
}

KeysOfTable keys_of(const Table& table, bool foreign_keys) {
  return {table.name, table.shape.keys, foreign_keys ? table.shape.foreign_keys : std::vector<std::string>{},
          table.shape.statistics};
}

bool keys_go_with_rows(const Table& table, const KeysOfTable& keys, std::uint64_t target_memory) {
  constexpr std::uint64_t kEntryBytes = 24;  // at least: a value, the row's key and what InnoDB adds
  const std::uint64_t key_bytes =
      std::max(table.key_bytes_estimate, table.rows_estimate * keys.clauses.size() * kEntryBytes);
  return !keys.clauses.empty() && table.bytes_estimate > target_memory && key_bytes < target_memory / 4 &&
         std::all_of(keys.clauses.begin(), keys.clauses.end(),
                     [](const std::string& clause) { return clause.starts_with("KEY "); });
}

Status add_keys(sql::Connection& target, const KeysOfTable& keys) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(keys.table));
  std::vector<std::string> clauses;
  for (const std::string& clause : keys.clauses) clauses.push_back("ADD " + clause);
  return run(target, "ALTER TABLE " + quoted + " " + joined(clauses), keys.table);
}

Result<KeysOfTable> read_keys(sql::Connection& target, const std::string& table) {
  SLIPWAY_TRY(TableShape shape, shape_on(target, table));
  return KeysOfTable{table, std::move(shape.keys), {}, std::move(shape.statistics)};
}

Status strip(sql::Connection& target, const KeysOfTable& keys) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(keys.table));
  SLIPWAY_TRY(const TableShape shape, shape_on(target, keys.table));
  SLIPWAY_CHECK(run(target, "DELETE FROM " + quoted, keys.table));
  std::vector<std::string> drops{"STATS_AUTO_RECALC=0"};
  for (const std::string& key : shape.keys) drops.push_back("DROP KEY " + key_name(key));
  return run(target, "ALTER TABLE " + quoted + " " + joined(drops), keys.table);
}

Status build_keys(sql::Connection& target, const KeysOfTable& keys) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(keys.table));
  SLIPWAY_TRY(const TableShape shape, shape_on(target, keys.table));
  std::vector<std::string> clauses{keys.statistics};
  std::vector<std::string> one_by_one;  // InnoDB builds one FULLTEXT key at a time
  for (const std::string& clause : keys.clauses) {
    if (is_there(shape.keys, clause)) continue;
    (clause.starts_with("FULLTEXT") ? one_by_one : clauses).push_back("ADD " + clause);
  }
  SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " " + joined(clauses), keys.table));
  for (const std::string& clause : one_by_one)
    SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " " + clause, keys.table));
  return run(target, "ANALYZE TABLE " + quoted, keys.table);
}

Status build_foreign_keys(sql::Connection& target, const KeysOfTable& keys) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(keys.table));
  SLIPWAY_TRY(const TableShape shape, shape_on(target, keys.table));
  for (const std::string& key : keys.foreign_keys) {
    if (!is_there(shape.foreign_keys, key))
      SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " ADD " + key, keys.table));
  }
  return {};
}

}  // namespace slipway::migrate
