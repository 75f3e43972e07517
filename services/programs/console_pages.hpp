// The console's pages inside the desk's frame.
#pragma once

#include "appliance/config/config.hpp"
#include "services/desk/routes.hpp"

namespace slipway::programs {

/// /{account}/console/…, for administrators of the account. `site` must outlive the server.
void add_console_pages(http::Router& router, const desk::Site& site, const config::Config& config);

}  // namespace slipway::programs
