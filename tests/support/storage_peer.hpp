// Places for backups, of every kind: a directory, a real sshd, real FTP servers, a real server of the S3 interface, as
// processes of the test.
#pragma once

#include <filesystem>
#include <memory>

#include "services/backup/storage.hpp"

namespace slipway::test {

/// One repository, empty at first.
class StoragePeer {
 public:
  StoragePeer() = default;
  StoragePeer(const StoragePeer&) = delete;
  StoragePeer& operator=(const StoragePeer&) = delete;
  virtual ~StoragePeer() = default;

  [[nodiscard]] virtual backup::StorageAddress address() const = 0;
  /// Where what it holds lies, for a look behind the interface.
  [[nodiscard]] virtual std::filesystem::path disk() const = 0;
  /// How many objects and unfinished ones are on its disk, whatever the interface tells.
  [[nodiscard]] virtual int files() const;
  /// Opens it; the program ends when that fails.
  [[nodiscard]] std::unique_ptr<backup::Storage> open() const;
};

[[nodiscard]] std::unique_ptr<StoragePeer> directory_peer();
/// On SftpHost::shared().
[[nodiscard]] std::unique_ptr<StoragePeer> sftp_peer();
/// On FtpHost::shared().
[[nodiscard]] std::unique_ptr<StoragePeer> ftps_peer();
[[nodiscard]] std::unique_ptr<StoragePeer> ftp_peer();
/// On S3Service::shared().
[[nodiscard]] std::unique_ptr<StoragePeer> s3_peer();

}  // namespace slipway::test
