#include "migrate/run/installation.hpp"

#include <pwd.h>
#include <unistd.h>

#include "appliance/base/secret_file.hpp"
#include "appliance/config/config.hpp"
#include "appliance/embedded/state_directory.hpp"

namespace slipway::migrate {
namespace {

const std::filesystem::path kInstalled = "/var/lib/slipway";

}  // namespace

Result<Installation> find_installation(const std::filesystem::path& state_dir,
                                       const std::filesystem::path& config_file) {
  const bool embedded = config_file.empty();
  const auto directory = state_dir.empty() ? embedded::default_state_directory() : state_dir;
  const auto file = embedded ? directory / "config" / "slipway-webd.toml" : config_file;
  std::error_code fault;
  if (!std::filesystem::exists(file, fault)) {
    return Error{Code::not_found, "no Slipway here: '" + file.string() + "' does not exist",
                 "start one with 'slipway up', or name it with --state-dir DIR or --config FILE"};
  }
  SLIPWAY_TRY(const auto configuration, config::Config::load(file, true, {}, {}));
  Installation found;
  found.migrations = (embedded || !state_dir.empty() ? directory : kInstalled) / "migrations";
  sql::Endpoint& endpoint = found.administrator;
  endpoint.statement_limit = std::chrono::seconds{0};
  endpoint.host = configuration.text("database.host");
  if (endpoint.host.empty()) endpoint.socket = configuration.text("database.socket");
  endpoint.port = static_cast<std::uint16_t>(configuration.integer("database.port"));
  endpoint.tls_ca_file = configuration.text("database.tls_ca");
  if (!endpoint.tls_ca_file.empty()) endpoint.tls = sql::TlsMode::verify_identity;
  if (embedded) {
    const passwd* user = ::getpwuid(::geteuid());
    endpoint.user = user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
  } else {
    endpoint.user = configuration.text("database.user");
    if (!configuration.path("database.password_file").empty()) {
      SLIPWAY_TRY(endpoint.password, read_secret_file(configuration.path("database.password_file")));
    }
  }
  SLIPWAY_TRY(found.account_key, read_secret_file(configuration.path("secrets.account_key_file")));
  return found;
}

}  // namespace slipway::migrate
