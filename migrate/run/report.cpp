#include "migrate/run/report.hpp"

#include <array>
#include <cstdio>

namespace slipway::migrate {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string status_line(const MappedStatus& row) {
  std::string text = row.from + " → " + row.to.status;
  if (!row.to.reason.empty()) text += " (" + row.to.reason + ")";
  if (row.to.deleted) text += ", marked deleted";
  return text;
}

std::string aside_line(const AsideLine& line) {
  std::string text =
      "  " + padded(line.table, 26) + right(line.left && line.rows == 0 ? "" : count_text(line.rows), 10) + "  ";
  text += (line.left ? "not kept: " : "") + line.reason;
  if (line.secrets > 0) text += "; " + count_text(line.secrets) + " secrets not copied";
  return text + "\n";
}

void add_result(const RunReport& report, std::string& text) {
  const CopyReport& copy = report.copy;
  text += "Copied        " + count_text(copy.rows) + " rows, " + bytes_text(copy.bytes) + " in " +
          duration_text(copy.rows_seconds) + " (" + count_text(static_cast<std::uint64_t>(copy.rows_per_second())) +
          " rows/s, keys and checksums included)\n";
  if (copy.rows_before > 0)
    text += "              " + count_text(copy.rows_before) + " of the rows were there before the interruption\n";
  text += "              " + copy.method_text() + "\n";
  text += "              " + copy.snapshot + "\n";
  if (report.plan.product.profile->transform) {
    text += "Transformed   " + count_text(report.transform.contents.messages) + " messages, " +
            count_text(report.transform.contents.attachments) + " attachments in " +
            duration_text(report.transform.seconds) + "\n";
  }
  text += "Verified      " + count_text(report.contents) + " files (" + bytes_text(report.content_bytes) +
          ") by SHA-256, in " + duration_text(report.verify_seconds) + "\n";
  for (const Check& check : report.checks)
    text += "  " + padded(check.what, 44) + right(count_text(check.found), 12) + "  ok\n";
  text += "Published     generation " + std::to_string(report.generation) + " of account " + report.account;
  if (report.previous_generation > 0)
    text += "; generation " + std::to_string(report.previous_generation) + " is kept as the way back";
  if (report.trial)
    text += "\nTrial         mail of the account is switched off" +
            (report.anonymised > 0 ? "; " + count_text(report.anonymised) + " requesters have made-up names"
                                   : std::string());
  if (report.resumes > 0)
    text += "\nResumed       " + std::to_string(report.resumes) + (report.resumes == 1 ? " time" : " times");
  text += "\nTotal         " + duration_text(report.total_seconds) + "\n";
}

}  // namespace

std::string to_text(const RunReport& report) {
  const Plan& plan = report.plan;
  std::string text = report.executed ? "Migration finished\n\n" : "Plan (nothing has been changed)\n\n";
  text += "Source        " + plan.source + "\n              " + plan.product.profile->title + " " +
          plan.product.version + " in database '" + plan.product.database + "', server " + plan.server + "\n";
  text += "Account       " + report.account + ", holds " + count_text(report.requests_there) + " requests " +
          (report.executed ? "before" : "now") + "\n";
  text += "Holds         about " + count_text(plan.rows) + " rows, " + bytes_text(plan.bytes) + " in " +
          std::to_string(plan.catalog.tables.size()) + " tables\n";
  for (const PlanCount& count : plan.counts)
    text += "  " + padded(count.name, 26) + right(count_text(count.count), 10) + "\n";
  if (!plan.statuses.empty()) text += "Statuses\n";
  for (const MappedStatus& row : plan.statuses) text += "  " + status_line(row) + "\n";
  if (report.executed) add_result(report, text);
  const auto& asides = report.executed ? report.asides : plan.asides;
  if (!asides.empty())
    text +=
        report.executed ? "Kept aside (table kept_aside of the account)\n" : "Has no place and will be kept aside\n";
  for (const AsideLine& line : asides) text += aside_line(line);
  if (!plan.catalog.others.empty())
    text += "Not copied    " + std::to_string(plan.catalog.others.size()) +
            " views, triggers, routines and events of the source\n";
  for (const std::string& warning : report.warnings) text += "Warning       " + warning + "\n";
  if (!report.executed) text += "\nTakes about " + duration_text(plan.seconds) + ". Say --execute to do it.\n";
  return text;
}

}  // namespace slipway::migrate
