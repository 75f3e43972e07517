#include "migrate/products/aside.hpp"

namespace slipway::migrate {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += c;
    quoted += c;
  }
  return quoted + "'";
}

/// "JSON_OBJECT('Name', CONVERT(`Name` USING utf8mb4), …)" of the columns that are kept.
Result<std::string> json_of(const Aside& aside, const Table& table) {
  std::string fields;
  for (const Column& column : table.columns) {
    if (holds(aside.secrets, column.name)) continue;
    if (!aside.columns.empty() && !holds(aside.columns, column.name)) continue;
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(column.name));
    std::string name = column.name;
    std::string value = quoted;
    if (column.kind == Column::Kind::text) value = "CONVERT(" + quoted + " USING utf8mb4)";
    if (column.kind == Column::Kind::binary) {
      value = "TO_BASE64(" + quoted + ")";
      name += " (base64)";
    }
    fields.append(fields.empty() ? "" : ", ").append(literal(name)).append(", ").append(value);
  }
  return "JSON_OBJECT(" + fields + ")";
}

Result<std::string> key_of(const Table& table) {
  if (table.primary_key.empty()) return std::string("CONCAT('row ', ROW_NUMBER() OVER ())");
  std::string parts;
  for (const std::string& column : table.primary_key) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(column));
    parts += "," + quoted;
  }
  return "LEFT(CONCAT_WS('/'" + parts + "), 200)";
}

Result<std::string> from_of(const Aside& aside, const std::string& source, const std::string& target) {
  SLIPWAY_TRY(const std::string table, sql::quote_identifier(aside.table));
  return fill_in(" FROM {{source}}." + table + (aside.where.empty() ? "" : " WHERE " + aside.where), source, target);
}

Result<std::uint64_t> count_secrets(sql::Connection& connection, const Aside& aside, const std::string& from) {
  std::string sum;
  for (const std::string& column : aside.secrets) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(column));
    sum += (sum.empty() ? "" : " + ") + ("COALESCE(SUM(COALESCE(" + quoted + ", '') NOT IN ('', '*NO-PASSWORD*')), 0)");
  }
  if (sum.empty()) return std::uint64_t{0};
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT CAST(" + sum + " AS UNSIGNED)" + from));
  return row ? row->natural(0) : 0;
}

/// Named by the profile as mapped, kept aside or left; or a helper table in the staging database, which is no part of
/// the source.
bool is_named(const Profile& profile, const std::string& table) {
  return holds(profile.mapped, table) || profile.left.contains(table) || profile.reasons.contains(table) ||
         table.starts_with("slipway_") ||
         std::any_of(profile.asides.begin(), profile.asides.end(),
                     [&](const Aside& one) { return one.table == table; });
}

Status add_left(sql::Connection& connection, const Profile& profile, const Catalog& catalog, const std::string& source,
                std::vector<AsideLine>& lines) {
  std::map<std::string, std::string> left = profile.left;
  if (!profile.others.empty())
    for (const Table& table : catalog.tables)
      if (!is_named(profile, table.name)) left[table.name] = profile.others;
  for (const auto& [table, reason] : left) {
    if (catalog.find(table) == nullptr) continue;
    SLIPWAY_TRY(const std::string from, from_of({table, reason, "", {}, {}}, source, source));
    SLIPWAY_TRY(const auto row, connection.query_one("SELECT COUNT(*)" + from));
    lines.push_back({table, reason, row->natural(0), 0, true});
  }
  return {};
}

}  // namespace

std::vector<Aside> asides_for(const Profile& profile, const Catalog& catalog) {
  std::vector<Aside> all;
  for (const Aside& aside : profile.asides) {
    if (catalog.find(aside.table) != nullptr) all.push_back(aside);
  }
  for (const Table& table : catalog.tables) {
    const auto reason = profile.reasons.find(table.name);
    if (reason == profile.reasons.end() && (is_named(profile, table.name) || !profile.others.empty())) continue;
    all.push_back({table.name,
                   reason == profile.reasons.end() ? "a table that the profile does not know" : reason->second,
                   "",
                   {},
                   {}});
  }
  return all;
}

Result<std::vector<AsideLine>> count_asides(sql::Connection& connection, const Profile& profile, const Catalog& catalog,
                                            const std::string& source) {
  std::vector<AsideLine> lines;
  for (const Aside& aside : asides_for(profile, catalog)) {
    if (aside.where.find(".slipway_") != std::string::npos) continue;
    SLIPWAY_TRY(const std::string from, from_of(aside, source, source));
    SLIPWAY_TRY(const auto row, connection.query_one("SELECT COUNT(*)" + from));
    SLIPWAY_TRY(const std::uint64_t secrets, count_secrets(connection, aside, from));
    if (row->natural(0) > 0) lines.push_back({aside.table, aside.reason, row->natural(0), secrets, false});
  }
  SLIPWAY_CHECK(add_left(connection, profile, catalog, source, lines));
  return lines;
}

Result<AsideLine> keep_aside(sql::Connection& connection, const Aside& aside, const Table& table,
                             const std::string& product, const std::string& source, const std::string& target) {
  SLIPWAY_TRY(std::string insert, sql::quote_identifier(target));
  SLIPWAY_TRY(const std::string from, from_of(aside, source, target));
  SLIPWAY_TRY(const std::string key, key_of(table));
  SLIPWAY_TRY(const std::string json, json_of(aside, table));
  insert.insert(0, "INSERT INTO ");
  insert += ".kept_aside (source_product, source_table, source_key, reason, content) SELECT ?, ?, ";
  insert.append(key).append(", ?, ").append(json).append(from);
  auto done = connection.execute(insert, {product, aside.table, aside.reason});
  if (!done) return std::move(done).error().within("keeping rows of '" + aside.table + "' aside");
  SLIPWAY_TRY(const std::uint64_t secrets, count_secrets(connection, aside, from));
  return AsideLine{aside.table, aside.reason, done->affected_rows, secrets, false};
}

Result<std::vector<AsideLine>> keep_asides(sql::Connection& connection, const Profile& profile, const Catalog& catalog,
                                           const std::string& product, const std::string& source,
                                           const std::string& target) {
  std::vector<AsideLine> lines;
  for (const Aside& aside : asides_for(profile, catalog)) {
    SLIPWAY_TRY(AsideLine line, keep_aside(connection, aside, *catalog.find(aside.table), product, source, target));
    if (line.rows > 0) lines.push_back(std::move(line));
  }
  SLIPWAY_CHECK(add_left(connection, profile, catalog, source, lines));
  return lines;
}

}  // namespace slipway::migrate
