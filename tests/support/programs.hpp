// The programs under test, as built.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "appliance/process/process.hpp"

namespace slipway::test {

/// The path of a built program such as "slipway".
[[nodiscard]] std::filesystem::path program(const std::string& name);

/// Runs it to its end with these arguments. Aborts, saying why, when it cannot be started or takes over a minute.
[[nodiscard]] process::Finished run_program(const std::string& name, const std::vector<std::string>& arguments,
                                            const std::map<std::string, std::string>& environment = {});

}  // namespace slipway::test
