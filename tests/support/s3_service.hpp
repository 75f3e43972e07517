// A real server of the S3 interface (s3rver) of the test's own, on loopback and a free port.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "appliance/process/process.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Not thread-safe. Ends the program when the server cannot be had.
class S3Service {
 public:
  S3Service();
  S3Service(const S3Service&) = delete;
  S3Service& operator=(const S3Service&) = delete;
  ~S3Service();

  /// One for the whole test program.
  static S3Service& shared();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Of a prefix in its bucket, reached by `port` (a proxy's, say; 0: its own).
  [[nodiscard]] std::string url(const std::string& prefix, std::uint16_t port = 0) const;
  /// Two lines, open to nobody else.
  [[nodiscard]] std::filesystem::path credentials_file() const { return directory_ / "credentials"; }
  /// A prefix that nothing lies under.
  [[nodiscard]] std::string make_prefix();
  /// Where the objects of a prefix lie.
  [[nodiscard]] std::filesystem::path disk(const std::string& prefix) const;
  void kill();

 private:
  TempDirectory directory_;
  std::uint16_t port_;
  int made_ = 0;
  std::optional<process::Child> child_;
};

}  // namespace slipway::test
