#include "migrate/assess/assess.hpp"

#include "appliance/base/time.hpp"
#include "migrate/assess/facts_reader.hpp"
#include "migrate/assess/product_findings.hpp"
#include "migrate/assess/program_rules.hpp"
#include "migrate/assess/server_rules.hpp"
#include "migrate/assess/table_rules.hpp"

namespace slipway::migrate::assess {
namespace {

// Measured on two cores, with keys and checksums; the transformation of a product's rows comes on top.
constexpr double kCopyBytesPerSecond = 60e6;
constexpr double kTransformBytesPerSecond = 20e6;
constexpr double kFixedSeconds = 2;

void append(Findings& to, Findings&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Findings judge(const Facts& facts) {
  Findings findings = judge_server(facts);
  append(findings, judge_case(facts));
  for (const Database& database : facts.databases) {
    append(findings, judge_tables(database, facts.server));
    append(findings, judge_foreign_keys(database));
    append(findings, judge_programs(database, facts.server));
  }
  return findings;
}

/// True when rows of a product are to be transformed.
Result<bool> judge_products(sql::Connection& source, const Options& options, Assessment& assessment) {
  if (options.profile == "none") return false;
  const std::filesystem::path directory = options.profile == "auto" ? "" : options.profile;
  SLIPWAY_TRY(const KnownProfiles known, known_profiles(directory));
  bool transform = false;
  for (const Database& database : assessment.facts.databases) {
    SLIPWAY_TRY(ProductFindings product,
                judge_product(source, database.name, known, options.status_map_file, options.scan_limit));
    append(assessment.findings, std::move(product.findings));
    transform = transform || product.transform;
    if (!product.title.empty()) assessment.product.append(assessment.product.empty() ? "" : ", ").append(product.title);
  }
  return transform;
}

Estimate estimate(const Facts& facts, bool transform) {
  Estimate sum;
  for (const Database& database : facts.databases) {
    for (const Table& table : database.tables) {
      sum.rows += table.rows;
      sum.data_bytes += table.data_bytes;
      sum.index_bytes += table.index_bytes;
    }
  }
  sum.seconds = kFixedSeconds + static_cast<double>(sum.data_bytes) / kCopyBytesPerSecond;
  if (transform) sum.seconds += static_cast<double>(sum.data_bytes) / kTransformBytesPerSecond;
  return sum;
}

}  // namespace

Result<Assessment> assess_source(const sql::Endpoint& endpoint, const std::string& address, const Options& options,
                                 Progress& progress) {
  SLIPWAY_TRY(sql::Connection source, open_read_only(endpoint));
  Assessment assessment;
  assessment.source = address;
  assessment.assessed_at = to_iso8601(std::chrono::floor<std::chrono::seconds>(SystemClock().now()));
  progress.begin("read the catalogue");
  std::vector<std::string> databases;
  if (!endpoint.database.empty()) databases.push_back(endpoint.database);
  SLIPWAY_TRY(assessment.facts, read_facts(source, std::move(databases)));
  assessment.findings = judge(assessment.facts);
  SLIPWAY_TRY(assessment.scan, scan_rows(source, assessment.facts, options.scan_limit, progress));
  append(assessment.findings, std::move(assessment.scan.findings));
  SLIPWAY_TRY(const bool transform, judge_products(source, options, assessment));
  assessment.estimate = estimate(assessment.facts, transform);
  sort(assessment.findings);
  return assessment;
}

}  // namespace slipway::migrate::assess
