#include "migrate/engine/source_rules.hpp"

#include <charconv>

namespace slipway::migrate {
namespace {

Error refuse(std::string message) {
  return {Code::invalid_argument, std::move(message),
          "write mysql://user@host:port/db, socket=/path[,user=NAME][,db=NAME] or dump=FILE, dump=DIRECTORY"};
}

Result<SourceAddress> parse_url(std::string_view rest) {
  SourceAddress address;
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    address.database = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
  }
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    address.user = rest.substr(0, at);
    rest = rest.substr(at + 1);
    if (address.user.find(':') != std::string::npos) {
      return Error{Code::invalid_argument,
                   "source: a password in the address can be read by other users of this machine",
                   "put the password into a file and say --password-file FILE"};
    }
  }
  // [::1]:3306 as well as host:3306.
  const auto bracket = rest.find(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto digits = rest.substr(colon + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || address.port == 0)
      return refuse("source: '" + std::string(digits) + "' is no port");
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  address.host = rest;
  if (address.host.empty() || address.user.empty()) return refuse("source: the address lacks a user or a host");
  return address;
}

Result<SourceAddress> parse_socket(std::string_view rest) {
  SourceAddress address;
  std::size_t part = 0;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const auto piece = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (part++ == 0) {
      address.socket = piece;
    } else if (piece.starts_with("user=")) {
      address.user = piece.substr(5);
    } else if (piece.starts_with("db=")) {
      address.database = piece.substr(3);
    } else {
      return refuse("source: '" + std::string(piece) + "' is not understood");
    }
  }
  if (address.socket.empty() || address.user.empty()) return refuse("source: the socket or the user is empty");
  return address;
}

}  // namespace

std::string SourceAddress::describe() const {
  if (kind == Kind::dump) return "dump=" + file;
  const std::string machine = host.find(':') == std::string::npos ? host : "[" + host + "]";
  std::string place = socket.empty() ? "mysql://" + user + "@" + machine + ":" + std::to_string(port)
                                     : "socket=" + socket + ",user=" + user;
  if (database.empty()) return place;
  return place + (socket.empty() ? "/" : ",db=") + database;
}

Result<SourceAddress> parse_source(std::string_view text) {
  if (text.starts_with("mysql://")) return parse_url(text.substr(8));
  if (text.starts_with("mariadb://")) return parse_url(text.substr(10));
  if (text.starts_with("socket=")) return parse_socket(text.substr(7));
  if (text.starts_with("dump=") && text.size() > 5) {
    SourceAddress address;
    address.kind = SourceAddress::Kind::dump;
    address.file = text.substr(5);
    return address;
  }
  return refuse("source: '" + std::string(text.substr(0, 80)) + "' is not understood");
}

}  // namespace slipway::migrate
