#include "migrate/engine/table_shape_rules.hpp"

#include <algorithm>
#include <charconv>
#include <regex>
#include <set>

#include "migrate/engine/object_rules.hpp"
#include "migrate/engine/table_option_rules.hpp"

namespace slipway::migrate {
namespace {

using Tokens = std::vector<Token>;

bool has_word(const Tokens& tokens, std::string_view word) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.is(word); });
}

/// The index of the words one after the other, or the number of tokens.
std::size_t find_words(const Tokens& tokens, std::initializer_list<std::string_view> words) {
  const auto found = std::search(tokens.begin(), tokens.end(), words.begin(), words.end(),
                                 [](const Token& token, std::string_view word) { return token.is(word); });
  return static_cast<std::size_t>(found - tokens.begin());
}

/// MySQL hides what older versions do not know in comments that MariaDB passes over. What MariaDB has too comes out of
/// them in its words; the rest goes, and is told.
std::string open_comments(std::string_view text, bool of_key, std::vector<std::string>& changes) {
  const Tokens tokens = tokens_of(text);
  std::vector<Edit> edits;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    int version = 0;
    const std::string_view sign = tokens[i].text;
    if (!sign.starts_with("/*!") ||
        std::from_chars(sign.data() + 3, sign.data() + sign.size(), version).ec != std::errc{} || version < 50700)
      continue;
    std::size_t end = i + 1;
    while (end + 1 < tokens.size() && tokens[end].text != "*/") ++end;
    std::string replacement;
    if (tokens[i + 1].is("INVISIBLE")) {
      replacement = of_key ? "IGNORED" : "INVISIBLE";
    } else if (tokens[i + 1].is("NOT") && tokens[i + 2].is("ENFORCED")) {
      changes.emplace_back("a CHECK that was not enforced was left away");
    } else if (tokens[i + 1].is("SRID")) {
      // MariaDB has it as part of the type, which stands behind the column's name.
      edits.push_back({tokens[1].end(), tokens[1].end(), " REF_SYSTEM_ID=" + std::string(tokens[i + 2].text)});
    } else {
      changes.push_back("'" +
                        std::string(text.substr(tokens[i + 1].begin, tokens[end].begin - tokens[i + 1].begin - 1)) +
                        "' of MySQL was left away");
    }
    edits.push_back({tokens[i].begin, tokens[end].end(), replacement});
    i = end;
  }
  return apply(text, std::move(edits));
}

/// One definition between the brackets of CREATE TABLE.
struct Element {
  enum class Kind { column, primary, key, foreign_key, check, period } kind = Kind::column;
  std::string text;
  std::string name;                  ///< of a column or key
  std::vector<std::string> columns;  ///< of a key
  bool counts = false;               ///< a column with AUTO_INCREMENT
  bool unenforced = false;           ///< a CHECK that MySQL keeps for show
};

/// The columns of "KEY `k` (`a`(10),`b` DESC)"; an empty name stands for an expression.
std::vector<std::string> key_columns(std::string_view text) {
  const Tokens tokens = tokens_of(text);
  std::vector<std::string> columns;
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is_sign(')') && --depth == 0) break;
    const bool starts = (tokens[i].is_sign('(') && ++depth == 1) || (depth == 1 && tokens[i].is_sign(','));
    if (starts && i + 1 < tokens.size())
      columns.push_back(tokens[i + 1].kind == Token::Kind::quoted_name ? tokens[i + 1].name() : "");
  }
  return columns;
}

Element classify(std::string_view text, std::vector<std::string>& changes) {
  using Kind = Element::Kind;
  Element element;
  Tokens tokens = tokens_of(text);
  const Token& first = tokens.front();
  const bool key =
      first.is("KEY") || first.is("UNIQUE") || first.is("FULLTEXT") || first.is("SPATIAL") || first.is("VECTOR");
  element.unenforced = find_words(tokens, {"NOT", "ENFORCED"}) < tokens.size();
  element.text = open_comments(text, key, changes);
  tokens = tokens_of(element.text);
  if (tokens.front().kind == Token::Kind::quoted_name) {
    element.name = tokens.front().name();
    element.counts = has_word(tokens, "AUTO_INCREMENT");
  } else if (tokens.front().is("PRIMARY")) {
    element.kind = Kind::primary;
    element.columns = key_columns(element.text);
  } else if (key) {
    element.kind = Kind::key;
    const auto name = std::find_if(tokens.begin(), tokens.end(),
                                   [](const Token& token) { return token.kind == Token::Kind::quoted_name; });
    if (name != tokens.end()) element.name = name->name();
    element.columns = key_columns(element.text);
  } else if (tokens.front().is("PERIOD")) {
    element.kind = Kind::period;
  } else if (find_words(tokens, {"FOREIGN", "KEY"}) < tokens.size()) {
    element.kind = Kind::foreign_key;
  } else {
    element.kind = Kind::check;
  }
  return element;
}

class Shaping {
 public:
  Shaping(std::string_view table, Keep keep, std::string_view database)
      : table_(table), keep_(keep), database_(database) {}

  Result<TableShape> shape(std::string_view create_statement) {
    const std::string text = replace_collations(create_statement, shape_.changes);
    const Tokens tokens = tokens_of(text);
    const auto open = std::find_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.is_sign('('); });
    const auto close = partner(tokens, open);
    if (tokens.size() < 4 || !tokens[0].is("CREATE") || !tokens[1].is("TABLE") || close == tokens.end()) {
      return Error{Code::unsupported,
                   "table '" + std::string(table_) + "': the source does not describe it as a table"};
    }
    for (const std::string_view piece :
         split_at_commas(std::string_view(text).substr(open->end(), close->begin - open->end())))
      elements_.push_back(classify(piece, shape_.changes));
    std::string options = text.substr(close->end());
    read_versioning(options);
    for (Element& element : elements_) sort_in(element);
    const std::string key = counting_key();
    const std::string head = text.substr(0, open->begin) + "(\n";
    const std::string rest = storage(options);
    shape_.bare = head;
    for (std::size_t i = 0; i < kept_.size(); ++i) shape_.bare.append(i == 0 ? "  " : ",\n  ").append(kept_[i]);
    if (!key.empty()) shape_.bare += ",\n  " + key;
    shape_.bare += "\n)" + rest;
    return std::move(shape_);
  }

 private:
  static Tokens::const_iterator partner(const Tokens& tokens, Tokens::const_iterator open) {
    int depth = 0;
    for (auto it = open; it != tokens.end(); ++it) {
      if (it->is_sign('(')) ++depth;
      if (it->is_sign(')') && --depth == 0) return it;
    }
    return tokens.end();
  }

  void read_versioning(const std::string& options) {
    if (find_words(tokens_of(options), {"SYSTEM", "VERSIONING"}) == tokens_of(options).size()) return;
    shape_.versioning = Versioning::by_time;
    for (const Element& element : elements_) {
      if (element.kind != Element::Kind::column) continue;
      const Tokens tokens = tokens_of(element.text);
      const bool start = find_words(tokens, {"AS", "ROW", "START"}) < tokens.size();
      if (!start && find_words(tokens, {"AS", "ROW", "END"}) == tokens.size()) continue;
      (start ? shape_.row_start : shape_.row_end) = element.name;
      if (has_word(tokens, "BIGINT")) shape_.versioning = Versioning::by_transaction;
      if (keep_ == Keep::rows) period_columns_.insert(element.name);
    }
    if (keep_ == Keep::rows)
      shape_.changes.emplace_back("row history was left behind");
    else if (shape_.versioning == Versioning::by_transaction)
      shape_.changes.emplace_back("row history was left behind: it is numbered by the source's transactions");
  }

  void sort_in(Element& element) {
    using Kind = Element::Kind;
    if (keep_ == Keep::rows && !without_history(element)) return;
    switch (element.kind) {
      case Kind::column:
        kept_.push_back(port_column(element));
        if (element.counts) counter_ = element.name;
        return;
      case Kind::primary:
        primary_ = element.columns;
        kept_.push_back(element.text);
        return;
      case Kind::key:
        sort_key(element);
        return;
      case Kind::foreign_key:
        sort_foreign_key(element.text);
        return;
      case Kind::check:
        if (!element.unenforced) kept_.push_back(element.text);
        return;
      case Kind::period:
        kept_.push_back(element.text);
        return;
    }
  }

  /// Takes the columns and words of system versioning out; false when nothing is left.
  bool without_history(Element& element) {
    if (shape_.versioning == Versioning::none) return true;
    using Kind = Element::Kind;
    const Tokens tokens = tokens_of(element.text);
    if (element.kind == Kind::period) return find_words(tokens, {"FOR", "SYSTEM_TIME"}) == tokens.size();
    if (element.kind == Kind::column) {
      if (period_columns_.contains(element.name)) return false;
      const std::size_t words = find_words(tokens, {"SYSTEM", "VERSIONING"});
      if (words < tokens.size() && words > 0)
        element.text = apply(element.text, {{tokens[words - 1].begin, tokens[words + 1].end(), ""}});
      return true;
    }
    const auto is_period = [&](const std::string& column) { return period_columns_.contains(column); };
    if (std::none_of(element.columns.begin(), element.columns.end(), is_period)) return true;
    const auto open = element.text.find('(');
    std::string columns;
    for (const std::string_view piece :
         split_at_commas(std::string_view(element.text).substr(open + 1, element.text.rfind(')') - open - 1))) {
      if (!is_period(tokens_of(piece).front().name())) columns.append(columns.empty() ? "" : ",").append(piece);
    }
    std::erase_if(element.columns, is_period);
    element.text = element.text.substr(0, open + 1) + columns + element.text.substr(element.text.rfind(')'));
    return !columns.empty();
  }

  std::string port_column(const Element& element) {
    const Tokens tokens = tokens_of(element.text);
    if (tokens.size() > 1 && tokens[1].is("GEOMCOLLECTION"))
      return apply(element.text, {{tokens[1].begin, tokens[1].end(), "geometrycollection"}});
    return unqualify_expression(element.text, database_);
  }

  void sort_key(const Element& element) {
    if (std::find(element.columns.begin(), element.columns.end(), "") != element.columns.end()) {
      shape_.changes.push_back("key " + element.name + " was left away: MariaDB has no keys on expressions");
      return;
    }
    shape_.keys.push_back(without_foreign_parser(element));
  }

  std::string without_foreign_parser(const Element& element) {
    const Tokens tokens = tokens_of(element.text);
    const std::size_t at = find_words(tokens, {"WITH", "PARSER"});
    if (at + 2 >= tokens.size()) return element.text;
    const std::string parser = tokens[at + 2].name();
    if (parser != "ngram" && parser != "mecab") return element.text;
    const bool commented = at > 0 && tokens[at - 1].text.starts_with("/*");
    const std::size_t begin = commented ? tokens[at - 1].begin : tokens[at].begin;
    const std::size_t end = commented && at + 3 < tokens.size() ? tokens[at + 3].end() : tokens[at + 2].end();
    shape_.changes.push_back("key " + element.name + " lost its parser " + parser + ", which MariaDB does not have");
    return apply(element.text, {{begin, end, ""}});
  }

  void sort_foreign_key(const std::string& text) {
    const Tokens tokens = tokens_of(text);
    const std::size_t at = find_words(tokens, {"REFERENCES"});
    if (at + 3 < tokens.size() && tokens[at + 2].is_sign('.'))
      shape_.foreign_keys_abroad.push_back({text, tokens[at + 1].name(), tokens[at + 3].name()});
    else
      shape_.foreign_keys.push_back(text);
  }

  /// A counting column must be the first of some key from the start; InnoDB knows no counters within a group.
  std::string counting_key() {
    if (counter_.empty() || (!primary_.empty() && primary_.front() == counter_)) return {};
    const auto found = std::find_if(shape_.keys.begin(), shape_.keys.end(), [&](const std::string& key) {
      const auto columns = key_columns(key);
      return !columns.empty() && columns.front() == counter_;
    });
    if (found != shape_.keys.end()) {
      std::string key = *found;
      shape_.keys.erase(found);
      return key;
    }
    shape_.changes.push_back("column " + counter_ +
                             " counted per group of its key; it counts through now, and has a key of its own");
    std::string quoted;
    for (const char c : counter_) quoted.append(c == '`' ? "``" : std::string(1, c));
    return "KEY (`" + quoted + "`)";
  }

  std::string storage(const std::string& text) {
    const Tokens tokens = tokens_of(text);
    const std::size_t at = find_words(tokens, {"PARTITION", "BY"});
    if (at == tokens.size()) return port_options(text, keep_, shape_);
    std::string options = port_options(text.substr(0, tokens[at].begin), keep_, shape_);
    if (keep_ == Keep::everything) return options + "\n " + port_partitions(text.substr(tokens[at].begin), shape_);
    shape_.changes.emplace_back("partitions were left away");
    return options;
  }

  std::string_view table_;
  Keep keep_;
  std::string_view database_;
  TableShape shape_;
  std::vector<Element> elements_;
  std::vector<std::string> kept_;
  std::set<std::string> period_columns_;
  std::string counter_;
  std::vector<std::string> primary_;
};

/// A language's order as MySQL and as MariaDB name it. Languages that are not here sort as the root of Unicode does.
std::string tailoring_of(const std::string& language) {
  static const std::map<std::string, std::string> names{
      {"bs_", "croatian_"},  {"cs_", "czech_"},         {"da_", "danish_"},        {"de_pb_", "german2_"},
      {"eo_", "esperanto_"}, {"es_", "spanish_"},       {"es_trad_", "spanish2_"}, {"et_", "estonian_"},
      {"gl_", "spanish_"},   {"hr_", "croatian_"},      {"hu_", "hungarian_"},     {"is_", "icelandic_"},
      {"la_", "roman_"},     {"lt_", "lithuanian_"},    {"lv_", "latvian_"},       {"nb_", "danish_"},
      {"nn_", "danish_"},    {"pl_", "polish_"},        {"ro_", "romanian_"},      {"sk_", "slovak_"},
      {"sl_", "slovenian_"}, {"sr_latn_", "croatian_"}, {"sv_", "swedish_"},       {"tr_", "turkish_"},
      {"vi_", "vietnamese_"}};
  const auto found = names.find(language);
  return found == names.end() ? std::string() : found->second;
}

}  // namespace

std::string replace_collations(std::string_view text, std::vector<std::string>& changes) {
  static const std::regex foreign("utf8mb4_(\\w+_)?0900_(ai_ci|as_ci|as_cs|bin)(_ks)?");
  const std::string from(text);
  std::string to;
  auto rest = from.cbegin();
  std::smatch found;
  while (std::regex_search(rest, from.cend(), found, foreign)) {
    const std::string kind = found[2].str();
    const std::string nearest = kind == "bin" ? std::string("utf8mb4_nopad_bin")
                                              : "utf8mb4_uca1400_" + tailoring_of(found[1].str()) + "nopad_" + kind;
    to.append(rest, found[0].first).append(nearest);
    const std::string change = "collation " + found[0].str() + " became " + nearest;
    if (std::find(changes.begin(), changes.end(), change) == changes.end()) changes.push_back(change);
    rest = found[0].second;
  }
  return to.append(rest, from.cend());
}

Result<TableShape> take_apart(std::string_view table, std::string_view create_statement, Keep keep,
                              std::string_view database) {
  return Shaping(table, keep, database).shape(create_statement);
}

std::string definition_of(const TableShape& shape) {
  constexpr std::string_view kCounter = " AUTO_INCREMENT=";
  std::string text = shape.bare;
  const auto options = text.rfind("\n)");
  if (const auto at = text.find(kCounter, options); at != std::string::npos)
    text.erase(at, std::min(text.find(' ', at + 1), text.size()) - at);
  for (const auto* clauses : {&shape.keys, &shape.foreign_keys})
    for (const std::string& clause : *clauses) text += "\n" + clause;
  return text;
}

}  // namespace slipway::migrate
