// The words of a definition as a server prints it or a person once wrote it: enough to change names in it without
// touching strings and comments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// How quotes are read; follows from the sql_mode that a definition was written under.
struct QuoteMode {
  bool ansi_quotes = false;           ///< "x" is a name
  bool no_backslash_escapes = false;  ///< \ is a character like any other

  [[nodiscard]] static QuoteMode of(std::string_view sql_mode);
};

/// Comments are no tokens; what stands in an executable comment is, with the comment's two ends as signs.
struct Token {
  enum class Kind { word, quoted_name, string, sign } kind;
  std::string_view text;  ///< as written, with quotes
  std::size_t begin;      ///< byte offset

  [[nodiscard]] std::size_t end() const noexcept { return begin + text.size(); }
  [[nodiscard]] bool is_name() const noexcept { return kind == Kind::word || kind == Kind::quoted_name; }
  /// True for a word of these letters, in whatever case. `upper` is in upper case.
  [[nodiscard]] bool is(std::string_view upper) const noexcept;
  [[nodiscard]] bool is_sign(char sign) const noexcept { return kind == Kind::sign && text[0] == sign; }
  /// The name that a word or a quoted name stands for, the content of a string (escapes as written).
  [[nodiscard]] std::string name() const;
};

/// The tokens of `text`, which they point into. A quote that is not closed ends with the text.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view text, QuoteMode mode = {});

/// One change to a text: its bytes from `begin` to `end` give way to `replacement`.
struct Edit {
  std::size_t begin;
  std::size_t end;
  std::string replacement;
};

/// `text` with all edits made. They must not overlap.
[[nodiscard]] std::string apply(std::string_view text, std::vector<Edit> edits);

/// ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// The pieces of `text` between commas that stand outside brackets and quotes, without the white space around them.
[[nodiscard]] std::vector<std::string_view> split_at_commas(std::string_view text);

}  // namespace slipway::migrate
