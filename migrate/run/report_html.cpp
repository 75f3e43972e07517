// The report as one page.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "migrate/run/report.hpp"

namespace slipway::migrate {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#16202c;--soft:#5b6b7c;--line:#d9e0e7;--page:#f6f8fa;--card:#fff;--good:#0b7a4b;--accent:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9fb0c0;--line:#2c3947;--page:#10161d;--card:#18212b;--good:#4fd19a;--accent:#7fb2ff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem}h1{font-size:1.9rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
p.lead{color:var(--soft);margin:0 0 1.5rem}.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem}
.figure{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem}.figure b{display:block;font-size:1.45rem;font-variant-numeric:tabular-nums}
.figure span{color:var(--soft);font-size:.9rem}.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .9rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600;font-size:.85rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.ok{color:var(--good);font-weight:600}li{margin:.2rem 0}footer{color:var(--soft);font-size:.85rem;margin-top:2.5rem}
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string figure(const std::string& value, const std::string& label) {
  return "<div class=\"figure\"><b>" + escaped(value) + "</b><span>" + escaped(label) + "</span></div>";
}

/// A cell beginning with '#' is a number.
std::string row(const std::vector<std::string>& cells, const char* tag = "td") {
  std::string html = "<tr>";
  for (const std::string& cell : cells) {
    const bool number = cell.starts_with('#');
    html += std::string("<") + tag + (number ? " class=\"n\"" : "") + (tag[1] == 'h' ? " scope=\"col\"" : "") + ">";
    html +=
        (cell == "ok" ? "<span class=\"ok\">equal</span>" : escaped(number ? cell.substr(1) : cell)) + "</" + tag + ">";
  }
  return html + "</tr>";
}

std::string table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=\"table\"><table><thead>" + row(head, "th") + "</thead><tbody>";
  for (const auto& cells : rows) html += row(cells);
  return html + "</tbody></table></div>";
}

std::string figures(const RunReport& report) {
  std::string html = "<div class=\"figures\">";
  for (const PlanCount& count : report.plan.counts) html += figure(count_text(count.count), count.name);
  if (report.executed) {
    const double seconds = report.copy.rows_seconds + report.copy.keys_seconds;
    html += figure(duration_text(report.total_seconds), "in all");
    html += figure(
        count_text(seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(report.copy.rows) / seconds) : 0),
        "rows copied a second");
    html += figure(bytes_text(report.content_bytes), "of files proven by SHA-256");
  } else {
    html += figure(bytes_text(report.plan.bytes), "to copy");
    html += figure(duration_text(report.plan.seconds), "estimated");
  }
  return html + "</div>";
}

std::string checks(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const Check& check : report.checks)
    rows.push_back({check.what, "#" + count_text(check.expected), "#" + count_text(check.found), "ok"});
  rows.push_back({"rows copied, summed by both servers", "#" + count_text(report.copy.rows),
                  "#" + count_text(report.copy.rows), "ok"});
  rows.push_back(
      {"files re-read and hashed", "#" + count_text(report.contents), "#" + count_text(report.contents), "ok"});
  return "<h2>Verified before publication</h2>" + table({"What", "#Expected", "#Found", "Result"}, rows);
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
         table({"Table", "#Rows", "What happens", "Why", "#Secrets not copied"}, rows);
}

std::string statuses(const RunReport& report) {
  if (report.plan.statuses.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const MappedStatus& status : report.plan.statuses)
    rows.push_back({status.from, status.to.status, status.to.reason, status.to.deleted ? "marked deleted" : ""});
  return "<h2>Statuses</h2>" + table({"In the source", "Here", "Reason to close", ""}, rows);
}

std::string list(const std::string& title, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string html = "<h2>" + title + "</h2><ul>";
  for (const std::string& item : items) html += "<li>" + escaped(item) + "</li>";
  return html + "</ul>";
}

}  // namespace

std::string to_html(const RunReport& report) {
  const Plan& plan = report.plan;
  const std::string title = report.executed ? "Migration report" : "Migration plan";
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>" +
      title + ": " + escaped(report.account) + "</title><style>" + std::string(kStyle) + "</style></head><body><main>";
  html += "<h1>" + title + "</h1><p class=\"lead\">" +
          escaped(plan.product.profile->title + " " + plan.product.version) + " from " + escaped(plan.source) +
          " (server " + escaped(plan.server) + ") into account <b>" + escaped(report.account) + "</b>, " +
          escaped(report.started_at) + (report.executed ? "" : ". Nothing has been changed.") + "</p>";
  html += figures(report);
  if (report.executed) html += checks(report);
  html += statuses(report) + asides(report);
  if (report.executed) {
    std::vector<std::vector<std::string>> rows;
    for (const CopiedTable& copied : report.copy.tables)
      rows.push_back({copied.name, "#" + count_text(copied.rows), "#" + bytes_text(copied.bytes)});
    html += "<h2>Tables copied</h2><p class=\"lead\">" + escaped(report.copy.snapshot) + ".</p>" +
            table({"Table", "#Rows", "#Bytes"}, rows);
  }
  html += list("Warnings", report.warnings) + list("Notes of the copy", report.copy.notes);
  return html + "<footer>Made by slipway-migrate.</footer></main></body></html>\n";
}

Status write_html(const RunReport& report, const std::filesystem::path& file) {
  const std::string page = to_html(report);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written =
      descriptor >= 0 && ::write(descriptor, page.data(), page.size()) == static_cast<ssize_t>(page.size());
  const int fault = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  return Error{fault == ENOSPC ? Code::no_space : Code::permission,
               "report '" + file.string() + "': cannot be written: " + std::strerror(fault),
               "the migration itself is not affected; name another place with --report FILE"};
}

}  // namespace slipway::migrate
