// The words of one SQL statement, as the scratch server will read them.
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway::migrate {

struct DumpWord {
  enum class Kind {
    end,
    word,    ///< keyword, plain name or number
    quoted,  ///< `name`, with its backticks
    text,    ///< '…' or "…", with its quotes
    mark     ///< any other single character
  } kind = Kind::end;
  std::string_view text;  ///< a part of the statement

  /// Whether it is this keyword, given in upper case.
  [[nodiscard]] bool is(std::string_view keyword) const noexcept;
  [[nodiscard]] bool is_mark(char c) const noexcept { return kind == Kind::mark && text.front() == c; }
};

/// Reads words one by one. Comments are passed over; of conditional comments those that a MariaDB of our release would
/// pass over too, while the others' content is read as if it stood there. Garbage gives words, never a failure.
class WordReader {
 public:
  explicit WordReader(std::string_view statement, bool backslash_escapes = true) noexcept
      : all_(statement), backslash_(backslash_escapes) {}

  [[nodiscard]] DumpWord next() noexcept;
  /// What next() will give.
  [[nodiscard]] DumpWord peek() const noexcept {
    WordReader ahead = *this;
    return ahead.next();
  }
  /// Takes the next token when it is this keyword.
  bool take(std::string_view keyword) noexcept;
  bool take_mark(char c) noexcept;

 private:
  void pass_over() noexcept;
  [[nodiscard]] std::size_t end_of_quotes(std::size_t at) const noexcept;

  std::string_view all_;
  bool backslash_;
  std::size_t at_ = 0;
  int open_conditionals_ = 0;
};

/// The name that a word, quoted or text token stands for. Doubled quotes stay doubled: such names are left alone.
[[nodiscard]] std::string_view name_of(const DumpWord& token) noexcept;

}  // namespace slipway::migrate
