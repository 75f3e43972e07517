#include "services/backup/restore_account.hpp"

#include <unistd.h>

#include <cerrno>

#include "appliance/account/platform.hpp"
#include "appliance/sql/option_file.hpp"
#include "services/backup/mariadb_backup.hpp"
#include "services/backup/restore_store.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1U << 18U;
constexpr std::chrono::minutes kEnd{30};
constexpr const char* kUnderWay = "is being restored";

process::Command dump_command(const sql::Endpoint& from, const std::string& database, const fs::path& log) {
  process::Command command{
      .argv = {"mariadb-dump", "--no-defaults", "--socket=" + from.socket, "--user=" + from.user,
               "--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob",
               "--default-character-set=utf8mb4", "--max-allowed-packet=1G", database},
      .log_file = log,
      .ends_with_starter = true};
  command.pipe_stdout = true;
  return command;
}

process::Command load_command(const fs::path& access, const std::string& database, const fs::path& log) {
  process::Command command{.argv = {"mariadb", "--defaults-file=" + access.string(), "--batch",
                                    "--default-character-set=utf8mb4", "--max-allowed-packet=1G", database},
                           .log_file = log,
                           .ends_with_starter = true};
  command.pipe_stdin = true;
  return command;
}

Error tool_error(const std::string& name, int status, const fs::path& log) {
  return {Code::internal,
          name + ": ended with exit status " + std::to_string(status) + ": " + process::last_words(log)};
}

/// One program's output into the other's input.
Status pump(process::Child& from, process::Child& to, const RestoreProgress& progress) {
  std::string buffer(kReadBytes, '\0');
  std::uint64_t bytes = 0;
  for (;;) {
    const ssize_t got = ::read(from.output(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Code::internal, "mariadb-dump: its output cannot be read"};
    if (got == 0) break;
    for (std::string_view rest(buffer.data(), static_cast<std::size_t>(got)); !rest.empty();) {
      const ssize_t written = ::write(to.input(), rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Error{Code::unavailable, "mariadb: takes no more"};
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    bytes += static_cast<std::uint64_t>(got);
    if (progress) progress("load", bytes, 0);
  }
  to.close_input();
  return {};
}

Status load(const sql::Endpoint& from, const std::string& database, sql::Endpoint to, const AccountRestore& wanted) {
  std::error_code problem;
  fs::create_directories(wanted.work, problem);
  const fs::path access = wanted.work / "load.cnf";
  const fs::path dump_log = wanted.work / "dump.log";
  const fs::path load_log = wanted.work / "load.log";
  SLIPWAY_CHECK(sql::write_option_file(access, to, "client"));
  SLIPWAY_TRY(auto loading, process::Child::spawn(load_command(access, to.database, load_log)));
  SLIPWAY_TRY(auto dumping, process::Child::spawn(dump_command(from, database, dump_log)));
  const auto pumped = pump(dumping, loading, wanted.progress);
  const int loaded = loading.wait(kEnd).value_or(-1);
  if (loaded != 0) return tool_error("mariadb", loaded, load_log);
  const int dumped = dumping.wait(kEnd).value_or(-1);
  if (dumped != 0) return tool_error("mariadb-dump", dumped, dump_log);
  fs::remove(access, problem);
  return pumped;
}

/// The tables in which two databases differ, as a list.
Result<std::size_t> compare(sql::Connection& from, sql::Connection& to) {
  SLIPWAY_TRY(const auto expected, table_sums(from));
  SLIPWAY_TRY(const auto found, table_sums(to));
  std::string differing;
  for (const auto& [table, sum] : expected) {
    const auto there = found.find(table);
    if (there == found.end() || there->second != sum) differing += (differing.empty() ? "" : ", ") + table;
  }
  if (!differing.empty())
    return Error{Code::corrupt, "database '" + to.endpoint().database + "': differs after loading in " + differing};
  return expected.size();
}

Result<sql::Connection> open(sql::Endpoint endpoint, const std::string& database) {
  endpoint.database = database;
  endpoint.statement_limit = std::chrono::seconds(0);
  return sql::Connection::open(endpoint);
}

/// One that a killed call left behind.
bool is_left_over(const account::Account& account) {
  return account.state == account::State::suspended && account.state_reason == kUnderWay;
}

Error is_there(const AccountName& name) {
  return {Code::conflict, "account '" + name.text() + "': is there already",
          "choose a name that no account has, or leave --into out to restore in place"};
}

/// The account that is restored into: the one that is there, or a new one, which nobody uses before it is whole.
/// Whether it is new.
Result<bool> make_account(account::Administration& administration, const sql::Connection& admin,
                          const account::Account& source, const AccountRestore& wanted) {
  sql::Pool pool(admin.endpoint());
  const auto there = account::Directory(pool, Secret()).find(wanted.into);
  if (!there && there.error().code != Code::not_found) return there.error();
  if (!there) {
    SLIPWAY_TRY([[maybe_unused]] const auto made, administration.create(wanted.into, source.title, source.kind));
    SLIPWAY_CHECK(administration.suspend(wanted.into, kUnderWay));
    return true;
  }
  if (is_left_over(*there)) return true;
  if (wanted.into == wanted.account) return false;
  return is_there(wanted.into);
}

}  // namespace

Status check_new_account(account::Directory& living, const AccountName& name) {
  const auto there = living.find(name);
  if (!there) return there.error().code == Code::not_found ? Status() : there.error();
  return is_left_over(*there) ? Status() : is_there(name);
}

Result<std::vector<account::Account>> accounts_of(const embedded::Database& restored) {
  sql::Endpoint endpoint = restored.administrator();
  endpoint.database = account::kPlatformDatabase;
  sql::Pool pool(endpoint);
  return account::Directory(pool, Secret()).list();
}

Result<AccountRestored> restore_account(const embedded::Database& restored, sql::Connection& admin, const Secret& key,
                                        const AccountRestore& wanted) {
  SLIPWAY_TRY(const auto accounts, accounts_of(restored));
  const auto source =
      std::ranges::find_if(accounts, [&](const auto& account) { return account.name == wanted.account; });
  if (source == accounts.end())
    return Error{Code::not_found, "account '" + wanted.account.text() + "': was not there at that moment",
                 "see 'slipway backup show' for the accounts of a backup"};
  account::Administration administration(admin, key, "restore");
  SLIPWAY_TRY(const bool is_new, make_account(administration, admin, *source, wanted));
  SLIPWAY_TRY(const auto generation, administration.prepare_generation(wanted.into));
  const sql::Endpoint from = restored.administrator();
  SLIPWAY_TRY(auto target, open(admin.endpoint(), generation.database));
  SLIPWAY_CHECK(empty_database(target));
  SLIPWAY_CHECK(load(from, source->database, target.endpoint(), wanted));
  SLIPWAY_TRY(auto origin, open(from, source->database));
  AccountRestored result;
  SLIPWAY_TRY(result.tables, compare(origin, target));
  // What was saved may be of an older version.
  SLIPWAY_TRY([[maybe_unused]] const auto schema, sql::upgrade_schema(target, sql::account_schema()));
  SLIPWAY_CHECK(administration.publish_generation(wanted.into, generation.number));
  result.database = generation.database;
  if (is_new) {
    SLIPWAY_CHECK(administration.drop_generation(wanted.into, generation.number - 1));
    SLIPWAY_CHECK(administration.resume(wanted.into));
  } else {
    result.set_aside = "acct_" + wanted.into.text() + "_" + std::to_string(generation.number - 1);
  }
  return result;
}

}  // namespace slipway::backup
