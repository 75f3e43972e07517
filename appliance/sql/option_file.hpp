// The way into a server for MariaDB's own programs: an option file, since their arguments can be read by everybody.
#pragma once

#include <filesystem>
#include <string>

#include "appliance/sql/connection.hpp"

namespace slipway::sql {

/// Writes an option file (0600, in one step) with user, password and the server's place; `section`: the name of the
/// program, or "client". Errors: those of replace_file().
[[nodiscard]] Status write_option_file(const std::filesystem::path& file, const Endpoint& server,
                                       const std::string& section);

}  // namespace slipway::sql
