#include "migrate/assess/grant_rules.hpp"

#include <algorithm>
#include <optional>

namespace slipway::migrate::assess {
namespace {

/// Position of `word` outside of backticks, quotes and brackets; npos when it is not there.
std::size_t find_bare(std::string_view text, std::string_view word) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '`' || c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    } else if (depth == 0 && text.substr(i).starts_with(word)) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// "SELECT, SHOW VIEW" → both names. Privileges on single columns do not count.
std::set<std::string> privileges_in(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    const auto end = std::min(find_bare(list, ","), list.size());
    std::string_view name = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.find('(') == std::string_view::npos) names.emplace(name);
  }
  return names;
}

/// "*.*" → "", "`desk\_%`.*" → its pattern, "`mysql`.`proc`" as it stands; nothing for single routines.
std::optional<std::string> scope_of(std::string_view scope) {
  if (scope == "*.*") return std::string{};
  if (!scope.starts_with('`')) return std::nullopt;
  if (!scope.ends_with("`.*")) return std::string(scope);
  std::string pattern;
  for (std::size_t i = 1; i < scope.size() - 3; ++i) {
    pattern += scope[i];
    if (scope[i] == '`') ++i;
  }
  return pattern;
}

/// LIKE with backslash as its escape.
bool matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
      if (matches(text.substr(skipped), pattern.substr(1))) return true;
    return false;
  }
  if (text.empty()) return false;
  if (pattern.front() == '_') return matches(text.substr(1), pattern.substr(1));
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  return text.front() == pattern.front() && matches(text.substr(1), pattern.substr(1));
}

bool holds(const std::set<std::string>& privileges, std::string_view privilege) {
  return privileges.contains(std::string(privilege)) || privileges.contains("ALL PRIVILEGES") ||
         privileges.contains("ALL");
}

}  // namespace

Grants::Grants(const std::vector<std::string>& statements) : unchecked_(statements.empty()) {
  for (const std::string& statement : statements) {
    std::string_view text = statement;
    const bool grant = text.starts_with("GRANT ");
    if (!grant && !text.starts_with("REVOKE ")) continue;
    text.remove_prefix(text.find(' ') + 1);
    const auto on = find_bare(text, " ON ");
    if (on == std::string_view::npos) continue;  // a role
    const std::string_view list = text.substr(0, on);
    text.remove_prefix(on + 4);
    const auto scope = scope_of(text.substr(0, find_bare(text, grant ? " TO " : " FROM ")));
    if (scope) (grant ? held_ : revoked_)[*scope].merge(privileges_in(list));
  }
}

bool Grants::has(std::string_view privilege, std::string_view database) const {
  if (unchecked_) return true;
  const auto in = [&](const auto& by_scope, bool global) {
    return std::any_of(by_scope.begin(), by_scope.end(), [&](const auto& entry) {
      return (entry.first.empty() ? global : !database.empty() && matches(database, entry.first)) &&
             holds(entry.second, privilege);
    });
  };
  return in(held_, true) && (!in(revoked_, false) || in(held_, false));
}

}  // namespace slipway::migrate::assess
