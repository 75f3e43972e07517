#include "migrate/engine/physical_facts.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "appliance/process/process.hpp"
#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;

bool may(const fs::path& path, int mode) { return ::access(path.c_str(), mode) == 0; }

/// Whether the process that the server calls its own works in its data directory here: a server behind a tunnel may
/// name a directory that this machine has too.
bool runs_here(const std::string& host, const fs::path& data, fs::path pid_file) {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || host != name.data()) return false;
  if (pid_file.is_relative()) pid_file = data / pid_file;
  std::uint64_t pid = 0;
  std::ifstream(pid_file) >> pid;
  std::error_code failed;
  const fs::path works_in = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", failed);
  if (failed) return false;
  const fs::path real = fs::canonical(data, failed);
  return !failed && works_in == real;
}

Result<fs::path> survey_server(sql::Connection& server, PhysicalServer& facts) {
  facts.mariadb = server.is_mariadb();
  facts.version = server.server_version();
  read_release(facts.version, facts.major, facts.minor);
  if (!facts.mariadb) return fs::path();
  SLIPWAY_TRY(const auto row, server.query_one("SELECT @@innodb_page_size, @@lower_case_table_names, @@hostname, "
                                               "@@datadir, @@pid_file"));
  facts.page_bytes = row->natural(0);
  facts.plain_names = row->natural(1) == 0;
  fs::path data = fs::path(row->text(3)).lexically_normal();
  if (!data.has_filename()) data = data.parent_path();
  facts.on_this_machine = runs_here(row->text(2), data, row->text(4));
  return data;
}

/// Whether this user can give files to the server that owns `directory`.
bool can_give_files(const fs::path& data, const fs::path& directory) {
  struct stat status {};
  if (!may(data, R_OK | W_OK | X_OK) || !may(directory, R_OK | W_OK | X_OK) || ::stat(directory.c_str(), &status) != 0)
    return false;
  return ::geteuid() == 0 || ::geteuid() == status.st_uid;
}

dev_t device_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_dev : 0;
}

/// Directories in a data directory are taken for databases, so beside it when that is the same file system; other
/// servers may have theirs there too.
fs::path work_directory(const fs::path& data, const std::string& database) {
  const std::string name = ".slipway-copy-" + data.filename().string() + "-" + database;
  const fs::path beside = data.parent_path();
  return may(beside, W_OK | X_OK) && device_of(beside) == device_of(data) ? beside / name : data / name;
}

Result<std::string> tool_version() {
  if (!process::find_program("mariadb-backup")) return std::string();
  SLIPWAY_TRY(const auto answer, process::run({.argv = {"mariadb-backup", "--version"}}));
  return tool_version_of(answer.out + answer.err);
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  return failed ? 0 : size;
}

/// What a backup takes whatever it is asked for.
std::uint64_t system_bytes(const fs::path& data) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(data, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("ibdata") || name.starts_with("undo") || name.starts_with("ib_logfile"))
      bytes += size_of(entry.path());
  }
  return bytes;
}

/// What long values have in the middling one of some rows at both ends of the primary key: the server's own mean is of
/// the moment of its last statistics, which for a table just filled is none. Zero where that cannot be told in time.
Result<std::uint64_t> long_bytes(sql::Connection& source, const std::string& database, const Table& table) {
  constexpr const char* kSample = " LIMIT 8";
  std::string length;
  for (const Column& column : table.columns)
    if (column.large)
      length.append(length.empty() ? "" : "+").append("COALESCE(LENGTH(").append(column.quoted).append("),0)");
  if (length.empty()) return 0;
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  SLIPWAY_TRY(const auto key, read_key(source, database, table));
  // A value is read whole for its length, and may have any size.
  const std::string sample = "SET STATEMENT max_statement_time = 2 FOR SELECT " + length + " FROM " + name;
  std::vector<std::string> queries{sample + kSample};
  std::string backwards;
  for (const KeyColumn& column : key)
    backwards.append(backwards.empty() ? " ORDER BY " : ",").append(column.quoted).append(" DESC");
  if (!key.empty()) queries.push_back(sample + backwards + kSample);
  std::vector<std::uint64_t> lengths;
  for (const std::string& query : queries) {
    const auto rows = source.query(query);
    if (!rows && rows.error().code == Code::unavailable) return rows.error();
    if (!rows) return 0;
    for (const auto& row : *rows) lengths.push_back(row.natural(0));
  }
  if (lengths.empty()) return 0;
  std::sort(lengths.begin(), lengths.end());
  return lengths[lengths.size() / 2];
}

Status survey_tables(sql::Connection& source, const Catalog& catalog, const CopyOptions& options,
                     const fs::path& directory, PhysicalFacts& facts) {
  SLIPWAY_TRY(const auto search,
              source.query("SELECT DISTINCT table_name FROM information_schema.statistics WHERE "
                           "table_schema = DATABASE() AND index_type IN ('FULLTEXT', 'SPATIAL', 'HASH')"));
  SLIPWAY_TRY(const auto computed,
              source.query("SELECT DISTINCT s.table_name FROM information_schema.statistics s JOIN "
                           "information_schema.columns c USING (table_name, column_name) WHERE "
                           "s.table_schema = DATABASE() AND c.table_schema = DATABASE() AND c.extra LIKE '%VIRTUAL%'"));
  SLIPWAY_TRY(const auto rows, source.query("SELECT table_name, COALESCE(engine, ''), COALESCE(create_options, ''), "
                                            "table_type FROM information_schema.tables WHERE table_schema = DATABASE() "
                                            "ORDER BY table_name"));
  const auto holds = [](const std::vector<sql::Row>& names, const std::string& name) {
    return std::any_of(names.begin(), names.end(), [&](const sql::Row& row) { return row.text(0) == name; });
  };
  for (const auto& row : rows) {
    PhysicalTable table{row.text(0), row.text(1), row.text(2)};
    const Table* found = catalog.find(table.name);
    if (found == nullptr || found->columns.empty() || options.skip.contains(table.name)) continue;
    table.ordinary = row.text(3) == "BASE TABLE";
    table.search_keys = holds(search, table.name);
    table.computed_key = holds(computed, table.name);
    table.changed_shape = !found->shape.changes.empty();
    const fs::path file = directory / (file_name_of(table.name) + ".ibd");
    table.own_file = may(file, R_OK);
    table.file_bytes = size_of(file);
    // Of interest only where nobody has said how rows travel, and the source need not be spared.
    if (options.method == Method::automatic && !facts.limited && table.file_bytes >= kSampledBytes) {
      SLIPWAY_TRY(table.row_bytes, long_bytes(source, source.endpoint().database, *found));
    }
    facts.tables.push_back(std::move(table));
  }
  return {};
}

Status survey_source(sql::Connection& source, PhysicalSurvey& survey) {
  PhysicalFacts& facts = survey.facts;
  SLIPWAY_TRY(survey.places.source_data, survey_server(source, facts.source));
  if (!facts.source.mariadb) return {};
  // A right by a role is not seen: then the rows travel by SQL.
  SLIPWAY_TRY(const auto rights,
              source.query_one("SELECT COUNT(DISTINCT privilege_type) FROM information_schema.user_privileges WHERE "
                               "privilege_type IN ('RELOAD', 'PROCESS') AND grantee = CONCAT('''', "
                               "REPLACE(CURRENT_USER(), '@', '''@'''), '''')"));
  facts.privileges = rights->natural(0) == 2;
  SLIPWAY_TRY(const auto encryption, source.query_one("SELECT @@innodb_encrypt_tables, @@innodb_encrypt_log"));
  facts.encrypted = encryption->text(0) == "ON" || encryption->text(0) == "FORCE" || encryption->text(1) == "1";
  return {};
}

}  // namespace

Result<PhysicalSurvey> survey_physical(sql::Connection& source, sql::Connection& target, const Catalog& catalog,
                                       const CopyOptions& options) {
  PhysicalSurvey survey;
  PhysicalFacts& facts = survey.facts;
  PhysicalPlaces& places = survey.places;
  facts.tables_made = options.create_tables;
  facts.compared = options.verify;
  SLIPWAY_TRY(const bool logs, writes_binary_log(target));
  facts.logged = logs && options.binary_log == BinaryLog::written;
  const LoadLimits& load = options.load;
  facts.limited = load.bytes_per_second > 0 || load.threads_running > 0 || load.lag_seconds > 0;
  SLIPWAY_CHECK(survey_source(source, survey));
  SLIPWAY_TRY(places.target_data, survey_server(target, facts.target));
  const std::string there = file_name_of(source.endpoint().database);
  const std::string here = file_name_of(target.endpoint().database);
  if (!there.empty() && !here.empty()) facts.database_file_name = there;
  places.target_database = places.target_data / here;
  if (facts.target.on_this_machine) {
    facts.target.files_within_reach = can_give_files(places.target_data, places.target_database) &&
                                      device_of(places.target_data) == device_of(places.target_database);
    places.work = work_directory(places.target_data, here);
    std::error_code failed;
    facts.free_bytes = fs::space(places.target_data, failed).available;
  }
  SLIPWAY_TRY(facts.tool_version, tool_version());
  if (!facts.source.on_this_machine) return survey;
  const fs::path directory = places.source_data / there;
  facts.source.files_within_reach =
      may(places.source_data, R_OK | X_OK) && may(places.source_data / "ibdata1", R_OK) && may(directory, R_OK | X_OK);
  if (!facts.source.files_within_reach || !facts.target.files_within_reach) return survey;
  facts.system_bytes = system_bytes(places.source_data);
  SLIPWAY_CHECK(survey_tables(source, catalog, options, directory, facts));
  return survey;
}

void remove_leftovers(const PhysicalPlaces& places) {
  std::error_code failed;
  if (!places.work.empty()) fs::remove_all(places.work, failed);
}

Status remove_leftovers(sql::Connection& target, const std::string& database) {
  PhysicalServer server;
  SLIPWAY_TRY(const fs::path data, survey_server(target, server));
  const std::string file_name = file_name_of(database);
  if (!server.on_this_machine || file_name.empty()) return {};
  PhysicalPlaces places;
  places.work = work_directory(data, file_name);
  remove_leftovers(places);
  return {};
}

}  // namespace slipway::migrate
