// A plan or a finished migration for people and programs.
#pragma once

#include <nlohmann/json.hpp>

#include "migrate/run/run.hpp"

namespace slipway::migrate {

/// Everything, machine-readable; stable names.
[[nodiscard]] nlohmann::ordered_json to_json(const RunReport& report);

/// For a terminal, 100 columns at most.
[[nodiscard]] std::string to_text(const RunReport& report);

/// One self-contained page: no script, nothing fetched, light and dark.
[[nodiscard]] std::string to_html(const RunReport& report);

/// Writes the page to `file`, readable by its owner alone: it lists names of the source.
[[nodiscard]] Status write_html(const RunReport& report, const std::filesystem::path& file);

}  // namespace slipway::migrate
