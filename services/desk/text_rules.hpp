// What people may write into a request. Pure.
#pragma once

#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::desk {

/// One line of 1 to 500 characters. Error: invalid_argument with context parameter=subject.
[[nodiscard]] Status check_subject(std::string_view subject);

/// Text of at most `most_bytes`: UTF-8, no control characters but tab and line ends. Error as above, naming
/// `parameter`.
[[nodiscard]] Status check_text(std::string_view parameter, std::string_view text, std::size_t most_bytes);

/// An e-mail address, by its rough form. Error as above with parameter=requester.
[[nodiscard]] Status check_email(std::string_view email);

[[nodiscard]] bool is_blank(std::string_view text);

}  // namespace slipway::desk
