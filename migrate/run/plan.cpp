#include "migrate/run/plan.hpp"

#include "migrate/engine/progress.hpp"
#include "migrate/products/answer.hpp"

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

std::string usual_place(const Plan& plan) {
  const std::string& usual = plan.product.profile->outside.usual;
  return usual.empty() ? std::string{} : " (usually " + usual + ")";
}

}  // namespace

std::vector<std::string> remarks_on_files(const Plan& plan) {
  constexpr std::size_t kShown = 50;
  if (plan.outside.listed == 0) return {};
  if (plan.files_directory.empty())
    return {count_text(plan.outside.listed) + " files of the product are outside its database" + usual_place(plan) +
            " and need --files DIR"};
  std::vector<std::string> remarks = plan.outside.faults;
  if (remarks.size() > kShown) {
    remarks.resize(kShown);
    remarks.push_back("and " + count_text(plan.outside.faults.size() - kShown) + " files more");
  }
  return remarks;
}

Status require_files(const Plan& plan, const PlanOptions& options) {
  if (plan.outside.listed == 0 || !plan.files_directory.empty() || options.without_files) return {};
  return Error{Code::invalid_argument,
               "source: " + count_text(plan.outside.listed) + " files are outside the database" + usual_place(plan),
               "copy that directory here and say --files DIR, or say --without-files to do without their contents"};
}

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
    std::uint64_t count = 0;
    if (row) {
      SLIPWAY_TRY(count, whole_number(*row, 0, "profile.toml: count '" + counted.name + "'"));
    }
    plan.counts.push_back({counted.name, count});
  }
  if (plan.product.profile->transform) {
    SLIPWAY_TRY(plan.asides, count_asides(connection, *plan.product.profile, plan.catalog, plan.product.database));
  }
  SLIPWAY_TRY(plan.outside,
              look_outside(connection, *plan.product.profile, plan.product.database, options.files_directory));
  plan.files_directory = options.files_directory;
  if (plan.outside.listed > 0) plan.counts.push_back({"files outside the database", plan.outside.listed});
  for (const Table& table : plan.catalog.tables) {
    plan.rows += table.rows_estimate;
    plan.bytes += table.bytes_estimate;
  }
  plan.seconds = kFixedSeconds + static_cast<double>(plan.bytes) / kCopyBytesPerSecond;
  if (plan.product.profile->transform) plan.seconds += static_cast<double>(plan.bytes) / kTransformBytesPerSecond;
  return plan;
}

}  // namespace slipway::migrate
