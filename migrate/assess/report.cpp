#include "migrate/assess/report.hpp"

namespace slipway::migrate::assess {
namespace {

std::string plural(std::uint64_t count, const std::string& noun) {
  return count_text(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string variable(const Assessment& assessment, const std::string& name) {
  const auto& variables = assessment.facts.server.variables;
  const auto found = variables.find(name);
  return found == variables.end() ? std::string{} : found->second;
}

std::string server_of(const Assessment& assessment) {
  const Server& server = assessment.facts.server;
  const bool says_so = server.version.find("MariaDB") != std::string::npos || !server.mariadb;
  return (server.mariadb ? (says_so ? "" : "MariaDB ") : "MySQL ") + server.version;
}

std::string settings_of(const Assessment& assessment) {
  std::string text;
  for (const char* name : {"character_set_server", "collation_server", "lower_case_table_names", "max_allowed_packet",
                           "log_bin", "binlog_format", "binlog_row_image", "sql_mode"}) {
    const std::string value = variable(assessment, name);
    if (!value.empty()) text += (text.empty() ? "" : ", ") + (name + ("=" + value));
  }
  return text;
}

std::string database_line(const Database& database) {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const Table& table : database.tables) {
    rows += table.rows;
    bytes += table.data_bytes;
  }
  std::string text = database.name + ": " + plural(database.tables.size(), "table");
  if (!database.programs.empty()) text += " and " + plural(database.programs.size(), "other object");
  return text + ", about " + plural(rows, "row") + ", " + bytes_text(bytes);
}

}  // namespace

std::vector<Group> groups_of(const Findings& findings) {
  std::vector<Group> groups;
  for (const Finding& finding : findings) {
    if (groups.empty() || groups.back().kind != finding.kind || groups.back().severity != finding.severity)
      groups.push_back({finding.kind, finding.severity, {}});
    groups.back().findings.push_back(&finding);
  }
  return groups;
}

std::string counts_of(const Findings& findings) {
  const auto say = [&](Severity severity, const std::string& noun) {
    const auto found = count(findings, severity);
    return found == 0 ? "no " + noun + "s" : plural(found, noun);
  };
  return say(Severity::blocker, "blocker") + ", " + say(Severity::change, "change") + ", " +
         say(Severity::note, "note");
}

std::string remark_of(const Finding& finding) {
  if (!finding.rows) return finding.detail;
  return (finding.detail.empty() ? "" : finding.detail + ", ") + plural(*finding.rows, "row");
}

std::vector<std::pair<std::string, std::string>> head_of(const Assessment& assessment) {
  const Estimate& estimate = assessment.estimate;
  const Scan& scan = assessment.scan;
  std::vector<std::pair<std::string, std::string>> lines{
      {"Source", assessment.source}, {"Server", server_of(assessment)}, {"Settings", settings_of(assessment)}};
  for (const Database& database : assessment.facts.databases) lines.emplace_back("Database", database_line(database));
  if (!assessment.product.empty()) lines.emplace_back("Product", assessment.product);
  lines.emplace_back("Holds", "about " + plural(estimate.rows, "row") + ", " + bytes_text(estimate.data_bytes) +
                                  " and " + bytes_text(estimate.index_bytes) + " of keys");
  lines.emplace_back("Rows read", "all of " + count_text(scan.tables_scanned) + " of " +
                                      plural(scan.tables_wanted, "table") + " with something to look for, in " +
                                      duration_text(scan.seconds));
  lines.emplace_back("Takes", "about " + duration_text(estimate.seconds) + " to move, checksums included");
  return lines;
}

nlohmann::ordered_json to_json(const Assessment& assessment) {
  const Server& server = assessment.facts.server;
  nlohmann::ordered_json json{{"format", 1},
                              {"source", assessment.source},
                              {"assessed_at", assessment.assessed_at},
                              {"server",
                               {{"product", server.mariadb ? "MariaDB" : "MySQL"},
                                {"version", server.version},
                                {"variables", server.variables}}}};
  json["product"] = assessment.product;
  json["databases"] = nlohmann::ordered_json::array();
  for (const Database& database : assessment.facts.databases) {
    auto tables = nlohmann::ordered_json::array();
    for (const Table& table : database.tables)
      tables.push_back({{"table", table.name},
                        {"engine", table.engine},
                        {"rows", table.rows},
                        {"data_bytes", table.data_bytes},
                        {"index_bytes", table.index_bytes}});
    json["databases"].push_back({{"database", database.name},
                                 {"charset", database.charset},
                                 {"collation", database.collation},
                                 {"tables", std::move(tables)}});
  }
  json["estimate"] = {{"rows", assessment.estimate.rows},
                      {"data_bytes", assessment.estimate.data_bytes},
                      {"index_bytes", assessment.estimate.index_bytes},
                      {"seconds", assessment.estimate.seconds}};
  json["scan"] = {{"tables_wanted", assessment.scan.tables_wanted},
                  {"tables_scanned", assessment.scan.tables_scanned},
                  {"seconds", assessment.scan.seconds}};
  for (const Severity severity : {Severity::blocker, Severity::change, Severity::note})
    json["counts"][std::string(severity_name(severity))] = count(assessment.findings, severity);
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : assessment.findings) {
    nlohmann::ordered_json entry{{"severity", severity_name(finding.severity)},
                                 {"kind", finding.kind->id},
                                 {"object", finding.object},
                                 {"title", finding.kind->title},
                                 {"detail", finding.detail}};
    entry["rows"] = finding.rows ? nlohmann::ordered_json(*finding.rows) : nlohmann::ordered_json(nullptr);
    entry["consequence"] = finding.kind->consequence;
    entry["way_out"] = finding.kind->way_out;
    json["findings"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace slipway::migrate::assess
