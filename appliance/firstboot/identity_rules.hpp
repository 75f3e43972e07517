// Names, mail addresses, passwords, public keys. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/fault.hpp"

namespace slipway::firstboot {

/// A full host name of RFC 1123; nothing when it is one.
[[nodiscard]] std::optional<Wrong> fault_of_host_name(std::string_view name);
/// "desk" of "desk.example.org".
[[nodiscard]] std::string_view first_label(std::string_view name);

[[nodiscard]] std::optional<Wrong> fault_of_mail(std::string_view mail);

/// A password that a person chose: 12 to 200 characters, and not what anybody tries first.
[[nodiscard]] std::optional<Wrong> fault_of_password(const Secret& password, std::string_view mail,
                                                     std::string_view host_name);

/// A line of a .pub file: a kind that today's OpenSSH takes, and its key whole.
[[nodiscard]] std::optional<Wrong> fault_of_public_key(std::string_view line);
/// What may be shown of such a line, and of what was meant to be one: its kind and comment, or its beginning.
[[nodiscard]] std::string describe_public_key(std::string_view line);

/// Well-formed UTF-8 without control characters, or with line ends where `lines` says so.
[[nodiscard]] bool is_plain_text(std::string_view text, bool lines);

}  // namespace slipway::firstboot
