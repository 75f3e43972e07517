// The report as one page.
#include "migrate/engine/html_page.hpp"
#include "migrate/run/report.hpp"

namespace slipway::migrate {
namespace {

double seconds_of(const RunReport& report, std::string_view step) {
  for (const StepSeconds& one : report.steps)
    if (one.step == step) return one.seconds;
  return 0;
}

std::string figures(const RunReport& report) {
  std::string html;
  for (const PlanCount& count : report.plan.counts) html += html_figure(count_text(count.count), count.name);
  if (report.executed) {
    html += html_figure(duration_text(report.total_seconds), "in all");
    if (const double seconds = seconds_of(report, "copied"); seconds > 0)
      html += html_figure(count_text(static_cast<std::uint64_t>(static_cast<double>(report.copy.rows) / seconds)),
                          "rows copied a second");
    html += html_figure(bytes_text(report.content_bytes), "of files proven by SHA-256");
  } else {
    html += html_figure(bytes_text(report.plan.bytes), "to copy");
    html += html_figure(duration_text(report.plan.seconds), "estimated");
  }
  return html_figures(html);
}

std::string statement(const RunReport& report);

std::string checks(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const Check& check : report.checks)
    rows.push_back({check.what, "#" + count_text(check.expected), "#" + count_text(check.found), "ok"});
  rows.push_back({"rows copied, summed by both servers", "#" + count_text(report.copy.rows),
                  "#" + count_text(report.copy.rows), "ok"});
  rows.push_back(
      {"files re-read and hashed", "#" + count_text(report.contents), "#" + count_text(report.contents), "ok"});
  return statement(report) + html_table({"What", "#Expected", "#Found", "Result"}, rows);
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

/// What was compared, and by whom, in words that can be checked against the tables.
std::string statement(const RunReport& report) {
  std::string text =
      "Every row of " + std::to_string(report.copy.tables.size()) +
      " tables was counted and summed by the source's server and by ours, chunk by chunk, in one consistent "
      "state of the source. ";
  if (report.plan.product.profile->transform) {
    text +=
        "Then every message was decoded a second time and compared with what the account gives back: its text, its "
        "order, the name, the type and the SHA-256 of each file. ";
  }
  text +=
      "Every file was read back and hashed, and the comparisons below are questions asked of both sides. The account "
      "was published only after all of them were equal.";
  return "<h2>Verified before publication</h2><p class=\"lead\">" + html_escaped(text) + "</p>";
}

std::string steps(const RunReport& report) {
  if (report.steps.empty()) return {};
  static const std::map<std::string, std::string, std::less<>> kTitles{
      {"prepared", "Prepare the account's next generation"},
      {"staged", "Prepare the place for the copy"},
      {"copied", "Copy rows, sum them on both sides, build keys"},
      {"upgraded", "Bring the schema to its newest version"},
      {"transformed", "Transform into the desk"},
      {"verified", "Compare with the source"},
      {"kept_aside", "Keep aside what has no place"},
      {"anonymised", "Give requesters made-up names"},
      {"published", "Publish, in one step"},
      {"cleaned", "Tidy up"}};
  std::vector<std::vector<std::string>> rows;
  for (const StepSeconds& step : report.steps) {
    const auto title = kTitles.find(step.step);
    std::string rate;
    if (step.step == "copied" && step.seconds > 0)
      rate = count_text(static_cast<std::uint64_t>(static_cast<double>(report.copy.rows) / step.seconds)) +
             " rows/s, " +
             bytes_text(static_cast<std::uint64_t>(static_cast<double>(report.copy.bytes) / step.seconds)) + "/s";
    if (step.step == "transformed" && step.seconds > 0)
      rate = count_text(
                 static_cast<std::uint64_t>(static_cast<double>(report.transform.contents.messages) / step.seconds)) +
             " messages/s";
    if (step.step == "anonymised" && report.anonymised == 0) continue;
    rows.push_back({title == kTitles.end() ? step.step : title->second, "#" + duration_text(step.seconds), "#" + rate});
  }
  std::string html = "<h2>Steps</h2>";
  if (report.resumes > 0)
    html += "<p class=\"lead\">Interrupted and gone on with " + std::to_string(report.resumes) +
            (report.resumes == 1 ? " time" : " times") + "; finished steps were not repeated.</p>";
  return html + html_table({"Step", "#Time", "#Rate"}, rows);
}

std::string next_steps(const RunReport& report) {
  std::vector<std::string> items;
  if (!report.executed) {
    items = {"Read what has no place in the desk, and the statuses.",
             "Try it in an account for validation: the same command with --trial --execute.",
             "Then migrate: the same command with --execute. The source is only read."};
  } else if (report.trial) {
    items = {
        "Let the people who know the data look at it: the account's pages say that it is no production.",
        "Write down what should be mapped otherwise, change the status map, and try again: a trial replaces the last.",
        "When it is right, run without --trial into the production account."};
  } else {
    items = {"Sign in as administrator and open some requests you know by heart.",
             report.plan.product.profile->transform
                 ? "Give people their sign-ins: passwords of the former product were not taken over."
                 : "People sign in as before.",
             "Keep the former system readable until you no longer ask it anything; nothing was written to it."};
    if (report.previous_generation > 0)
      items.push_back("Generation " + std::to_string(report.previous_generation) +
                      " of the account is kept as the way back until the next migration.");
  }
  return html_list("Next steps", items);
}

}  // namespace

std::string to_html(const RunReport& report) {
  const Plan& plan = report.plan;
  const std::string title = !report.executed ? "Migration plan" : report.trial ? "Trial migration" : "Migration report";
  std::string html;
  html += "<h1>" + title + "</h1><p class=\"lead\">" +
          html_escaped(plan.product.profile->title + " " + plan.product.version) + " from " +
          html_escaped(plan.source) + " (server " + html_escaped(plan.server) + ") into account <b>" +
          html_escaped(report.account) + "</b>, " + html_escaped(html_time(report.started_at)) +
          (report.executed ? "" : ". Nothing has been changed.") +
          (report.data_at.empty() ? "" : ". The data are those of " + html_escaped(html_time(report.data_at)) + ".") +
          "</p>";
  html += figures(report);
  if (report.executed) html += checks(report);
  if (report.executed) html += steps(report);
  html += statuses(report) + asides(report);
  if (report.executed) {
    std::vector<std::vector<std::string>> rows;
    for (const CopiedTable& copied : report.copy.tables)
      rows.push_back({copied.name, "#" + count_text(copied.rows), "#" + bytes_text(copied.bytes)});
    std::string lead = report.copy.method_text() + ". " + report.copy.snapshot + ". ";
    if (report.copy.rows_before > 0)
      lead += count_text(report.copy.rows_before) +
              " of the rows were there before an interruption; they were compared with the source once more.";
    html += "<h2>Tables copied</h2><p class=\"lead\">" + html_escaped(lead) + "</p>" +
            html_table({"Table", "#Rows", "#Bytes"}, rows);
  }
  html += html_list("Warnings", report.warnings) + html_list("What the copy changed or left", report.copy.notes) +
          next_steps(report);
  // On a phone the reasons, between other columns, keep a width to be read in; the table scrolls in its frame.
  return html_page(title + ": " + report.account, html,
                   "@media(max-width:36rem){td:nth-child(4):not(:last-child){min-width:14rem}}");
}

Status write_html(const RunReport& report, const std::filesystem::path& file) {
  return write_private_page(to_html(report), file);
}

}  // namespace slipway::migrate
