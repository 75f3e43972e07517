// What every installation is made of before its programs start, embedded or on an appliance: secrets, the platform
// database with one user per program, and the three default accounts (A1).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "appliance/base/secret.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::setup {

/// Told one line per step, for a person.
using Progress = std::function<void(const std::string&)>;

/// A program's user of the database, and the name of the secret file that holds its password.
struct Program {
  const char* user;
  const char* password;
};
inline constexpr Program kWeb{"slipway_web", "db_slipway_web"};
inline constexpr Program kJobs{"slipway_job", "db_slipway_job"};
inline constexpr Program kBackup{"slipway_backup", "db_slipway_backup"};
/// Of two sites alone; see set_up_sites().
inline constexpr Program kSite{"slipway_site", "db_slipway_site"};
inline constexpr Program kReplica{"slipway_replica", "db_slipway_replica"};

/// Names of secret files.
inline constexpr const char* kAccountKey = "account.key";
inline constexpr const char* kSessionKey = "session.key";

struct Places {
  std::filesystem::path secrets;        ///< directory, 0700
  std::filesystem::path accounts_made;  ///< a file that is there once the default accounts are
};

/// How to sign in to a default account. The password is there only when it was made by this call; it also stands in its
/// file (0600) until somebody removes that.
struct SignIn {
  std::string account;
  std::string login;
  std::filesystem::path password_file;
  Secret password;
};

/// The sign-ins of the default accounts whose password files are still there, without the passwords.
[[nodiscard]] std::vector<SignIn> kept_sign_ins(const Places& places);

/// Makes the secrets that are missing; one that is there stays. Errors: permission, no_space.
[[nodiscard]] Status make_secrets(const Places& places);

/// Makes what is missing in the database and brings every schema up to date, in an order that a kill cannot spoil: a
/// repeated call goes on where it stopped. An account whose schema cannot be upgraded is suspended and told of.
/// `administrator` needs all rights. Errors: those of the connection and of accounts.
[[nodiscard]] Result<std::vector<SignIn>> set_up_databases(const sql::Endpoint& administrator, const Places& places,
                                                           const Progress& progress);

/// Makes the secrets and the database users that the first of two sites needs; the other one begins as its copy.
/// `over_tls`: the other site may replicate over TLS only. A repeated call changes nothing but the passwords, which it
/// sets to what the secrets say. Errors: those of make_secrets() and of the connection.
[[nodiscard]] Status set_up_sites(const sql::Endpoint& administrator, const Places& places, bool over_tls);

}  // namespace slipway::setup
