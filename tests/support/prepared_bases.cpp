#include "tests/support/prepared_bases.hpp"

namespace slipway::test {

namespace fs = std::filesystem;

Result<fs::path> PreparedBases::base_of(const backup::RestoreRoute& route) {
  const std::string name = route.repository->name() + '-' + route.chain.back().id;
  const std::lock_guard lock(mutex_);
  if (const auto known = bases_.find(name); known != bases_.end()) return known->second;
  const fs::path directory = top_ / name;
  SLIPWAY_CHECK(backup::fetch_backup(*route.repository, route.chain, directory, directory / "work",
                                     [](std::uint64_t, std::uint64_t) {}));
  return bases_[name] = directory / "data";
}

Result<backup::Restored> PreparedBases::restore(const std::string& target, const fs::path& directory) {
  SLIPWAY_TRY(const auto goal, backup::RestoreGoal::parse(target));
  SLIPWAY_TRY(const auto route, backup::choose_route(repositories_, goal));
  SLIPWAY_TRY(const auto base, base_of(route));
  const backup::Manifest& last = route.chain.back();
  fs::create_directories(directory);
  fs::copy(base, directory / "data", fs::copy_options::recursive);
  SLIPWAY_TRY(auto log, backup::fetch_log(repositories_, last.log_line, last.position, goal.log, directory / "data",
                                          backup::kRelayName));
  const embedded::DatabaseOptions server{.directory = directory, .buffer_pool_bytes = 32U << 20U, .durable = false};
  SLIPWAY_CHECK(embedded::adopt_data_directory(server));
  SLIPWAY_TRY(auto database, backup::replay({.server = server, .progress = {}}, last.position, log));
  return backup::Restored{std::move(database), last, std::move(log)};
}

}  // namespace slipway::test
