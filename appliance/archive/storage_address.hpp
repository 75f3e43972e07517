// What the URL of a storage says. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "appliance/base/result.hpp"

namespace slipway::archive {

/// ftps: FTP over TLS, begun by AUTH TLS. ftp: without, for a customer's server that has nothing better: what is stored
/// is sealed, but the password passes in clear.
enum class StorageKind { directory, sftp, ftps, ftp, s3 };

struct ParsedAddress {
  StorageKind kind = StorageKind::directory;
  std::string path;         ///< directory, sftp, ftp: absolute, no "/" at its end; s3: the prefix, may be empty
  std::string user;         ///< sftp, ftp
  std::string host;         ///< sftp, ftp; an IPv6 address without its brackets
  std::uint16_t port = 22;  ///< sftp, ftp
  std::string bucket;       ///< s3
  std::string endpoint;     ///< s3: "https://HOST[:PORT]"; empty: Amazon's own
  std::string region;       ///< s3; may be empty

  /// The URL without what only matters to the connection: for messages.
  [[nodiscard]] std::string describe() const;
};

/// Error: invalid_argument, naming the part that is wrong; the hint is a right one.
[[nodiscard]] Result<ParsedAddress> parse_storage_url(const std::string& url);

}  // namespace slipway::archive
