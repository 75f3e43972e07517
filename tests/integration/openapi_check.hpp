// Holds the REST interface to its own description.
#pragma once

#include "appliance/http/client.hpp"

namespace slipway::desk::test {

/// Why an answer is not one that services/desk/openapi.json allows for this call: "" when it is. Looks at status, media
/// type and body.
[[nodiscard]] std::string openapi_fault(const std::string& method, const std::string& path,
                                        const http::ClientAnswer& answer);

}  // namespace slipway::desk::test
