// A real sshd of the test's own: loopback, a free port, SFTP alone, signed into by a key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "appliance/process/process.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Not thread-safe. Ends the program when the server cannot be had.
class SftpHost {
 public:
  SftpHost();
  SftpHost(const SftpHost&) = delete;
  SftpHost& operator=(const SftpHost&) = delete;
  ~SftpHost();

  /// One for the whole test program.
  static SftpHost& shared();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Of a directory on it, reached by `port` (a proxy's, say; 0: its own).
  [[nodiscard]] std::string url(const std::filesystem::path& directory, std::uint16_t port = 0) const;
  /// A private key that it accepts; known_hosts beside it has its host key.
  [[nodiscard]] std::filesystem::path key_file() const { return directory_ / "client/key"; }
  /// Has its host key known under another port too.
  void trust(std::uint16_t port) const;
  /// An empty directory of the user whom it serves.
  [[nodiscard]] std::filesystem::path make_directory();
  /// Gives that user a file or directory.
  void give(const std::filesystem::path& path) const;
  /// SIGKILL, to all its sessions too.
  void kill();

 private:
  TempDirectory directory_;
  std::string user_;
  std::uint16_t port_;
  int made_ = 0;
  std::optional<process::Child> child_;
};

}  // namespace slipway::test
