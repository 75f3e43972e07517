// Writing small files so that a reader, or a run after a kill, finds the old content or the new, never a part.
#pragma once

#include <filesystem>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway {

/// What an `errno` of a file operation means, with "<path>: <what>: <system's words>" as message.
[[nodiscard]] Error file_error(const std::filesystem::path& path, std::string_view what, int error_number);

/// Replaces `path` by `bytes` in one step: written beside it with `mode`, synced, renamed over it, and the folder
/// synced. The folder must exist. Errors: permission, no_space, not_found, internal. Two writers of one path at the
/// same time: one wins.
[[nodiscard]] Status replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0600);

/// Like replace_file(), for a file that is there: its mode and owner stay, and a symbolic link stays one, to the file
/// that is replaced. Errors: those of replace_file(); permission also when the owner cannot be kept.
[[nodiscard]] Status replace_content(const std::filesystem::path& path, std::string_view bytes);

/// Like replace_file(), for a path where nothing is yet. Errors: conflict when something is there, also when it came
/// between; those of replace_file().
[[nodiscard]] Status create_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0600);

/// Puts the name of a file that was renamed or made on the disk: syncs the folder that it is in. Errors: permission,
/// not_found, internal.
[[nodiscard]] Status sync_folder_of(const std::filesystem::path& path);

}  // namespace slipway
