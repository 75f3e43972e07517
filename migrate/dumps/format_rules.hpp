// What a file is, told by its first bytes and never by its name.
#pragma once

#include <cstddef>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

enum class Packing { plain, gzip, zstd, xz, zip };

/// How many bytes of the beginning the two functions below want to see; fewer when the file is shorter.
inline constexpr std::size_t kHeadBytes = 4096;

/// How a file that begins so is packed. Never fails: what is not known is plain.
[[nodiscard]] Packing packing_of(std::string_view head) noexcept;

/// "gzip", "zstd", …
[[nodiscard]] std::string_view packing_name(Packing packing) noexcept;

/// Whether unpacked bytes that begin so can be a dump in SQL. Errors say what the file is instead ("is a PostgreSQL
/// dump"; the caller puts its name in front) and the way out: corrupt when it is empty, else unsupported.
[[nodiscard]] Status check_content(std::string_view head);

/// The database that the comment at the head of a mysqldump or mariadb-dump names; empty when it names none or several.
[[nodiscard]] std::string_view database_in_header(std::string_view head) noexcept;

}  // namespace slipway::migrate
