#include "migrate/assess/product_findings.hpp"

#include "appliance/sql/script.hpp"
#include "migrate/assess/facts_reader.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr std::size_t kAnswerColumns = 4;  // object, count, severity, text

Severity severity_of(std::string_view name) {
  if (name == severity_name(Severity::blocker)) return Severity::blocker;
  return name == severity_name(Severity::change) ? Severity::change : Severity::note;
}

class ProductJudge {
 public:
  ProductJudge(sql::Connection& source, const Recognised& product, Findings& findings)
      : source_(source), product_(product), findings_(findings) {}

  Status judge_statuses(const std::filesystem::path& status_map_file) {
    const Profile& profile = *product_.profile;
    if (profile.statuses_query.empty()) return {};
    SLIPWAY_TRY(const StatusMap map, status_map(profile, status_map_file));
    SLIPWAY_TRY(const std::string query, fill_in(profile.statuses_query, product_.database, product_.database));
    SLIPWAY_TRY(const auto rows, ask(query, "its statuses"));
    for (const auto& row : rows) {
      const std::string status = row.optional_text(0).value_or("");
      if (!map.statuses.contains(status))
        findings_.push_back(finding("product.status_unmapped", product_.database, "'" + status + "'"));
    }
    return {};
  }

  Status judge_data() {
    const Profile& profile = *product_.profile;
    if (profile.assess.empty()) return {};
    SLIPWAY_TRY(const std::string script,
                profile_script(profile, profile.assess, product_.database, product_.database));
    SLIPWAY_TRY(const auto statements, sql::split_script(script));
    for (const auto& statement : statements) {
      SLIPWAY_TRY(const auto rows, ask(statement.text, profile.assess + " line " + std::to_string(statement.line)));
      for (const auto& row : rows) add(row);
    }
    return {};
  }

 private:
  void add(const sql::Row& row) {
    if (row.size() < kAnswerColumns || row.is_null(0) || row.is_null(1) || row.natural(1) == 0) return;
    Finding found = finding("product.data", product_.database + "." + row.text(0), row.optional_text(3).value_or(""));
    found.severity = severity_of(row.optional_text(2).value_or(""));
    found.rows = row.natural(1);
    findings_.push_back(std::move(found));
  }

  /// No rows, and a finding instead, when the server does not answer the question in time or at all.
  Result<sql::Rows> ask(std::string_view query, const std::string& what) {
    auto rows = source_.query(query);
    if (rows || rows.error().code == Code::unavailable) return rows;
    findings_.push_back(
        finding("scan.not_scanned", product_.database,
                what + (rows.error().code == Code::timeout ? ": the time was up" : ": the server could not answer")));
    return sql::Rows{};
  }

  sql::Connection& source_;
  const Recognised& product_;
  Findings& findings_;
};

}  // namespace

Result<ProductFindings> judge_product(sql::Connection& source, const std::string& database, const KnownProfiles& known,
                                      const std::filesystem::path& status_map_file, std::chrono::seconds limit) {
  ProductFindings result;
  const auto product = recognise(source, database, known);
  if (!product) {
    const Error& error = product.error();
    if (error.code != Code::unsupported) return error;
    const auto refused = std::find_if(error.context.begin(), error.context.end(),
                                      [](const auto& entry) { return entry.first == "refused"; });
    if (refused == error.context.end()) {
      result.findings.push_back(finding("product.unknown", database));
    } else {
      result.findings.push_back(finding("product.refused", database, refused->second + ": " + error.hint));
    }
    return result;
  }
  result.title = product->profile->title + " " + product->version;
  result.transform = product->profile->transform;
  result.findings.push_back(finding("product.recognised", database, result.title));
  ProductJudge judge(source, *product, result.findings);
  if (limit.count() == 0) {
    result.findings.push_back(finding("scan.not_scanned", database, "the checks of " + product->profile->title));
    return result;
  }
  SLIPWAY_CHECK(limit_statements(source, limit));
  SLIPWAY_CHECK(judge.judge_statuses(status_map_file));
  SLIPWAY_CHECK(judge.judge_data());
  SLIPWAY_CHECK(limit_statements(source, std::chrono::seconds{0}));
  return result;
}

}  // namespace slipway::migrate::assess
