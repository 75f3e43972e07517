#include "migrate/dumps/dump_filter.hpp"

#include <algorithm>

#include "migrate/dumps/word_rules.hpp"
#include "migrate/engine/sql_text_rules.hpp"
#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate {
namespace {

Error refusal(const Verdict& verdict, std::uint64_t line) {
  const std::string where = "line " + std::to_string(line);
  if (verdict.kind.empty()) return {verdict.code, where + " begins no statement of a dump", verdict.hint};
  return {verdict.code, where + " holds '" + verdict.kind + "', which is never run", verdict.hint};
}

class Rewriter {
 public:
  explicit Rewriter(std::string_view text, bool backslash) : text_(text), words_(text, backslash) {}

  std::vector<Edit> edits(DumpFindings& findings) {
    bool head = true;  // before the body, where DEFINER can only be the clause
    for (DumpWord token = words_.next(); token.kind != DumpWord::Kind::end; token = words_.next()) {
      if (token.kind != DumpWord::Kind::word) continue;
      if (head && token.is("DEFINER") && words_.peek().is_mark('=')) {
        take_account(token);
        ++findings.definers;
      } else if ((token.is("DATA") || token.is("INDEX")) && words_.peek().is("DIRECTORY")) {
        take_directory(token);
        ++findings.directories;
      } else if (token.text.find("0900") != std::string_view::npos) {
        edits_.push_back(
            {offset(token), offset(token) + token.text.size(), replace_collations(token.text, findings.collations)});
      }
      for (const char* kind : {"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "TABLE", "PACKAGE"})
        if (token.is(kind)) head = false;
    }
    return std::move(edits_);
  }

 private:
  [[nodiscard]] std::size_t offset(const DumpWord& word) const {
    return static_cast<std::size_t>(word.text.data() - text_.data());
  }
  void take(const DumpWord& from, const DumpWord& to) {
    edits_.push_back({offset(from), offset(to) + to.text.size(), ""});
  }
  /// "= `user`@`host`", "= CURRENT_USER()", "= role".
  void take_account(const DumpWord& token) {
    words_.take_mark('=');
    DumpWord last = words_.next();
    if (words_.take_mark('@') || words_.take_mark('(')) last = words_.next();
    take(token, last);
  }
  void take_directory(const DumpWord& token) {
    static_cast<void>(words_.next());
    words_.take_mark('=');
    take(token, words_.next());
  }
  std::string_view text_;
  WordReader words_;
  std::vector<Edit> edits_;
};

/// "CREATE DATABASE … `x` options" → "ALTER DATABASE `x` options"; empty without options.
std::string alter_database(std::string_view text) {
  WordReader words(text);
  static_cast<void>(words.next());
  static_cast<void>(words.next());
  if (words.take("IF")) {
    words.take("NOT");
    words.take("EXISTS");
  }
  const DumpWord name = words.next();
  if (words.peek().kind == DumpWord::Kind::end) return {};
  const auto begin = static_cast<std::size_t>(name.text.data() - text.data());
  return "ALTER DATABASE " + std::string(text.substr(begin));
}

}  // namespace

void DumpFindings::forget_lines() {
  for (SkippedKind& kind : skipped) kind.first_line = 0;
  for (DatabaseSeen& database : databases) database.line = 0;
}

void DumpFindings::add(const DumpFindings& others) {
  for (const SkippedKind& other : others.skipped) {
    const auto found =
        std::find_if(skipped.begin(), skipped.end(), [&](const auto& one) { return one.kind == other.kind; });
    if (found == skipped.end()) {
      skipped.push_back(other);
    } else {
      found->count += other.count;
    }
  }
  for (const DatabaseSeen& other : others.databases) {
    const auto found =
        std::find_if(databases.begin(), databases.end(), [&](const auto& one) { return one.name == other.name; });
    if (found == databases.end()) {
      databases.push_back(other);
    } else {
      found->statements += other.statements;
    }
  }
  for (const std::string& change : others.collations)
    if (std::find(collations.begin(), collations.end(), change) == collations.end()) collations.push_back(change);
  statements += others.statements;
  definers += others.definers;
  directories += others.directories;
}

bool DumpFilter::wanted(std::string_view database) const {
  if (options_.database.empty() || database.empty()) return !is_system_database(database);
  return database == options_.database;
}

DatabaseSeen& DumpFilter::seen(const std::string& database, std::uint64_t line) {
  for (DatabaseSeen& one : findings_.databases)
    if (one.name == database) return one;
  return findings_.databases.emplace_back(DatabaseSeen{database, line, 0});
}

void DumpFilter::skip(const std::string& kind, std::uint64_t line) {
  for (SkippedKind& one : findings_.skipped) {
    if (one.kind != kind) continue;
    ++one.count;
    return;
  }
  findings_.skipped.push_back({kind, line, 1});
}

Result<std::optional<Verdict>> DumpFilter::consider(const Statement& statement, StatementScanner& scanner) {
  Verdict verdict = judge(statement.text, backslash_);
  const std::optional<Verdict> nothing;
  switch (verdict.action) {
    case Action::refuse:
      return refusal(verdict, statement.line);
    case Action::silent:
      return nothing;
    case Action::skip:
      skip(verdict.kind, statement.line);
      return nothing;
    case Action::use:
    case Action::database:
      seen(verdict.name, statement.line);
      if (verdict.action == Action::use) current_ = verdict.name;
      if (verdict.action == Action::use || !wanted(verdict.name)) return nothing;
      break;
    case Action::session:
      if (auto safe = refuse_unsafe_charset(verdict.charset); !safe) return std::move(safe).error();
      if (verdict.sets_sql_mode) {
        backslash_ = verdict.backslash;
        scanner.set_backslash(backslash_);
      }
      if (!options_.charset.empty() && !verdict.charset.empty()) return nothing;
      break;
    case Action::run:
    case Action::rows:
    case Action::define:
      ++seen(current_, statement.line).statements;
      if (!wanted(current_)) return nothing;
      break;
  }
  ++findings_.statements;
  return std::optional(std::move(verdict));
}

std::string DumpFilter::rewrite(Statement&& statement, const Verdict& verdict) {
  if (verdict.action == Action::run || verdict.action == Action::rows) return std::move(statement.text);
  std::string text = verdict.action == Action::database ? alter_database(statement.text) : std::move(statement.text);
  auto edits = Rewriter(text, backslash_).edits(findings_);
  return edits.empty() ? text : migrate::apply(text, std::move(edits));
}

}  // namespace slipway::migrate
