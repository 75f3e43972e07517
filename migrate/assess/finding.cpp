#include "migrate/assess/finding.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace slipway::migrate::assess {

std::string_view severity_name(Severity severity) noexcept {
  switch (severity) {
    case Severity::blocker:
      return "blocker";
    case Severity::change:
      return "change";
    case Severity::note:
      break;
  }
  return "note";
}

const Kind& kind(std::string_view id) {
  const auto found = std::find_if(kinds().begin(), kinds().end(), [&](const Kind& k) { return k.id == id; });
  if (found == kinds().end()) std::abort();
  return *found;
}

Finding finding(std::string_view id, std::string object, std::string detail) {
  const Kind& of = kind(id);
  return {&of, of.severity, std::move(object), std::move(detail)};
}

void sort(Findings& findings) {
  // Kinds stand in one vector, so their addresses have the catalogue's order.
  const auto order = [](const Finding& f) { return std::tie(f.severity, f.kind, f.object, f.detail); };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return order(a) < order(b); });
}

std::size_t count(const Findings& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity == severity; }));
}

}  // namespace slipway::migrate::assess
