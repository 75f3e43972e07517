#include "migrate/dumps/session_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace slipway::migrate {
namespace {

// They change how the dump's text is read or checked, in its own session.
constexpr std::array kHarmless{"NAMES",
                               "CHARACTER_SET_CLIENT",
                               "CHARACTER_SET_RESULTS",
                               "CHARACTER_SET_CONNECTION",
                               "COLLATION_CONNECTION",
                               "TIME_ZONE",
                               "UNIQUE_CHECKS",
                               "FOREIGN_KEY_CHECKS",
                               "SQL_MODE",
                               "SQL_NOTES",
                               "SQL_QUOTE_SHOW_CREATE",
                               "TIMESTAMP",
                               "INSERT_ID"};

std::string cased(std::string_view text, int (*change)(int)) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [change](unsigned char c) { return static_cast<char>(change(c)); });
  return copy;
}

struct Assignment {
  std::string variable;  ///< upper case; empty: a user variable
  bool global = false;
  std::vector<DumpWord> value;
};

/// "@@global.x", "@@x", "@user" or "GLOBAL x" up to its equals sign. False: not understood.
bool read_target(WordReader& words, Assignment& to) {
  if (words.take_mark('@')) {
    if (!words.take_mark('@')) {
      static_cast<void>(words.next());
      return true;
    }
    to.global = words.peek().is("GLOBAL") || words.peek().is("PERSIST") || words.peek().is("PERSIST_ONLY");
    if (to.global || words.peek().is("SESSION") || words.peek().is("LOCAL")) {
      static_cast<void>(words.next());
      words.take_mark('.');
    }
  } else {
    to.global = words.take("GLOBAL") || words.take("PERSIST") || words.take("PERSIST_ONLY");
    if (!words.take("SESSION")) words.take("LOCAL");
  }
  const DumpWord name = words.next();
  to.variable = cased(name_of(name), std::toupper);
  if ((name.is("CHARACTER") && words.take("SET")) || name.is("CHARSET")) to.variable = std::string("NAMES");
  return name.kind == DumpWord::Kind::word || name.kind == DumpWord::Kind::quoted;
}

Assignment read_assignment(WordReader& words) {
  Assignment to;
  if (!read_target(words, to)) to.variable = std::string("?");
  words.take_mark(':');
  words.take_mark('=');
  for (int depth = 0;;) {
    const DumpWord token = words.peek();
    if (token.kind == DumpWord::Kind::end || (depth == 0 && token.is_mark(','))) return to;
    depth += token.is_mark('(') ? 1 : 0;
    depth -= token.is_mark(')') ? 1 : 0;
    to.value.push_back(words.next());
  }
}

/// The word or text that a variable is set to; empty when that is an expression or a variable.
std::string literal(const Assignment& to) {
  if (to.value.empty() || to.value.front().kind == DumpWord::Kind::mark) return {};
  return cased(name_of(to.value.front()), std::tolower);
}

void note(const Assignment& to, Verdict& verdict) {
  if (to.variable == "NAMES" || to.variable == "CHARACTER_SET_CLIENT") verdict.charset = literal(to);
  if (to.variable == "SQL_MODE") {
    verdict.sets_sql_mode = true;
    for (const DumpWord& token : to.value)
      if (cased(token.text, std::tolower).find("no_backslash_escapes") != std::string::npos) verdict.backslash = false;
  }
}

}  // namespace

Verdict judge_set(WordReader words) {
  Verdict verdict;
  verdict.action = Action::session;
  verdict.kind = "SET";
  do {
    const Assignment to = read_assignment(words);
    if (to.variable.empty()) continue;
    const bool harmless = std::find(kHarmless.begin(), kHarmless.end(), to.variable) != kHarmless.end();
    if (to.global || !harmless) {
      Verdict skipped;
      skipped.action = to.variable == "AUTOCOMMIT" && !to.global ? Action::silent : Action::skip;
      skipped.kind.append("SET ").append(to.global ? std::string_view("GLOBAL")
                                                   : std::string_view(to.variable).substr(0, 32));
      return skipped;
    }
    note(to, verdict);
  } while (words.take_mark(','));
  return verdict;
}

}  // namespace slipway::migrate
