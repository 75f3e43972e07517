// Accounts (A1): isolated service-desk databases of one environment, each with a database and a database user of its
// own. The platform database holds the list; this is the one place that reads and changes it.
#pragma once

#include <memory>

#include "appliance/base/identifier.hpp"
#include "appliance/base/secret.hpp"
#include "appliance/sql/pool.hpp"

namespace slipway::account {

enum class Kind { production, sandbox, demonstration, validation, other };
enum class State { creating, active, suspended, migrating, deleting };
[[nodiscard]] std::string_view to_text(Kind kind);
[[nodiscard]] std::string_view to_text(State state);
[[nodiscard]] Result<Kind> parse_kind(std::string_view text);

/// One row of the list. A *generation* is one database of the account: a migration builds generation n+1 beside
/// generation n and publication changes the row, in one statement.
struct Account {
  std::int64_t id = 0;
  AccountName name;
  std::string title;      ///< shown to people
  Kind kind;
  State state;
  int generation = 1;
  std::string database;   ///< "acct_<name>_<generation>"; the database user has the same name
  Timestamp created_at;
};

/// Reads accounts and their endpoints for programs that serve them. Thread-safe.
class Directory {
 public:
  /// `platform` must outlive this. `key` unseals the accounts' database passwords.
  Directory(sql::Pool& platform, Secret key);
  ~Directory();

  [[nodiscard]] Result<std::vector<Account>> list();
  [[nodiscard]] Result<Account> find(const AccountName& name);  ///< error: not_found

  /// The pool of an account that may be served, as its own database user; kept, and replaced when the generation
  /// changes. Errors: not_found, conflict (suspended or migrating, with the reason in the message).
  [[nodiscard]] Result<std::shared_ptr<sql::Pool>> pool(const AccountName& name);

 private:
  struct Cache;
  sql::Pool& platform_;
  Secret key_;
  std::unique_ptr<Cache> cache_;
};

/// What creating an account gives: shown once, stored only as a hash.
struct NewAccount {
  Account account;
  std::string administrator_login;
  Secret administrator_password;
};

/// Creates, changes and removes accounts with the database administrator's rights. Each step can be killed and the
/// call repeated: it goes on where it stopped. Not thread-safe; processes exclude each other by a database lock.
class Administration {
 public:
  /// `admin`: a connection that may CREATE DATABASE, CREATE USER and GRANT; its database is the platform's.
  Administration(sql::Connection& admin, Secret key);

  /// Error: conflict when the name is taken.
  [[nodiscard]] Result<NewAccount> create(const AccountName& name, const std::string& title, Kind kind);
  [[nodiscard]] Status suspend(const AccountName& name, const std::string& reason);
  [[nodiscard]] Status resume(const AccountName& name);
  /// Drops the account with all its data. `confirmation` must equal the name; else invalid_argument, nothing done.
  [[nodiscard]] Status remove(const AccountName& name, const std::string& confirmation);

  /// The empty next generation of an account, schema applied, with its own user; replaces an unpublished one.
  struct Generation {
    int number;
    std::string database;
    sql::Endpoint endpoint;  ///< as its own database user
  };
  [[nodiscard]] Result<Generation> prepare_generation(const AccountName& name);
  /// Makes a prepared generation the account's database, in one statement, after locking the old user out and ending
  /// its sessions, so that no acknowledged write can land in the old one. The old one stays until drop_generation.
  [[nodiscard]] Status publish_generation(const AccountName& name, int number);
  [[nodiscard]] Status drop_generation(const AccountName& name, int number);

 private:
  sql::Connection& admin_;
  Secret key_;
};

}  // namespace slipway::account
