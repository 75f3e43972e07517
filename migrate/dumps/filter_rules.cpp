#include "migrate/dumps/filter_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "migrate/dumps/session_rules.hpp"
#include "migrate/dumps/word_rules.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kNoDump = "make the dump anew with mariadb-dump, mysqldump or mydumper";
constexpr const char* kDistrust =
    "no dump program writes this: ask where the file has been, and make the dump anew with mariadb-dump or mysqldump";

struct Rule {
  std::string_view word;
  Action action;
};

// First words that decide alone.
constexpr std::array kFirstWords{
    Rule{"UPDATE", Action::run},      Rule{"DELETE", Action::run},        Rule{"TRUNCATE", Action::run},
    Rule{"LOCK", Action::silent},     Rule{"UNLOCK", Action::silent},     Rule{"BEGIN", Action::silent},
    Rule{"COMMIT", Action::silent},   Rule{"SAVEPOINT", Action::silent},  Rule{"ANALYZE", Action::silent},
    Rule{"OPTIMIZE", Action::silent}, Rule{"CHECK", Action::silent},      Rule{"GRANT", Action::skip},
    Rule{"REVOKE", Action::skip},     Rule{"RENAME", Action::skip},       Rule{"INSTALL", Action::skip},
    Rule{"UNINSTALL", Action::skip},  Rule{"FLUSH", Action::skip},        Rule{"RESET", Action::skip},
    Rule{"PURGE", Action::skip},      Rule{"CHANGE", Action::skip},       Rule{"STOP", Action::skip},
    Rule{"SHOW", Action::skip},       Rule{"SHUTDOWN", Action::refuse},   Rule{"HANDLER", Action::refuse},
    Rule{"KILL", Action::refuse},     Rule{"CALL", Action::refuse},       Rule{"PREPARE", Action::refuse},
    Rule{"EXECUTE", Action::refuse},  Rule{"DEALLOCATE", Action::refuse}, Rule{"BINLOG", Action::refuse},
    Rule{"XA", Action::refuse},       Rule{"ROLLBACK", Action::refuse},   Rule{"SIGNAL", Action::refuse},
};

constexpr std::array kObjects{"TABLE", "VIEW",     "TRIGGER", "PROCEDURE", "FUNCTION",
                              "EVENT", "SEQUENCE", "INDEX",   "PACKAGE"};
constexpr std::array kServerObjects{"USER", "ROLE", "SERVER", "TABLESPACE", "LOGFILE"};
constexpr std::array kClientCommands{"SOURCE", "SYSTEM",   "CONNECT", "TEE", "NOTEE", "PAGER", "NOPAGER",
                                     "EDIT",   "WARNINGS", "PRINT",   "EGO", "QUIT",  "EXIT"};

template <typename List>
bool is_one_of(const DumpWord& token, const List& words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return token.is(word); });
}

std::string upper(std::string_view text) {
  std::string copy(text.substr(0, 24));
  std::transform(copy.begin(), copy.end(), copy.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return copy;
}

Verdict refused(std::string kind, Code code = Code::forbidden, const char* hint = kDistrust) {
  Verdict verdict;
  verdict.action = Action::refuse;
  verdict.kind = std::move(kind);
  verdict.code = code;
  verdict.hint = hint;
  return verdict;
}

Verdict decided(Action action, std::string kind, std::string_view name = {}) {
  Verdict verdict;
  verdict.action = action;
  verdict.kind = std::move(kind);
  verdict.name = name;
  return verdict;
}

/// "[IF [NOT] EXISTS] [db.]name": the name.
std::string_view object_name(WordReader& words) {
  if (words.take("IF")) {
    words.take("NOT");
    words.take("EXISTS");
  }
  DumpWord name = words.next();
  if (words.take_mark('.')) name = words.next();
  return name_of(name);
}

/// CREATE FUNCTION … RETURNS … SONAME: code of a library, not a routine.
bool is_library_function(WordReader words) {
  static_cast<void>(object_name(words));
  if (!words.take("RETURNS")) return false;
  static_cast<void>(words.next());
  return words.take("SONAME");
}

/// After CREATE, ALTER or DROP: what may stand before the kind of object.
void pass_modifiers(WordReader& words) {
  constexpr std::array single{"OR",      "REPLACE",   "TEMPORARY", "AGGREGATE", "UNIQUE",   "FULLTEXT",
                              "SPATIAL", "ONLINE",    "OFFLINE",   "IGNORE",    "SQL",      "SECURITY",
                              "INVOKER", "ALGORITHM", "UNDEFINED", "MERGE",     "TEMPTABLE"};
  for (;;) {
    if (words.take("DEFINER")) {
      // The clause, or the last word of SQL SECURITY DEFINER.
      if (!words.take_mark('=')) continue;
      static_cast<void>(words.next());
      if (words.take_mark('@')) static_cast<void>(words.next());
      if (words.take_mark('(')) words.take_mark(')');
    } else if (is_one_of(words.peek(), single) || words.peek().is_mark('=')) {
      static_cast<void>(words.next());
    } else {
      return;
    }
  }
}

Verdict judge_definition(const DumpWord& verb, WordReader words) {
  pass_modifiers(words);
  const DumpWord what = words.next();
  const std::string kind = upper(verb.text) + " " + upper(what.text);
  if (what.is("DATABASE") || what.is("SCHEMA")) {
    const std::string_view name = object_name(words);
    if (verb.is("CREATE")) return decided(Action::database, "CREATE DATABASE", name);
    return decided(verb.is("DROP") ? Action::skip : Action::define, upper(verb.text) + " DATABASE", name);
  }
  if (is_one_of(what, kServerObjects)) return decided(Action::skip, kind);
  if (!is_one_of(what, kObjects)) return refused(upper(verb.text), Code::corrupt, kNoDump);
  if (what.is("FUNCTION") && is_library_function(words)) return decided(Action::skip, "CREATE FUNCTION SONAME");
  return decided(Action::define, kind, object_name(words));
}

Verdict judge_rows(const DumpWord& verb, WordReader words) {
  for (const char* modifier : {"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"}) words.take(modifier);
  return decided(Action::rows, upper(verb.text), object_name(words));
}

/// Only what sets a sequence runs; the rest of SELECT and DO has no place in a dump, but does no harm unread.
Verdict judge_reading(const DumpWord& verb, WordReader words) {
  WordReader all = words;
  for (DumpWord token = all.next(); token.kind != DumpWord::Kind::end; token = all.next()) {
    if (token.is("INTO") && (all.peek().is("OUTFILE") || all.peek().is("DUMPFILE")))
      return refused("SELECT INTO " + upper(all.peek().text));
  }
  return decided(words.take("SETVAL") && words.take_mark('(') ? Action::run : Action::skip, upper(verb.text));
}

Verdict judge_load(WordReader words) {
  if (!words.take("DATA") && !words.take("XML")) return refused("LOAD");
  return refused("LOAD DATA", Code::unsupported,
                 "the rows are in other files: make the dump anew without --tab, --load-data or --csv");
}

}  // namespace

Verdict judge(std::string_view statement, bool backslash) {
  WordReader words(statement, backslash);
  const DumpWord first = words.next();
  if (first.kind == DumpWord::Kind::end) return decided(Action::silent, "");
  if (first.is_mark('\\')) return refused("client command", Code::forbidden);
  if (first.is("INSERT") || first.is("REPLACE")) return judge_rows(first, words);
  if (first.is("CREATE") || first.is("ALTER") || first.is("DROP")) return judge_definition(first, words);
  if (first.is("SET")) return judge_set(words);
  if (first.is("USE")) return decided(Action::use, "USE", name_of(words.next()));
  if (first.is("SELECT") || first.is("DO") || first.is_mark('(') || first.is("WITH") || first.is("VALUES"))
    return judge_reading(first, words);
  if (first.is("START"))
    return decided(words.take("TRANSACTION") ? Action::silent : Action::skip, "START " + upper(words.peek().text));
  if (first.is("LOAD")) return judge_load(words);
  if (first.is("RENAME") && words.take("TABLE")) return decided(Action::define, "RENAME TABLE");
  if (is_one_of(first, kClientCommands)) return refused("client command " + upper(first.text));
  for (const Rule& rule : kFirstWords) {
    if (!first.is(rule.word)) continue;
    return rule.action == Action::refuse ? refused(std::string(rule.word))
                                         : decided(rule.action, std::string(rule.word));
  }
  // What it says instead may be data: not repeated.
  return refused("", Code::corrupt, kNoDump);
}

bool is_system_database(std::string_view name) noexcept {
  constexpr std::array names{"mysql", "sys", "information_schema", "performance_schema"};
  return std::any_of(names.begin(), names.end(), [&](std::string_view system) {
    return std::equal(system.begin(), system.end(), name.begin(), name.end(),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
  });
}

Status refuse_unsafe_charset(std::string_view charset) {
  for (const char* unsafe : {"big5", "gbk", "gb18030", "sjis", "cp932"}) {
    if (charset != unsafe) continue;
    return Error{Code::unsupported, "is encoded in " + std::string(charset) + ", which cannot be read safely",
                 "make the dump anew with --default-character-set=utf8mb4"};
  }
  return {};
}

}  // namespace slipway::migrate
