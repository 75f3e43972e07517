// A small HTTP client on POCO's sessions: probes, other people's REST services, tests.
#pragma once

#include <chrono>
#include <filesystem>

#include "appliance/http/message.hpp"

namespace slipway::http {

struct ClientOptions {
  std::filesystem::path unix_socket = {};  ///< when set: connect here; the address gives path and Host only
  std::filesystem::path ca_file =
      {};  ///< PEM; empty: the system's authorities. Certificate and name are always checked
  std::filesystem::path certificate_file = {};  ///< PEM; shown to a server that asks who calls; with key_file
  std::filesystem::path key_file = {};
  /// When set, the common name that the server's certificate must have as well: compared before the body leaves.
  std::string server_name = {};
  std::chrono::milliseconds limit{
      5000};  ///< to connect, to send, and for each silence of the server; ten times that in all
  std::uint64_t answer_bytes = 16ULL << 20U;  ///< a larger body is an error
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  ///< "https://host[:port]/path?query" or "http://…"
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct ClientAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Sends one request on a connection of its own; redirects are not followed. Any status is an answer, not an error.
/// Errors: invalid_argument (address, CA file), unavailable (nobody listens, certificate not trusted), timeout,
/// too_large. Thread-safe.
[[nodiscard]] Result<ClientAnswer> fetch(const ClientRequest& request, const ClientOptions& options = {});

}  // namespace slipway::http
