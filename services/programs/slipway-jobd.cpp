// slipway-jobd: background work of all accounts.
#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/http/health.hpp"
#include "appliance/http/server.hpp"
#include "appliance/lease/write_gate.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/desk/desk.hpp"
#include "services/jobs/housekeeping.hpp"
#include "services/jobs/orphan_sweep.hpp"
#include "services/programs/program_start.hpp"
#include "services/programs/serving.hpp"

namespace slipway::programs {
namespace {

jobs::Task expiry() {
  return {"expiry", [](const account::Account&, const std::shared_ptr<sql::Pool>& pool, Timestamp now) {
            return desk::Desk(pool, {}).remove_expired(now);
          }};
}

/// Of two sites, the one that has the writes does it.
jobs::Task where_writes_are(const lease::WriteGate& gate, jobs::Task task) {
  return {task.name, [&gate, run = std::move(task.run)](const account::Account& account,
                                                        const std::shared_ptr<sql::Pool>& pool, Timestamp now) {
            return gate.enter() ? run(account, pool, now) : Status();
          }};
}

/// /health, /ready and /metrics on a socket of its own; null when none is configured.
Result<std::unique_ptr<http::Server>> monitoring(const config::Config& config, const jobs::Housekeeping& housekeeping) {
  http::ServerOptions options;
  options.unix_socket = config.path("jobs.socket");
  options.threads = 2;
  if (options.unix_socket.empty()) return std::unique_ptr<http::Server>();
  http::Router router;
  http::add_health_routes(router, {{"housekeeping", [&housekeeping] { return housekeeping.check(); }}});
  return http::Server::start(options, std::move(router));
}

Status serve(const config::Config& config) {
  SLIPWAY_TRY(auto endpoint, database_endpoint(config, std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(auto account_key, read_secret_file(config.path("secrets.account_key_file")));
  // A short wait: the next round tries again, and a stop shall not wait for a server that is away.
  const sql::PoolLimits limits{.max_connections = 2, .lend_limit = std::chrono::seconds(1)};
  sql::Pool platform(std::move(endpoint), limits);
  account::Directory directory(platform, std::move(account_key), limits);
  const SystemClock clock;
  const auto gate = lease::WriteGate::of(config);
  jobs::Housekeeping housekeeping(directory, clock, config.duration("jobs.interval"),
                                  {where_writes_are(gate, expiry()), where_writes_are(gate, jobs::orphan_sweep())});
  SLIPWAY_TRY(const auto server, monitoring(config, housekeeping));
  housekeeping.start();
  telemetry::log(telemetry::Level::info, "jobs.started");
  wait_for_stop(config.path("jobs.socket"));
  housekeeping.stop();
  if (server) server->stop();
  telemetry::log(telemetry::Level::info, "jobs.stopped");
  return {};
}

}  // namespace
}  // namespace slipway::programs

int main(int argc, char** argv) {
  return slipway::programs::run_program(argc, argv, "slipway-jobd", slipway::programs::serve);
}
