#include "appliance/setup/setup.hpp"

#include <array>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/base/file.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::setup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAdministratorLogin = "admin";  // the one that every new account has

struct DefaultAccount {
  const char* name;
  const char* title;
  account::Kind kind;
};
constexpr std::array<DefaultAccount, 3> kDefaultAccounts{{
    {"production", "Production", account::Kind::production},
    {"sandbox", "Sandbox", account::Kind::sandbox},
    {"demonstration", "Demonstration", account::Kind::demonstration},
}};

fs::path password_file(const Places& places, const DefaultAccount& wanted) {
  return places.secrets / (std::string("admin_") + wanted.name);
}

Result<SignIn> make_account(const Places& places, account::Administration& administration,
                            const DefaultAccount& wanted) {
  SignIn sign_in{wanted.name, kAdministratorLogin, password_file(places, wanted), Secret()};
  if (fs::exists(sign_in.password_file)) return sign_in;
  SLIPWAY_TRY(const AccountName name, AccountName::parse(wanted.name));
  auto created = administration.create(name, wanted.title, wanted.kind);
  if (created) {
    sign_in.password = created->administrator_password;
  } else if (created.error().code == Code::conflict) {
    // A set-up was killed after the account was made and before its password was written: nobody knows that one.
    SLIPWAY_TRY(sign_in.password, administration.reset_password(name, kAdministratorLogin));
  } else {
    return std::move(created).error();
  }
  SLIPWAY_CHECK(replace_file(sign_in.password_file, sign_in.password.reveal() + "\n"));
  return sign_in;
}

/// The default accounts belong to the first set-up: one that was deleted later does not come back.
Result<std::vector<SignIn>> make_accounts(const Places& places, sql::Connection& root, const Secret& key,
                                          const Progress& progress) {
  const fs::path done = places.accounts_made;
  account::Administration administration(root, key);
  if (fs::exists(done)) return kept_sign_ins(places);
  std::vector<SignIn> sign_ins;
  for (const auto& wanted : kDefaultAccounts) {
    SLIPWAY_TRY(SignIn sign_in, make_account(places, administration, wanted));
    progress("account '" + sign_in.account + "': made");
    sign_ins.push_back(std::move(sign_in));
  }
  SLIPWAY_CHECK(replace_file(done, ""));
  return sign_ins;
}

/// One line for each account whose database was changed or could not be; such a one is suspended, and the others start.
Status upgrade_accounts(sql::Connection& root, const Secret& key, const Progress& progress) {
  account::Administration administration(root, key);
  SLIPWAY_TRY(const auto renewed, administration.renew_passwords());
  for (const auto& name : renewed)
    progress("account '" + name.text() + "': new database password, as the recorded one was another machine's");
  SLIPWAY_TRY(const auto upgrades, administration.upgrade_accounts());
  for (const auto& upgrade : upgrades) {
    const std::string name = "account '" + upgrade.name.text() + "': ";
    if (upgrade.fault) {
      progress(name + "suspended, its schema cannot be upgraded: " + to_text(*upgrade.fault));
    } else if (upgrade.schema.after != upgrade.schema.before) {
      progress(name + "schema upgraded from version " + std::to_string(upgrade.schema.before) + " to " +
               std::to_string(upgrade.schema.after));
    }
  }
  return {};
}

Status make_secret(const Places& places, const char* name) {
  const fs::path file = places.secrets / name;
  if (fs::exists(file)) return {};
  return replace_file(file, crypto::random_token().reveal() + "\n");
}

}  // namespace

std::vector<SignIn> kept_sign_ins(const Places& places) {
  std::vector<SignIn> sign_ins;
  for (const auto& wanted : kDefaultAccounts) {
    const fs::path file = password_file(places, wanted);
    if (fs::exists(file)) sign_ins.push_back({wanted.name, kAdministratorLogin, file, Secret()});
  }
  return sign_ins;
}

Status make_secrets(const Places& places) {
  for (const char* name : {kAccountKey, kSessionKey, kWeb.password, kJobs.password, kBackup.password})
    SLIPWAY_CHECK(make_secret(places, name));
  return {};
}

Status set_up_sites(const sql::Endpoint& administrator, const Places& places, bool over_tls) {
  SLIPWAY_TRY(sql::Connection root, sql::Connection::open(administrator));
  std::vector<account::ProgramUser> users;
  for (const auto& program : {kSite, kReplica}) {
    SLIPWAY_CHECK(make_secret(places, program.password));
    SLIPWAY_TRY(Secret password, read_secret_file(places.secrets / program.password));
    const bool replicates = program.user == kReplica.user;
    users.push_back({.name = program.user,
                     .password = std::move(password),
                     .keeps_site = !replicates,
                     .replicates = replicates,
                     .over_tls_only = replicates && over_tls});
  }
  return account::provision_platform(root, users);
}

Result<std::vector<SignIn>> set_up_databases(const sql::Endpoint& administrator, const Places& places,
                                             const Progress& progress) {
  SLIPWAY_TRY(sql::Connection root, sql::Connection::open(administrator));
  progress("database: MariaDB " + root.server_version());
  std::vector<account::ProgramUser> users;
  for (const auto& program : {kWeb, kJobs, kBackup}) {
    SLIPWAY_TRY(Secret password, read_secret_file(places.secrets / program.password));
    users.push_back({program.user, std::move(password), program.user == kBackup.user});
  }
  SLIPWAY_CHECK(account::provision_platform(root, users));
  progress("platform database: up to date");
  sql::Endpoint platform = administrator;
  platform.database = account::kPlatformDatabase;
  platform.statement_limit = std::chrono::seconds(300);  // creating a database takes a while on a slow disk
  SLIPWAY_TRY(sql::Connection session, sql::Connection::open(platform));
  SLIPWAY_TRY(const Secret key, read_secret_file(places.secrets / kAccountKey));
  SLIPWAY_CHECK(upgrade_accounts(session, key, progress));
  return make_accounts(places, session, key, progress);
}

}  // namespace slipway::setup
