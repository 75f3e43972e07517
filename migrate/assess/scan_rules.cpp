#include "migrate/assess/scan_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "migrate/assess/table_rules.hpp"

namespace slipway::migrate::assess {
namespace {

/// What a packet of the target can hold, less what a row's own bookkeeping may take.
constexpr std::uint64_t kTargetPacketBytes = (1ULL << 30U) - (1ULL << 16U);
constexpr std::size_t kMostPieces = 10'000;

bool is_text(const Column& column) {
  constexpr std::array<std::string_view, 6> types{"char", "varchar", "tinytext", "text", "mediumtext", "longtext"};
  return std::find(types.begin(), types.end(), column.data_type) != types.end();
}

/// Bytes that make well-formed UTF-8 with a letter of more than one byte. A conversion of anything else puts question
/// marks into the text (MariaDB) or gives NULL (MySQL).
std::string is_multibyte_utf8(const std::string& bytes) {
  const std::string text = "CONVERT(" + bytes + " USING utf8mb4)";
  return "CHAR_LENGTH(" + text + ") < LENGTH(" + bytes + ") AND CAST(" + text + " AS BINARY) = " + bytes;
}

void probe_text(const Column& column, const std::string& value, const std::string& object, std::vector<Probe>& probes) {
  if (!is_text(column) || column.json_checked) return;
  if (column.charset == "latin1") {
    probes.push_back({"charset.double_utf8", object, is_multibyte_utf8("CAST(" + value + " AS BINARY)")});
  } else if (column.charset.starts_with("utf8")) {
    // Every letter is one of latin1, and those bytes are UTF-8 once more. The first comparison spares plain ASCII.
    const std::string bytes = "CAST(CONVERT(" + value + " USING latin1) AS BINARY)";
    probes.push_back({"charset.double_utf8_text", object,
                      "LENGTH(" + value + ") > CHAR_LENGTH(" + value + ") AND CAST(CONVERT(CONVERT(" + value +
                          " USING latin1) USING utf8mb4) AS BINARY) = CAST(" + value + " AS BINARY) AND " +
                          is_multibyte_utf8(bytes)});
  }
}

void probe_dates(const Column& column, const std::string& value, const std::string& object,
                 std::vector<Probe>& probes) {
  const bool timestamp = column.data_type == "timestamp";
  if (!timestamp && column.data_type != "date" && column.data_type != "datetime") return;
  probes.push_back({"data.zero_date", object, value + " = 0"});
  if (timestamp) return;
  const std::string first_of_month = "CONCAT(YEAR(" + value + "), '-', MONTH(" + value + "), '-01')";
  probes.push_back({"data.invalid_date", object,
                    value + " <> 0 AND (MONTH(" + value + ") = 0 OR DAY(" + value + ") = 0 OR DAY(" + value +
                        ") > DAY(LAST_DAY(" + first_of_month + ")))"});
}

void probe_column(const Table& table, const Column& column, std::vector<Probe>& probes) {
  const std::string value = "c." + column.quoted;
  const std::string object = table.path() + "." + column.name;
  probe_text(column, value, object, probes);
  probe_dates(column, value, object, probes);
  if (column.data_type == "enum") probes.push_back({"data.invalid_choice", object, value + " + 0 = 0"});
  if (column.json_checked) probes.push_back({"data.invalid_json", object, "NOT JSON_VALID(" + value + ")"});
}

void probe_size(const Table& table, const Facts& facts, std::vector<Probe>& probes) {
  std::uint64_t most_bytes = 0;
  std::string length;
  for (const Column& column : table.columns) {
    const std::uint64_t most = column.data_type == "json" ? 1ULL << 32U : column.most_bytes;
    if (column.generated() || most < (1ULL << 16U)) continue;
    most_bytes += most;
    length += (length.empty() ? "" : " + ") + ("COALESCE(LENGTH(c." + column.quoted + "), 0)");
  }
  if (most_bytes > kTargetPacketBytes)
    probes.push_back({"row.over_target_packet", table.path(), length + " > " + std::to_string(kTargetPacketBytes)});
  const auto packet = facts.server.variables.find("max_allowed_packet");
  std::uint64_t source_bytes = 0;
  if (packet != facts.server.variables.end())
    std::from_chars(packet->second.data(), packet->second.data() + packet->second.size(), source_bytes);
  if (source_bytes > 0 && source_bytes < kTargetPacketBytes && most_bytes > source_bytes)
    probes.push_back({"row.over_source_packet", table.path(), length + " > " + std::to_string(source_bytes)});
}

const Table* find_table(const Facts& facts, const std::string& database, const std::string& name) {
  for (const Database& d : facts.databases)
    for (const Table& table : d.tables)
      if (d.name == database && table.name == name) return &table;
  return nullptr;
}

void probe_foreign_key(const Table& table, const ForeignKey& key, const Facts& facts, std::vector<Probe>& probes) {
  const Table* parent = find_table(facts, key.parent_database, key.parent);
  if (parent == nullptr || !parent->fault.empty() || key.columns.size() != key.parent_columns.size()) return;
  std::string set;
  std::string equal;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const Column* mine = table.find(key.columns[i]);
    const Column* theirs = parent->find(key.parent_columns[i]);
    if (mine == nullptr || theirs == nullptr) return;
    set += "c." + mine->quoted + " IS NOT NULL AND ";
    equal += (i == 0 ? "" : " AND ") + ("p." + theirs->quoted + " = c." + mine->quoted);
  }
  probes.push_back({"fk.orphans", table.path() + "." + key.name,
                    set + "NOT EXISTS (SELECT 1 FROM " + parent->quoted + " AS p WHERE " + equal + ")"});
}

}  // namespace

std::vector<Probe> probes_of(const Table& table, const Facts& facts) {
  std::vector<Probe> probes;
  if (!table.fault.empty() || has_no_rows_here(table)) return probes;
  for (const Column& column : table.columns)
    if (!column.generated()) probe_column(table, column, probes);
  probe_size(table, facts, probes);
  for (const ForeignKey& key : table.foreign_keys) probe_foreign_key(table, key, facts, probes);
  return probes;
}

std::vector<KeyRange> cut_keys(std::int64_t least, std::int64_t greatest, std::uint64_t table_bytes,
                               std::uint64_t piece_bytes) {
  const std::uint64_t span = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  const std::uint64_t pieces = std::clamp<std::uint64_t>(table_bytes / piece_bytes, 1, kMostPieces);
  const std::uint64_t width = span / pieces;
  std::vector<KeyRange> ranges;
  std::uint64_t from = 0;
  while (true) {
    const std::uint64_t to = span - from <= width ? span : from + width;
    const auto key = [&](std::uint64_t offset) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + offset);
    };
    ranges.push_back({key(from), key(to)});
    if (to == span) return ranges;
    from = to + 1;
  }
}

}  // namespace slipway::migrate::assess
