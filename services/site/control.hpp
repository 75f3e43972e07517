// The agent of this machine, as the verbs of `slipway site` ask it. Inside this folder only.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "appliance/command/command.hpp"

namespace slipway::site {

class Control {
 public:
  explicit Control(std::filesystem::path socket) : socket_(std::move(socket)) {}

  /// Errors: the agent's own; unavailable when none answers.
  [[nodiscard]] Result<nlohmann::ordered_json> status() const;
  /// `verb`: "promote" or "demote".
  [[nodiscard]] Result<nlohmann::ordered_json> order(const std::string& verb, nlohmann::ordered_json body) const;

 private:
  std::filesystem::path socket_;
};

/// Error: not_found where this machine is no member.
[[nodiscard]] Result<Control> control_of(const command::Context& context);

/// "1.2 s"
[[nodiscard]] std::string seconds_text(std::int64_t ms);

}  // namespace slipway::site
