// slipway-webd: pages and REST of all accounts.
#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/http/health.hpp"
#include "appliance/http/server.hpp"
#include "appliance/lease/write_gate.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/desk/routes.hpp"
#include "services/programs/console_pages.hpp"
#include "services/programs/program_start.hpp"
#include "services/programs/serving.hpp"

namespace slipway::programs {
namespace {

http::ServerOptions server_options(const config::Config& config) {
  http::ServerOptions options;
  options.address = config.text("web.address");
  options.port = static_cast<std::uint16_t>(config.integer("web.port"));
  options.unix_socket = config.path("web.socket");
  options.certificate_file = config.path("web.certificate");
  options.key_file = config.path("web.key");
  options.threads = static_cast<int>(config.integer("web.threads"));
  options.max_connections = static_cast<int>(config.integer("web.max_connections"));
  options.body_bytes = config.bytes("web.body_limit");
  options.idle_limit = config.duration("web.idle_limit");
  return options;
}

/// Ready when the platform database answers; each account's database is met when it is asked for.
http::HealthCheck database_check(sql::Pool& platform) {
  return {"database", [&platform]() -> Status {
            SLIPWAY_TRY(auto connection, platform.lend());
            if (connection->ping()) return {};
            connection.discard();
            return Error{Code::unavailable, "platform database: does not answer"};
          }};
}

desk::AccountFaces faces(account::Directory& directory) {
  return [&directory](const AccountName& name) -> Result<desk::AccountFace> {
    SLIPWAY_TRY(const auto found, directory.find(name));
    return desk::AccountFace{found.title, std::string(account::to_text(found.kind)), found.sends_mail, found.trial_at};
  };
}

http::Router routes(const desk::Site& site, sql::Pool& platform, const lease::WriteGate& gate,
                    const config::Config& config) {
  http::Router router;
  http::add_health_routes(router, {database_check(platform)});
  desk::add_rest_routes(router, site);
  desk::add_page_routes(router, site);
  add_console_pages(router, site, config);
  router.set_not_found([&site](const http::Request& request) {
    return desk::error_response(site, request, {Code::not_found, "address: nothing is there", "check its spelling"});
  });
  router.set_guard(desk::write_guard(site, gate));
  router.set_error_answer(
      [&site](const http::Request& request, const Error& error) { return desk::error_response(site, request, error); });
  return router;
}

Status serve(const config::Config& config) {
  SLIPWAY_TRY(auto endpoint, database_endpoint(config, std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(auto account_key, read_secret_file(config.path("secrets.account_key_file")));
  SLIPWAY_TRY(auto session_key, read_secret_file(config.path("secrets.session_key_file")));
  const sql::PoolLimits limits{.max_connections = static_cast<std::size_t>(config.integer("database.pool"))};
  sql::Pool platform(std::move(endpoint), limits);
  account::Directory directory(platform, std::move(account_key), limits);
  const SystemClock clock;
  const desk::Site site{[&](const AccountName& name) { return directory.pool(name); },
                        clock,
                        std::move(session_key),
                        config.bytes("web.body_limit"),
                        config.bytes("web.attachment_limit"),
                        faces(directory)};

  const auto gate = lease::WriteGate::of(config);
  SLIPWAY_TRY(const auto server, http::Server::start(server_options(config), routes(site, platform, gate, config)));
  telemetry::log(telemetry::Level::info, "web.started", {{"port", std::int64_t{server->port()}}});
  wait_for_stop(config.path("web.socket"));
  server->stop();
  telemetry::log(telemetry::Level::info, "web.stopped");
  return {};
}

}  // namespace
}  // namespace slipway::programs

int main(int argc, char** argv) {
  return slipway::programs::run_program(argc, argv, "slipway-webd", slipway::programs::serve);
}
