#include "migrate/engine/table_build.hpp"

#include <mutex>
#include <thread>

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

/// Takes the secondary keys of a table that exists away; says which.
Result<std::vector<std::string>> strip(sql::Connection& target, const std::string& table, const std::string& quoted) {
  SLIPWAY_TRY(const auto created, target.query_one("SHOW CREATE TABLE " + quoted));
  SLIPWAY_TRY(const TableShape shape, take_apart(table, created->text(1)));
  SLIPWAY_CHECK(run(target, "DELETE FROM " + quoted, table));
  // A key that MySQL's text could not be split into name and columns would have no backtick: there is none in ours.
  std::vector<std::string> drops{"STATS_AUTO_RECALC=0"};
  for (const std::string& key : shape.keys) drops.push_back("DROP KEY " + key_name(key));
  SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " " + joined(drops), table));
  return shape.keys;
}

Status build_one(sql::Connection& target, const KeysOfTable& keys) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(keys.table));
  // InnoDB builds one FULLTEXT key at a time.
  std::vector<std::string> clauses{"STATS_AUTO_RECALC=DEFAULT"};
  for (const std::string& clause : keys.clauses) {
    if (clause.starts_with("FULLTEXT")) continue;
    clauses.push_back("ADD " + clause);
  }
  SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " " + joined(clauses), keys.table));
  for (const std::string& clause : keys.clauses) {
    if (clause.starts_with("FULLTEXT"))
      SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " ADD " + clause, keys.table));
  }
  return run(target, "ANALYZE TABLE " + quoted, keys.table);
}

}  // namespace

Status become_builder(sql::Connection& target) {
  SLIPWAY_TRY(
      [[maybe_unused]] const auto done,
      target.execute_text("SET SESSION foreign_key_checks = 0, unique_checks = 0, "
                          "sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', innodb_lock_wait_timeout = 3600, "
                          "lock_wait_timeout = 600, check_constraint_checks = 0, system_versioning_alter_history = 'KEEP'"));
  return {};
}

Result<Keys> build_bare_tables(sql::Connection& target, const Catalog& catalog, const CopyOptions& options) {
  Keys keys;
  for (const Table& table : catalog.tables) {
    if (options.skip.contains(table.name)) continue;
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.name));
    if (options.create_tables) {
      SLIPWAY_CHECK(run(target, table.shape.bare, table.name));
      keys.push_back(
          {table.name, table.shape.keys, options.foreign_keys ? table.shape.foreign_keys : std::vector<std::string>{}});
    } else {
      SLIPWAY_TRY(auto stripped, strip(target, table.name, quoted));
      keys.push_back({table.name, std::move(stripped), {}});
    }
  }
  return keys;
}

Status build_keys(const sql::Endpoint& target, const Keys& keys, std::size_t streams) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> error;
  const auto work = [&]() -> Status {
    SLIPWAY_TRY(sql::Connection builder, sql::Connection::open(target));
    SLIPWAY_CHECK(become_builder(builder));
    for (std::size_t i = next++; i < keys.size(); i = next++) SLIPWAY_CHECK(build_one(builder, keys[i]));
    return {};
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < std::max<std::size_t>(streams, 1); ++i) {
      workers.emplace_back([&] {
        if (auto done = work(); !done) {
          next = keys.size();
          const std::lock_guard guard(mutex);
          if (!error) error = std::move(done).error();
        }
      });
    }
  }
  if (error) return *error;
  SLIPWAY_TRY(sql::Connection builder, sql::Connection::open(target));
  SLIPWAY_CHECK(become_builder(builder));
  for (const KeysOfTable& table : keys) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.table));
    for (const std::string& key : table.foreign_keys)
      SLIPWAY_CHECK(run(builder, "ALTER TABLE " + quoted + " ADD " + key, table.table));
  }
  return {};
}

}  // namespace slipway::migrate
