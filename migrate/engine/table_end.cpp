#include "migrate/engine/table_end.hpp"

namespace slipway::migrate {
namespace {

/// The last touch of one table after the other.
class TableEnd {
 public:
  TableEnd(sql::Connection& target, ObjectsReport& report) : target_(target), report_(report) {}

  Status finish(const Table& table) {
    const std::string& statistics = table.shape.statistics;
    if (statistics != TableShape{}.statistics) SLIPWAY_CHECK(alter(table, statistics));
    for (const ForeignKeyAbroad& key : table.shape.foreign_keys_abroad) {
      auto done = add(table, key);
      if (done) continue;
      if (done.error().code == Code::unavailable) return std::move(done).error();
      report_.problems.push_back({"foreign key", table.name, done.error().message,
                                  "copy database '" + key.database + "' first, then ALTER TABLE … ADD " + key.clause});
    }
    return {};
  }

 private:
  Status alter(const Table& table, const std::string& clause) {
    SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
    SLIPWAY_CHECK(target_.execute_text("ALTER TABLE " + name + " " + clause));
    return {};
  }

  Status add(const Table& table, const ForeignKeyAbroad& key) {
    const std::string name = tokens_of(key.clause)[1].name();
    SLIPWAY_TRY(const auto there, target_.query_one("SELECT 1 FROM information_schema.table_constraints WHERE "
                                                    "constraint_schema = DATABASE() AND constraint_name = ?",
                                                    {name}));
    if (there) return {};
    SLIPWAY_TRY(const auto parent, target_.query_one("SELECT 1 FROM information_schema.tables WHERE table_schema = ? "
                                                     "AND table_name = ?",
                                                     {key.database, key.table}));
    if (!parent)
      return Error{Code::not_found, "table '" + table.name + "': '" + name + "' leads to '" + key.database + "." +
                                        key.table + "', which the target does not have"};
    SLIPWAY_CHECK(alter(table, "ADD " + key.clause));
    report_.notes.push_back("table " + table.name + ": foreign key " + name + " leads to database '" + key.database +
                            "', which is not part of this copy");
    return {};
  }

  sql::Connection& target_;
  ObjectsReport& report_;
};

}  // namespace

Status finish_tables(sql::Connection& target, const Catalog& catalog, const std::set<std::string>& skip,
                     ObjectsReport& report) {
  SLIPWAY_CHECK(target.execute_text("SET SESSION foreign_key_checks = 0"));
  TableEnd end(target, report);
  for (const Table& table : catalog.tables)
    if (!skip.contains(table.name)) SLIPWAY_CHECK(end.finish(table));
  return {};
}

}  // namespace slipway::migrate
