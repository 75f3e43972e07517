// Names that people choose and programs build on: validated once at the edge, then carried by type.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway {

/// The name of an account (A1): 2 to 24 of a–z, 0–9 and _, starting with a letter, and none of the words that the
/// web server keeps for itself (api, static, health, …). It is part of database names, URLs and file names, so
/// nothing that could leave those places can be one.
class AccountName {
 public:
  /// Error: invalid_argument naming the rule that `text` breaks.
  [[nodiscard]] static Result<AccountName> parse(std::string_view text);
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  auto operator<=>(const AccountName&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it

 private:
  explicit AccountName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace slipway
