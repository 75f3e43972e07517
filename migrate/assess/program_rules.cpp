#include "migrate/assess/program_rules.hpp"

#include <algorithm>

#include "migrate/assess/word_rules.hpp"

namespace slipway::migrate::assess {
namespace {

std::string_view kind_of(Program::Kind kind) {
  switch (kind) {
    case Program::Kind::view:
      return "program.view";
    case Program::Kind::sequence:
      return "program.sequence";
    case Program::Kind::trigger:
      return "program.trigger";
    case Program::Kind::routine:
      return "program.routine";
    case Program::Kind::event:
      break;
  }
  return "program.event";
}

/// Names of tables, columns and routines in upper case: what a definition may use without quotes.
std::set<std::string> names_in(const Database& database) {
  std::set<std::string> names;
  for (const Table& table : database.tables) {
    names.insert(upper(table.name));
    for (const Column& column : table.columns) names.insert(upper(column.name));
  }
  for (const Program& program : database.programs) names.insert(upper(program.name));
  return names;
}

class ProgramJudge {
 public:
  ProgramJudge(const Database& database, const Server& server, Findings& findings)
      : database_(database), server_(server), findings_(findings), names_(names_in(database)) {
    for (const Program& program : database.programs)
      if (program.kind == Program::Kind::routine) own_functions_.insert(upper(program.name));
  }

  void judge(const Program& program) {
    if (is_reserved(program.name)) add("name.reserved", program, upper(program.name));
    judge_definer(program);
    if (judge_definition(program)) {
      const bool asleep = program.kind == Program::Kind::event && !program.enabled;
      add(kind_of(program.kind), program, program.what + (asleep ? ", disabled on the source too" : ""));
    }
  }

 private:
  void add(std::string_view id, const Program& program, std::string detail) {
    findings_.push_back(finding(id, program.path(), std::move(detail)));
  }

  void judge_definer(const Program& program) {
    if (program.definer.empty()) return;
    add("definer.mapped", program, program.what + " of " + program.definer);
    // A role has no host and is no account.
    if (server_.users && !program.definer.ends_with('@') && !server_.users->contains(program.definer))
      add("definer.missing", program, program.what + " of " + program.definer);
  }

  /// False when the object cannot be made on the target.
  bool judge_definition(const Program& program) {
    if (!program.fault.empty()) {
      add("view.broken", program, program.fault);
      return false;
    }
    if (program.kind == Program::Kind::sequence) return true;
    if (program.body.empty()) {
      // A view without its text is told once, as a missing right.
      if (program.kind != Program::Kind::view) add("program.hidden", program, program.what);
      return false;
    }
    const std::size_t before = findings_.size();
    judge_words(program);
    if (program.kind == Program::Kind::view) {
      for (const std::string& other : server_.databases)
        if (other != database_.name && refers_to(program.body, other))
          add("program.other_database", program, "refers to " + other);
    }
    const bool possible = findings_.size() == before;
    // MySQL's only mode of its own that still exists.
    if (program.sql_mode.find("TIME_TRUNCATE_FRACTIONAL") != std::string::npos)
      add("program.sql_mode", program, "TIME_TRUNCATE_FRACTIONAL");
    return possible;
  }

  void judge_words(const Program& program) {
    auto unknown = unknown_functions(program.body);
    for (const std::string& own : own_functions_) unknown.erase(own);
    for (const std::string& name : unknown) add("program.unknown_function", program, program.what + " uses " + name);
    // The server itself puts the names in a view's text into backticks.
    if (program.kind == Program::Kind::view) return;
    for (const std::string& name : names_turned_keywords(program.body, names_, server_))
      add("program.reserved_word", program, program.what + " uses " + name);
  }

  const Database& database_;
  const Server& server_;
  Findings& findings_;
  std::set<std::string> names_;
  std::set<std::string> own_functions_;
};

void judge_collisions(const std::map<std::string, std::vector<std::string>>& by_lower, const std::string& prefix,
                      Findings& findings) {
  for (const auto& [name, spellings] : by_lower) {
    if (spellings.size() < 2) continue;
    for (const std::string& spelling : spellings) {
      std::string others;
      for (const std::string& other : spellings)
        if (other != spelling) others.append(others.empty() ? "also " : ", ").append(other);
      findings.push_back(finding("name.case_collision", prefix + spelling, others));
    }
  }
}

}  // namespace

Findings judge_programs(const Database& database, const Server& server) {
  Findings findings;
  ProgramJudge judge(database, server, findings);
  for (const Program& program : database.programs) judge.judge(program);
  return findings;
}

Findings judge_case(const Facts& facts) {
  Findings findings;
  std::map<std::string, std::vector<std::string>> databases;
  for (const std::string& name : facts.server.databases) databases[lower(name)].push_back(name);
  std::erase_if(databases, [&](const auto& entry) {
    return std::none_of(facts.databases.begin(), facts.databases.end(),
                        [&](const Database& d) { return lower(d.name) == entry.first; });
  });
  judge_collisions(databases, {}, findings);
  for (const Database& database : facts.databases) {
    std::map<std::string, std::vector<std::string>> names;
    for (const Table& table : database.tables) names[lower(table.name)].push_back(table.name);
    for (const Program& program : database.programs)
      if (program.kind == Program::Kind::view || program.kind == Program::Kind::sequence)
        names[lower(program.name)].push_back(program.name);
    judge_collisions(names, database.name + ".", findings);
  }
  return findings;
}

}  // namespace slipway::migrate::assess
