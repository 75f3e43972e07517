// Who looks at a page of the console.
#pragma once

#include <string>

#include "appliance/base/time.hpp"
#include "services/webui/texts.hpp"

namespace slipway::console {

/// An administrator of this account.
struct Viewer {
  std::string account;
  std::string kind;  ///< of the account: "production", "sandbox", …
  webui::Language language = webui::Language::en;
  Timestamp now;
};

}  // namespace slipway::console
