#include "appliance/embedded/installation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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

/// What a program needs of the state directory.
struct ProgramFiles {
  setup::Program program;
  const char* config;
};
constexpr ProgramFiles kWeb{setup::kWeb, "slipway-webd.toml"};
constexpr ProgramFiles kJobs{setup::kJobs, "slipway-jobd.toml"};
constexpr ProgramFiles kBackup{setup::kBackup, "slipway-backupd.toml"};
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
      quoted(server_socket(database_options(state))) + "\nuser = \"" + program.program.user +
      "\"\npassword_file = " + quoted(state.secret(program.program.password)) +
      "\n\n[secrets]\naccount_key_file = " + quoted(state.secret(setup::kAccountKey)) +
      "\nsession_key_file = " + quoted(state.secret(setup::kSessionKey)) +
      "\n\n[web]\naddress = \"127.0.0.1\"\nport = " + std::to_string(port) +
      "\ncertificate = " + quoted(state.config("loopback.crt")) + "\nkey = " + quoted(state.secret("loopback.key")) +
      "\n\n[jobs]\nsocket = " + quoted(state.run("slipway-jobd.sock")) +
      "\n\n[console]\ndrills = " + quoted(state.path() / "drills") + "\n" + backup_config(state);
  return write_private_file(state.config(program.config), text);
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

setup::Places places_of(const StateDirectory& state) {
  return {.secrets = state.path() / "secrets", .accounts_made = state.config("default-accounts-made")};
}

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
  if (!fs::exists(places_of(state).accounts_made)) SLIPWAY_CHECK(require_space(state.path(), kNewInstallationBytes));
  SLIPWAY_CHECK(setup::make_secrets(places_of(state)));
  SLIPWAY_CHECK(make_certificate(state));
  SLIPWAY_CHECK(make_backup_directories(state));
  for (const auto& program : {kWeb, kJobs, kBackup}) SLIPWAY_CHECK(write_config(state, program, port));
  progress("state directory: " + state.path().string());
  SLIPWAY_TRY(const Database database, Database::start(database_options(state)));
  return setup::set_up_databases(database.administrator(), places_of(state), progress);
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
