// A plan or a finished migration for people and programs.
#pragma once

#include <nlohmann/json.hpp>

#include "migrate/run/run.hpp"

namespace slipway::migrate {

/// Everything, machine-readable; stable names.
[[nodiscard]] nlohmann::ordered_json to_json(const RunReport& report);

/// The report that to_json() made, as far as it goes; a profile's own parts come from the program. Errors: corrupt,
/// unsupported (none of `known` is its profile).
[[nodiscard]] Result<RunReport> report_from_json(const nlohmann::ordered_json& json, const KnownProfiles& known);

/// For a terminal, 100 columns at most.
[[nodiscard]] std::string to_text(const RunReport& report);

/// One self-contained page: no script, nothing fetched, light and dark.
[[nodiscard]] std::string to_html(const RunReport& report);

/// Writes the page to `file`, readable by its owner alone: it lists names of the source.
[[nodiscard]] Status write_html(const RunReport& report, const std::filesystem::path& file);

}  // namespace slipway::migrate
