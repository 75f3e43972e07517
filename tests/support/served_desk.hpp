// A desk of another product, moved by slipway-migrate into an account of a running Slipway, as its web server serves
// it.
#pragma once

#include "tests/support/instance.hpp"
#include "tests/support/moved_desk.hpp"

namespace slipway::test {

/// Moves `source` by the built program into a new account of `instance`, which is up; `options` are more of its
/// arguments
/// ("--files", DIR). Fails the test when that fails.
void move_by_program(const Instance& instance, const sql::Endpoint& source, const std::string& account,
                     const std::vector<std::string>& options);

/// Holds what slipway-webd serves of the account against `facts` (see facts_of()): every request by REST and as a page,
/// every message, every file byte by byte. What it counted and the first differences; empty when there is none.
[[nodiscard]] std::string served_differences(const Instance& instance, const std::string& account, const Facts& facts);

/// One letter of a message, one digit of a file's sum and one requester changed: six differences for
/// served_differences(), each seen by REST and on the page.
void spoil(Facts& facts);

}  // namespace slipway::test
