#include "services/doctor/scrub_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "services/doctor/scrub_pattern_rules.hpp"

namespace slipway::doctor {
namespace {

bool is_name_letter(char one) {
  return std::isalnum(static_cast<unsigned char>(one)) != 0 || one == '_' || one == '-' || one == '.';
}
bool is_blank(char one) { return one == ' ' || one == '\t'; }
bool is_quote(char one) { return one == '"' || one == '\'' || one == '`'; }

std::string lower(std::string_view text) {
  std::string copy(text);
  std::ranges::transform(copy, copy.begin(), [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  return copy;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// A header whose whole value is secret.
bool is_header(const std::string& name) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"});
  return std::ranges::any_of(names, [&](std::string_view one) {
    return name == one ||
           (name.size() > one.size() && name.ends_with(one) && name[name.size() - one.size() - 1] == '_');
  });
}

/// Values that say something of a setting and nothing of a secret.
bool is_plain_setting(std::string_view value) {
  static constexpr auto plain = std::to_array<std::string_view>(
      {"on", "off", "yes", "no", "true", "false", "null", "none", "0", "1", "\"\"", "''", ""});
  return std::ranges::find(plain, lower(value)) != plain.end();
}

/// After a word like "password" in a sentence; a value would be another.
bool is_prose(std::string_view word) {
  static constexpr auto words =
      std::to_array<std::string_view>({"for",   "of",     "is",    "was",  "are",  "were", "and",   "or",
                                       "in",    "to",     "from",  "has",  "have", "had",  "as",    "with",
                                       "by",    "on",     "at",    "not",  "must", "may",  "can",   "cannot",
                                       "could", "should", "will",  "does", "did",  "file", "files", "authentication",
                                       "hash",  "that",   "which", "the"});
  return std::ranges::find(words, lower(word)) != words.end();
}

/// Where a value begins and ends; quotes around it stay.
struct Value {
  std::size_t begin;
  std::size_t end;
};

std::size_t closing_quote(std::string_view line, std::size_t from, char quote) {
  for (std::size_t i = from; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
    } else if (line[i] == quote) {
      return i;
    }
  }
  return line.size();
}

/// Behind the bracket that closes the one at `at`; the line's end where none does.
std::size_t closing_bracket(std::string_view line, std::size_t at) {
  std::size_t depth = 0;
  for (std::size_t i = at; i < line.size(); ++i) {
    if (is_quote(line[i])) {
      i = closing_quote(line, i + 1, line[i]);
    } else if (line[i] == '[' || line[i] == '{') {
      ++depth;
    } else if ((line[i] == ']' || line[i] == '}') && --depth == 0) {
      return i + 1;
    }
  }
  return line.size();
}

/// The value that begins at `at`. `whole_line`: an unquoted one goes on to the line's end.
Value value_at(std::string_view line, std::size_t at, bool whole_line) {
  if (at < line.size() && is_quote(line[at])) return {at + 1, closing_quote(line, at + 1, line[at])};
  // JSON inside JSON: \"…\".
  if (line.substr(at).starts_with("\\\"")) return {at + 2, std::min(line.find("\\\"", at + 2), line.size())};
  if (whole_line) {
    std::size_t end = line.size();
    while (end > at && (is_blank(line[end - 1]) || line[end - 1] == '\r')) --end;
    return {at, end};
  }
  if (at < line.size() && (line[at] == '[' || line[at] == '{')) return {at, closing_bracket(line, at)};
  std::size_t end = at;
  while (end < line.size() && !is_blank(line[end]) &&
         std::string_view(",;&)}]\"'`<>\r").find(line[end]) == std::string_view::npos)
    ++end;
  return {at, end};
}

/// One line, word by word.
class Line {
 public:
  Line(std::string_view line, std::map<std::string, std::size_t>& removed) : line_(line), removed_(removed) {}

  std::string scrubbed() {
    while (at_ < line_.size()) {
      const char one = line_[at_];
      const bool begins = std::isalpha(static_cast<unsigned char>(one)) != 0 || one == '_';
      if (begins && (at_ == 0 || !is_name_letter(line_[at_ - 1]) || line_[at_ - 1] == '-')) {
        take_name();
      } else {
        out_ += line_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  void take_name() {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (end < line_.size() && is_name_letter(line_[end])) ++end;
    const std::string name = lower(line_.substr(begin, end - begin));
    out_ += line_.substr(begin, end - begin);
    at_ = end;
    if (is_header(name)) {
      take_assigned(begin, end, "header", true);
    } else if (name == "bearer" || name == "basic") {
      take_credentials();
    } else if (sounds_secret(name)) {
      if (!take_assigned(begin, end, "secret", false)) take_unassigned(begin, end, name);
    } else if (name == "identified") {
      take_identified();
    }
  }

  /// "name = value", "name: value", "'name' => value", "name(value)".
  bool take_assigned(std::size_t begin, std::size_t end, const char* kind, bool header) {
    std::size_t at = end;
    if (line_.substr(at).starts_with("\\\"")) at += 2;
    if (at < line_.size() && is_quote(line_[at])) ++at;
    if (at < line_.size() && line_[at] == ']') ++at;
    at = skip_blanks(line_, at);
    std::size_t after = at;
    while (after < line_.size() && after < at + 2 &&
           (line_[after] == '=' || line_[after] == ':' || (line_[after] == '>' && after > at)))
      ++after;
    if (after == at && line_.substr(at).starts_with('(') && at == end) after = at + 1;
    if (after == at) return false;
    after = skip_blanks(line_, after);
    const Value value = value_at(line_, after, header || is_first(begin));
    const auto text = line_.substr(value.begin, value.end - value.begin);
    // The name of a function, whose own value comes next: PASSWORD('value').
    const bool function = text.ends_with('(') && value.end < line_.size() && is_quote(line_[value.end]);
    if (!function && !is_plain_setting(text)) replace(value, kind);
    return true;
  }

  /// "--password value", "password value".
  void take_unassigned(std::size_t begin, std::size_t end, const std::string& name) {
    const std::size_t at = skip_blanks(line_, end);
    if (at == end || at >= line_.size()) return;
    const bool flag = begin >= 2 && line_.substr(begin - 2, 2) == "--";
    static constexpr auto words =
        std::to_array<std::string_view>({"password", "passwd", "passphrase", "secret", "token", "requirepass", "pwd"});
    if (!flag && std::ranges::find(words, name) == words.end()) return;
    const Value value = value_at(line_, at, false);
    const auto text = line_.substr(value.begin, value.end - value.begin);
    if (text.empty() || is_plain_setting(text) || (!flag && is_prose(text))) return;
    replace(value, "secret");
  }

  /// "Bearer value" anywhere: at least eight letters, or it is a sentence.
  void take_credentials() {
    const std::size_t at = skip_blanks(line_, at_);
    if (at == at_) return;
    const Value value = value_at(line_, at, false);
    if (value.end - value.begin >= 8) replace(value, "header");
  }

  /// SQL: IDENTIFIED BY [PASSWORD] 'value', IDENTIFIED VIA plugin USING 'value'.
  void take_identified() {
    const std::string rest = lower(line_.substr(at_, 300));
    for (const std::string_view word : {"by", "using", "as"}) {
      std::size_t found = rest.find(std::string(" ").append(word).append(" "));
      if (found == std::string::npos) continue;
      const std::size_t quote = rest.find_first_of("'\"", found);
      if (quote == std::string::npos) continue;
      const std::size_t begin = at_ + quote;
      replace({begin + 1, closing_quote(line_, begin + 1, line_[begin])}, "secret");
      return;
    }
  }

  /// Nothing but blanks, quotes and list marks stands before it.
  [[nodiscard]] bool is_first(std::size_t begin) const {
    return line_.substr(0, begin).find_first_not_of(" \t-\"'`#;") == std::string_view::npos;
  }

  void replace(const Value& value, const char* kind) {
    out_ += line_.substr(at_, value.begin - at_);
    out_ += kRemoved;
    at_ = value.end;
    ++removed_[kind];
  }

  std::string_view line_;
  std::map<std::string, std::size_t>& removed_;
  std::string out_;
  std::size_t at_ = 0;
};

std::string without_known(std::string text, std::span<const Secret> known,
                          std::map<std::string, std::size_t>& removed) {
  for (const Secret& secret : known) {
    const std::string& value = secret.reveal();
    if (value.size() < 6) continue;  // too short to be told from other text
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + kRemoved.size())) {
      text.replace(at, value.size(), kRemoved);
      ++removed["known"];
    }
  }
  return text;
}

/// From -----BEGIN … PRIVATE KEY----- to its end, or to the end of the text where it has none.
std::string without_key_blocks(std::string_view text, std::map<std::string, std::size_t>& removed) {
  constexpr std::string_view begin = "-----BEGIN ";
  std::string out;
  for (;;) {
    const auto at = text.find(begin);
    if (at == std::string_view::npos) return out.append(text);
    const auto head_end = text.find("-----", at + begin.size());
    const auto head = text.substr(at, head_end == std::string_view::npos ? std::string_view::npos : head_end - at);
    if (head.size() > 80 || head.find("PRIVATE KEY") == std::string_view::npos) {
      out.append(text.substr(0, at + begin.size()));
      text.remove_prefix(at + begin.size());
      continue;
    }
    out.append(text.substr(0, at)).append(kRemoved);
    ++removed["private key"];
    const auto end = text.find("-----END ", at);
    const auto close = end == std::string_view::npos ? end : text.find("-----", end + 9);
    if (close == std::string_view::npos) return out;
    text.remove_prefix(close + 5);
  }
}

}  // namespace

bool sounds_secret(std::string_view given) {
  static constexpr auto fragments = std::to_array<std::string_view>(
      {"password",    "passwd",     "passphrase",  "secret",        "token",       "apikey",      "api_key",
       "api-key",     "access_key", "access-key",  "accesskey",     "private_key", "private-key", "privatekey",
       "credential",  "cookie",     "session_key", "session_id",    "sessionid",   "csrf",        "recovery_key",
       "account_key", "backup_key", "signing_key", "encryption_key"});
  static constexpr auto harmless_ends = std::to_array<std::string_view>(
      {"_file",  "-file",          ".file",  "file",     "_path",  "_dir",      "_policy", "_length",
       "_limit", "_count",         "_total", "_seconds", "_age",   "_lifetime", "_at",     "_plugin",
       "_bytes", "authentication", "_url",   "_kind",    "_title", "passwords"});
  const std::string name = lower(given);
  if (name == "pass" || name == "pwd" || name == "psk" || name == "requirepass" || name.ends_with("_pass") ||
      name.ends_with("-pass") || name.ends_with("_pwd"))
    return true;
  if (std::ranges::any_of(harmless_ends, [&](auto end) { return name.ends_with(end); })) return false;
  return std::ranges::any_of(fragments, [&](auto one) { return name.find(one) != std::string::npos; });
}

Scrubbed scrub(std::string_view text, const ScrubOptions& options) {
  Scrubbed result;
  const std::string kept =
      without_key_blocks(without_known(std::string(text), options.known, result.removed), result.removed);
  std::string_view rest = kept;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    result.text +=
        without_patterns(Line(rest.substr(0, end), result.removed).scrubbed(), options.keep_addresses, result.removed);
    if (end < rest.size()) result.text += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

}  // namespace slipway::doctor
