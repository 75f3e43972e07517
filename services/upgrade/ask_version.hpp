// The version that is installed, asked by its own program: what another one knows of its databases may be wrong.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::upgrade {

struct Health {
  std::vector<std::string> served;    ///< accounts that it serves
  std::vector<std::string> failures;  ///< what its own test says
  std::vector<std::string> faults;    ///< checks of its doctor that fail: "database.tables"
};

/// `program upgrade test` and `program doctor`; `web_socket` empty: where webd is configured to listen. Errors: one of
/// them gives no report.
[[nodiscard]] Result<Health> ask_version(const std::filesystem::path& program, const std::filesystem::path& config_file,
                                         const std::filesystem::path& web_socket);

/// Success when it is as well as it was: its test passes, every account in `served` is served, and no check of the
/// doctor fails that did not fail before. Error: unavailable, with all that is wrong.
[[nodiscard]] Status compare_health(const Health& now, const std::vector<std::string>& served,
                                    const std::vector<std::string>& faults);

}  // namespace slipway::upgrade
