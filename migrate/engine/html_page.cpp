#include "migrate/engine/html_page.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace slipway::migrate {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#16202c;--soft:#5b6b7c;--line:#d9e0e7;--page:#f6f8fa;--card:#fff;--good:#0b7a4b;--accent:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9fb0c0;--line:#2c3947;--page:#10161d;--card:#18212b;--good:#4fd19a;--accent:#7fb2ff}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:62rem;margin:0 auto;padding:2.5rem 1.25rem}h1{font-size:1.9rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
p.lead{color:var(--soft);margin:0 0 1.5rem;overflow-wrap:anywhere}h2+p.lead{margin:-.5rem 0 .75rem}.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem}
.figure{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem}.figure b{display:block;font-size:1.45rem;font-variant-numeric:tabular-nums}
.figure span{color:var(--soft);font-size:.9rem}.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .9rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600;font-size:.85rem}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.ok{color:var(--good);font-weight:600}li{margin:.2rem 0}footer{color:var(--soft);font-size:.85rem;margin-top:2.5rem}
)";

/// A cell beginning with '#' is a number.
std::string row(const std::vector<std::string>& cells, const char* tag = "td") {
  std::string html = "<tr>";
  for (const std::string& cell : cells) {
    const bool number = cell.starts_with('#');
    html += std::string("<") + tag + (number ? " class=\"n\"" : "") + (tag[1] == 'h' ? " scope=\"col\"" : "") + ">";
    html += (cell == "ok" ? "<span class=\"ok\">equal</span>" : html_escaped(number ? cell.substr(1) : cell)) + "</" +
            tag + ">";
  }
  return html + "</tr>";
}

}  // namespace

std::string html_escaped(std::string_view text) {
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

std::string html_time(const std::string& time) {
  if (time.size() < 19) return time;
  return time.substr(0, 10) + " " + time.substr(11, 8) + " UTC";
}

std::string html_figure(std::string_view value, std::string_view label) {
  return "<div class=\"figure\"><b>" + html_escaped(value) + "</b><span>" + html_escaped(label) + "</span></div>";
}

std::string html_figures(const std::string& figures) { return "<div class=\"figures\">" + figures + "</div>"; }

std::string html_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<div class=\"table\"><table><thead>" + row(head, "th") + "</thead><tbody>";
  for (const auto& cells : rows) html += row(cells);
  return html + "</tbody></table></div>";
}

std::string html_list(std::string_view title, const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string html = "<h2>" + html_escaped(title) + "</h2><ul>";
  for (const std::string& item : items) html += "<li>" + html_escaped(item) + "</li>";
  return html + "</ul>";
}

std::string html_page(std::string_view title, const std::string& body, std::string_view style) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>";
  page.append(html_escaped(title)).append("</title><style>").append(kStyle).append(style);
  page.append("</style></head><body><main>").append(body);
  return page.append("<footer>Made by slipway-migrate.</footer></main></body></html>\n");
}

Status write_private_page(const std::string& page, const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool written =
      descriptor >= 0 && ::write(descriptor, page.data(), page.size()) == static_cast<ssize_t>(page.size());
  const int fault = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  return Error{fault == ENOSPC ? Code::no_space : Code::permission,
               "report '" + file.string() + "': cannot be written: " + std::strerror(fault),
               "nothing else is affected; name another place with --report FILE"};
}

}  // namespace slipway::migrate
