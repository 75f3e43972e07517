// Secrets stand in files of their own, one each.
#pragma once

#include <filesystem>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway {

/// The content of `file` without the line end at its end. Refuses what others could have read or replaced: a symbolic
/// link, a file of another user (root excepted), any permission for group or others. Errors, naming the file:
/// not_found, permission, invalid_argument (empty, not a file, longer than 64 KiB).
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& file);

}  // namespace slipway
