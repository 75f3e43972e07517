#include "appliance/sql/script.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::sql {
namespace {

// Words in upper case; `text` keeps what was written for the position.
struct Token {
  enum class Kind { word, sign, quoted };
  Kind kind;
  std::string word;   // of a word
  char sign = 0;      // of a sign
  std::size_t begin;  // byte offsets in the script
  std::size_t end;
  bool member = false;  // follows a dot, so it is a name and no keyword
};

bool is_word_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || c == '@' || u >= 0x80U;
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

class Lexer {
 public:
  explicit Lexer(std::string_view script) : script_(script) {}

  [[nodiscard]] Result<std::vector<Token>> tokens() {
    while (at_ < script_.size()) {
      const char c = script_[at_];
      if (is_space(c)) {
        ++at_;
      } else if (at_line_comment()) {
        at_ = std::min(script_.find('\n', at_), script_.size());
      } else if (script_.substr(at_).starts_with("/*")) {
        SLIPWAY_CHECK(block_comment());
      } else if (in_code_comment_ && script_.substr(at_).starts_with("*/")) {
        sign(2);
        in_code_comment_ = false;
      } else if (c == '\'' || c == '"' || c == '`') {
        SLIPWAY_CHECK(quoted(c));
      } else if (is_word_character(c)) {
        word();
      } else {
        sign(1);
      }
    }
    if (in_code_comment_) return unclosed("comment", script_.size());
    return std::move(tokens_);
  }

  [[nodiscard]] std::size_t line_of(std::size_t offset) const {
    return 1U + static_cast<std::size_t>(
                    std::count(script_.begin(), script_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  }

  [[nodiscard]] Error unclosed(const std::string& what, std::size_t offset) const {
    return Error{Code::invalid_argument, "line " + std::to_string(line_of(offset)) + ": " + what + " is not closed"};
  }

 private:
  [[nodiscard]] bool at_line_comment() const {
    if (script_[at_] == '#') return true;
    if (!script_.substr(at_).starts_with("--")) return false;
    return at_ + 2 >= script_.size() || is_space(script_[at_ + 2]);
  }

  Status block_comment() {
    const std::string_view rest = script_.substr(at_);
    if (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
      in_code_comment_ = true;
      sign(rest[2] == '!' ? 3 : 4);
      return {};
    }
    const auto end = script_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return unclosed("comment", at_);
    at_ = end + 2;
    return {};
  }

  Status quoted(char quote) {
    const std::size_t begin = at_;
    for (++at_; at_ < script_.size(); ++at_) {
      if (script_[at_] == '\\' && quote != '`') {
        ++at_;
      } else if (script_[at_] == quote) {
        if (at_ + 1 >= script_.size() || script_[at_ + 1] != quote) {
          ++at_;
          tokens_.push_back({Token::Kind::quoted, {}, 0, begin, at_});
          return {};
        }
        ++at_;  // a doubled quote stands for itself
      }
    }
    return unclosed("quote", begin);
  }

  void word() {
    const std::size_t begin = at_;
    std::string upper;
    for (; at_ < script_.size() && is_word_character(script_[at_]); ++at_)
      upper += static_cast<char>(std::toupper(static_cast<unsigned char>(script_[at_])));
    const bool member = !tokens_.empty() && tokens_.back().sign == '.';
    tokens_.push_back({Token::Kind::word, std::move(upper), 0, begin, at_, member});
  }

  void sign(std::size_t length) {
    tokens_.push_back({Token::Kind::sign, {}, script_[at_], at_, at_ + length});
    at_ += length;
  }

  std::string_view script_;
  std::size_t at_ = 0;
  bool in_code_comment_ = false;
  std::vector<Token> tokens_;
};

// Looks at the tokens from `first` on as one statement and finds its end.
class Splitter {
 public:
  explicit Splitter(const std::vector<Token>& tokens) : tokens_(tokens) {}

  // The index of the semicolon that ends the statement, or of the end. `open_block` is set when a block is open there.
  [[nodiscard]] std::size_t end_of(std::size_t first, bool& open_block) const {
    const bool compound = is_compound(first);
    std::size_t depth = 0;
    std::size_t i = first;
    for (; i < tokens_.size(); ++i) {
      if (depth == 0 && tokens_[i].sign == ';') break;
      if (!compound || tokens_[i].kind != Token::Kind::word || tokens_[i].member) continue;
      if (is(i, "END") && depth > 0) {
        --depth;
        if (is_block_word(i + 1)) ++i;  // END IF, END LOOP …
      } else if (opens_block(i)) {
        ++depth;
      }
    }
    open_block = depth > 0;
    return i;
  }

 private:
  [[nodiscard]] bool is(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind == Token::Kind::word && tokens_[i].word == word;
  }
  [[nodiscard]] bool is_sign(std::size_t i, char sign) const { return i < tokens_.size() && tokens_[i].sign == sign; }

  [[nodiscard]] bool is_block_word(std::size_t i) const {
    static constexpr std::array<std::string_view, 6> words{"IF", "CASE", "LOOP", "REPEAT", "WHILE", "FOR"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return is(i, word); });
  }

  // The first word that says what is created decides: CREATE TABLE event (…) is no event.
  [[nodiscard]] bool is_compound(std::size_t first) const {
    if (is(first, "BEGIN")) return is(first + 1, "NOT");
    if (!is(first, "CREATE") && !is(first, "ALTER")) return false;
    static constexpr std::array<std::string_view, 4> stored{"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"};
    static constexpr std::array<std::string_view, 9> plain{"TABLE", "VIEW", "INDEX",    "DATABASE", "SCHEMA",
                                                           "USER",  "ROLE", "SEQUENCE", "SERVER"};
    for (std::size_t i = first + 1; i < tokens_.size() && !is_sign(i, ';') && !is_sign(i, '('); ++i) {
      const auto matches = [&](std::string_view word) { return is(i, word); };
      if (std::any_of(stored.begin(), stored.end(), matches)) return true;
      if (std::any_of(plain.begin(), plain.end(), matches)) return false;
    }
    return false;
  }

  [[nodiscard]] bool opens_block(std::size_t i) const {
    if (is(i, "BEGIN") || is(i, "CASE") || is(i, "LOOP") || is(i, "WHILE")) return true;
    if (is(i, "REPEAT")) return !is_sign(i + 1, '(');  // REPEAT('x', 3) is a function
    if (is(i, "FOR")) return is(i + 2, "IN");          // FOR EACH ROW, FOR UPDATE open nothing
    if (!is(i, "IF")) return false;
    if (is_sign(i + 1, '(')) return commas_within(i + 1) != 2;  // IF(a, b, c) is a function
    const std::size_t exists = is(i + 1, "NOT") ? i + 2 : i + 1;
    return !is(exists, "EXISTS") || is_sign(exists + 1, '(');  // CREATE … IF NOT EXISTS name opens nothing
  }

  // Commas between the parenthesis at `open` and its partner, not counting those of inner ones.
  [[nodiscard]] std::size_t commas_within(std::size_t open) const {
    std::size_t commas = 0;
    std::size_t depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      if (is_sign(i, '(')) ++depth;
      if (is_sign(i, ')') && --depth == 0) break;
      if (is_sign(i, ',') && depth == 1) ++commas;
    }
    return commas;
  }

  const std::vector<Token>& tokens_;
};

}  // namespace

Result<std::vector<ScriptStatement>> split_script(std::string_view script) {
  Lexer lexer(script);
  SLIPWAY_TRY(const auto tokens, lexer.tokens());
  const Splitter splitter(tokens);
  std::vector<ScriptStatement> statements;
  for (std::size_t first = 0; first < tokens.size();) {
    bool open_block = false;
    const std::size_t end = splitter.end_of(first, open_block);
    if (open_block) return lexer.unclosed("block of the statement", tokens[first].begin);
    if (end > first) {
      const std::size_t begin = tokens[first].begin;
      statements.push_back({script.substr(begin, tokens[end - 1].end - begin), lexer.line_of(begin)});
    }
    first = end + 1;
  }
  return statements;
}

std::string first_word(std::string_view statement) {
  std::string word;
  for (const char c : statement) {
    if (!is_word_character(c)) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return word;
}

bool changes_rows_only(std::string_view statement) {
  static constexpr std::array<std::string_view, 4> verbs{"INSERT", "REPLACE", "UPDATE", "DELETE"};
  return std::find(verbs.begin(), verbs.end(), first_word(statement)) != verbs.end();
}

}  // namespace slipway::sql
