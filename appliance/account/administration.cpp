// Creating, suspending and removing accounts.
#include <pwd.h>
#include <unistd.h>

#include <array>

#include "appliance/account/database_user.hpp"
#include "appliance/account/generation.hpp"
#include "appliance/account/person_store.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::account {
namespace {

constexpr std::string_view kAdministratorLogin = "admin";

std::string system_user() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return "uid " + std::to_string(::geteuid());
}

Status check_title(const AccountName& name, const std::string& title) {
  if (title.empty() || title.size() > 200)
    return Error{Code::invalid_argument, "account '" + name.text() + "': title must be 1 to 200 bytes long"};
  return {};
}

Status check_reason(const AccountName& name, const std::string& reason, std::size_t least) {
  if (reason.size() < least || reason.size() > 500)
    return Error{Code::invalid_argument, "account '" + name.text() + "': reason must be 1 to 500 bytes long"};
  return {};
}

// The account's row in state creating: the one of a call that was killed, or a new one.
Result<Account> begin_creation(sql::Connection& admin, const AccountName& name, const std::string& title, Kind kind,
                               const Entry& entry) {
  SLIPWAY_TRY(const auto existing, find_account(admin, name));
  if (existing && existing->state == State::deleting)
    return Error{Code::conflict, "account '" + name.text() + "': is being deleted",
                 "finish with 'slipway account delete " + name.text() + " --confirm " + name.text() + "'"};
  if (existing && existing->state != State::creating)
    return Error{Code::conflict, "account '" + name.text() + "': already exists", "choose another name"};
  const Status recorded = sql::in_transaction(admin, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(
        connection.execute("INSERT INTO account (name, title, kind, state) VALUES (?, ?, ?, 'creating') "
                           "ON DUPLICATE KEY UPDATE title = VALUES(title), kind = VALUES(kind)",
                           {name.text(), title, to_text(kind)}));
    return write_journal(connection, entry);
  });
  if (!recorded) return recorded.error();
  return require_account(admin, name);
}

Status finish_creation(sql::Connection& admin, const Account& account, const std::string& suspended,
                       const Entry& entry) {
  return sql::in_transaction(admin, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(
        connection.execute("UPDATE account a JOIN account_generation g ON g.account_id = a.account_id "
                           "SET a.state = ?, a.state_reason = ?, g.state = 'published' "
                           "WHERE a.account_id = ? AND g.generation = a.generation",
                           {to_text(suspended.empty() ? State::active : State::suspended), suspended, account.id}));
    return write_journal(connection, entry);
  });
}

}  // namespace

Administration::Administration(sql::Connection& admin, Secret key, std::string actor)
    : admin_(admin), key_(std::move(key)), actor_(actor.empty() ? system_user() : std::move(actor)) {}

Administration::~Administration() = default;

Result<NewAccount> Administration::create(const AccountName& name, const std::string& title, Kind kind,
                                          const std::string& suspended) {
  SLIPWAY_CHECK(check_title(name, title));
  SLIPWAY_CHECK(check_reason(name, suspended, 0));
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  const std::string detail = std::string(to_text(kind)) + " \"" + title + "\"";
  SLIPWAY_TRY(const Account account,
              begin_creation(admin_, name, title, kind, {actor_, "account.create", name.text(), detail}));
  SLIPWAY_CHECK(build_generation(admin_, key_, account, account.generation));
  const Secret password = crypto::random_token(15);
  SLIPWAY_TRY(const std::string hash, crypto::hash_password(password));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_CHECK(put_administrator(inside, std::string(kAdministratorLogin), hash));
  SLIPWAY_CHECK(finish_creation(admin_, account, suspended, {actor_, "account.created", name.text(), suspended}));
  SLIPWAY_TRY(Account created, require_account(admin_, name));
  return NewAccount{std::move(created), std::string(kAdministratorLogin), password};
}

Status Administration::suspend(const AccountName& name, const std::string& reason) {
  SLIPWAY_CHECK(check_reason(name, reason, 1));
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  if (account.state != State::active && account.state != State::suspended)
    return Error{Code::conflict,
                 "account '" + name.text() + "': is " + std::string(to_text(account.state)) + ", not active"};
  return set_state(admin_, account.id, State::suspended, reason, {actor_, "account.suspend", name.text(), reason});
}

Status Administration::resume(const AccountName& name) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  if (account.state == State::active) return {};
  if (account.state != State::suspended && account.state != State::migrating)
    return Error{Code::conflict,
                 "account '" + name.text() + "': is " + std::string(to_text(account.state)) + ", not suspended"};
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_CHECK(sql::upgrade_schema(inside, sql::account_schema()));
  // We hold the lock, so a publication that is under way was killed; the old database is still the account's.
  if (account.state == State::migrating) SLIPWAY_CHECK(let_in(admin_, account.database));
  return set_state(admin_, account.id, State::active, "", {actor_, "account.resume", name.text()});
}

Status Administration::set_mail(const AccountName& name, bool sends) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  if (sends && account.trial_at)
    return Error{Code::conflict, "account '" + name.text() + "': is a trial, with other people's addresses in it",
                 "a definitive migration makes the account that sends mail"};
  return store_mail(admin_, account.id, sends, account.trial_at,
                    {actor_, "account.mail", name.text(), sends ? "on" : "off"});
}

Status Administration::silence(const AccountName& name, std::optional<Timestamp> trial_at) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  return store_mail(admin_, account.id, false, trial_at, {actor_, "account.mail", name.text(), "off"});
}

Status Administration::remove(const AccountName& name, const std::string& confirmation) {
  if (confirmation != name.text())
    return Error{Code::invalid_argument, "account '" + name.text() + "': the confirmation is not its name",
                 "nothing was deleted; repeat the name exactly"};
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_CHECK(set_state(admin_, account.id, State::deleting, "", {actor_, "account.delete", name.text()}));
  SLIPWAY_TRY(const auto generations, list_generations(admin_, account.id));
  for (const GenerationRow& row : generations) SLIPWAY_CHECK(discard_generation(admin_, account, row));
  return sql::in_transaction(admin_, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(connection.execute("DELETE FROM account WHERE account_id = ?", {account.id}));
    return write_journal(connection, {actor_, "account.deleted", name.text()});
  });
}

Result<Secret> Administration::reset_password(const AccountName& name, const std::string& login) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::int64_t person_id, require_person(inside, login));
  const Secret password = crypto::random_token(15);
  SLIPWAY_TRY(const std::string hash, crypto::hash_password(password));
  SLIPWAY_CHECK(replace_credential(inside, person_id, hash));
  SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.reset_password", name.text(), login}));
  return password;
}

Status Administration::set_password(const AccountName& name, const std::string& login, const Secret& password) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::int64_t person_id, require_person(inside, login));
  SLIPWAY_TRY(const std::string hash, crypto::hash_password(password));
  SLIPWAY_CHECK(replace_credential(inside, person_id, hash));
  return write_journal(admin_, {actor_, "account.set_password", name.text(), login});
}

Status Administration::set_person_mail(const AccountName& name, const std::string& login, const std::string& mail) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::int64_t person_id, require_person(inside, login));
  SLIPWAY_CHECK(set_mail_address(inside, person_id, mail));
  return write_journal(admin_, {actor_, "account.set_person_mail", name.text(), login});
}

Result<std::string> Administration::person_mail(const AccountName& name, const std::string& login) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::int64_t person_id, require_person(inside, login));
  return mail_address(inside, person_id);
}

Result<Secret> Administration::create_token(const AccountName& name, const std::string& login, const std::string& label,
                                            std::chrono::seconds lifetime) {
  if (label.empty() || label.size() > 200)
    return Error{Code::invalid_argument, "account '" + name.text() + "': label must be 1 to 200 bytes long"};
  if (lifetime.count() <= 0)
    return Error{Code::invalid_argument, "account '" + name.text() + "': a token must live longer than 0 seconds"};
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::int64_t person_id, require_person(inside, login));
  const Secret token = crypto::random_token();
  SLIPWAY_CHECK(add_token(inside, person_id, crypto::sha256_hex(token.reveal()), label, lifetime));
  SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.create_token", name.text(), login + ": " + label}));
  return token;
}

Result<std::vector<Token>> Administration::list_tokens(const AccountName& name) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  return account::list_tokens(inside);
}

Status Administration::revoke_token(const AccountName& name, const std::string& id) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(auto inside, open_database(admin_, account.database));
  SLIPWAY_TRY(const std::uint64_t removed, remove_tokens(inside, id));
  if (removed == 0)
    return Error{Code::not_found, "account '" + name.text() + "': has no token '" + id.substr(0, 40) + "'",
                 "'slipway account tokens " + name.text() + "' lists their ids"};
  return write_journal(admin_, {actor_, "account.revoke_token", name.text(), id});
}

}  // namespace slipway::account
