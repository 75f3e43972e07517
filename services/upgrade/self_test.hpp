// Whether what is installed serves: asked of each version by its own program, before users come back.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "appliance/command/command.hpp"

namespace slipway::upgrade {

struct Finding {
  std::string what;    ///< "account 'acme': sign-in page"
  std::string reason;  ///< why it fails; empty: it does not
};

struct TestReport {
  std::vector<Finding> findings;
  std::vector<std::string> served;  ///< accounts whose page and database answered
};

/// Every program answers; each active account's page comes and its database answers its own user. `web_socket`: where
/// webd listens, instead of where it is configured to. Changes nothing. Error: the configuration's.
[[nodiscard]] Result<TestReport> self_test(const command::Context& context, const std::filesystem::path& web_socket);

[[nodiscard]] bool passed(const TestReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const TestReport& report);
[[nodiscard]] std::string to_text(const TestReport& report);

}  // namespace slipway::upgrade
