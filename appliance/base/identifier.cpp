#include "appliance/base/identifier.hpp"

#include <algorithm>
#include <array>

namespace slipway {
namespace {

constexpr std::array<std::string_view, 12> kReserved{"api",     "static", "health", "metrics", "console", "admin",
                                                     "slipway", "mysql",  "sys",    "assets",  "portal",  "ready"};

}  // namespace

Result<AccountName> AccountName::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    std::string shown;
    for (const char c : text.substr(0, 40)) shown += c >= ' ' && c <= '~' ? c : '?';
    return Error{Code::invalid_argument, "account name '" + shown + "': " + std::string(why),
                 "choose 2 to 24 characters of a-z, 0-9 and _, starting with a letter"};
  };
  if (text.size() < 2 || text.size() > 24) return refuse("wrong length");
  if (text.front() < 'a' || text.front() > 'z') return refuse("does not start with a letter a-z");
  const bool clean = std::all_of(text.begin(), text.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (!clean) return refuse("contains a character that is not allowed");
  if (std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end()) return refuse("is a reserved word");
  return AccountName{std::string(text)};
}

}  // namespace slipway
