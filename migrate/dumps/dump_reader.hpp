// A dump file as a stream of plain text, whatever it is packed with.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// Unpacks `file` (plain, gzip or zstd, told by its first bytes, not its name) and hands it to `each` in pieces. At the
/// end the text must close with the line that mysqldump and mariadb-dump write last. Errors: not_found; corrupt naming
/// the file when it is damaged or cut off, with the way out; those of `each`.
[[nodiscard]] Status read_dump(const std::filesystem::path& file, const std::function<Status(std::string_view)>& each);

}  // namespace slipway::migrate
