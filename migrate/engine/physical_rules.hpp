// Whether a copy may take the files of tables instead of their rows, and which tables: values in, reasons out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// How rows travel: `automatic` takes files where that is possible and worth it, `physical` wherever it is possible.
enum class Method { automatic, sql, physical };

struct PhysicalServer {
  bool mariadb = false;
  unsigned major = 0;
  unsigned minor = 0;
  std::string version;  ///< as the server writes it
  std::uint64_t page_bytes = 0;
  bool plain_names = false;  ///< lower_case_table_names=0: files are called like tables
  bool on_this_machine = false;
  bool files_within_reach = false;  ///< source: can be read; target: files can be given to the server
};

struct PhysicalTable {
  std::string name;
  std::string engine;
  std::string create_options;
  bool ordinary = true;        ///< no row history
  bool search_keys = false;    ///< FULLTEXT, SPATIAL, or unique by a hidden hash of long values
  bool computed_key = false;   ///< a key over a virtual column
  bool changed_shape = false;  ///< the target's table differs from the source's
  bool own_file = false;       ///< in the database's directory, under its own name
  std::uint64_t file_bytes = 0;
  std::uint64_t row_bytes = 0;  ///< that long values have in a middling row; zero: none, or not looked at
};

struct PhysicalFacts {
  PhysicalServer source;
  PhysicalServer target;
  std::string tool_version;        ///< of mariadb-backup; empty: not installed
  bool privileges = false;         ///< of the source's user: RELOAD and PROCESS
  bool encrypted = false;          ///< the source encrypts its tables or its log
  bool tables_made = false;        ///< the copy makes the tables itself
  bool compared = false;           ///< every row is compared afterwards
  bool limited = false;            ///< the load on the source is limited
  bool logged = false;             ///< what the copy writes belongs into the target's binary log
  std::string database_file_name;  ///< see file_name_of()
  std::uint64_t system_bytes = 0;  ///< of the files that a backup takes besides those of the tables
  std::uint64_t free_bytes = 0;    ///< where the target has its data
  std::vector<PhysicalTable> tables;
};

/// A table and why its rows travel by SQL.
struct BySql {
  std::string table;
  std::string reason;
};

struct PhysicalPlan {
  std::string refused;              ///< why nothing goes as files; empty: something does
  std::vector<std::string> tables;  ///< that go as files
  std::uint64_t bytes = 0;          ///< of them
  std::vector<BySql> by_sql;        ///< the others
};

/// The least that is worth starting a backup for.
inline constexpr std::uint64_t kWorthwhileBytes = 128U << 20U;

/// Rows of this many bytes cost SQL no more than their bytes do, while a server reads what lies outside of a row page
/// by page, each awaited, from a file that it has just imported. Above the second, SQL reads a value once for each
/// piece.
inline constexpr std::uint64_t kLongRowBytes = 64U << 10U;
inline constexpr std::uint64_t kLongestRowBytes = 4U << 20U;

/// Tables whose rows are looked at for long values have at least this.
inline constexpr std::uint64_t kSampledBytes = 64U << 20U;

/// What goes as files. `method` is automatic or physical.
[[nodiscard]] PhysicalPlan plan_physical(const PhysicalFacts& facts, Method method);

/// Whether a table is better summed by the server's own sum over it than in ranges that several readers sum: that is
/// two and a half times as fast, but one reader's work. `readers`: that find a core to work on.
[[nodiscard]] bool sum_as_a_whole(std::uint64_t table_bytes, std::uint64_t all_bytes, std::size_t readers);

/// What files of a database or table of this name are called; empty when that cannot be told (letters beyond ASCII).
[[nodiscard]] std::string file_name_of(std::string_view name);

/// "…based on MariaDB server 10.11.19-MariaDB debian…" → "10.11.19-MariaDB"; empty: not found.
[[nodiscard]] std::string tool_version_of(std::string_view answer);

/// "10.11.19-MariaDB" → 10 and 11; zeroes when it cannot be read.
void read_release(std::string_view version, unsigned& major, unsigned& minor);

}  // namespace slipway::migrate
