#include "tests/support/storage_peer.hpp"

#include <cstdio>
#include <cstdlib>

#include "tests/support/ftp_host.hpp"
#include "tests/support/s3_service.hpp"
#include "tests/support/sftp_host.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {
namespace {

class DirectoryPeer final : public StoragePeer {
 public:
  backup::StorageAddress address() const override { return {.url = "file://" + directory_.path().string()}; }
  std::filesystem::path disk() const override { return directory_.path(); }

 private:
  TempDirectory directory_;
};

class SftpPeer final : public StoragePeer {
 public:
  backup::StorageAddress address() const override {
    return {.url = SftpHost::shared().url(directory_), .credentials_file = SftpHost::shared().key_file().string()};
  }
  std::filesystem::path disk() const override { return directory_; }

 private:
  std::filesystem::path directory_ = SftpHost::shared().make_directory();
};

class FtpPeer final : public StoragePeer {
 public:
  explicit FtpPeer(bool tls) : host_(FtpHost::shared(tls)) {}
  backup::StorageAddress address() const override {
    return {.url = host_.url(directory_), .credentials_file = host_.password_file().string()};
  }
  std::filesystem::path disk() const override { return host_.disk(directory_); }

 private:
  FtpHost& host_;
  std::string directory_ = host_.make_directory();
};

class S3Peer final : public StoragePeer {
 public:
  backup::StorageAddress address() const override {
    return {.url = S3Service::shared().url(prefix_),
            .credentials_file = S3Service::shared().credentials_file().string()};
  }
  std::filesystem::path disk() const override { return S3Service::shared().disk(prefix_); }
  int files() const override {
    if (!std::filesystem::exists(disk())) return 0;
    // The service keeps several files per object.
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(disk()))
      if (entry.path().string().ends_with("._S3rver_object")) ++count;
    return count;
  }

 private:
  std::string prefix_ = S3Service::shared().make_prefix();
};

}  // namespace

int StoragePeer::files() const {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(disk()))
    if (entry.is_regular_file()) ++count;
  return count;
}

std::unique_ptr<backup::Storage> StoragePeer::open() const {
  auto opened = backup::open_storage(address());
  if (opened) return std::move(opened).value();
  std::fprintf(stderr, "storage: %s\n", to_text(opened.error()).c_str());
  std::abort();
}

std::unique_ptr<StoragePeer> directory_peer() { return std::make_unique<DirectoryPeer>(); }
std::unique_ptr<StoragePeer> sftp_peer() { return std::make_unique<SftpPeer>(); }
std::unique_ptr<StoragePeer> ftps_peer() { return std::make_unique<FtpPeer>(true); }
std::unique_ptr<StoragePeer> ftp_peer() { return std::make_unique<FtpPeer>(false); }
std::unique_ptr<StoragePeer> s3_peer() { return std::make_unique<S3Peer>(); }

}  // namespace slipway::test
