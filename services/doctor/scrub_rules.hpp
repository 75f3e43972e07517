// Takes out of a text what must not leave the machine: secrets of every form that is known, and people's addresses.
// What it takes for a secret and is none is lost; that is the better mistake. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "appliance/base/secret.hpp"

namespace slipway::doctor {

/// What stands where something was.
inline constexpr std::string_view kRemoved = "[removed]";

struct ScrubOptions {
  bool keep_addresses = false;
  std::span<const Secret> known = {};  ///< values that are secrets, wherever they stand
};

struct Scrubbed {
  std::string text;
  std::map<std::string, std::size_t> removed;  ///< how many of which kind: "private key", "secret", "address", …
};

/// Kinds: known (one of the options'), private key (PEM, also inside JSON), header (Authorization, cookies), secret
/// (the value of a name that sounds like one, in files, logs, JSON, command lines, SQL), password in a URL, hash (of a
/// password), token (JWT and those of well-known services), key (long random letters), address. Idempotent.
[[nodiscard]] Scrubbed scrub(std::string_view text, const ScrubOptions& options = {});

/// Whether the value of this name is a secret: "smtp_password", not "password_file".
[[nodiscard]] bool sounds_secret(std::string_view name);

}  // namespace slipway::doctor
