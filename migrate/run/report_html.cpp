// The report as one page.
#include "migrate/engine/html_page.hpp"
#include "migrate/run/report.hpp"

namespace slipway::migrate {
namespace {

std::string figures(const RunReport& report) {
  std::string html;
  for (const PlanCount& count : report.plan.counts) html += html_figure(count_text(count.count), count.name);
  if (report.executed) {
    const double seconds = report.copy.rows_seconds + report.copy.keys_seconds;
    html += html_figure(duration_text(report.total_seconds), "in all");
    html += html_figure(
        count_text(seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(report.copy.rows) / seconds) : 0),
        "rows copied a second");
    html += html_figure(bytes_text(report.content_bytes), "of files proven by SHA-256");
  } else {
    html += html_figure(bytes_text(report.plan.bytes), "to copy");
    html += html_figure(duration_text(report.plan.seconds), "estimated");
  }
  return html_figures(html);
}

std::string checks(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const Check& check : report.checks)
    rows.push_back({check.what, "#" + count_text(check.expected), "#" + count_text(check.found), "ok"});
  rows.push_back({"rows copied, summed by both servers", "#" + count_text(report.copy.rows),
                  "#" + count_text(report.copy.rows), "ok"});
  rows.push_back(
      {"files re-read and hashed", "#" + count_text(report.contents), "#" + count_text(report.contents), "ok"});
  return "<h2>Verified before publication</h2>" + html_table({"What", "#Expected", "#Found", "Result"}, rows);
}

std::string asides(const RunReport& report) {
  const auto& lines = report.executed ? report.asides : report.plan.asides;
  if (lines.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  rows.reserve(lines.size());
  for (const AsideLine& line : lines)
    rows.push_back({line.table, "#" + count_text(line.rows), line.left ? "ends with the move" : "kept", line.reason,
                    "#" + (line.secrets > 0 ? count_text(line.secrets) : std::string())});
  return "<h2>Without a place in the desk</h2><p class=\"lead\">Nothing is dropped silently: kept rows stand in the "
         "account's table "
         "kept_aside as JSON.</p>" +
         html_table({"Table", "#Rows", "What happens", "Why", "#Secrets not copied"}, rows);
}

std::string statuses(const RunReport& report) {
  if (report.plan.statuses.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const MappedStatus& status : report.plan.statuses)
    rows.push_back({status.from, status.to.status, status.to.reason, status.to.deleted ? "marked deleted" : ""});
  return "<h2>Statuses</h2>" + html_table({"In the source", "Here", "Reason to close", ""}, rows);
}

}  // namespace

std::string to_html(const RunReport& report) {
  const Plan& plan = report.plan;
  const std::string title = report.executed ? "Migration report" : "Migration plan";
  std::string html;
  html += "<h1>" + title + "</h1><p class=\"lead\">" +
          html_escaped(plan.product.profile->title + " " + plan.product.version) + " from " +
          html_escaped(plan.source) + " (server " + html_escaped(plan.server) + ") into account <b>" +
          html_escaped(report.account) + "</b>, " + html_escaped(report.started_at) +
          (report.executed ? "" : ". Nothing has been changed.") + "</p>";
  html += figures(report);
  if (report.executed) html += checks(report);
  html += statuses(report) + asides(report);
  if (report.executed) {
    std::vector<std::vector<std::string>> rows;
    for (const CopiedTable& copied : report.copy.tables)
      rows.push_back({copied.name, "#" + count_text(copied.rows), "#" + bytes_text(copied.bytes)});
    html += "<h2>Tables copied</h2><p class=\"lead\">" + html_escaped(report.copy.snapshot) + ".</p>" +
            html_table({"Table", "#Rows", "#Bytes"}, rows);
  }
  html += html_list("Warnings", report.warnings) + html_list("Notes of the copy", report.copy.notes);
  return html_page(title + ": " + report.account, html);
}

Status write_html(const RunReport& report, const std::filesystem::path& file) {
  return write_private_page(to_html(report), file);
}

}  // namespace slipway::migrate
