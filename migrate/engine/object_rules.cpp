#include "migrate/engine/object_rules.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace slipway::migrate {
namespace {

using Tokens = std::vector<Token>;

bool sign_at(const Tokens& tokens, std::size_t i, char sign) { return i < tokens.size() && tokens[i].is_sign(sign); }
bool name_at(const Tokens& tokens, std::size_t i) { return i < tokens.size() && tokens[i].is_name(); }

/// True when a table, view, sequence, routine or trigger is named at `i`, going by the words around it.
bool names_an_object(const Tokens& tokens, std::size_t i, std::size_t after, bool in_view) {
  if (sign_at(tokens, after, '(')) return true;
  while (i > 0 && tokens[i - 1].is_sign('(')) --i;
  if (i == 0) return false;
  static constexpr std::array<std::string_view, 6> printed{"FROM", "JOIN", "VIEW", "NEXTVAL", "LASTVAL", "SETVAL"};
  static constexpr std::array<std::string_view, 13> written{
      "INTO",  "UPDATE",    "TABLE",    "TABLES",        "CALL", "ON",    "TRIGGER",
      "EVENT", "PROCEDURE", "FUNCTION", "STRAIGHT_JOIN", "FOR",  "EXISTS"};
  const auto matches = [&](std::string_view word) { return tokens[i - 1].is(word); };
  return std::any_of(printed.begin(), printed.end(), matches) ||
         (!in_view && std::any_of(written.begin(), written.end(), matches));
}

/// Finds "database.name" and decides what it is.
class References {
 public:
  References(const Tokens& tokens, const Names& names, bool in_view)
      : tokens_(tokens), names_(names), in_view_(in_view) {}

  void read(PortedObject& object, std::vector<Edit>& edits) const {
    for (std::size_t i = 0; i + 2 < tokens_.size(); ++i) {
      const bool first = i == 0 || (!tokens_[i - 1].is_sign('.') && !tokens_[i - 1].is_sign('@'));
      if (!first || !tokens_[i].is_name() || !tokens_[i + 1].is_sign('.') || !tokens_[i + 2].is_name()) continue;
      const std::string name = tokens_[i].name();
      if (is_own(name)) {
        if (names_.same_name || !refers_home(i)) continue;
        edits.push_back({tokens_[i].begin, tokens_[i + 2].begin, ""});
        object.unqualified = true;
      } else if (names_.databases.contains(name)) {
        object.abroad.insert(name);
      }
    }
    for (const Token& token : tokens_)
      if (token.kind == Token::Kind::string && mentions_home(token.text)) object.dynamic = true;
  }

 private:
  [[nodiscard]] bool is_own(const std::string& name) const {
    return names_.database_case_folds ? lower_case(name) == lower_case(names_.database) : name == names_.database;
  }

  [[nodiscard]] bool refers_home(std::size_t i) const {
    const bool three_parts = sign_at(tokens_, i + 3, '.') && name_at(tokens_, i + 4);
    if (in_view_) return three_parts || names_an_object(tokens_, i, i + 3, true);
    if (!names_.objects.contains(lower_case(tokens_[i + 2].name()))) return false;
    // Where a table is called like its database, "shop.orders" may also be a column of it.
    const bool ambiguous = !three_parts && names_.objects.contains(lower_case(names_.database));
    return !ambiguous || names_an_object(tokens_, i, i + 3, false);
  }

  [[nodiscard]] bool mentions_home(std::string_view text) const {
    if (names_.same_name || in_view_) return false;
    return text.find(names_.database + ".") != std::string_view::npos ||
           text.find("`" + names_.database + "`.") != std::string_view::npos;
  }

  const Tokens& tokens_;
  const Names& names_;
  bool in_view_;
};

/// The words between CREATE and the name: what to create it over, by whom, under which condition.
void port_head(const Tokens& tokens, PortedObject& object, std::vector<Edit>& edits) {
  if (tokens.empty() || !tokens[0].is("CREATE")) return;
  edits.push_back({tokens[0].begin, tokens[0].end(), "CREATE OR REPLACE"});
  const auto drop = [&](std::size_t from, std::size_t to) {
    const std::size_t end = to < tokens.size() ? tokens[to].begin : tokens[to - 1].end();
    edits.push_back({tokens[from].begin, end, ""});
  };
  for (std::size_t i = 1; i < tokens.size() && i < 24; ++i) {
    if (tokens[i].is("OR") && i + 1 < tokens.size() && tokens[i + 1].is("REPLACE")) drop(i, i + 2);
    if (tokens[i].is("IF") && i + 2 < tokens.size() && tokens[i + 2].is("EXISTS")) drop(i, i + 3);
    if (tokens[i].is("DEFINER") && sign_at(tokens, i + 1, '=') && i + 2 < tokens.size()) {
      object.definer = tokens[i + 2].name();
      std::size_t end = i + 3;
      if (sign_at(tokens, end, '@') && end + 1 < tokens.size()) {
        object.definer += "@" + tokens[end + 1].name();
        end += 2;
      }
      drop(i, end);
      return;  // what follows is the name
    }
  }
}

/// The state of an event stands between its schedule and DO.
void disable_event(const Tokens& tokens, PortedObject& object, std::vector<Edit>& edits) {
  for (std::size_t i = 0; i < tokens.size() && !tokens[i].is("DO"); ++i) {
    if (!tokens[i].is("ENABLE")) continue;
    edits.push_back({tokens[i].begin, tokens[i].end(), "DISABLE"});
    object.disabled = true;
    return;
  }
}

}  // namespace

PortedObject port_object(std::string_view kind, std::string_view text, QuoteMode mode, const Names& names,
                         EventState events) {
  PortedObject object;
  std::vector<Edit> edits;
  const Tokens tokens = tokens_of(text, mode);
  port_head(tokens, object, edits);
  References(tokens, names, kind == "view").read(object, edits);
  if (kind == "event" && events == EventState::disabled) disable_event(tokens, object, edits);
  object.text = apply(text, std::move(edits));
  return object;
}

std::vector<std::string> order_by_mention(const std::map<std::string, std::string>& texts) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    const auto text = texts.find(name);
    if (text == texts.end() || !seen.insert(name).second) return;
    for (const Token& token : tokens_of(text->second))
      if (token.kind == Token::Kind::quoted_name) visit(token.name());
    order.push_back(name);
  };
  for (const auto& [name, text] : texts) visit(name);
  return order;
}

std::string unqualify_expression(std::string_view expression, std::string_view database) {
  Names names;
  names.database = database;
  PortedObject found;
  std::vector<Edit> edits;
  const Tokens tokens = tokens_of(expression);
  References(tokens, names, true).read(found, edits);
  return apply(expression, std::move(edits));
}

std::string portable_sql_mode(std::string_view sql_mode) {
  std::string kept;
  for (const std::string_view mode : split_at_commas(sql_mode)) {
    if (mode == "TIME_TRUNCATE_FRACTIONAL") continue;
    kept.append(kept.empty() ? "" : ",").append(mode);
  }
  return kept;
}

std::vector<std::string> colliding_names(const std::vector<std::string>& names) {
  std::map<std::string, std::string> first;
  std::vector<std::string> pairs;
  for (const std::string& name : names) {
    const auto [known, is_new] = first.emplace(lower_case(name), name);
    if (!is_new) pairs.push_back(known->second + ", " + name);
  }
  return pairs;
}

}  // namespace slipway::migrate
