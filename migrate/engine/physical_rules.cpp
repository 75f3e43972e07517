#include "migrate/engine/physical_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace slipway::migrate {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MB"; }

/// "" when the two servers and the tool fit together.
std::string refuse_servers(const PhysicalFacts& facts) {
  const PhysicalServer& source = facts.source;
  const PhysicalServer& target = facts.target;
  if (!source.mariadb) return "the source is no MariaDB";
  if (!target.mariadb) return "the target is no MariaDB";
  if (std::pair(source.major, source.minor) > std::pair(target.major, target.minor))
    return "the source (" + source.version + ") is newer than the target (" + target.version + ")";
  if (facts.tool_version.empty()) return "mariadb-backup is not installed";
  unsigned major = 0;
  unsigned minor = 0;
  read_release(facts.tool_version, major, minor);
  if (std::pair(major, minor) != std::pair(source.major, source.minor))
    return "mariadb-backup " + facts.tool_version + " cannot read the files of a server " + source.version;
  if (source.page_bytes != target.page_bytes) return "the servers have pages of different sizes";
  if (!source.plain_names || !target.plain_names) return "a server changes the case of table names";
  return {};
}

std::string refuse_access(const PhysicalFacts& facts) {
  if (!facts.source.on_this_machine) return "the source does not run on this machine";
  if (!facts.source.files_within_reach) return "the source's data directory cannot be read by this user";
  if (!facts.target.on_this_machine) return "the target does not run on this machine";
  if (!facts.target.files_within_reach) return "the target's data directory cannot be written by this user";
  if (!facts.privileges) return "the source's user lacks RELOAD or PROCESS";
  if (facts.encrypted) return "the source encrypts its files";
  if (facts.database_file_name.empty()) return "a database has a name with letters beyond ASCII";
  return {};
}

std::string refuse_copy(const PhysicalFacts& facts) {
  if (!facts.tables_made) return "the rows go into tables that exist already";
  if (!facts.compared) return "files are only taken when every row is compared afterwards";
  if (facts.logged) return "the target has a binary log, and no file goes through it to a replica or a backup";
  if (facts.limited) return "a limit on the load of the source is kept by SQL only";
  return {};
}

std::string refuse_table(const PhysicalTable& table) {
  const std::string options = lower(table.create_options);
  const auto has = [&](std::string_view word) { return options.find(word) != std::string::npos; };
  if (lower(table.engine) != "innodb") return "its engine is " + table.engine;
  if (!table.ordinary) return "it keeps its row history";
  if (has("partitioned")) return "it is partitioned";
  if (has("encrypted") || has("encryption")) return "it is encrypted";
  if (has("page_compressed")) return "its pages are compressed";
  if (table.search_keys) return "it has a FULLTEXT or SPATIAL key, or a unique one over long values";
  if (table.computed_key) return "it has a key over a virtual column";
  if (table.changed_shape) return "its definition is changed on the way";
  if (file_name_of(table.name).empty()) return "its name has letters beyond ASCII";
  if (!table.own_file) return "it has no file of its own in the source's data directory";
  return {};
}

/// Whether more than four fifths of what would go as files are tables of long values.
bool mostly_long_rows(const PhysicalFacts& facts, const PhysicalPlan& plan) {
  std::uint64_t bytes = 0;
  for (const PhysicalTable& table : facts.tables)
    if (table.row_bytes >= kLongRowBytes && table.row_bytes < kLongestRowBytes && refuse_table(table).empty())
      bytes += table.file_bytes;
  return bytes / 4 > (plan.bytes - bytes);
}

}  // namespace

PhysicalPlan plan_physical(const PhysicalFacts& facts, Method method) {
  PhysicalPlan plan;
  // What the person asked for comes first, then what cannot be changed, then what can.
  for (const auto rule : {refuse_copy, refuse_servers, refuse_access})
    if (plan.refused = rule(facts); !plan.refused.empty()) return plan;
  for (const PhysicalTable& table : facts.tables) {
    if (std::string reason = refuse_table(table); !reason.empty()) {
      plan.by_sql.push_back({table.name, std::move(reason)});
    } else {
      plan.tables.push_back(table.name);
      plan.bytes += table.file_bytes;
    }
  }
  const std::uint64_t needed = plan.bytes + plan.bytes / 10 + facts.system_bytes;
  if (plan.tables.empty()) {
    plan.refused = "no table can go as a file";
    if (!plan.by_sql.empty()) plan.refused += " (" + plan.by_sql[0].table + ": " + plan.by_sql[0].reason + ")";
  } else if (method == Method::automatic && plan.bytes < kWorthwhileBytes) {
    plan.refused = "its tables are small (" + megabytes(plan.bytes) + "): SQL is as fast";
  } else if (method == Method::automatic && facts.system_bytes > 2 * plan.bytes) {
    plan.refused = "a backup would take more of the server's own files (" + megabytes(facts.system_bytes) +
                   ") than of this database";
  } else if (method == Method::automatic && mostly_long_rows(facts, plan)) {
    plan.refused = "it is mostly long values: SQL is faster";
  } else if (facts.free_bytes < needed) {
    plan.refused =
        "the target's disk has " + megabytes(facts.free_bytes) + " free and " + megabytes(needed) + " would be needed";
  }
  return plan;
}

bool sum_as_a_whole(std::uint64_t table_bytes, std::uint64_t all_bytes, std::size_t readers) {
  return 2 * table_bytes * readers <= 5 * all_bytes;
}

std::string file_name_of(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string file;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (code >= 128) return {};
    if (std::isalnum(code) != 0 || letter == '_') {
      file += letter;
    } else {
      file.append("@00").append(1, kDigits[code >> 4U]).append(1, kDigits[code & 15U]);
    }
  }
  return file;
}

std::string tool_version_of(std::string_view answer) {
  constexpr std::string_view kBefore = "MariaDB server ";
  const auto at = answer.find(kBefore);
  if (at == std::string_view::npos) return {};
  answer.remove_prefix(at + kBefore.size());
  return std::string(answer.substr(0, answer.find_first_of(" \n")));
}

void read_release(std::string_view version, unsigned& major, unsigned& minor) {
  if (version.starts_with("5.5.5-")) version.remove_prefix(6);  // said before the version to old replicas
  const char* end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || std::from_chars(first.ptr + 1, end, minor).ec != std::errc())
    major = minor = 0;
}

}  // namespace slipway::migrate
