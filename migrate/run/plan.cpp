#include "migrate/run/plan.hpp"

namespace slipway::migrate {
namespace {

// Measured on two cores, with keys and verification; transformation costs about as much again.
constexpr double kCopyBytesPerSecond = 60e6;
constexpr double kTransformBytesPerSecond = 20e6;
constexpr double kFixedSeconds = 2;

Status map_statuses(sql::Connection& source, Plan& plan) {
  const std::string& query = plan.product.profile->statuses_query;
  if (query.empty()) return {};
  SLIPWAY_TRY(const std::string filled, fill_in(query, plan.product.database, plan.product.database));
  SLIPWAY_TRY(const auto rows, source.query(filled));
  std::string unknown;
  for (const auto& row : rows) {
    const auto found = plan.map.statuses.find(row.text(0));
    if (found == plan.map.statuses.end()) {
      unknown.append(unknown.empty() ? "'" : ", '").append(row.text(0)).append("'");
    } else {
      plan.statuses.push_back({found->first, found->second});
    }
  }
  if (unknown.empty()) return {};
  return Error{Code::invalid_argument, "status map: no row for " + unknown + ", which requests of the source have",
               "write one [[status]] row for each (from, status, reason) into a file and say --status-map FILE"};
}

}  // namespace

Result<Plan> make_plan(const sql::Endpoint& source, const std::string& address, const PlanOptions& options) {
  SLIPWAY_TRY(const KnownProfiles known, known_profiles(options.profile_directory));
  sql::Endpoint endpoint = source;
  endpoint.statement_limit = std::chrono::seconds{0};
  auto opened = sql::Connection::open(endpoint);
  if (!opened) {
    Error error = std::move(opened).error();
    if (endpoint.tls == sql::TlsMode::required && error.message.find("TLS") != std::string::npos)
      error.hint = "give the source server a certificate, or say --plaintext when the network between is trusted";
    return error;
  }
  sql::Connection& connection = *opened;
  Plan plan;
  plan.source = address;
  plan.server = connection.server_version();
  SLIPWAY_TRY(plan.product, recognise(connection, source.database, known));
  SLIPWAY_TRY(plan.catalog, read_catalog(connection, plan.product.database));
  SLIPWAY_TRY(plan.map, status_map(*plan.product.profile, options.status_map_file));
  SLIPWAY_CHECK(map_statuses(connection, plan));
  for (const Counted& counted : plan.product.profile->counts) {
    SLIPWAY_TRY(const std::string query, fill_in(counted.query, plan.product.database, plan.product.database));
    SLIPWAY_TRY(const auto row, connection.query_one(query));
    plan.counts.push_back({counted.name, row ? row->natural(0) : 0});
  }
  if (plan.product.profile->transform) {
    SLIPWAY_TRY(plan.asides, count_asides(connection, *plan.product.profile, plan.catalog, plan.product.database));
  }
  for (const Table& table : plan.catalog.tables) {
    plan.rows += table.rows_estimate;
    plan.bytes += table.bytes_estimate;
  }
  plan.seconds = kFixedSeconds + static_cast<double>(plan.bytes) / kCopyBytesPerSecond;
  if (plan.product.profile->transform) plan.seconds += static_cast<double>(plan.bytes) / kTransformBytesPerSecond;
  return plan;
}

}  // namespace slipway::migrate
