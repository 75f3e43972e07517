// One request as a page.
#pragma once

#include "services/desk/page_frame.hpp"

namespace slipway::desk::pages {

[[nodiscard]] Result<http::Response> show_ticket(Visit& visit, http::Request& request);

/// What was typed and refused: the page is shown again with it, without anything lost but the files.
struct Refused {
  Error error;
  http::Form form;
};
[[nodiscard]] Result<http::Response> show_ticket(Visit& visit, std::int64_t number,
                                                 const std::optional<Refused>& refused);

/// The number in the address. Error: not_found.
[[nodiscard]] Result<std::int64_t> ticket_number(const http::Request& request);

/// Blocks of a message as templates show them.
[[nodiscard]] nlohmann::json message_values(const std::string& body, bool is_html);

}  // namespace slipway::desk::pages
