// What people do on pages: each answers a POST, then sends the browser to a page that can be fetched again.
#pragma once

#include "services/desk/page_frame.hpp"

namespace slipway::desk::pages {

[[nodiscard]] Result<http::Response> answer_ticket(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> move_ticket(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> assign_ticket(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> set_ticket_team(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> set_ticket_severity(Visit& visit, http::Request& request);

[[nodiscard]] Result<http::Response> show_new(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> open_ticket(Visit& visit, http::Request& request);

}  // namespace slipway::desk::pages
