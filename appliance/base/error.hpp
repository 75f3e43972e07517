// The one error type of Slipway and the table that gives every code its exit status, HTTP status and whether
// trying again can help. Plain values: safe to copy between threads.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway {

/// What went wrong, in the caller's terms. Order is that of `code_table()`.
enum class Code {
  invalid_argument,   ///< input that breaks a rule; the same input fails again
  unauthenticated,    ///< nobody is signed in, or the credentials are wrong
  forbidden,          ///< signed in, but this is not allowed
  not_found,          ///< the named object does not exist
  conflict,           ///< the object's state does not allow this (a refused move, a name already taken)
  in_use,             ///< somebody else holds the resource: a port, a state directory, a lock
  too_large,          ///< a size limit was passed
  too_many_requests,  ///< a rate limit was passed
  unsupported,        ///< a version, product or format this program does not know
  corrupt,            ///< stored or received data contradicts itself (truncated dump, wrong checksum)
  unavailable,        ///< a server or peer does not answer at present
  timeout,            ///< a time limit passed
  no_space,           ///< the disk is full
  permission,         ///< the operating system or database refuses access
  cancelled,          ///< interrupted by a person or a stop request
  internal            ///< a fault of ours
};

/// What follows from a code outside the program.
struct CodeTraits {
  Code code;
  std::string_view name;  ///< stable, lower case, used in JSON and problem types
  int exit_status;        ///< of a command
  int http_status;
  bool retryable;  ///< the same call may succeed later
};

/// The table, one row per code, in the order of the enumeration.
[[nodiscard]] const std::array<CodeTraits, 16>& code_table() noexcept;

/// The row of `code`. Never fails.
[[nodiscard]] const CodeTraits& traits(Code code) noexcept;

/// An error for a person: `message` names the object ("account 'acme': already exists"), lower case, no full stop;
/// `hint` says the way out; `context` carries machine-readable facts. Never holds secrets or customer data.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::string hint = {};
  std::vector<std::pair<std::string, std::string>> context = {};

  /// The same error with "prefix: " in front of the message.
  [[nodiscard]] Error within(std::string_view prefix) const;
};

/// "message" and, on a second line, "hint: …" when there is one. For terminals.
[[nodiscard]] std::string to_text(const Error& error);

}  // namespace slipway
