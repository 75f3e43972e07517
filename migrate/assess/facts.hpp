// What was learnt from a source, as plain values: the rules decide on these alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::migrate::assess {

struct Server {
  bool mariadb = true;
  std::string version;  ///< as the server says it
  int major = 0;
  int minor = 0;
  std::map<std::string, std::string> variables;  ///< global, by lower-case name
  std::vector<std::string> grants;               ///< SHOW GRANTS of the connected user; empty: the server checks none
  std::vector<std::string> databases;            ///< all that the user can see
  std::optional<std::set<std::string>> users;    ///< "name@host" of all accounts, when the user may read them
};

struct Column {
  std::string name;
  std::string quoted;
  std::string data_type;    ///< lower case: "varchar"
  std::string column_type;  ///< lower case: "int(10) unsigned"
  std::string charset;      ///< empty: no text
  std::string collation;
  std::string extra;             ///< lower case
  std::string generation;        ///< expression of a generated column
  std::uint64_t most_bytes = 0;  ///< CHARACTER_OCTET_LENGTH, 0 for what is no text or bytes
  bool nullable = false;
  bool json_checked = false;         ///< MariaDB's JSON: text with a CHECK (json_valid(…))
  std::string replaced_collation{};  ///< what the copy puts in its place, empty: it stays

  [[nodiscard]] bool generated() const { return !generation.empty(); }
};

struct Index {
  std::string name;
  std::string type;  ///< "BTREE", "FULLTEXT", …
  bool unique = false;
  bool expression = false;  ///< has a part that is no column
  std::string parser{};     ///< of a FULLTEXT key, when it is not the built-in one
  std::vector<std::string> columns;
};

struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  std::string parent_database;
  std::string parent;
  std::vector<std::string> parent_columns;
};

struct Table {
  std::string database;
  std::string name;
  std::string quoted;  ///< "`db`.`table`"
  std::string engine;
  std::string collation;
  std::string options;  ///< CREATE_OPTIONS
  std::uint64_t rows = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t index_bytes = 0;
  std::optional<std::uint64_t> next_number;  ///< of AUTO_INCREMENT
  bool system_versioned = false;
  std::string fault;                  ///< why it cannot be opened; empty: it can
  std::vector<std::string> changes;   ///< what the copy will make different, in its words
  std::vector<std::string> blockers;  ///< why the copy will refuse it, in its words
  std::vector<Column> columns;
  std::vector<std::string> primary_key;
  std::vector<Index> indexes;
  std::vector<ForeignKey> foreign_keys;

  [[nodiscard]] std::string path() const { return database + "." + name; }
  [[nodiscard]] const Column* find(const std::string& column) const {
    for (const Column& c : columns)
      if (c.name == column) return &c;
    return nullptr;
  }
};

/// A view, sequence, trigger, routine or event.
struct Program {
  enum class Kind { view, sequence, trigger, routine, event } kind = Kind::view;
  std::string database;
  std::string name;
  std::string what;  ///< "view", "procedure", "package body", "trigger on ticket", …
  std::string definer;
  std::string body;  ///< empty: none, or not readable
  std::string sql_mode;
  std::string fault;    ///< of a view: why it cannot be read
  bool enabled = true;  ///< of an event

  [[nodiscard]] std::string path() const { return database + "." + name; }
};

struct Database {
  std::string name;
  std::string charset;
  std::string collation;
  std::string replaced_collation;  ///< what the copy puts in its place, empty: it stays
  std::vector<Table> tables;
  std::vector<Program> programs;
};

struct Facts {
  Server server;
  std::vector<Database> databases;  ///< those that are assessed
};

}  // namespace slipway::migrate::assess
