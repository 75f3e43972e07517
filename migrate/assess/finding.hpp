// What an assessment says about one object, and the catalogue of everything it can say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate::assess {

enum class Severity {
  blocker,  ///< the move would fail, lose rows or leave a broken database: to be solved first
  change,   ///< it moves, and is not the same afterwards
  note      ///< it moves unharmed; worth knowing
};

/// "blocker", "change", "note": stable.
[[nodiscard]] std::string_view severity_name(Severity severity) noexcept;

/// The way out of what needs none.
inline constexpr std::string_view kNoWayOutNeeded = "none needed";

/// A sort of finding: what its findings have in common.
struct Kind {
  std::string_view id;  ///< stable: "charset.double_utf8"
  Severity severity;    ///< unless the finding says otherwise
  std::string_view title;
  std::string_view consequence;  ///< what the move does
  std::string_view way_out;
};

/// Every kind there is, in the order of a report.
[[nodiscard]] const std::vector<Kind>& kinds();

/// The kind of this id. Aborts when there is none: ids are constants of this part.
[[nodiscard]] const Kind& kind(std::string_view id);

/// One object and what is to be said about it.
struct Finding {
  const Kind* kind = nullptr;
  Severity severity = Severity::note;
  std::string object;                      ///< "db.table.column", "db.table", "db", "@@variable" or "server"
  std::string detail;                      ///< what is so about this object; never a value of a row
  std::optional<std::uint64_t> rows = {};  ///< how many rows, where rows were counted
};

using Findings = std::vector<Finding>;

/// A finding of the kind's own severity.
[[nodiscard]] Finding finding(std::string_view id, std::string object, std::string detail = {});

/// By severity, then the catalogue's order, then object.
void sort(Findings& findings);

[[nodiscard]] std::size_t count(const Findings& findings, Severity severity);

}  // namespace slipway::migrate::assess
