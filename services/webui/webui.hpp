// The templates compiled in.
#pragma once

#include "appliance/template/template.hpp"

namespace slipway::webui {

/// All templates, by file name without ".html". Parsed at the first call; aborts when one is faulty, which a test
/// finds.
[[nodiscard]] const page::Templates& templates();

/// The same, as a result: for that test.
[[nodiscard]] Result<page::Templates> parse_templates();

}  // namespace slipway::webui
