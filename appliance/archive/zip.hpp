// ZIP archives, for files that people open with what they have. By libzip.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::archive {

struct ZipEntry {
  std::string name;  ///< relative, parts separated by '/'
  std::string bytes;
};

/// A whole archive in memory, deflated, the entries in their order and all of one time. The same input gives the same
/// bytes. Errors: invalid_argument (a name that is empty, absolute, twice there or leads out), too_large, internal.
[[nodiscard]] Result<std::string> make_zip(const std::vector<ZipEntry>& entries, Timestamp time);

/// What is in an archive of at most `most_bytes` when unpacked. Errors: corrupt, too_large.
[[nodiscard]] Result<std::vector<ZipEntry>> read_zip(std::string_view bytes, std::size_t most_bytes);

}  // namespace slipway::archive
