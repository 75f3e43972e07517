// A stream of SQL text taken apart into statements, in pieces of any size, without holding more than one statement.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// One statement, without the delimiter that ended it.
struct Statement {
  std::string text;
  std::uint64_t line = 1;   ///< of the file, where it begins
  std::uint64_t bytes = 0;  ///< its whole length
  [[nodiscard]] bool whole() const noexcept { return text.size() == bytes; }
};

/// Finds statement boundaries as the database clients do: quotes with doubled quotes and backslashes, comments,
/// DELIMITER lines. Conditional comments (/*!…*/) are part of statements; other comments between statements are
/// dropped. The character set of the text must keep ASCII bytes for ASCII (refuse_unsafe_charset). Not thread-safe.
class StatementScanner {
 public:
  using Each = std::function<Status(Statement&&)>;

  /// The longest statement that any server takes.
  static constexpr std::uint64_t kLongestStatement = 1U << 30U;

  /// Keeps the first `keep_bytes` of each statement. `delimiter` is what ends a statement at first: ";", or ";\n" for
  /// files that myloader splits by lines.
  explicit StatementScanner(std::uint64_t keep_bytes = kLongestStatement, std::string delimiter = ";");

  /// The next piece of the stream. Errors: those of `each`; corrupt when a statement is longer than any server takes.
  [[nodiscard]] Status feed(std::string_view piece, const Each& each);
  /// The stream has ended. Error: corrupt when it ends within quotes or a comment.
  [[nodiscard]] Status finish(const Each& each);

  /// Whether a backslash in quotes takes the next byte's meaning away; false while the dump itself has set
  /// NO_BACKSLASH_ESCAPES. Takes effect with the next statement when called from `each`.
  void set_backslash(bool escapes) noexcept { backslash_ = escapes; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

 private:
  enum class State { between, code, quoted, line_comment, block_comment };
  [[nodiscard]] Status scan(const Each& each);
  [[nodiscard]] Status step(const Each& each);
  [[nodiscard]] bool take_delimiter_line();
  void begin_comment(State kind);
  void in_quotes();
  void in_comment();
  void take(std::size_t count);
  [[nodiscard]] Status emit(const Each& each);
  [[nodiscard]] std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
  [[nodiscard]] Error unfinished() const;

  std::uint64_t keep_bytes_;
  std::string delimiter_;
  std::string buffer_;  ///< bytes not yet decided
  std::size_t at_ = 0;
  bool ended_ = false;
  bool waiting_ = false;  ///< for more bytes
  State state_ = State::between;
  State before_comment_ = State::between;
  char quote_ = 0;
  bool backslash_ = true;
  std::uint64_t line_ = 1;
  Statement statement_;
};

}  // namespace slipway::migrate
