#include "appliance/embedded/installation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/config/config.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/http/client.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t kDefaultPort = 8443;
constexpr std::uint64_t kNewInstallationBytes = 320ULL << 20U;  // databases, redo log, three accounts, room to work
constexpr std::chrono::hours kCertificateValidity{24 * 397};
constexpr std::chrono::hours kCertificateRenewal{24 * 30};
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

/// What a program needs of the state directory.
struct ProgramFiles {
  const char* user;      ///< of the database
  const char* password;  ///< secret file
  const char* config;
};
constexpr ProgramFiles kWeb{"slipway_web", "db_slipway_web", "slipway-webd.toml"};
constexpr ProgramFiles kJobs{"slipway_job", "db_slipway_job", "slipway-jobd.toml"};
constexpr ProgramFiles kBackup{"slipway_backup", "db_slipway_backup", "slipway-backupd.toml"};
// There once backups were asked for.
constexpr const char* kBackupWanted = "backup-wanted";

std::string quoted(const fs::path& path) {
  std::string text = "\"";
  for (const char letter : path.string()) {
    if (letter == '"' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + "\"";
}

/// Whether a program of ours serves. The certificate makes sure that it is ours.
bool answers(const std::string& url, const fs::path& unix_socket, const fs::path& certificate) {
  const auto answer =
      http::fetch({.url = url}, {.unix_socket = unix_socket, .ca_file = certificate, .limit = std::chrono::seconds(1)});
  return answer && answer->status == 200;
}

/// Every secret is made once and then kept.
Status make_secret(const StateDirectory& state, std::string_view name) {
  if (fs::exists(state.secret(name))) return {};
  return write_private_file(state.secret(name), crypto::random_token().reveal() + "\n");
}

Status make_certificate(const StateDirectory& state) {
  const fs::path certificate = state.config("loopback.crt");
  std::error_code missing;
  const auto made = fs::last_write_time(certificate, missing);
  const auto age = fs::file_time_type::clock::now() - made;
  if (!missing && fs::exists(state.secret("loopback.key")) && age < kCertificateValidity - kCertificateRenewal)
    return {};
  return crypto::make_loopback_certificate(certificate, state.secret("loopback.key"), kCertificateValidity);
}

bool backup_wanted(const StateDirectory& state) { return fs::exists(state.config(kBackupWanted)); }

/// Two repositories beside the database: for trying. They are lost with this disk.
std::string backup_config(const StateDirectory& state) {
  const fs::path top = state.path() / "backups";
  return "\n[backup]\neven = " + quoted(fs::path("file://" + (top / "even").string())) +
         "\nodd = " + quoted(fs::path("file://" + (top / "odd").string())) +
         "\nkey_file = " + quoted(state.secret("backup.key")) + "\ndata_dir = " + quoted(state.database() / "data") +
         "\nwork_dir = " + quoted(top / "work") + "\nsocket = " + quoted(state.run("slipway-backupd.sock")) +
         "\nenabled = " + (backup_wanted(state) ? "true" : "false") + "\n";
}

Status make_backup_directories(const StateDirectory& state) {
  for (const char* name : {"", "even", "odd", "work"})
    SLIPWAY_CHECK(make_private_directory(state.path() / "backups" / name));
  return {};
}

Status write_config(const StateDirectory& state, const ProgramFiles& program, std::uint16_t port) {
  std::string text =
      "# Written anew by every 'slipway up'.\n"
      "[database]\nsocket = " +
      quoted(server_socket(database_options(state))) + "\nuser = \"" + program.user +
      "\"\npassword_file = " + quoted(state.secret(program.password)) +
      "\n\n[secrets]\naccount_key_file = " + quoted(state.secret("account.key")) +
      "\nsession_key_file = " + quoted(state.secret("session.key")) +
      "\n\n[web]\naddress = \"127.0.0.1\"\nport = " + std::to_string(port) +
      "\ncertificate = " + quoted(state.config("loopback.crt")) + "\nkey = " + quoted(state.secret("loopback.key")) +
      "\n\n[jobs]\nsocket = " + quoted(state.run("slipway-jobd.sock")) + "\n" + backup_config(state);
  return write_private_file(state.config(program.config), text);
}

Result<SignIn> make_account(const StateDirectory& state, account::Administration& administration,
                            const DefaultAccount& wanted) {
  SignIn sign_in{wanted.name, kAdministratorLogin, state.secret(std::string("admin_") + wanted.name), Secret()};
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
  SLIPWAY_CHECK(write_private_file(sign_in.password_file, sign_in.password.reveal() + "\n"));
  return sign_in;
}

}  // namespace

std::vector<SignIn> kept_sign_ins(const StateDirectory& state) {
  std::vector<SignIn> sign_ins;
  for (const auto& wanted : kDefaultAccounts) {
    const fs::path file = state.secret(std::string("admin_") + wanted.name);
    if (fs::exists(file)) sign_ins.push_back({wanted.name, kAdministratorLogin, file, Secret()});
  }
  return sign_ins;
}

namespace {

/// The default accounts belong to the first set-up: one that was deleted later does not come back.
Result<std::vector<SignIn>> make_accounts(const StateDirectory& state, sql::Connection& root, const Secret& key,
                                          const Progress& progress) {
  const fs::path done = state.config("default-accounts-made");
  account::Administration administration(root, key);
  if (fs::exists(done)) return kept_sign_ins(state);
  std::vector<SignIn> sign_ins;
  for (const auto& wanted : kDefaultAccounts) {
    SLIPWAY_TRY(SignIn sign_in, make_account(state, administration, wanted));
    progress("account '" + sign_in.account + "': made");
    sign_ins.push_back(std::move(sign_in));
  }
  SLIPWAY_CHECK(write_private_file(done, ""));
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

Result<std::vector<SignIn>> set_up_databases(const StateDirectory& state, const Progress& progress) {
  SLIPWAY_TRY(const Database database, Database::start(database_options(state)));
  SLIPWAY_TRY(sql::Connection root, sql::Connection::open(database.administrator()));
  progress("database: MariaDB " + root.server_version() + " on a private socket");
  std::vector<account::ProgramUser> users;
  for (const auto& program : {kWeb, kJobs, kBackup}) {
    SLIPWAY_TRY(Secret password, read_secret_file(state.secret(program.password)));
    users.push_back({program.user, std::move(password), program.user == kBackup.user});
  }
  SLIPWAY_CHECK(account::provision_platform(root, users));
  progress("platform database: up to date");
  sql::Endpoint platform = database.administrator();
  platform.database = account::kPlatformDatabase;
  platform.statement_limit = std::chrono::seconds(300);  // creating a database takes a while on a slow disk
  SLIPWAY_TRY(sql::Connection administrator, sql::Connection::open(platform));
  SLIPWAY_TRY(const Secret key, read_secret_file(state.secret("account.key")));
  SLIPWAY_CHECK(upgrade_accounts(administrator, key, progress));
  return make_accounts(state, administrator, key, progress);
}

/// Takes the port for a moment. The number, or 0 when somebody else has it.
std::uint16_t try_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof address;
  const bool taken = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::listen(descriptor, 1) == 0 &&
                     ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  return taken ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

DatabaseOptions database_options(const StateDirectory& state) {
  DatabaseOptions options{.directory = state.database()};
  options.binary_log = backup_wanted(state);
  return options;
}

Status want_backup(const StateDirectory& state) {
  if (backup_wanted(state)) return {};
  return write_private_file(state.config(kBackupWanted), "");
}

Result<std::uint16_t> configured_port(const StateDirectory& state) {
  SLIPWAY_TRY(const auto config, config::Config::load(state.config(kWeb.config), true, {}, {}));
  return static_cast<std::uint16_t>(config.integer("web.port"));
}

Result<std::uint16_t> choose_port(const StateDirectory& state, std::optional<std::uint16_t> wanted) {
  std::uint16_t port = kDefaultPort;
  if (wanted) {
    port = *wanted;
  } else if (fs::exists(state.config(kWeb.config))) {
    SLIPWAY_TRY(port, configured_port(state));
  }
  const std::uint16_t taken = try_port(port);
  if (taken != 0) return taken;
  const std::string number = std::to_string(port);
  return Error{Code::in_use, "port " + number + " on 127.0.0.1: cannot be listened on, it is in use or reserved",
               "choose another with --port (0: any free one), or stop what listens there; ss -ltnp 'sport = :" +
                   number + "' shows it"};
}

Result<std::vector<SignIn>> set_up(const StateDirectory& state, std::uint16_t port, const Progress& progress) {
  if (!fs::exists(state.config("default-accounts-made")))
    SLIPWAY_CHECK(require_space(state.path(), kNewInstallationBytes));
  for (const char* name : {"account.key", "session.key", kWeb.password, kJobs.password, kBackup.password})
    SLIPWAY_CHECK(make_secret(state, name));
  SLIPWAY_CHECK(make_certificate(state));
  SLIPWAY_CHECK(make_backup_directories(state));
  for (const auto& program : {kWeb, kJobs, kBackup}) SLIPWAY_CHECK(write_config(state, program, port));
  progress("state directory: " + state.path().string());
  return set_up_databases(state, progress);
}

std::vector<Program> slipway_programs(const StateDirectory& state, const fs::path& programs, std::uint16_t port) {
  const auto command = [&](const std::string& name) {
    return process::Command{.argv = {(programs / name).string(), "--config", state.config(name + ".toml").string()},
                            .directory = state.path(),
                            .log_file = state.log(name + ".log")};
  };
  const DatabaseOptions database = database_options(state);
  std::vector<Program> all{
      {"mariadbd", server_command(database), [database] { return server_answers(database); }, std::chrono::seconds(60)},
      {"slipway-jobd", command("slipway-jobd"),
       [socket = state.run("slipway-jobd.sock")] { return answers("http://localhost/health", socket, {}); }},
      {"slipway-webd", command("slipway-webd"),
       [url = "https://127.0.0.1:" + std::to_string(port) + "/ready", certificate = state.config("loopback.crt")] {
         return answers(url, {}, certificate);
       },
       std::chrono::seconds(15)},
  };
  if (backup_wanted(state))
    all.push_back(
        {"slipway-backupd", command("slipway-backupd"),
         [socket = state.run("slipway-backupd.sock")] { return answers("http://localhost/health", socket, {}); },
         std::chrono::seconds(30)});
  return all;
}

}  // namespace slipway::embedded
