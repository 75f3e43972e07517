// Requests and responses as handlers see them; free of POCO.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::http {

enum class Method { get, head, post, put, patch, del, options };

/// An uploaded file; `path` is a private temporary file that goes with the request.
struct Upload {
  std::string field;
  std::string file_name;   ///< last path component only, control characters removed; never used as a path
  std::string media_type;  ///< as the client says
  std::filesystem::path path;
  std::uint64_t size = 0;
};

/// Fields of a form, urlencoded or multipart.
struct Form {
  std::multimap<std::string, std::string> fields;
  std::vector<Upload> uploads;
  [[nodiscard]] std::string text(const std::string& name) const;  ///< first value, "" when absent
};

/// One request. Valid during its handler only; used by one thread.
class Request {
 public:
  virtual ~Request() = default;
  Method method = Method::get;
  std::string path;                               ///< decoded, normalised, without query; never holds ".." or NUL
  std::multimap<std::string, std::string> query;  ///< decoded
  std::map<std::string, std::string> parameters;  ///< {name} parts of the route
  std::map<std::string, std::string> headers;     ///< names in lower case
  std::map<std::string, std::string> cookies;
  std::string client_address;  ///< the peer, or X-Forwarded-For's last hop behind our own proxy
  std::string client_name;     ///< common name of the client's checked certificate; "" where none is asked for
  std::string id;              ///< request id, also in the answer's X-Request-Id
  std::string route;           ///< pattern of the route that answers; "" when none matched

  [[nodiscard]] std::optional<std::string> query_text(const std::string& name) const;
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;  ///< "" when absent

  /// The body in memory. Errors: too_large beyond `limit_bytes` (nothing more is read), timeout, invalid_argument.
  [[nodiscard]] virtual Result<std::string> body(std::uint64_t limit_bytes) = 0;
  /// The body as a form; files are spooled to disk. Same errors; no_space.
  [[nodiscard]] virtual Result<Form> form(std::uint64_t limit_bytes) = 0;
};

/// Writes pieces of a long body; an error means the client has gone.
using BodyWriter = std::function<Status(std::string_view piece)>;

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  /// When set, the body is `stream_size` bytes written by this function (attachments); fixed Content-Length all the
  /// same.
  std::function<Status(const BodyWriter&)> stream = {};
  std::uint64_t stream_size = 0;

  Response& with(std::string name, std::string value) &;
  Response&& with(std::string name, std::string value) &&;

  [[nodiscard]] static Response html(std::string body, int status = 200);
  [[nodiscard]] static Response json(std::string body, int status = 200);
  [[nodiscard]] static Response text(std::string body, int status = 200);
  [[nodiscard]] static Response redirect(const std::string& path);  ///< 303, local paths only
  /// application/problem+json (RFC 9457): type, title, status, detail, hint, request_id.
  [[nodiscard]] static Response problem(const Error& error, const std::string& request_id);
};

using Handler = std::function<Response(Request&)>;

}  // namespace slipway::http
