#include "migrate/dumps/word_rules.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::migrate {
namespace {

// MariaDB 10.11. It runs /*!NNNNN when NNNNN is no newer, but for the numbers that MySQL 5.7 and later use.
constexpr unsigned kOurRelease = 101100;
constexpr unsigned kMysqlFirst = 50700;
constexpr unsigned kMysqlLast = 99999;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80U;
}

}  // namespace

bool DumpWord::is(std::string_view keyword) const noexcept {
  return kind == Kind::word &&
         std::equal(text.begin(), text.end(), keyword.begin(), keyword.end(),
                    [](char c, char upper) { return std::toupper(static_cast<unsigned char>(c)) == upper; });
}

bool WordReader::take(std::string_view keyword) noexcept {
  WordReader ahead = *this;
  if (!ahead.next().is(keyword)) return false;
  *this = ahead;
  return true;
}

bool WordReader::take_mark(char c) noexcept {
  WordReader ahead = *this;
  if (!ahead.next().is_mark(c)) return false;
  *this = ahead;
  return true;
}

DumpWord WordReader::next() noexcept {
  pass_over();
  if (at_ >= all_.size()) return {DumpWord::Kind::end, all_.substr(all_.size())};
  const std::size_t begin = at_;
  const char first = all_[begin];
  DumpWord::Kind kind = DumpWord::Kind::mark;
  if (first == '\'' || first == '"' || first == '`') {
    at_ = end_of_quotes(begin);
    kind = first == '`' ? DumpWord::Kind::quoted : DumpWord::Kind::text;
  } else if (is_word(first)) {
    while (at_ < all_.size() && is_word(all_[at_])) ++at_;
    kind = DumpWord::Kind::word;
  } else {
    ++at_;
  }
  return {kind, all_.substr(begin, at_ - begin)};
}

std::size_t WordReader::end_of_quotes(std::size_t at) const noexcept {
  const char quote = all_[at++];
  for (; at < all_.size(); ++at) {
    if (all_[at] == '\\' && backslash_ && quote != '`') {
      ++at;
    } else if (all_[at] == quote) {
      if (at + 1 >= all_.size() || all_[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return all_.size();
}

void WordReader::pass_over() noexcept {
  const auto pass_until = [&](std::string_view end) {
    const auto found = all_.find(end, at_);
    at_ = found == std::string_view::npos ? all_.size() : found + end.size();
  };
  while (at_ < all_.size()) {
    const std::string_view text = all_.substr(at_);
    if (is_space(text.front())) {
      ++at_;
    } else if (text.starts_with('#') || (text.starts_with("--") && (text.size() == 2 || is_space(text[2])))) {
      pass_until("\n");
    } else if (text.starts_with("*/") && open_conditionals_ > 0) {
      --open_conditionals_;
      at_ += 2;
    } else if (text.starts_with("/*!") || text.starts_with("/*M!")) {
      const bool ours = text.starts_with("/*M!");
      at_ += ours ? 4 : 3;
      unsigned version = 0;
      const std::size_t digits = at_;
      for (; at_ < all_.size() && at_ < digits + 6 && std::isdigit(static_cast<unsigned char>(all_[at_])) != 0; ++at_)
        version = version * 10 + static_cast<unsigned>(all_[at_] - '0');
      const bool of_mysql = !ours && version >= kMysqlFirst && version <= kMysqlLast;
      if (version > kOurRelease || of_mysql) {
        pass_until("*/");
      } else {
        ++open_conditionals_;
      }
    } else if (text.starts_with("/*")) {
      at_ += 2;
      pass_until("*/");
    } else {
      return;
    }
  }
}

std::string_view name_of(const DumpWord& token) noexcept {
  const bool bare = token.kind == DumpWord::Kind::word || token.text.size() < 2;
  return bare ? token.text : token.text.substr(1, token.text.size() - 2);
}

}  // namespace slipway::migrate
