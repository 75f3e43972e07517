// Names of objects: what every kind of storage refuses alike. Errors: invalid_argument. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::backup {

/// Of an unfinished object that can be read.
[[nodiscard]] bool is_open_name(std::string_view name);

/// `repository` is only for the message.
[[nodiscard]] Status check_name(const std::string& repository, const std::string& name);
/// As check_name(), of an object that is to be written.
[[nodiscard]] Status check_new_name(const std::string& repository, const std::string& name);
/// The beginning of names: may be empty, and end with "/".
[[nodiscard]] Status check_prefix(const std::string& repository, const std::string& prefix);
[[nodiscard]] Status check_offset(const std::string& object, std::uint64_t offset, std::uint64_t size);

}  // namespace slipway::backup
