#include "migrate/engine/dialect_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "migrate/engine/sql_text_rules.hpp"

namespace slipway::migrate {
namespace {

using Tokens = std::vector<Token>;

// In alphabetical order. Of MySQL and of MariaDB after 10.11.
constexpr std::array<std::string_view, 44> kUnknownFunctions{"ANY_VALUE",
                                                             "BIN_TO_UUID",
                                                             "DISTANCE",
                                                             "FORMAT_BYTES",
                                                             "FORMAT_PICO_TIME",
                                                             "FROM_VECTOR",
                                                             "IS_UUID",
                                                             "JSON_ARRAY_INTERSECT",
                                                             "JSON_KEY_VALUE",
                                                             "JSON_OBJECT_FILTER_KEYS",
                                                             "JSON_OBJECT_TO_ARRAY",
                                                             "JSON_SCHEMA_VALID",
                                                             "JSON_SCHEMA_VALIDATION_REPORT",
                                                             "JSON_STORAGE_FREE",
                                                             "JSON_STORAGE_SIZE",
                                                             "KDF",
                                                             "MBRCOVEREDBY",
                                                             "MBRCOVERS",
                                                             "REGEXP_LIKE",
                                                             "STATEMENT_DIGEST",
                                                             "STATEMENT_DIGEST_TEXT",
                                                             "STRING_TO_VECTOR",
                                                             "ST_COLLECT",
                                                             "ST_FRECHETDISTANCE",
                                                             "ST_GEOHASH",
                                                             "ST_HAUSDORFFDISTANCE",
                                                             "ST_LATFROMGEOHASH",
                                                             "ST_LATITUDE",
                                                             "ST_LONGFROMGEOHASH",
                                                             "ST_LONGITUDE",
                                                             "ST_POINTFROMGEOHASH",
                                                             "ST_SIMPLIFY",
                                                             "ST_SWAPXY",
                                                             "ST_TRANSFORM",
                                                             "ST_VALIDATE",
                                                             "TO_VECTOR",
                                                             "UUID_TO_BIN",
                                                             "UUID_V4",
                                                             "UUID_V7",
                                                             "VECTOR_DIM",
                                                             "VECTOR_TO_STRING",
                                                             "VEC_DISTANCE",
                                                             "VEC_FROMTEXT",
                                                             "VEC_TOTEXT"};

/// The word of an expression between `first` and `last` that MariaDB does not know, or nothing.
std::string unknown_word(const Tokens& tokens, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i + 1 < last; ++i) {
    const bool call = tokens[i].kind == Token::Kind::word && tokens[i + 1].is_sign('(');
    const bool known = std::none_of(kUnknownFunctions.begin(), kUnknownFunctions.end(),
                                    [&](std::string_view name) { return tokens[i].is(name); });
    if (call && !known) return lower_case(tokens[i].text) + "()";
    if (tokens[i].is("AS") && (tokens[i + 1].is("JSON") || tokens[i + 1].is("YEAR")))
      return "cast as " + lower_case(tokens[i + 1].text);
    if (tokens[i].is("MEMBER") && tokens[i + 1].is("OF")) return "member of";
    if (tokens[i].is("RETURNING")) return "returning";
  }
  return {};
}

/// The token after the bracket that closes the one at `open`.
std::size_t after_bracket(const Tokens& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].is_sign('(')) ++depth;
    if (tokens[i].is_sign(')') && --depth == 0) return i + 1;
  }
  return tokens.size();
}

std::size_t find_word(const Tokens& tokens, std::string_view upper) {
  return static_cast<std::size_t>(
      std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) { return token.is(upper); }) - tokens.begin());
}

bool has_word(const Tokens& tokens, std::string_view upper) { return find_word(tokens, upper) < tokens.size(); }

/// One column, key or constraint on its way.
struct Item {
  std::string_view text;
  Tokens tokens;
  std::vector<Edit> edits;
  bool kept = true;

  [[nodiscard]] bool is_column() const { return tokens.front().kind == Token::Kind::quoted_name; }
  [[nodiscard]] std::string name() const {
    const auto found = std::find_if(tokens.begin(), tokens.end(),
                                    [](const Token& token) { return token.kind == Token::Kind::quoted_name; });
    return found == tokens.end() ? std::string() : found->name();
  }
  /// Puts `words` in the place of the tokens from `first` to before `last`.
  void replace(std::size_t first, std::size_t last, std::string words) {
    std::size_t begin = tokens[first].begin;
    if (words.empty() && begin > 0 && text[begin - 1] == ' ') --begin;
    edits.push_back({begin, tokens[last - 1].end(), std::move(words)});
  }
};

void port_type(Item& item, Understood& result) {
  if (item.tokens.size() < 5 || !item.tokens[1].is("VECTOR")) return;
  const std::string_view digits = item.tokens[3].text;
  std::size_t dimensions = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), dimensions);
  // Rows have 65,535 bytes for columns that are no BLOBs.
  const std::string type = dimensions > 2048 ? "longblob" : "varbinary(" + std::to_string(4 * dimensions) + ")";
  item.replace(1, 5, type);
  result.changes.push_back("column " + item.name() + ": vector(" + std::string(digits) + ") became " + type +
                           " with the same bytes");
}

void port_generated(Item& item, std::size_t expression, Understood& result) {
  const std::size_t end = after_bracket(item.tokens, expression);
  const std::string unknown = unknown_word(item.tokens, expression, end);
  if (unknown.empty()) return;
  const bool stored = end < item.tokens.size() && (item.tokens[end].is("VIRTUAL") || item.tokens[end].is("STORED"));
  item.replace(find_word(item.tokens, "GENERATED"), stored ? end + 1 : end, "");
  result.stored.insert(item.name());
  result.changes.push_back("column " + item.name() + ": was computed with " + unknown +
                           "; its values were copied, new rows get none");
}

void port_default(Item& item, std::size_t word, Understood& result) {
  const std::size_t open = item.tokens[word + 1].is_sign('(') ? word + 1 : word + 2;
  if (open >= item.tokens.size() || !item.tokens[open].is_sign('(')) return;  // a plain value
  const std::size_t end = after_bracket(item.tokens, open);
  const std::string unknown = unknown_word(item.tokens, word + 1, end);
  if (unknown.empty()) return;
  std::string words;
  const auto text =
      item.text.substr(item.tokens[word + 1].begin, item.tokens[end - 1].end() - item.tokens[word + 1].begin);
  if (unknown == "uuid_v4()" || unknown == "uuid_v7()") {
    if (lower_case(text) == unknown) words = "DEFAULT uuid()";
  } else if (lower_case(text) == "(uuid_to_bin(uuid()))") {
    words = "DEFAULT (unhex(replace(uuid(),'-','')))";
  }
  result.changes.push_back("column " + item.name() + ": default with " + unknown +
                           (words.empty() ? " was left away" : " became " + words.substr(words.find(' ') + 1)));
  item.replace(word, end, std::move(words));
}

void port_column(Item& item, Understood& result) {
  port_type(item, result);
  if (const std::size_t at = find_word(item.tokens, "GENERATED"); at + 3 < item.tokens.size()) {
    port_generated(item, at + 3, result);  // GENERATED ALWAYS AS (
  } else if (const std::size_t word = find_word(item.tokens, "DEFAULT"); word + 1 < item.tokens.size()) {
    port_default(item, word, result);
  }
}

void port_constraint(Item& item, Understood& result) {
  const std::size_t check = find_word(item.tokens, "CHECK");
  if (check == item.tokens.size()) return;
  const std::string unknown = unknown_word(item.tokens, check, item.tokens.size());
  if (unknown.empty()) return;
  item.kept = false;
  result.changes.push_back("check " + item.name() + ": uses " + unknown + ", left away");
}

/// Executable comments that take_apart() cannot judge: those that MariaDB would run, and hiding a column that does not
/// fill itself, which MariaDB does not do.
void port_comments(Item& item, Understood& result) {
  for (std::size_t i = 0; i + 2 < item.tokens.size(); ++i) {
    if (!item.tokens[i].text.starts_with("/*!")) continue;
    std::size_t close = i + 1;
    while (close + 1 < item.tokens.size() && item.tokens[close].text != "*/") ++close;
    const Token& word = item.tokens[i + 1];
    const bool nullable = find_word(item.tokens, "NOT") > i;
    const bool fills_itself = nullable || has_word(item.tokens, "DEFAULT") || has_word(item.tokens, "AUTO_INCREMENT") ||
                              has_word(item.tokens, "GENERATED");
    if (word.is("STORAGE") || word.is("COLUMN_FORMAT")) {
      item.replace(i, close + 1, "");
    } else if (word.is("INVISIBLE") && !fills_itself) {
      item.replace(i, close + 1, "");
      result.changes.push_back("column " + item.name() + ": is no longer invisible, because it has no default");
    }
    i = close;
  }
}

/// The item as it stands now, "" when it goes.
std::string port_item(std::string_view text, Understood& result) {
  Item item{text, tokens_of(text), {}, true};
  if (item.tokens.empty()) return {};
  if (item.is_column()) {
    port_column(item, result);
    port_comments(item, result);
  } else if (item.tokens.front().is("CONSTRAINT")) {
    port_constraint(item, result);
  } else if (item.tokens.front().is("VECTOR")) {
    item.kept = false;
    result.changes.push_back("key " + item.name() + ": a vector key, left away");
  }
  return item.kept ? apply(text, std::move(item.edits)) : std::string();
}

/// MySQL names the character set of every string in an expression, and MariaDB then keeps the letters beyond ASCII as
/// other letters. The session that creates the table says utf8mb4 itself.
std::string without_introducers(std::string_view text) {
  const Tokens tokens = tokens_of(text);
  std::vector<Edit> edits;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool introducer = tokens[i].is("_UTF8MB4") || tokens[i].is("_UTF8MB3");
    if (introducer && tokens[i + 1].kind == Token::Kind::string)
      edits.push_back({tokens[i].begin, tokens[i + 1].begin, {}});
  }
  return apply(text, std::move(edits));
}

}  // namespace

Understood speak_mariadb(std::string_view create_statement) {
  Understood result;
  const std::string text = without_introducers(create_statement);
  const std::string_view statement = text;
  const Tokens tokens = tokens_of(statement);
  const auto open = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return token.is_sign('('); });
  const std::size_t end = after_bracket(tokens, static_cast<std::size_t>(open - tokens.begin()));
  if (open == tokens.end() || !tokens[end - 1].is_sign(')')) {
    result.text = text;
    return result;
  }
  const std::size_t close = tokens[end - 1].begin;
  std::string items;
  for (const auto piece : split_at_commas(statement.substr(open->end(), close - open->end()))) {
    const std::string item = port_item(piece, result);
    if (!item.empty()) items.append(items.empty() ? "\n  " : ",\n  ").append(item);
  }
  result.text.append(statement.substr(0, open->end())).append(items).append("\n");
  result.text += statement.substr(close);
  return result;
}

}  // namespace slipway::migrate
