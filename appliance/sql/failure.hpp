// What an error number of server or client library means to a caller. Inside this folder only.
#pragma once

#include <string_view>

#include "appliance/base/error.hpp"

namespace slipway::sql {

/// Facts of one failure, as Connector/C reports them.
struct Fault {
  unsigned number = 0;  ///< mysql_errno
  std::string_view sqlstate;
  std::string_view text;      ///< the server's words; may quote values
  bool limit_passed = false;  ///< the client's time limit had passed when the connection was lost
};

/// The Error for `fault` on the session called `session` (Endpoint::describe()). Values quoted by the server are left
/// out.
[[nodiscard]] Error to_error(const Fault& fault, std::string_view session);

/// True when the connection itself is gone (never to be used again), as far as the number tells.
[[nodiscard]] bool connection_lost(unsigned number) noexcept;

/// The mysql_errno in the context of an error made above, 0 for other errors.
[[nodiscard]] unsigned mysql_errno_of(const Error& error) noexcept;

}  // namespace slipway::sql
