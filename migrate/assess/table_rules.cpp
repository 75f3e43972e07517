#include "migrate/assess/table_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "migrate/assess/word_rules.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr double kNearTheEnd = 0.8;

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Those that the copy refuses.
constexpr std::array<std::string_view, 9> kEnginesWithoutRows{
    "MRG_MYISAM", "MERGE", "FEDERATED", "CONNECT", "SPIDER", "SPHINX", "OQGRAPH", "SEQUENCE", "PERFORMANCE_SCHEMA"};

constexpr std::array<std::string_view, 44> kTypes{"tinyint",
                                                  "smallint",
                                                  "mediumint",
                                                  "int",
                                                  "bigint",
                                                  "decimal",
                                                  "float",
                                                  "double",
                                                  "bit",
                                                  "char",
                                                  "varchar",
                                                  "binary",
                                                  "varbinary",
                                                  "tinyblob",
                                                  "blob",
                                                  "mediumblob",
                                                  "longblob",
                                                  "tinytext",
                                                  "text",
                                                  "mediumtext",
                                                  "longtext",
                                                  "enum",
                                                  "set",
                                                  "date",
                                                  "time",
                                                  "datetime",
                                                  "timestamp",
                                                  "year",
                                                  "json",
                                                  "geometry",
                                                  "point",
                                                  "linestring",
                                                  "polygon",
                                                  "multipoint",
                                                  "multilinestring",
                                                  "multipolygon",
                                                  "geometrycollection",
                                                  "geomcollection",
                                                  "uuid",
                                                  "inet4",
                                                  "inet6",
                                                  "boolean",
                                                  "integer",
                                                  "numeric"};
constexpr std::array<std::string_view, 9> kGeometries{
    "geometry",        "point",        "linestring",         "polygon",       "multipoint",
    "multilinestring", "multipolygon", "geometrycollection", "geomcollection"};

/// MySQL's own; every other set of MySQL 5.7 to 9 is in MariaDB too.
constexpr std::array<std::string_view, 1> kForeignCharsets{"gb18030"};

bool foreign_collation(const std::string& collation) {
  return collation.find("_0900_") != std::string::npos || collation == "utf8mb3_tolower_ci" ||
         collation == "utf8_tolower_ci";
}

class TableJudge {
 public:
  TableJudge(const Table& table, const Server& server, const std::set<std::string>& own_functions, Findings& findings)
      : table_(table), server_(server), own_functions_(own_functions), findings_(findings) {}

  void judge() {
    if (!table_.fault.empty()) {
      add("table.unreadable", table_.path(), table_.fault);
      return;
    }
    judge_engine();
    judge_shape();
    judge_name(table_.name, table_.path());
    for (const Column& column : table_.columns) judge_column(column);
    for (const Index& index : table_.indexes) judge_index(index);
  }

 private:
  void add(std::string_view id, std::string object, std::string detail = {}) {
    findings_.push_back(finding(id, std::move(object), std::move(detail)));
  }

  void judge_engine() {
    const std::string engine = upper(table_.engine);
    if (one_of(kEnginesWithoutRows, engine)) {
      add("engine.rows_elsewhere", table_.path(), table_.engine);
    } else if (engine != "INNODB") {
      add("engine.not_innodb", table_.path(), table_.engine + " becomes InnoDB");
    }
    for (const std::string& why : table_.blockers)
      if (!why.starts_with("engine ")) add("table.blocked", table_.path(), why);
    for (const std::string& change : table_.changes)
      if (!has_kind_of_its_own(change)) add("table.changed", table_.path(), change);
  }

  /// Changes that are told by column, key or engine.
  static bool has_kind_of_its_own(std::string_view change) {
    const auto says = [&](std::string_view words) { return change.find(words) != std::string_view::npos; };
    return change.starts_with("engine ") || change.starts_with("collation ") || says("no keys on expressions") ||
           says(" lost its parser ");
  }

  void judge_shape() {
    const std::string options = lower(table_.options);
    if (table_.primary_key.empty()) add("table.no_primary_key", table_.path(), substitute_key());
    if (table_.system_versioned) add("table.system_versioned", table_.path());
    if (options.find("partitioned") != std::string::npos) add("table.partitioned", table_.path());
    if (options.find("encrypt") != std::string::npos && options.find("encryption=\"n\"") == std::string::npos &&
        options.find("encryption='n'") == std::string::npos && options.find("encrypted`=no") == std::string::npos)
      add("table.encrypted", table_.path());
    if (const double used = numbers_used(table_); used >= kNearTheEnd)
      add("table.auto_increment", table_.path(),
          std::to_string(std::lround(used * 100)) + " % of its numbers are used");
    if (is_leftover()) add("table.leftover", table_.path());
    if (foreign_collation(table_.collation))
      add("collation.replaced", table_.path(), table_.collation + ", the table's default");
  }

  std::string substitute_key() const {
    for (const Index& index : table_.indexes) {
      const bool sure = index.unique && std::all_of(index.columns.begin(), index.columns.end(), [&](const auto& name) {
                          const Column* column = table_.find(name);
                          return column != nullptr && !column->nullable;
                        });
      if (sure) return "its unique key " + index.name + " tells rows apart";
    }
    return {};
  }

  bool is_leftover() const {
    const std::string& name = table_.name;
    if (name.starts_with("#sql") || name.starts_with("#mysql50#")) return true;
    const auto both = [&](std::string_view begin, std::string_view end) {
      return name.starts_with(begin) && name.ends_with(end) && name.size() > begin.size() + end.size();
    };
    // gh-ost, pt-online-schema-change, and copies that did not finish.
    return both("_", "_gho") || both("_", "_ghc") || both("_", "_del") || both("_", "_new") || both("_", "_old") ||
           name.starts_with("slipway_copy_");
  }

  void judge_name(const std::string& name, const std::string& path) {
    if (is_reserved(name)) add("name.reserved", path, upper(name));
  }

  std::string path(const std::string& inner) const { return table_.path() + "." + inner; }

  void judge_column(const Column& column) {
    const std::string where = path(column.name);
    if (!one_of(kTypes, column.data_type)) {
      add("column.type_unknown", where, column.column_type);
      return;
    }
    judge_name(column.name, where);
    judge_charset(column, where);
    judge_type(column, where);
    if (column.generated()) {
      auto unknown = unknown_functions(column.generation);
      for (const std::string& own : own_functions_) unknown.erase(own);
      for (const std::string& name : unknown) add("column.unknown_function", where, name);
      if (unknown.empty())
        add("column.generated", where, column.extra.find("virtual") != std::string::npos ? "virtual" : "stored");
    }
    if (column.extra.find("invisible") != std::string::npos) add("column.invisible", where);
  }

  void judge_charset(const Column& column, const std::string& where) {
    if (one_of(kForeignCharsets, column.charset)) {
      add("charset.unknown", where, column.charset);
    } else if (foreign_collation(column.collation)) {
      const bool known = !column.replaced_collation.empty() && !foreign_collation(column.replaced_collation);
      add(known ? "collation.replaced" : "collation.unknown", where,
          column.collation + (known ? " becomes " + column.replaced_collation : std::string()));
    }
    if (column.charset == "utf8mb3" || column.charset == "utf8") add("charset.utf8mb3", where);
  }

  void judge_type(const Column& column, const std::string& where) {
    if (column.data_type == "json" && !server_.mariadb) add("column.mysql_json", where);
    if (column.json_checked) add("column.json", where);
    if (column.data_type == "bit") add("column.bit", where, column.column_type);
    if (column.data_type == "enum" || column.data_type == "set") add("column.choice", where, upper(column.data_type));
    if (one_of(kGeometries, column.data_type)) add("column.geometry", where, column.column_type);
  }

  void judge_index(const Index& index) {
    const std::string where = path(index.name);
    if (index.expression) add("index.expression", where);
    if (!index.parser.empty()) {
      add("index.fulltext_parser", where, index.parser);
    } else if (index.type == "FULLTEXT") {
      add("index.fulltext", where);
    }
  }

  const Table& table_;
  const Server& server_;
  const std::set<std::string>& own_functions_;
  Findings& findings_;
};

/// Tables that can be reached from themselves through foreign keys of other tables, as circles: each named once, by its
/// first table.
class Circles {
 public:
  explicit Circles(const Database& database) {
    for (const Table& table : database.tables)
      for (const ForeignKey& key : table.foreign_keys)
        if (key.parent_database == database.name && key.parent != table.name) parents_[table.name].insert(key.parent);
  }

  /// "a → b → a" by its least table.
  std::map<std::string, std::string> all() {
    std::map<std::string, std::string> circles;
    std::set<std::string> told;
    for (const auto& [table, parents] : parents_) {
      if (told.contains(table)) continue;
      const auto way = way_back(table);
      if (way.empty()) continue;
      std::string text = table;
      for (const std::string& step : way) text += " → " + step;
      told.insert(way.begin(), way.end());
      circles[table] = text;
    }
    return circles;
  }

 private:
  /// The shortest way from `start` to itself, without its first step; empty: there is none.
  std::vector<std::string> way_back(const std::string& start) const {
    std::map<std::string, std::string> came_from;
    std::vector<std::string> reached{start};
    for (std::size_t i = 0; i < reached.size(); ++i) {
      const auto parents = parents_.find(reached[i]);
      if (parents == parents_.end()) continue;
      for (const std::string& parent : parents->second) {
        if (parent == start) {
          std::vector<std::string> way{start};
          for (std::string at = reached[i]; at != start; at = came_from.at(at)) way.insert(way.begin(), at);
          return way;
        }
        if (came_from.emplace(parent, reached[i]).second) reached.push_back(parent);
      }
    }
    return {};
  }

  std::map<std::string, std::set<std::string>> parents_;
};

}  // namespace

bool has_no_rows_here(const Table& table) { return one_of(kEnginesWithoutRows, upper(table.engine)); }

double numbers_used(const Table& table) {
  if (!table.next_number) return 0;
  for (const Column& column : table.columns) {
    if (column.extra.find("auto_increment") == std::string::npos) continue;
    const std::map<std::string, int> bits{
        {"tinyint", 8}, {"smallint", 16}, {"mediumint", 24}, {"int", 32}, {"bigint", 64}};
    const auto found = bits.find(column.data_type);
    if (found == bits.end()) return 0;
    const bool has_sign = column.column_type.find("unsigned") == std::string::npos;
    const double most = std::exp2(found->second - (has_sign ? 1 : 0)) - 1;
    return std::min(1.0, static_cast<double>(*table.next_number - 1) / most);
  }
  return 0;
}

Findings judge_tables(const Database& database, const Server& server) {
  Findings findings;
  std::set<std::string> own_functions;
  for (const Program& program : database.programs)
    if (program.kind == Program::Kind::routine) own_functions.insert(upper(program.name));
  for (const Table& table : database.tables) TableJudge(table, server, own_functions, findings).judge();
  if (foreign_collation(database.collation))
    findings.push_back(finding("collation.replaced", database.name, database.collation + ", the database's default"));
  return findings;
}

Findings judge_foreign_keys(const Database& database) {
  Findings findings;
  std::set<std::string> names;
  for (const Table& table : database.tables) names.insert(table.name);
  for (const Table& table : database.tables) {
    for (const ForeignKey& key : table.foreign_keys) {
      const std::string where = table.path() + "." + key.name;
      if (key.parent_database != database.name) {
        findings.push_back(finding("fk.other_database", where, "to " + key.parent_database + "." + key.parent));
      } else if (!names.contains(key.parent)) {
        findings.push_back(finding("fk.parent_missing", where, "to " + key.parent));
      }
    }
  }
  for (const auto& [table, way] : Circles(database).all())
    findings.push_back(finding("fk.cycle", database.name + "." + table, way));
  return findings;
}

}  // namespace slipway::migrate::assess
