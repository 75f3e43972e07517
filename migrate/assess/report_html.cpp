// The assessment as one page.
#include "migrate/assess/report.hpp"
#include "migrate/engine/html_page.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr std::string_view kStyle = R"(
.figures{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
:root{--blocker:#b3261e;--change:#8a5a00;--note:#1f5fbf;--way:#eef4fb}
@media(prefers-color-scheme:dark){:root{--blocker:#ff8a80;--change:#f0b95a;--note:#7fb2ff;--way:#1c2a3a}}
.verdict{border-left:.35rem solid var(--good);background:var(--card);border-radius:.6rem;padding:.9rem 1.1rem;margin:0 0 1.25rem;font-size:1.1rem}
.verdict.blocked{border-color:var(--blocker)}.figure.blocker b{color:var(--blocker)}.figure.change b{color:var(--change)}.figure.clear b{color:var(--good)}
.facts td:first-child{color:var(--soft);white-space:nowrap;width:1%}.facts td{overflow-wrap:anywhere}
@media(max-width:36rem){.facts tr,.facts td{display:block}.facts td{border:0;padding:.1rem .9rem .5rem}.facts td:first-child{padding:.6rem .9rem 0;font-size:.85rem;white-space:normal;width:auto}
.facts tr{border-bottom:1px solid var(--line)}.facts tr:last-child{border-bottom:0}}
.finding{background:var(--card);border:1px solid var(--line);border-left:.3rem solid var(--note);border-radius:.6rem;margin:.75rem 0;padding:.9rem 1.1rem}
.finding.blocker{border-left-color:var(--blocker)}.finding.change{border-left-color:var(--change)}
.finding h3{font-size:1.02rem;margin:0;display:flex;flex-wrap:wrap;gap:.2rem .75rem;align-items:baseline}
.finding h3 code{color:var(--soft);font-weight:400;font-size:.8rem}.finding p{margin:.35rem 0}
.way{background:var(--way);border-radius:.4rem;padding:.45rem .7rem;overflow-wrap:anywhere}.way b{font-weight:600}
.objects{list-style:none;margin:.5rem 0 0;padding:0}.objects li{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.3rem 0;margin:0;border-top:1px solid var(--line)}
.objects code{font-size:.88rem;overflow-wrap:anywhere}.objects span{color:var(--soft);font-size:.9rem}
details.finding{padding:.6rem 1.1rem;margin:.5rem 0}details.finding[open]{padding-bottom:.9rem}
details summary{cursor:pointer;list-style:none}summary::-webkit-details-marker{display:none}
summary h3::before{content:"";width:.45rem;height:.45rem;border:solid var(--soft);border-width:0 .12rem .12rem 0;transform:rotate(-45deg);align-self:center}
details[open] summary h3::before{transform:rotate(45deg)}summary .many{margin-left:auto;color:var(--soft);font-weight:400;font-size:.9rem}
@media print{body{background:#fff}.finding{break-inside:avoid}details::details-content{content-visibility:visible;display:block}summary h3::before{display:none}}
)";

std::string figure(std::size_t count, std::string_view label, std::string_view css_class) {
  return "<div class=\"figure " + std::string(css_class) + "\"><b>" + count_text(count) + "</b><span>" +
         html_escaped(label) + "</span></div>";
}

std::string figures(const Assessment& assessment) {
  const auto blockers = count(assessment.findings, Severity::blocker);
  const auto changes = count(assessment.findings, Severity::change);
  const auto notes = count(assessment.findings, Severity::note);
  std::string html = figure(blockers, blockers == 1 ? "blocker" : "blockers", blockers == 0 ? "clear" : "blocker") +
                     figure(changes, changes == 1 ? "change" : "changes", changes == 0 ? "clear" : "change") +
                     figure(notes, notes == 1 ? "note" : "notes", "note");
  html += html_figure(count_text(assessment.estimate.rows), "rows");
  html += html_figure(bytes_text(assessment.estimate.data_bytes), "to copy");
  html += html_figure(duration_text(assessment.estimate.seconds), "estimated");
  return html_figures(html);
}

std::string verdict(const Assessment& assessment) {
  const auto blockers = count(assessment.findings, Severity::blocker);
  if (blockers == 0)
    return "<p class=\"verdict\"><b>Nothing stands in the way.</b> The database can move as it is.</p>";
  if (blockers == 1)
    return "<p class=\"verdict blocked\"><b>One thing stands in the way.</b> It is listed first, with its way out.</p>";
  return "<p class=\"verdict blocked\"><b>" + count_text(blockers) +
         " things stand in the way.</b> They are listed first, each with its way out.</p>";
}

/// A value with its places to break: a list of settings has one line for each, a list inside one breaks behind commas.
std::string fact(const std::string& text) {
  std::string html;
  for (std::size_t i = 0; i < text.size(); ++i) {
    html += html_escaped(text.substr(i, 1));
    if (text[i] != ',') continue;
    html += text.find('=') < i && text.substr(i + 1, 1) == " " ? "<br>" : "<wbr>";
  }
  return html;
}

std::string facts(const Assessment& assessment) {
  std::string html = "<h2>The source</h2><div class=\"table facts\"><table><tbody>";
  for (const auto& [label, text] : head_of(assessment))
    html += "<tr><td>" + html_escaped(label) + "</td><td>" + (label == "Settings" ? fact(text) : html_escaped(text)) +
            "</td></tr>";
  return html + "</tbody></table></div>";
}

std::string objects(const Group& group) {
  std::string list = "<ul class=\"objects\">";
  for (const Finding* finding : group.findings)
    list += "<li><code>" + html_escaped(finding->object) + "</code><span>" + html_escaped(remark_of(*finding)) +
            "</span></li>";
  return list + "</ul>";
}

/// Notes are folded: there are many, and nobody has to act on them.
std::string card(const Group& group) {
  const bool folded = group.severity == Severity::note;
  const std::string css_class = "class=\"finding " + std::string(severity_name(group.severity)) + "\"";
  std::string head = "<h3>" + html_escaped(group.kind->title) + "<code>" + html_escaped(group.kind->id) + "</code>";
  if (folded)
    head += "<span class=\"many\">" + count_text(group.findings.size()) +
            (group.findings.size() == 1 ? " object" : " objects") + "</span>";
  head += "</h3>";
  std::string html =
      folded ? "<details " + css_class + "><summary>" + head + "</summary>" : "<section " + css_class + ">" + head;
  html += "<p>What happens: " + html_escaped(group.kind->consequence) + ".</p>";
  if (group.kind->way_out != kNoWayOutNeeded)
    html += "<p class=\"way\"><b>Way out:</b> " + html_escaped(group.kind->way_out) + "</p>";
  return html + objects(group) + (folded ? "</details>" : "</section>");
}

std::string heading(Severity severity) {
  switch (severity) {
    case Severity::blocker:
      return "<h2>Blockers</h2><p class=\"lead\">Solve these before the move.</p>";
    case Severity::change:
      return "<h2>Changes</h2><p class=\"lead\">It moves, and is not the same afterwards.</p>";
    case Severity::note:
      break;
  }
  return "<h2>Notes</h2><p class=\"lead\">It moves unharmed; worth knowing.</p>";
}

}  // namespace

std::string to_html(const Assessment& assessment) {
  std::string html = "<h1>Assessment</h1><p class=\"lead\">" + html_escaped(assessment.source) + ", " +
                     html_escaped(html_time(assessment.assessed_at)) + ". Nothing has been changed.</p>";
  html += verdict(assessment) + figures(assessment);
  const Group* last = nullptr;
  const auto groups = groups_of(assessment.findings);
  for (const Group& group : groups) {
    if (last == nullptr || last->severity != group.severity) html += heading(group.severity);
    last = &group;
    html += card(group);
  }
  html += facts(assessment);
  return html_page("Assessment: " + assessment.source, html, kStyle);
}

}  // namespace slipway::migrate::assess
