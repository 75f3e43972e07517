// A real FTP server of the test's own (pyftpdlib), on loopback and a free port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "appliance/process/process.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Not thread-safe. Ends the program when the server cannot be had.
class FtpHost {
 public:
  /// `tls`: it demands TLS, with a certificate of its own for 127.0.0.1.
  explicit FtpHost(bool tls);
  FtpHost(const FtpHost&) = delete;
  FtpHost& operator=(const FtpHost&) = delete;
  ~FtpHost();

  /// One of each for the whole test program.
  static FtpHost& shared(bool tls);

  /// Of a directory on it.
  [[nodiscard]] std::string url(const std::string& directory) const;
  /// The password, open to nobody else; ca.pem beside it has the certificate.
  [[nodiscard]] std::filesystem::path password_file() const { return directory_ / "client/password"; }
  /// A directory that is empty, below the server's own root: "/disk-1".
  [[nodiscard]] std::string make_directory();
  /// Where that lies.
  [[nodiscard]] std::filesystem::path disk(const std::string& directory) const;

 private:
  TempDirectory directory_;
  bool tls_;
  std::uint16_t port_;
  int made_ = 0;
  std::optional<process::Child> child_;
};

}  // namespace slipway::test
