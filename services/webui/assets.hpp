// Style sheet, script and icons, compiled in and named after their content, so that browsers may keep them for ever.
#pragma once

#include <string>
#include <string_view>

namespace slipway::webui {

/// Constant after start, safe for all threads.
struct Asset {
  std::string file;  ///< "slipway.0123456789abcdef.css"
  std::string_view media_type;
  std::string bytes;
  std::string gzip;  ///< the same, compressed
};

/// The asset of that name and content; nullptr when there is none (an old page's).
[[nodiscard]] const Asset* find_asset(std::string_view file);

/// "slipway.css", "slipway.js", "icons.svg", "mark.svg" → "/static/slipway.0123456789abcdef.css" (A4: cacheable).
/// Aborts on another name.
[[nodiscard]] const std::string& asset_path(std::string_view name);

}  // namespace slipway::webui
