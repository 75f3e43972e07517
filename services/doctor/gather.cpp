#include "services/doctor/gather.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "appliance/embedded/state_directory.hpp"
#include "appliance/sql/schema.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"

namespace slipway::doctor {
namespace {

constexpr std::size_t kThreads = 4;

struct Part {
  std::string what;
  std::vector<Area> areas;  ///< whose checks look at it
  std::function<void()> look;
};

/// One after the other, by several threads; a part that throws leaves its facts as they were.
void run(std::vector<Part> parts, const std::function<void(const std::string&)>& progress) {
  std::atomic<std::size_t> next{0};
  std::mutex telling;
  const auto work = [&] {
    for (std::size_t i = next++; i < parts.size(); i = next++) {
      {
        const std::lock_guard lock(telling);
        progress(parts[i].what);
      }
      try {
        parts[i].look();
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): they say "was not looked at"
      }
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(kThreads, parts.size()); ++i) threads.emplace_back(work);
}

Place place_of(const Sources& sources) {
  Place place;
  place.embedded = sources.embedded;
  place.systemd = runs_systemd();
  place.root = is_root();
  place.now = SystemClock().now();
  place.version = embedded::product_version();
  return place;
}

}  // namespace

Result<Sources> Sources::of(const command::Context& context) {
  auto read = context.configuration();
  if (!read && read.error().code == Code::not_found) return std::move(read).error();
  std::string fault = read ? "" : read.error().message;
  if (!read) read = config::Config::load({}, false, {}, {});
  SLIPWAY_TRY(auto config, std::move(read));
  Sources sources{.embedded = context.embedded(),
                  .config_file = context.config_file(),
                  .state_dir = context.globals().state_dir,
                  .config = std::move(config),
                  .configuration_fault = std::move(fault),
                  .database = {},
                  .database_fault = {}};
  auto endpoint = context.administrator_endpoint("");
  if (endpoint) {
    sources.database = std::move(*endpoint);
    sources.database.connect_limit = std::chrono::seconds(3);
    sources.database.statement_limit = std::chrono::seconds(10);
  } else {
    sources.database_fault = endpoint.error();
  }
  return sources;
}

Facts gather(const Sources& sources, std::span<const Area> areas,
             const std::function<void(const std::string&)>& progress) {
  using enum Area;
  Facts facts;
  facts.place = place_of(sources);
  facts.database.newest_platform_schema = sql::platform_schema().back().number;
  facts.database.newest_account_schema = sql::account_schema().back().number;
  // What takes longest first.
  std::vector<Part> parts{{"updates", {packages}, [&] { gather_updates(sources, facts.packages); }},
                          {"protocols", {tls}, [&] { gather_protocols(sources, facts.tls); }},
                          {"programs", {programs}, [&] { gather_programs(sources, facts.programs); }},
                          {"database", {database, backups, identity}, [&] { gather_database(sources, facts); }},
                          {"units", {Area::system}, [&] { gather_units(sources, facts.system); }},
                          {"processes", {packages}, [&] { gather_processes(sources, facts.packages); }},
                          {"packages",
                           {packages, Area::system},
                           [&] { gather_packages(sources, facts.packages, facts.system.installed_kernels); }},
                          {"network", {network, security}, [&] { gather_network(sources, facts.network); }},
                          {"security", {security}, [&] { gather_security(sources, facts.security); }},
                          {"monitoring", {monitoring}, [&] { gather_monitoring(sources, facts.monitoring); }},
                          {"backups", {backups, database}, [&] { gather_backups(sources, facts.backups); }},
                          {"system", {Area::system, database}, [&] { gather_system(sources, facts.system); }},
                          {"disks", {Area::system}, [&] { gather_disks(sources, facts.system); }},
                          {"files", {files, database}, [&] { gather_files(sources, facts.files); }},
                          {"certificate", {tls}, [&] { gather_certificate(sources, facts.tls); }},
                          {"SSH", {ssh}, [&] { gather_ssh(sources, facts.ssh); }},
                          {"identity", {identity}, [&] { gather_identity(sources, facts.identity); }}};
  std::erase_if(parts, [&](const Part& part) {
    return !areas.empty() &&
           std::ranges::none_of(part.areas, [&](Area area) { return std::ranges::find(areas, area) != areas.end(); });
  });
  run(std::move(parts), progress);
  return facts;
}

}  // namespace slipway::doctor
