#include "migrate/dumps/dump_choice_rules.hpp"

#include "migrate/dumps/filter_rules.hpp"

namespace slipway::migrate {
namespace {

std::string list_of(const std::vector<const DatabaseSeen*>& databases) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < databases.size() && i < most; ++i) {
    text += (i == 0 ? "'" : ", '") + databases[i]->name.substr(0, 64) + "'";
    if (databases[i]->line > 0) text += " (line " + std::to_string(databases[i]->line) + ")";
  }
  return databases.size() > most ? text + ", …" : text;
}

}  // namespace

Result<std::string> choose_database(const DumpFindings& findings, const std::string& header_database,
                                    const std::string& wanted) {
  std::vector<const DatabaseSeen*> named;
  bool nameless = false;
  for (const DatabaseSeen& database : findings.databases) {
    if (database.statements == 0) continue;
    if (database.name.empty()) {
      nameless = true;
    } else if (!is_system_database(database.name)) {
      named.push_back(&database);
    }
  }
  if (named.empty() && !nameless)
    return Error{Code::corrupt, "holds no table of a database of yours",
                 "name the dump of the service desk's database"};
  if (!wanted.empty()) {
    if (named.empty() && (header_database.empty() || header_database == wanted)) return wanted;
    for (const DatabaseSeen* database : named)
      if (database->name == wanted) return wanted;
    return Error{Code::not_found, "holds no database '" + wanted + "'",
                 named.empty() ? "it holds '" + header_database + "'" : "it holds " + list_of(named)};
  }
  if (named.size() > 1)
    return Error{Code::invalid_argument, "holds " + std::to_string(named.size()) + " databases: " + list_of(named),
                 "choose one with --dump-database NAME"};
  if (named.size() == 1) return named.front()->name;
  const bool usable = !header_database.empty() && header_database.size() <= 64 && !is_system_database(header_database);
  return usable ? header_database : std::string("dump");
}

std::vector<std::string> notes_of(const DumpFindings& findings) {
  std::vector<std::string> notes;
  for (const SkippedKind& kind : findings.skipped) {
    notes.push_back("dump: " + kind.kind + (kind.first_line > 0 ? " at line " + std::to_string(kind.first_line) : "") +
                    (kind.count > 1 ? " and " + std::to_string(kind.count - 1) + " more" : "") + " left out");
  }
  if (findings.definers > 0)
    notes.push_back("dump: " + std::to_string(findings.definers) + " DEFINER clauses left out");
  if (findings.directories > 0)
    notes.push_back("dump: " + std::to_string(findings.directories) + " DATA or INDEX DIRECTORY clauses left out");
  for (const std::string& change : findings.collations) notes.push_back("dump: " + change);
  return notes;
}

}  // namespace slipway::migrate
