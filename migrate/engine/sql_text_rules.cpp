#include "migrate/engine/sql_text_rules.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::migrate {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool is_word_character(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || c == '$' || u >= 0x80U;
}

/// Where the quoted piece that begins at `at` ends.
std::size_t end_of_quoted(std::string_view text, std::size_t at, bool backslash) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (backslash && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return text.size();
}

/// Where the comment that begins at `at` ends; `at` itself when none begins there.
std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool dashes = rest.starts_with("--") && (rest.size() == 2 || is_space(rest[2]));
  if (dashes || rest.starts_with('#')) return std::min(text.find('\n', at), text.size());
  if (!rest.starts_with("/*") || rest.starts_with("/*!") || rest.starts_with("/*M!")) return at;
  const auto end = text.find("*/", at + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

/// The length of the sign at `at`: the ends of executable comments are one sign each.
std::size_t sign_length(std::string_view rest) {
  if (rest.starts_with("*/")) return 2;
  if (!rest.starts_with("/*")) return 1;
  std::size_t length = rest.find('!') + 1;
  while (length < rest.size() && std::isdigit(static_cast<unsigned char>(rest[length])) != 0) ++length;
  return length;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

QuoteMode QuoteMode::of(std::string_view sql_mode) {
  return {sql_mode.find("ANSI_QUOTES") != std::string_view::npos,
          sql_mode.find("NO_BACKSLASH_ESCAPES") != std::string_view::npos};
}

bool Token::is(std::string_view upper) const noexcept {
  return kind == Kind::word && std::equal(text.begin(), text.end(), upper.begin(), upper.end(), [](char a, char b) {
           return std::toupper(static_cast<unsigned char>(a)) == b;
         });
}

std::string Token::name() const {
  if (kind != Kind::quoted_name && kind != Kind::string) return std::string(text);
  const char quote = text.front();
  const bool closed = text.size() > 1 && text.back() == quote;
  const std::string_view inner = text.substr(1, text.size() - (closed ? 2 : 1));
  std::string name;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    name += inner[i];
    if (inner[i] == quote) ++i;
  }
  return name;
}

std::vector<Token> tokens_of(std::string_view text, QuoteMode mode) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_space(c)) {
      ++at;
      continue;
    }
    if (const std::size_t end = end_of_comment(text, at); end != at) {
      at = end;
      continue;
    }
    std::size_t end = at;
    Token::Kind kind = Token::Kind::sign;
    if (c == '\'' || c == '"' || c == '`') {
      const bool name = c == '`' || (c == '"' && mode.ansi_quotes);
      kind = name ? Token::Kind::quoted_name : Token::Kind::string;
      end = end_of_quoted(text, at, !name && !mode.no_backslash_escapes);
    } else if (is_word_character(c)) {
      kind = Token::Kind::word;
      while (end < text.size() && is_word_character(text[end])) ++end;
    } else {
      end = at + sign_length(text.substr(at));
    }
    tokens.push_back({kind, text.substr(at, end - at), at});
    at = end;
  }
  return tokens;
}

std::string apply(std::string_view text, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string result;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    result.append(text.substr(at, edit.begin - at)).append(edit.replacement);
    at = edit.end;
  }
  return result.append(text.substr(at));
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  int depth = 0;
  for (const Token& token : tokens_of(text)) {
    if (token.is_sign('(')) ++depth;
    if (token.is_sign(')')) --depth;
    if (depth != 0 || !token.is_sign(',')) continue;
    pieces.push_back(trimmed(text.substr(begin, token.begin - begin)));
    begin = token.end();
  }
  if (const auto last = trimmed(text.substr(begin)); !last.empty()) pieces.push_back(last);
  return pieces;
}

}  // namespace slipway::migrate
