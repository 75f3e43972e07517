// One look for every report: a self-contained page without script, nothing fetched, light and dark, for screens and
// paper.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// `text` as the content of an element or of a quoted attribute.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// "2026-11-22 03:00:00 UTC" of a time in ISO 8601.
[[nodiscard]] std::string html_time(const std::string& time);

/// A large value with its label below; several of them stand inside html_figures().
[[nodiscard]] std::string html_figure(std::string_view value, std::string_view label);
[[nodiscard]] std::string html_figures(const std::string& figures);

/// A table of plain texts. A cell that begins with '#' is a number; "ok" reads as a green "equal".
[[nodiscard]] std::string html_table(const std::vector<std::string>& head,
                                     const std::vector<std::vector<std::string>>& rows);

/// A titled list; nothing when there are no items.
[[nodiscard]] std::string html_list(std::string_view title, const std::vector<std::string>& items);

/// The whole page around `body`, which is markup already. `style` adds rules to the common ones.
[[nodiscard]] std::string html_page(std::string_view title, const std::string& body, std::string_view style = {});

/// Writes a page for its owner alone: it lists names of the source. Errors: no_space, permission.
[[nodiscard]] Status write_private_page(const std::string& page, const std::filesystem::path& file);

}  // namespace slipway::migrate
