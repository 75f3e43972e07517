#include "appliance/archive/storage_address.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace slipway::archive {
namespace {

constexpr const char* kFileExample = "file:///srv/backup";
constexpr const char* kSftpExample = "sftp://slipway@backup.example.org:22/srv/backup";
constexpr const char* kFtpsExample = "ftps://slipway@backup.example.org:21/srv/backup";
constexpr std::uint16_t kSftpPort = 22;
constexpr std::uint16_t kFtpPort = 21;
constexpr const char* kS3Example = "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-1";

Error wrong(const std::string& url, const std::string& part, const char* example) {
  return Error{Code::invalid_argument, "storage '" + url + "': " + part, "write it like " + std::string(example)};
}

// Built by append: g++ 12 warns of a string in front of another (bug 105329).
std::string quoted(std::string_view text, std::string_view says) {
  std::string whole = "'";
  whole.append(text).append("' ").append(says);
  return whole;
}

/// Every letter is plain: a letter, a digit or one of `others`.
bool is_plain(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           others.find(letter) != std::string_view::npos;
  });
}

/// An absolute path without "." and ".." and without "/" at its end.
Result<std::string> parse_path(const std::string& url, std::string_view text, const char* example) {
  while (text.size() > 1 && text.back() == '/') text.remove_suffix(1);
  if (text.size() < 2 || text.front() != '/') return wrong(url, "the path is missing", example);
  for (std::size_t begin = 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      return wrong(url, "the path must be absolute, without '.', '..' and '//'", example);
    begin = end + 1;
  }
  const bool printable = std::all_of(text.begin(), text.end(), [](char letter) {
    return static_cast<unsigned char>(letter) >= 0x20U && letter != 0x7f;
  });
  if (!printable) return wrong(url, "the path has a control character", example);
  return std::string(text);
}

Result<ParsedAddress> parse_file(const std::string& url, std::string_view rest) {
  if (rest.empty() || rest.front() != '/')
    return wrong(url, "the path must be absolute: three slashes after 'file:'", kFileExample);
  ParsedAddress address;
  SLIPWAY_TRY(address.path, parse_path(url, rest, kFileExample));
  return address;
}

const char* example_of(StorageKind kind) { return kind == StorageKind::sftp ? kSftpExample : kFtpsExample; }

std::string_view scheme_of(StorageKind kind) {
  if (kind == StorageKind::sftp) return "sftp://";
  return kind == StorageKind::ftps ? "ftps://" : "ftp://";
}

std::uint16_t usual_port(StorageKind kind) { return kind == StorageKind::sftp ? kSftpPort : kFtpPort; }

Result<std::uint16_t> parse_port(const std::string& url, std::string_view text, const char* example) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port == 0)
    return wrong(url, quoted(text, "is no port (1 to 65535)"), example);
  return port;
}

/// HOST, HOST:PORT or [ADDRESS]:PORT.
Status parse_host(const std::string& url, std::string_view text, ParsedAddress& address) {
  const char* const example = example_of(address.kind);
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return wrong(url, "']' is missing behind the host's address", example);
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    address.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (address.host.empty() || address.host.front() == '-' || !is_plain(address.host, ".-_:"))
    return wrong(url, quoted(address.host, "is no host"), example);
  if (port.empty()) return {};
  SLIPWAY_TRY(address.port, parse_port(url, port.substr(1), example));
  return {};
}

/// USER@HOST[:PORT]/PATH
Result<ParsedAddress> parse_signed_in(const std::string& url, std::string_view rest, StorageKind kind) {
  const char* const example = example_of(kind);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos || at == 0) return wrong(url, "the user is missing", example);
  ParsedAddress address;
  address.kind = kind;
  address.port = usual_port(kind);
  address.user = authority.substr(0, at);
  // Not repeated in the message: what stands behind a colon here is somebody's password.
  if (address.user.find(':') != std::string::npos)
    return Error{Code::invalid_argument,
                 "storage '" + std::string(scheme_of(kind)) + "…': there is a password in the URL",
                 std::string(kind == StorageKind::sftp ? "sign in with a private key" : "write the password") +
                     " (credentials file), and write it like " + example};
  if (address.user.front() == '-' || !is_plain(address.user, "._-"))
    return wrong(url, quoted(address.user, "is no user"), example);
  SLIPWAY_CHECK(parse_host(url, authority.substr(at + 1), address));
  SLIPWAY_TRY(address.path, parse_path(url, rest.substr(slash), example));
  return address;
}

Status parse_parameter(const std::string& url, std::string_view text, ParsedAddress& address) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view() : text.substr(equals + 1);
  if (name == "endpoint") {
    const bool plain = value.starts_with("https://") || value.starts_with("http://");
    if (!plain || value.ends_with("://") || !is_plain(value, ":/.-_[]"))
      return wrong(url, quoted(value, "is no endpoint (https://HOST[:PORT])"), kS3Example);
    address.endpoint = value;
  } else if (name == "region") {
    if (value.empty() || !is_plain(value, "-_")) return wrong(url, quoted(value, "is no region"), kS3Example);
    address.region = value;
  } else {
    return wrong(url, quoted(name, "is not known; known are endpoint and region"), kS3Example);
  }
  return {};
}

Result<ParsedAddress> parse_s3(const std::string& url, std::string_view rest) {
  const std::size_t question = std::min(rest.find('?'), rest.size());
  std::string_view place = rest.substr(0, question);
  while (!place.empty() && place.back() == '/') place.remove_suffix(1);
  const std::size_t slash = std::min(place.find('/'), place.size());
  ParsedAddress address;
  address.kind = StorageKind::s3;
  address.bucket = place.substr(0, slash);
  if (address.bucket.size() < 3 || address.bucket.front() == '-' || address.bucket.front() == '.' ||
      !is_plain(address.bucket, ".-_"))
    return wrong(url, quoted(address.bucket, "is no bucket"), kS3Example);
  if (slash < place.size()) {
    SLIPWAY_TRY(const std::string prefix, parse_path(url, place.substr(slash), kS3Example));
    address.path = prefix.substr(1);
  }
  if (question == rest.size()) return address;
  std::string_view parameters = rest.substr(question + 1);
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find('&'), parameters.size());
    SLIPWAY_CHECK(parse_parameter(url, parameters.substr(0, end), address));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
  }
  return address;
}

}  // namespace

std::string ParsedAddress::describe() const {
  if (kind == StorageKind::directory) return "file://" + path;
  if (kind == StorageKind::s3) return "s3://" + bucket + (path.empty() ? "" : "/" + path);
  std::string text(scheme_of(kind));
  const bool v6 = host.find(':') != std::string::npos;
  text.append(user).append(v6 ? "@[" : "@").append(host).append(v6 ? "]" : "");
  if (port != usual_port(kind)) text.append(":").append(std::to_string(port));
  return text.append(path);
}

Result<ParsedAddress> parse_storage_url(const std::string& url) {
  const std::string_view text = url;
  if (text.starts_with("file://")) return parse_file(url, text.substr(7));
  for (const StorageKind kind : {StorageKind::sftp, StorageKind::ftps, StorageKind::ftp})
    if (const auto scheme = scheme_of(kind); text.starts_with(scheme))
      return parse_signed_in(url, text.substr(scheme.size()), kind);
  if (text.starts_with("s3://")) return parse_s3(url, text.substr(5));
  return wrong(url, "must begin with file://, sftp://, s3://, ftps:// or ftp://", kFileExample);
}

}  // namespace slipway::archive
