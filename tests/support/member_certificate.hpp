// Certificates of programs that know each other, as Ansible makes them for the members of two sites.
#pragma once

#include <filesystem>
#include <string>

#include "appliance/base/result.hpp"

namespace slipway::test {

/// Makes <directory>/<name>.key and <name>.pem: self-signed, no authority, for 127.0.0.1, as server and as client.
[[nodiscard]] Status make_member_certificate(const std::filesystem::path& directory, const std::string& name);

}  // namespace slipway::test
