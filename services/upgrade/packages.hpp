// dpkg: what files and installed packages say, installing, and keeping what is installed. Every call runs Debian's own
// programs with a time limit; none is thread-safe.
#pragma once

#include <filesystem>
#include <functional>

#include "services/upgrade/package_rules.hpp"

namespace slipway::upgrade {

/// What a .deb says of itself, after all of it was read: a download that was cut off is found here. Errors: not_found,
/// corrupt.
[[nodiscard]] Result<Candidate> read_package(const std::filesystem::path& file);

/// Every installed package whose name begins with "slipway". Errors: those of the programs.
[[nodiscard]] Result<std::map<std::string, Installed>> installed_packages();

[[nodiscard]] Result<bool> is_newer(const std::string& version, const std::string& than);

/// Packages that dpkg has not finished with, by name. An upgrade needs that there is none.
[[nodiscard]] Result<std::vector<std::string>> unfinished_packages();

/// Tells of what the packages need and is not there; changes nothing. Error: conflict, with dpkg's words.
[[nodiscard]] Status check_dependencies(const std::vector<std::filesystem::path>& files);

[[nodiscard]] Result<std::string> file_sha256(const std::filesystem::path& file);

/// Copies a file, on the disk with its folder when it returns; in one step.
[[nodiscard]] Status keep_file(const std::filesystem::path& from, const std::filesystem::path& to,
                               unsigned mode = 0644);

/// A package file of what is installed, made of the installed files where `directory` has none. Its name is that of the
/// package and its version. Errors: those of the programs, no_space.
[[nodiscard]] Result<std::filesystem::path> keep_installed(const std::string& name, const Installed& installed,
                                                           const std::filesystem::path& directory);

/// Unpacks, then configures; `unpacked` is called between. Configuration files that were changed here stay. Another
/// dpkg must be locked out by the caller. Can be repeated after a kill, with the same packages or with other versions
/// of them. Errors: internal with dpkg's words, timeout.
[[nodiscard]] Status install(const std::vector<std::filesystem::path>& files, const std::vector<std::string>& names,
                             const std::function<void()>& unpacked);

}  // namespace slipway::upgrade
