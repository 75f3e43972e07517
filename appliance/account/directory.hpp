// Accounts (A1): isolated service-desk databases of one environment, each with a database and a database user of its
// own. The platform database holds the list; this is the one place that reads and changes it.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "appliance/base/identifier.hpp"
#include "appliance/base/secret.hpp"
#include "appliance/sql/pool.hpp"
#include "appliance/sql/schema.hpp"

namespace slipway::account {

class NamedLock;

inline constexpr std::chrono::hours kTokenLifetime{24 * 365};  ///< of an API token, unless said otherwise

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
  std::string title;  ///< shown to people
  Kind kind;
  State state;
  int generation = 1;
  std::string database;  ///< "acct_<name>_<generation>"; the database user has the same name
  Timestamp created_at;
  std::string state_reason;                ///< why it is suspended, else empty
  bool sends_mail = true;                  ///< false: whatever sends mail leaves it alone
  std::optional<Timestamp> trial_at = {};  ///< the moment that its data are of, if it is a trial (A27)
};

/// Reads accounts and their endpoints for programs that serve them. Thread-safe.
class Directory {
 public:
  /// `platform` must outlive this. `key` unseals the accounts' database passwords. `limits` are those of each account's
  /// pool.
  Directory(sql::Pool& platform, Secret key, sql::PoolLimits limits = {});
  ~Directory();

  [[nodiscard]] Result<std::vector<Account>> list();
  [[nodiscard]] Result<Account> find(const AccountName& name);  ///< error: not_found

  /// The pool of an account that may be served, as its own database user; kept, and replaced when the generation
  /// changes. Every call asks the platform database (one row by a unique key), so a suspension or a publication counts
  /// at once. Keep the pointer as long as leases of it live. Errors: not_found, conflict (not active, with the reason
  /// in the message), corrupt (the key is not the one the passwords were sealed with), those of the platform pool.
  [[nodiscard]] Result<std::shared_ptr<sql::Pool>> pool(const AccountName& name);

 private:
  struct Cache;
  sql::Pool& platform_;
  Secret key_;
  sql::PoolLimits limits_;
  std::unique_ptr<Cache> cache_;
};

/// What creating an account gives: shown once, stored only as a hash.
struct NewAccount {
  Account account;
  std::string administrator_login;
  Secret administrator_password;
};

/// A token of the REST interface as the operator sees it. `id` is the start of its SHA-256 and says nothing about it.
struct Token {
  std::string id;
  std::string label;
  std::string login;  ///< whose rights it has; empty when that person has none
  Timestamp created_at;
  std::optional<Timestamp> last_used_at;  ///< exact to a minute
  std::optional<Timestamp> expires_at;
};

/// A database of an account.
struct StoredDatabase {
  int generation = 0;
  std::string database;
  std::string state;        ///< "published": served; "retired": was; "preparing", "ready": is about to be
  std::uint64_t bytes = 0;  ///< of its tables, as the server estimates them
};

/// Tokens in the published generation and what becomes of them.
struct StaffCarried {
  std::uint64_t tokens = 0;       ///< in the new generation too
  std::uint64_t tokens_left = 0;  ///< of persons who are not carried
};

/// What became of one account's database.
struct AccountUpgrade {
  AccountName name;
  sql::SchemaReport schema;
  std::optional<Error> fault;  ///< then the account is suspended
};

/// Creates, changes and removes accounts with the database administrator's rights. Each step can be killed and the
/// call repeated: it goes on where it stopped. What was done is written to the platform's journal (C2). Not
/// thread-safe; processes exclude each other by a database lock per account: in_use when another holds it for 20 s.
class Administration {
 public:
  /// `admin`: a connection that may CREATE DATABASE, CREATE USER, GRANT and KILL; its database is the platform's. It
  /// must outlive this. `actor` stands in the journal; empty: the operating system's user.
  Administration(sql::Connection& admin, Secret key, std::string actor = {});
  Administration(const Administration&) = delete;
  Administration& operator=(const Administration&) = delete;
  ~Administration();

  /// Makes the account with its database, database user and administrator ("admin"). A creation that was killed is gone
  /// on with, and its administrator gets a new password. `suspended`: where not empty, the account is not served before
  /// it is resumed, for this reason. Errors: conflict when the name is taken, invalid_argument (title, reason).
  [[nodiscard]] Result<NewAccount> create(const AccountName& name, const std::string& title, Kind kind,
                                          const std::string& suspended = {});
  /// Not served until resumed. Errors: not_found, conflict (being created, published to or deleted), invalid_argument.
  [[nodiscard]] Status suspend(const AccountName& name, const std::string& reason);
  /// Serves it again, also when a publication was killed half-way: then with the database it had before. Its schema is
  /// brought up to date first; when that fails the account stays as it is.
  [[nodiscard]] Status resume(const AccountName& name);
  /// Whether anything sends mail for the account. Errors: not_found, conflict (a trial never sends any).
  [[nodiscard]] Status set_mail(const AccountName& name, bool sends);
  /// It sends no mail: what it holds is of another account, whose people it would write to. With `trial_at` it is a
  /// trial, and never will. Error: not_found.
  [[nodiscard]] Status silence(const AccountName& name, std::optional<Timestamp> trial_at);
  /// Drops the account with all its data. `confirmation` must equal the name; else invalid_argument, nothing done.
  [[nodiscard]] Status remove(const AccountName& name, const std::string& confirmation);
  /// Gives a person of the account a new random password (A19) and ends the person's browser sessions. Error:
  /// not_found.
  [[nodiscard]] Result<Secret> reset_password(const AccountName& name, const std::string& login);
  /// Gives a person the password that somebody chose, and ends the person's browser sessions. Error: not_found.
  [[nodiscard]] Status set_password(const AccountName& name, const std::string& login, const Secret& password);
  /// A person's mail address; an empty text takes it away. Error: not_found.
  [[nodiscard]] Status set_person_mail(const AccountName& name, const std::string& login, const std::string& mail);
  [[nodiscard]] Result<std::string> person_mail(const AccountName& name, const std::string& login);
  /// A token for programs that use the REST interface as this person; only its SHA-256 is stored. Errors: not_found,
  /// invalid_argument (label; lifetime not above 0).
  [[nodiscard]] Result<Secret> create_token(const AccountName& name, const std::string& login, const std::string& label,
                                            std::chrono::seconds lifetime = kTokenLifetime);
  /// Oldest first; without those that have expired and were removed. Error: not_found.
  [[nodiscard]] Result<std::vector<Token>> list_tokens(const AccountName& name);
  /// The token opens nothing from here on. Error: not_found.
  [[nodiscard]] Status revoke_token(const AccountName& name, const std::string& id);

  /// Brings the database of every account to the newest of `versions`, one account after the other, each with as much
  /// time as it needs. One that cannot be brought there is suspended, with the error as reason, and the next one is
  /// taken; it is active again once a later call succeeds. Can be killed and called again. Errors: those of the
  /// platform database, in_use (an account is being changed).
  [[nodiscard]] Result<std::vector<AccountUpgrade>> upgrade_accounts(
      std::span<const sql::SchemaVersion> versions = sql::account_schema());

  /// New passwords for database users whose recorded ones this key does not open: a server that was restored on another
  /// machine has those that the former machine's key sealed. The accounts that got some. Can be killed and called
  /// again.
  [[nodiscard]] Result<std::vector<AccountName>> renew_passwords();

  /// The empty next generation of an account, schema applied, with its own user; replaces an unpublished one. From here
  /// until publication, drop_generation or the end of this object (or of the process) no other can prepare one: in_use.
  struct Generation {
    int number;
    std::string database;
    sql::Endpoint endpoint;  ///< as its own database user
  };
  [[nodiscard]] Result<Generation> prepare_generation(const AccountName& name);
  /// The next generation as an earlier program left it, for going on with what it began; claimed as by
  /// prepare_generation. Errors: not_found when there is none, in_use.
  [[nodiscard]] Result<Generation> adopt_generation(const AccountName& name);
  /// Copies the active administrators that can sign in, with their password hashes and API tokens, from the published
  /// generation into `number`, so that they keep working after publication. By login: a person there with the same
  /// login becomes administrator with that password; others get new ids. Tokens of other persons stay behind. Call it
  /// before publish_generation; repeatable.
  [[nodiscard]] Result<StaffCarried> carry_staff(const AccountName& name, int number);
  /// Makes a prepared generation the account's database, in one statement, after locking the old user out and ending
  /// its sessions, so that no acknowledged write can land in the old one afterwards. Carries nothing over. The old one
  /// stays until drop_generation. A generation that is published already is success. Errors: not_found, conflict,
  /// timeout (a session of the old user does not end within 30 s; the account then goes on as before).
  [[nodiscard]] Status publish_generation(const AccountName& name, int number);
  /// Error: conflict when it is the published one. One that does not exist is success.
  [[nodiscard]] Status drop_generation(const AccountName& name, int number);
  /// All databases of the account, oldest first. Error: not_found.
  [[nodiscard]] Result<std::vector<StoredDatabase>> list_databases(const AccountName& name);
  /// Drops a database that was served once. `confirmation` must equal its name; else invalid_argument. Errors:
  /// not_found, conflict (it is served, or about to be).
  [[nodiscard]] Status drop_database(const AccountName& name, const std::string& database,
                                     const std::string& confirmation);

 private:
  sql::Connection& admin_;
  Secret key_;
  std::string actor_;
  std::map<AccountName, std::unique_ptr<NamedLock>> preparing_;
};

}  // namespace slipway::account
