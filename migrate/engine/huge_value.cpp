#include "migrate/engine/huge_value.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kLeastPiece = 4U << 20U;
constexpr std::uint64_t kMostPiece = 32U << 20U;
constexpr std::uint64_t kPieces = 16;

std::string length_of(const Column& column) { return "LENGTH(" + column.quoted + ")"; }

std::string is_huge(const Column& column, const HugeColumns& huge) {
  return length_of(column) + " > " + std::to_string(huge.most_bytes);
}

}  // namespace

bool HugeColumns::contains(std::size_t column) const {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

HugeColumns huge_columns(const Table& table, const std::vector<KeyColumn>& key, std::uint64_t packet_bytes) {
  HugeColumns huge;
  if (key.empty()) return huge;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].large) huge.columns.push_back(i);
  if (!huge.columns.empty()) huge.most_bytes = std::min(kHugeBytes, packet_bytes / 4) / huge.columns.size();
  return huge;
}

std::string short_value(const Table& table, const HugeColumns& huge, std::size_t column) {
  const Column& read = table.columns[column];
  if (!huge.contains(column)) return read.selected;
  return "IF(" + is_huge(read, huge) + ", NULL, " + read.selected + ")";
}

std::string huge_lengths(const Table& table, const HugeColumns& huge) {
  std::string any;
  std::string lengths;
  for (const std::size_t i : huge.columns) {
    any.append(any.empty() ? "" : " OR ").append(is_huge(table.columns[i], huge));
    lengths.append(", COALESCE(").append(length_of(table.columns[i])).append(", 0)");
  }
  return "IF(" + any + ", CONCAT_WS(','" + lengths + "), NULL)";
}

std::optional<std::vector<std::uint64_t>> read_lengths(const Table& table, const HugeColumns& huge,
                                                       std::string_view text) {
  std::vector<std::uint64_t> lengths(table.columns.size(), 0);
  const char* at = text.data();
  const char* const end = at + text.size();
  for (const std::size_t column : huge.columns) {
    std::uint64_t length = 0;
    const auto parsed = std::from_chars(at, end, length);
    if (parsed.ec != std::errc{} || (parsed.ptr != end && *parsed.ptr != ',')) return std::nullopt;
    if (length > huge.most_bytes) lengths[column] = length;
    at = parsed.ptr == end ? end : parsed.ptr + 1;
  }
  return at == end ? std::optional(std::move(lengths)) : std::nullopt;
}

std::string piece_of(const Column& column, std::uint64_t offset, std::uint64_t bytes) {
  // A cast AS BINARY would give NULL for what is larger than the source's packet; this does not.
  const std::string value =
      column.kind == Column::Kind::binary ? column.selected : "CONVERT(" + column.selected + " USING binary)";
  return "SUBSTRING(" + value + ", " + std::to_string(offset + 1) + ", " + std::to_string(bytes) + ")";
}

std::uint64_t piece_bytes(std::uint64_t length) { return std::clamp(length / kPieces + 1, kLeastPiece, kMostPiece); }

std::string is_row(const std::vector<KeyColumn>& key, const Position& position) {
  std::string text;
  for (std::size_t i = 0; i < key.size(); ++i)
    text.append(text.empty() ? "" : " AND ").append(key[i].quoted).append(" = ").append(position[i]);
  return text;
}

void append_escaped(std::string_view bytes, std::string& text) {
  constexpr std::string_view kSpecial = "\\\t\n";
  while (!bytes.empty()) {
    const auto plain = std::min(bytes.find_first_of(kSpecial), bytes.size());
    text.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) return;
    text.append(1, '\\').append(1, bytes.front());
    bytes.remove_prefix(1);
  }
}

Result<std::string> load_statement(const Table& table, bool replaces) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  std::string places;
  std::string sets;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const bool number = column.carry == Carry::choice || column.carry == Carry::natural;
    const std::string variable = "@slipway_" + std::to_string(i);
    places.append(places.empty() ? "" : ", ").append(number ? variable : column.quoted);
    if (!number) continue;
    sets.append(sets.empty() ? " SET " : ", ").append(column.quoted);
    sets.append(" = CAST(").append(variable).append(" AS UNSIGNED)");
  }
  return std::string("LOAD DATA LOCAL INFILE 'slipway' ") + (replaces ? "REPLACE " : "") + "INTO TABLE " + name +
         " CHARACTER SET binary FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (" + places +
         ")" + sets;
}

}  // namespace slipway::migrate
