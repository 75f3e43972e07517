// slipway-backupd: backups on schedule, and the archive of the binary log.
#include <csignal>
#include <thread>

#include "appliance/account/platform.hpp"
#include "appliance/http/health.hpp"
#include "appliance/http/server.hpp"
#include "appliance/lease/write_gate.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/backup/shift.hpp"
#include "services/backup/timeline_json.hpp"
#include "services/programs/program_start.hpp"
#include "services/programs/serving.hpp"

namespace slipway::programs {
namespace {

/// What the console shows: how the agent stands, and what can be restored.
std::string timeline_text(const backup::Agent& agent, const lease::WriteGate& gate) {
  auto shown = backup::to_json(agent.status());
  shown["rests"] = !gate.enter();
  shown.update(backup::timeline_json(agent.timeline()));
  return shown.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);  // words of other programs
}

/// /health, /ready, /metrics and /timeline on a socket of its own; null when none is configured.
Result<std::unique_ptr<http::Server>> monitoring(const config::Config& config, const backup::Agent& agent,
                                                 const lease::WriteGate& gate) {
  http::ServerOptions options;
  options.unix_socket = config.path("backup.socket");
  options.threads = 2;
  if (options.unix_socket.empty()) return std::unique_ptr<http::Server>();
  http::Router router;
  http::add_health_routes(router, {{"backup", [&agent]() -> Status {
                                      const auto status = agent.status();
                                      if (!status.enabled || status.alerts.empty()) return {};
                                      return Error{Code::unavailable, status.alerts.front().reason};
                                    }}});
  router.add(http::Method::get, "/timeline",
             [&agent, &gate](http::Request&) { return http::Response::json(timeline_text(agent, gate)); });
  return http::Server::start(options, std::move(router));
}

/// Every machine has a key of its own from its first start on. Where the repositories have another one, opening them
/// says so, and nothing is written.
Status make_key(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return {};
  const auto key = archive::Key::make();
  SLIPWAY_CHECK(key.write_file(file));
  telemetry::log(telemetry::Level::warning, "backup.key_made",
                 {{"file", file.string()}, {"key", key.id()}, {"print_it", "slipway backup key show --recovery"}});
  return {};
}

Status serve(const config::Config& config) {
  std::signal(SIGPIPE, SIG_IGN);
  backup::AgentOptions options;
  SLIPWAY_TRY(options.server, database_endpoint(config, std::string(account::kPlatformDatabase)));
  options.server_id = static_cast<std::uint32_t>(config.integer("backup.server_id"));
  options.data = config.path("backup.data_dir");
  options.work = config.path("backup.work_dir");
  options.schedule = backup::schedule_policy(config);
  options.read_bytes_per_s = config.bytes("backup.read_rate");
  options.log = backup::log_policy(config);
  const SystemClock clock;
  std::optional<backup::Repositories> repositories;
  if (options.schedule.enabled) {
    SLIPWAY_CHECK(make_key(config.path("backup.key_file")));
    SLIPWAY_TRY(auto opened, backup::Repositories::open_patiently(config));
    repositories.emplace(std::move(opened));
  } else {
    repositories.emplace();
  }
  backup::Agent agent(std::move(options), *repositories, clock);
  const auto gate = lease::WriteGate::of(config);
  backup::Shift shift(agent, gate);
  SLIPWAY_TRY(const auto server, monitoring(config, agent, gate));
  Status outcome;
  std::thread working([&] {
    outcome = shift.run();
    ::kill(::getpid(), SIGTERM);  // ends wait_for_stop()
  });
  telemetry::log(telemetry::Level::info, "backup.started", {{"enabled", config.boolean("backup.enabled")}});
  wait_for_stop(config.path("backup.socket"));
  shift.stop();
  working.join();
  if (server) server->stop();
  telemetry::log(telemetry::Level::info, "backup.stopped");
  return outcome;
}

}  // namespace
}  // namespace slipway::programs

int main(int argc, char** argv) {
  return slipway::programs::run_program(argc, argv, "slipway-backupd", slipway::programs::serve);
}
