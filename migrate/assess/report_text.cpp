// The assessment on a terminal.
#include "appliance/base/utf8.hpp"
#include "migrate/assess/report.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kMostObjects = 8;
constexpr std::size_t kMostDatabases = 12;

/// Names come from the source: nothing in them may steer the terminal.
std::string harmless(std::string_view text) {
  std::string safe(text);
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return safe;
}

std::size_t width(std::string_view text) { return is_utf8(text) ? utf8_length(text) : text.size(); }

/// The first `columns` letters of `text` without cutting one apart.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t seen = 0; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
    if (begins && seen++ == columns) break;
  }
  return bytes;
}

/// "  first   text that goes on\n          below itself\n". `first` is as wide as the indent, or ends the line.
std::string paragraph(std::string first, std::size_t indent, std::string_view text) {
  std::string out = std::move(first);
  std::size_t at = width(out);
  if (at < indent) {
    out.append(indent - at, ' ');
  } else if (at > indent) {
    out.append(1, '\n').append(indent, ' ');
  }
  at = indent;
  const std::string safe = harmless(text);
  std::string_view rest = safe;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    const std::size_t gap = at > indent ? 1 : 0;
    if (at + gap + width(word) <= kWidth) {
      out.append(gap, ' ').append(word);
      at += gap + width(word);
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    } else if (at > indent) {
      out.append(1, '\n').append(indent, ' ');
      at = indent;
    } else {  // one word wider than the line: behind a comma if it has one
      std::size_t bytes = bytes_of(word, kWidth - indent);
      if (const auto comma = word.substr(0, bytes).rfind(','); comma != std::string_view::npos) bytes = comma + 1;
      out.append(word.substr(0, bytes));
      rest.remove_prefix(bytes);
      at = kWidth;
    }
  }
  return out + "\n";
}

std::string object_line(const Finding& finding, std::size_t column) {
  const std::string name = "    " + harmless(finding.object);
  const std::string remark = remark_of(finding);
  if (remark.empty()) return paragraph("    ", 4, finding.object);
  if (width(name) + 2 > column) return paragraph("    ", 4, finding.object) + paragraph("", column, remark);
  return paragraph(name, column, remark);
}

std::string group_text(const Group& group) {
  const std::size_t shown = group.findings.size() > kMostObjects + 1 ? kMostObjects : group.findings.size();
  std::string text = paragraph("", 2, std::string(group.kind->title) + "  [" + std::string(group.kind->id) + "]");
  std::size_t column = 12;
  for (std::size_t i = 0; i < shown; ++i)
    column = std::max(column, std::min<std::size_t>(width(group.findings[i]->object) + 6, 52));
  for (std::size_t i = 0; i < shown; ++i) text += object_line(*group.findings[i], column);
  if (shown < group.findings.size())
    text += "    and " + count_text(group.findings.size() - shown) + " more; --json and --report list all\n";
  text += paragraph("    then:", 13, group.kind->consequence);
  if (group.kind->way_out != kNoWayOutNeeded) text += paragraph("    way out:", 13, group.kind->way_out);
  return text;
}

std::string_view heading(Severity severity) {
  switch (severity) {
    case Severity::blocker:
      return "BLOCKERS: solve these first";
    case Severity::change:
      return "CHANGES: it moves, and is not the same afterwards";
    case Severity::note:
      break;
  }
  return "NOTES: it moves unharmed; worth knowing";
}

}  // namespace

std::string to_text(const Assessment& assessment) {
  std::string text = "Assessment (nothing has been changed)\n\n";
  std::size_t databases = 0;
  for (const auto& [label, line] : head_of(assessment)) {
    if (label == "Database" && ++databases > kMostDatabases) continue;
    text += paragraph(label, 14, line);
  }
  if (databases > kMostDatabases)
    text += paragraph("", 14, "and " + count_text(databases - kMostDatabases) + " more databases");
  const Severity* last = nullptr;
  const auto groups = groups_of(assessment.findings);
  for (const Group& group : groups) {
    if (last == nullptr || *last != group.severity) text += "\n" + std::string(heading(group.severity)) + "\n";
    last = &group.severity;
    text += "\n" + group_text(group);
  }
  text += "\n" + counts_of(assessment.findings) + ".";
  return text + (count(assessment.findings, Severity::blocker) == 0 ? " Nothing stands in the way.\n" : "\n");
}

}  // namespace slipway::migrate::assess
