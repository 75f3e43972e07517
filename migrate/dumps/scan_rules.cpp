#include "migrate/dumps/scan_rules.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::migrate {
namespace {

// Enough to tell a comment from what only begins like one, and a delimiter from a part of it.
constexpr std::size_t kLookAhead = 32;
constexpr std::size_t kLongestDelimiter = 16;
constexpr std::size_t kDelimiterLine = 256;
constexpr std::string_view kDelimiterWord = "DELIMITER";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool is_delimiter_command(std::string_view text) {
  if (text.size() <= kDelimiterWord.size() ||
      (text[kDelimiterWord.size()] != ' ' && text[kDelimiterWord.size()] != '\t'))
    return false;
  return std::equal(kDelimiterWord.begin(), kDelimiterWord.end(), text.begin(),
                    [](char upper, char c) { return upper == std::toupper(static_cast<unsigned char>(c)); });
}

/// "-- " and "#"; two dashes alone are a double minus.
bool begins_line_comment(std::string_view text) {
  return text.starts_with('#') || (text.starts_with("--") && (text.size() == 2 || is_space(text[2])));
}

bool begins_block_comment(std::string_view text) {
  return text.starts_with("/*") && !text.starts_with("/*!") && !text.starts_with("/*M!");
}

}  // namespace

StatementScanner::StatementScanner(std::uint64_t keep_bytes, std::string delimiter)
    : keep_bytes_(keep_bytes), delimiter_(std::move(delimiter)) {}

Status StatementScanner::feed(std::string_view piece, const Each& each) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_ += piece;
  return scan(each);
}

Status StatementScanner::finish(const Each& each) {
  ended_ = true;
  SLIPWAY_CHECK(scan(each));
  if (state_ == State::quoted || state_ == State::block_comment) return unfinished();
  if (state_ == State::between || (state_ == State::line_comment && before_comment_ == State::between)) return {};
  // The last statement needs no delimiter; where line ends belong to it, the last line may lack its own.
  const std::string_view mark = std::string_view(delimiter_).substr(0, delimiter_.find('\n'));
  if (mark.size() < delimiter_.size() && statement_.whole() && statement_.text.ends_with(mark)) {
    statement_.text.resize(statement_.text.size() - mark.size());
    statement_.bytes -= mark.size();
  }
  return emit(each);
}

Status StatementScanner::scan(const Each& each) {
  waiting_ = false;
  while (at_ < buffer_.size() && !waiting_) {
    if (!ended_ && buffer_.size() - at_ < kLookAhead) return {};
    SLIPWAY_CHECK(step(each));
    if (statement_.bytes > kLongestStatement)
      return Error{
          Code::corrupt,
          "the statement at line " + std::to_string(statement_.line) + " is longer than 1 GiB, which no server takes",
          "make the dump anew with mariadb-dump or mysqldump"};
  }
  return {};
}

Status StatementScanner::step(const Each& each) {
  if (state_ == State::quoted) {
    in_quotes();
    return {};
  }
  if (state_ == State::line_comment || state_ == State::block_comment) {
    in_comment();
    return {};
  }
  const std::string_view text = rest();
  if (state_ == State::between) {
    if (is_space(text.front()) || text.starts_with(delimiter_)) {
      std::size_t blanks = 0;
      while (blanks < text.size() && is_space(text[blanks])) ++blanks;
      take(blanks > 0 ? blanks : delimiter_.size());
      return {};
    }
    if (is_delimiter_command(text)) {
      waiting_ = !take_delimiter_line();
      return {};
    }
    if (!begins_line_comment(text) && !begins_block_comment(text)) {
      state_ = State::code;
      statement_ = {{}, line_, 0};
    }
  }
  if (begins_line_comment(text)) {
    begin_comment(State::line_comment);
  } else if (begins_block_comment(text)) {
    begin_comment(State::block_comment);
    take(2);
  } else if (text.starts_with(delimiter_)) {
    const std::size_t size = delimiter_.size();
    SLIPWAY_CHECK(emit(each));
    take(size);
  } else {
    if (text.front() == '\'' || text.front() == '"' || text.front() == '`') {
      quote_ = text.front();
      state_ = State::quoted;
      take(1);
      return {};
    }
    // On to the next byte that can mean anything.
    const char first = delimiter_.front();
    std::size_t count = 1;
    const std::size_t most = ended_ ? text.size() : text.size() - kLookAhead + 1;
    while (count < most && text[count] != first && text[count] != '\'' && text[count] != '"' && text[count] != '`' &&
           text[count] != '#' && text[count] != '-' && text[count] != '/')
      ++count;
    take(count);
  }
  return {};
}

void StatementScanner::begin_comment(State kind) {
  before_comment_ = state_;
  state_ = kind;
}

void StatementScanner::in_quotes() {
  const std::string_view text = rest();
  const bool escapes = backslash_ && quote_ != '`';
  std::size_t count = 0;
  // One byte stays behind, so that a backslash and what it escapes are taken together.
  const std::size_t most = ended_ ? text.size() : text.size() - 1;
  while (count < most && text[count] != quote_) count += escapes && text[count] == '\\' ? 2 : 1;
  count = std::min(count, text.size());
  const bool closed = count < text.size() && text[count] == quote_;
  // A doubled quote closes and opens again.
  if (closed) state_ = State::code;
  take(count + (closed ? 1 : 0));
  if (count == 0 && !closed) waiting_ = true;
}

void StatementScanner::in_comment() {
  const std::string_view text = rest();
  const bool line = state_ == State::line_comment;
  const std::size_t end = text.find(line ? "\n" : "*/");
  if (end == std::string_view::npos) {
    const std::size_t kept = ended_ || line ? 0 : 1;  // a star whose slash may follow
    waiting_ = text.size() == kept;
    take(text.size() - kept);
    return;
  }
  // The end of the line belongs to what follows: it can be part of a delimiter.
  take(end + (line ? 0 : 2));
  state_ = before_comment_;
}

bool StatementScanner::take_delimiter_line() {
  const std::string_view text = rest().substr(0, kDelimiterLine);
  std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    if (!ended_ && text.size() < kDelimiterLine) return false;
    end = text.size();
  }
  std::string_view word = text.substr(kDelimiterWord.size(), end - kDelimiterWord.size());
  while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
  word = word.substr(0, std::min(word.size(), kLongestDelimiter));
  if (const auto space = word.find_first_of(" \t\r\n"); space != std::string_view::npos) word = word.substr(0, space);
  if (!word.empty()) delimiter_ = word;
  take(end);
  return true;
}

/// Moves on by `count` bytes, which become part of the statement if there is one.
void StatementScanner::take(std::size_t count) {
  const std::string_view taken = rest().substr(0, count);
  line_ += static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), '\n'));
  const bool of_statement = state_ == State::code || state_ == State::quoted || before_comment_ == State::code;
  if (state_ != State::between && of_statement) {
    const std::uint64_t room = keep_bytes_ - std::min<std::uint64_t>(keep_bytes_, statement_.text.size());
    statement_.text.append(taken.substr(0, std::min<std::uint64_t>(room, taken.size())));
    statement_.bytes += taken.size();
  }
  at_ += taken.size();
}

Status StatementScanner::emit(const Each& each) {
  Statement done = std::move(statement_);
  statement_ = {{}, line_, 0};
  state_ = State::between;
  before_comment_ = State::between;
  while (done.whole() && !done.text.empty() && is_space(done.text.back())) {
    done.text.pop_back();
    --done.bytes;
  }
  return done.bytes == 0 ? Status{} : each(std::move(done));
}

Error StatementScanner::unfinished() const {
  return {Code::corrupt,
          std::string("ends inside ") + (state_ == State::quoted ? "a value or name" : "a comment") +
              (statement_.bytes > 0 ? " of the statement at line " + std::to_string(statement_.line) : ""),
          "it is cut off: copy the file again from where it was made, or make the dump anew"};
}

}  // namespace slipway::migrate
