// The report for programs, and back from the state file.
#include <algorithm>

#include "migrate/run/report.hpp"

namespace slipway::migrate {
namespace {

using nlohmann::ordered_json;

ordered_json asides_json(const std::vector<AsideLine>& lines) {
  auto list = ordered_json::array();
  for (const AsideLine& line : lines)
    list.push_back({{"table", line.table},
                    {"rows", line.rows},
                    {"reason", line.reason},
                    {"secrets_not_copied", line.secrets},
                    {"kept", !line.left}});
  return list;
}

std::vector<AsideLine> asides_from(const ordered_json& list) {
  std::vector<AsideLine> lines;
  for (const auto& line : list)
    lines.push_back({line.at("table"), line.at("reason"), line.at("rows"), line.at("secrets_not_copied"),
                     !line.at("kept").get<bool>()});
  return lines;
}

ordered_json copy_json(const CopyReport& copy) {
  auto tables = ordered_json::array();
  for (const CopiedTable& table : copy.tables)
    tables.push_back({{"table", table.name}, {"rows", table.rows}, {"bytes", table.bytes}});
  return {{"rows", copy.rows},
          {"bytes", copy.bytes},
          {"rows_seconds", copy.rows_seconds},
          {"keys_seconds", copy.keys_seconds},
          {"rows_per_second", copy.rows_per_second()},
          {"rows_before", copy.rows_before},
          {"chunks_verified", copy.verified},
          {"method", copy.method},
          {"method_reason", copy.method_reason},
          {"files_seconds", copy.files_seconds},
          {"snapshot", copy.snapshot},
          {"tables", std::move(tables)},
          {"notes", copy.notes}};
}

CopyReport copy_from(const ordered_json& json) {
  CopyReport copy;
  for (const auto& table : json.at("tables"))
    copy.tables.push_back({table.at("table"), table.at("rows"), table.at("bytes")});
  copy.rows = json.at("rows");
  copy.bytes = json.at("bytes");
  copy.rows_seconds = json.at("rows_seconds");
  copy.keys_seconds = json.at("keys_seconds");
  copy.rows_before = json.at("rows_before");
  copy.verified = json.at("chunks_verified");
  copy.snapshot = json.at("snapshot");
  // A state file of an earlier version has no method: there was but one.
  copy.method = json.value("method", copy.method);
  copy.method_reason = json.value("method_reason", "");
  copy.files_seconds = json.value("files_seconds", 0.0);
  copy.notes = json.at("notes").get<std::vector<std::string>>();
  return copy;
}

ordered_json transform_json(const TransformReport& transform) {
  return {{"messages", transform.contents.messages},
          {"attachments", transform.contents.attachments},
          {"bytes", transform.contents.bytes},
          {"custom_values", transform.values},
          {"seconds", transform.seconds}};
}

ordered_json verify_json(const RunReport& report) {
  auto checks = ordered_json::array();
  for (const Check& check : report.checks)
    checks.push_back({{"what", check.what}, {"expected", check.expected}, {"found", check.found}});
  return {{"checks", std::move(checks)},
          {"files", report.contents},
          {"bytes", report.content_bytes},
          {"seconds", report.verify_seconds}};
}

ordered_json plan_json(const Plan& plan) {
  ordered_json json{{"source", plan.source},
                    {"server", plan.server},
                    {"profile", plan.product.profile->name},
                    {"product", plan.product.profile->title},
                    {"product_version", plan.product.version},
                    {"database", plan.product.database},
                    {"schema_version", plan.product.schema_version},
                    {"estimate", {{"rows", plan.rows}, {"bytes", plan.bytes}, {"seconds", plan.seconds}}}};
  auto tables = ordered_json::array();
  for (const Table& table : plan.catalog.tables)
    tables.push_back({{"table", table.name}, {"rows", table.rows_estimate}, {"bytes", table.bytes_estimate}});
  json["source_tables"] = std::move(tables);
  auto others = ordered_json::array();
  for (const OtherObject& other : plan.catalog.others) others.push_back({{"kind", other.kind}, {"name", other.name}});
  json["source_objects"] = std::move(others);
  for (const PlanCount& count : plan.counts) json["counts"][count.name] = count.count;
  for (const MappedStatus& row : plan.statuses)
    json["statuses"][row.from] = {{"status", row.to.status}, {"reason", row.to.reason}, {"deleted", row.to.deleted}};
  return json;
}

/// Throws what nlohmann throws.
Plan plan_from(const ordered_json& json) {
  Plan plan;
  plan.source = json.at("source");
  plan.server = json.at("server");
  plan.product.version = json.at("product_version");
  plan.product.database = json.at("database");
  plan.product.schema_version = json.at("schema_version");
  plan.rows = json.at("estimate").at("rows");
  plan.bytes = json.at("estimate").at("bytes");
  plan.seconds = json.at("estimate").at("seconds");
  for (const auto& row : json.at("source_tables")) {
    Table table;
    table.name = row.at("table");
    table.rows_estimate = row.at("rows");
    table.bytes_estimate = row.at("bytes");
    plan.catalog.tables.push_back(std::move(table));
  }
  for (const auto& row : json.at("source_objects")) plan.catalog.others.push_back({row.at("kind"), row.at("name")});
  if (json.contains("counts"))
    for (const auto& [name, count] : json.at("counts").items()) plan.counts.push_back({name, count});
  if (json.contains("statuses"))
    for (const auto& [from, to] : json.at("statuses").items())
      plan.statuses.push_back({from, {to.at("status"), to.at("reason"), to.at("deleted")}});
  return plan;
}

/// Throws what nlohmann throws.
RunReport whole_from(const ordered_json& json) {
  RunReport report;
  report.plan = plan_from(json);
  report.account = json.at("account");
  report.id = json.at("migration");
  report.executed = json.at("executed");
  report.started_at = json.at("started_at");
  report.requests_there = json.at("requests_in_account_before");
  report.warnings = json.at("warnings").get<std::vector<std::string>>();
  report.asides = asides_from(json.at("kept_aside"));
  report.plan.asides = report.asides;
  if (!json.contains("copy")) return report;
  report.copy = copy_from(json.at("copy"));
  const auto& transform = json.at("transform");
  report.transform.contents.messages = transform.at("messages");
  report.transform.contents.attachments = transform.at("attachments");
  report.transform.contents.bytes = transform.at("bytes");
  report.transform.values = transform.at("custom_values");
  report.transform.seconds = transform.at("seconds");
  const auto& verify = json.at("verify");
  for (const auto& check : verify.at("checks"))
    report.checks.push_back({check.at("what"), check.at("expected"), check.at("found")});
  report.contents = verify.at("files");
  report.content_bytes = verify.at("bytes");
  report.verify_seconds = verify.at("seconds");
  for (const auto& step : json.at("steps")) report.steps.push_back({step.at("step"), step.at("seconds")});
  report.resumes = json.at("resumes");
  report.data_at = json.value("data_at", std::string());
  report.trial = json.at("trial");
  report.anonymised = json.at("anonymised");
  report.generation = json.at("generation");
  report.previous_generation = json.at("previous_generation_kept");
  report.total_seconds = json.at("seconds");
  return report;
}

}  // namespace

ordered_json to_json(const RunReport& report) {
  ordered_json json{{"account", report.account},
                    {"migration", report.id},
                    {"executed", report.executed},
                    {"started_at", report.started_at}};
  json.update(plan_json(report.plan));
  json["kept_aside"] = asides_json(report.executed || !report.asides.empty() ? report.asides : report.plan.asides);
  json["requests_in_account_before"] = report.requests_there;
  json["warnings"] = report.warnings;
  if (report.id.empty()) return json;
  json["copy"] = copy_json(report.copy);
  json["transform"] = transform_json(report.transform);
  json["verify"] = verify_json(report);
  auto steps = ordered_json::array();
  for (const StepSeconds& step : report.steps) steps.push_back({{"step", step.step}, {"seconds", step.seconds}});
  json["steps"] = std::move(steps);
  json["resumes"] = report.resumes;
  json["data_at"] = report.data_at;
  json["trial"] = report.trial;
  json["anonymised"] = report.anonymised;
  json["generation"] = report.generation;
  json["previous_generation_kept"] = report.previous_generation;
  json["seconds"] = report.total_seconds;
  return json;
}

Result<RunReport> report_from_json(const ordered_json& json, const KnownProfiles& known) {
  try {
    RunReport report = whole_from(json);
    const std::string name = json.at("profile");
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const auto& profile) { return profile->name == name; });
    if (found == known.end())
      return Error{Code::unsupported, "report: there is no profile '" + name + "' here",
                   "use the slipway-migrate that made the report, or name the profile with --profile DIR"};
    report.plan.product.profile = *found;
    return report;
  } catch (const nlohmann::json::exception&) {
    return Error{Code::corrupt, "report: a part is missing or of another kind",
                 "use the slipway-migrate that made the report"};
  }
}

}  // namespace slipway::migrate
