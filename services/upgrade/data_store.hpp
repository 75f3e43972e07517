// What the upgrade asks the database server. SQL stands here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "appliance/sql/connection.hpp"

namespace slipway::upgrade {

/// Where the server keeps its data. Errors: those of the connection.
[[nodiscard]] Result<std::filesystem::path> data_directory(sql::Connection& connection);

/// Accounts that are being made, moved into or deleted: "acme (migrating)".
[[nodiscard]] Result<std::vector<std::string>> busy_accounts(sql::Connection& platform);

/// One statement on an account's database as its own user: the number of its newest request, 0 for none.
[[nodiscard]] Result<std::int64_t> newest_request(sql::Connection& account);

}  // namespace slipway::upgrade
