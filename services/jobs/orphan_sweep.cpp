#include "services/jobs/orphan_sweep.hpp"

#include "appliance/telemetry/metrics.hpp"
#include "services/jobs/content_store.hpp"

namespace slipway::jobs {
namespace {

constexpr std::size_t kAtOnce = 1000;

// Where the sweep of each account's database stands; forgotten on restart, which costs a repetition at most.
using Places = std::map<std::string, std::string, std::less<>>;

Status sweep(Places& places, const account::Account& account, sql::Pool& pool) {
  std::string& place = places[account.database];
  SLIPWAY_TRY(auto connection, pool.lend());
  SLIPWAY_TRY(const auto found, find_orphans(*connection, place, kAtOnce));
  for (const std::string& hash : found.orphans) {
    SLIPWAY_TRY(const bool removed, remove_orphan(*connection, hash));
    if (removed) telemetry::count("slipway_jobs_orphans_total", "File contents removed because nothing refers to them");
  }
  place = found.examined < kAtOnce ? std::string() : found.last;
  return {};
}

}  // namespace

Task orphan_sweep() {
  const auto places = std::make_shared<Places>();
  return {"orphan_sweep",
          [places](const account::Account& account, const std::shared_ptr<sql::Pool>& pool, Timestamp) -> Status {
            return sweep(*places, account, *pool);
          }};
}

}  // namespace slipway::jobs
