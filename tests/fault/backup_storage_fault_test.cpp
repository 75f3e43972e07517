// What storages of backups say and leave behind when the world fails them.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <fstream>
#include <regex>

#include "services/backup/storage.hpp"
#include "services/backup/storage_directory.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/s3_service.hpp"
#include "tests/support/sftp_host.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/storage_peer.hpp"
#include "tests/support/tcp_cutter.hpp"

namespace slipway::backup {
namespace {

using std::chrono::seconds;

Status put(Storage& storage, const std::string& name, std::size_t size) {
  const std::string piece(1U << 20U, 'x');
  SLIPWAY_TRY(const auto writer, storage.write(name));
  for (std::size_t left = size; left > 0; left -= std::min(left, piece.size()))
    SLIPWAY_CHECK(writer->add(std::string_view(piece).substr(0, left)));
  return writer->commit();
}

/// How many bytes can be read, or the error.
Result<std::size_t> read_size(Storage& storage, const std::string& name) {
  SLIPWAY_TRY(const auto reader, storage.read(name));
  for (std::size_t size = 0;;) {
    SLIPWAY_TRY(const std::string part, reader->read(1U << 20U));
    if (part.empty()) return size;
    size += part.size();
  }
}

std::string describe(const Status& status) {
  return status ? "ok" : std::string(traits(status.error().code).name) + ": " + to_text(status.error());
}

template <typename T>
std::string describe(const Result<T>& result) {
  return result ? "ok" : describe(Status(result.error()));
}

std::string listed(Storage& storage) {
  const auto objects = storage.list("");
  if (!objects) return describe(objects);
  std::string names;
  for (const StoredObject& object : *objects) names += (names.empty() ? "" : " ") + object.name;
  return names;
}

int files_in(const std::filesystem::path& directory) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) ++count;
  return count;
}

/// "<code>: <message>", with the hint on a line of its own, is like `pattern`.
void expect_like(const std::string& told, const std::string& pattern) {
  EXPECT_TRUE(std::regex_search(told, std::regex(pattern))) << told << "\nis not like " << pattern;
}

#define EXPECT_TELLS(expression, pattern)       \
  do {                                          \
    SCOPED_TRACE(#expression);                  \
    expect_like(describe(expression), pattern); \
  } while (false)

// A35
TEST(BackupDirectoryFault, LeavesNothingOnAFullDisk) {
  const test::SmallDisk disk("16m");
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  const auto storage = open_storage({.url = "file://" + disk.path().string()});
  ASSERT_TRUE(storage.has_value());
  EXPECT_TELLS(put(**storage, "full/large", 20'000'000),
               "^no_space: file:///.*/full/large: cannot be written: No space left");
  EXPECT_EQ(files_in(disk.path()), 0);
  EXPECT_TELLS((*storage)->replace("lease", std::string(20'000'000, 'x')), "^no_space: ");
  EXPECT_EQ(files_in(disk.path()), 0);
  EXPECT_TELLS(put(**storage, "full/small", 1'000'000), "^ok$");
  EXPECT_EQ(listed(**storage), "full/small");
}

TEST(BackupDirectoryFault, SaysThatItIsReadOnly) {
  const test::SmallDisk disk("16m");
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  const auto storage = open_storage({.url = "file://" + disk.path().string()});
  ASSERT_TRUE(storage.has_value());
  ASSERT_TRUE(put(**storage, "a", 10).has_value());
  ASSERT_EQ(::mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_TELLS(put(**storage, "b", 10), "^permission: file:///.*/b: cannot be created: Read-only file system");
  EXPECT_TELLS((*storage)->remove("a"), "^permission: file:///.*/a: cannot be removed: Read-only");
  EXPECT_EQ(*read_size(**storage, "a"), 10U);
}

TEST(BackupDirectoryFault, SaysWhatIsWrongWithTheDirectory) {
  const test::TempDirectory directory;
  EXPECT_TELLS(open_storage({.url = "file://" + (directory / "none").string()}),
               "^not_found: file:///.*/none: cannot be used: No such file.*\nhint: mount the disk");
  test::write_file(directory / "file", "x");
  EXPECT_TELLS(open_storage({.url = "file://" + (directory / "file").string()}), "^not_found: .*: is no directory");
  EXPECT_TELLS(open_storage({.url = "gopher://x"}), "^invalid_argument: storage 'gopher://x': must begin with");
}

TEST(BackupDirectoryFault, DoesNotWriteWhereADiskWas) {
  const test::TempDirectory directory;
  const auto root = directory / "disk";
  std::filesystem::create_directory(root);
  const auto storage = open_storage({.url = "file://" + root.string()});
  ASSERT_TRUE(storage.has_value());
  ASSERT_TRUE(put(**storage, "a", 10).has_value());
  std::filesystem::rename(root, directory / "away");
  EXPECT_TELLS(put(**storage, "b", 10), "^not_found: ");
  std::filesystem::create_directory(root);
  EXPECT_TELLS(put(**storage, "b", 10), "^unavailable: .*: is another directory than at the start");
  EXPECT_TELLS((*storage)->list(""), "^unavailable: ");
  EXPECT_TELLS((*storage)->read("a"), "^unavailable: ");
  EXPECT_EQ(files_in(root), 0);
}

TEST(BackupDirectoryFault, KnowsAMountPointWithoutItsDisk) {
  const test::TempDirectory directory;
  std::filesystem::create_directories(directory / "mnt/backup");
  const std::string place = (directory / "mnt").string();
  test::write_file(directory / "fstab",
                   "# disks\n/dev/sdx1 / ext4 defaults 0 1\n/dev/sdx2 " + place + " ext4 nofail 0 2\n");
  EXPECT_EQ(unmounted_place(directory / "mnt/backup", directory / "fstab"), place);
  EXPECT_EQ(unmounted_place(directory / "mnt", directory / "fstab"), place);
  EXPECT_EQ(unmounted_place(directory / "mntother", directory / "fstab"), "");
  EXPECT_EQ(unmounted_place("/proc/self", directory / "fstab"), "");
  test::write_file(directory / "fstab", "proc /proc proc defaults 0 0\n");
  EXPECT_EQ(unmounted_place("/proc/self", directory / "fstab"), "");
  EXPECT_EQ(unmounted_place("/proc/self", directory / "none"), "");
}

TEST(BackupDirectoryFault, TellsAnObjectThatIsCutShort) {
  const auto peer = test::directory_peer();
  const auto storage = peer->open();
  ASSERT_TRUE(put(*storage, "a", 3'000'000).has_value());
  const auto reader = storage->read("a");
  ASSERT_TRUE(reader.has_value());
  ASSERT_EQ((*reader)->read(1'000'000)->size(), 1'000'000U);
  std::filesystem::resize_file(peer->disk() / "a", 1'000'000);
  EXPECT_TELLS((*reader)->read(1'000'000), "^unavailable: .*/a: ends 2000000 bytes early");
}

class BackupSftpFault : public testing::Test {
 protected:
  /// Its address, reached through `port`.
  [[nodiscard]] StorageAddress address(std::uint16_t port = 0) const {
    return {.url = host.url(disk, port), .credentials_file = host.key_file().string()};
  }

  test::SftpHost host;
  std::filesystem::path disk = host.make_directory();
};

// D5
TEST_F(BackupSftpFault, ServerKilledInTheMiddleOfAnObject) {
  const auto storage = open_storage(address());
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  const auto writer = (*storage)->write("full/large");
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->add(std::string(20U << 20U, 'x')).has_value());
  host.kill();
  const Status added = (*writer)->add(std::string(20U << 20U, 'x'));
  EXPECT_TELLS(added ? (*writer)->commit() : added, "^unavailable: sftp://.*/full/large: cannot be written: ");
  EXPECT_TELLS((*writer)->commit(), "^conflict: .*this writer has ended");
  EXPECT_FALSE(std::filesystem::exists(disk / "full/large"));
  EXPECT_TELLS((*storage)->list(""), "^unavailable: .*connection refused\nhint: ");
  EXPECT_TELLS(open_storage(address()), "^unavailable: .*connection refused\nhint: ");
}

TEST_F(BackupSftpFault, ConnectionCutWhileWriting) {
  test::TcpCutter cutter(host.port());
  host.trust(cutter.port());
  const auto storage = open_storage(address(cutter.port()));
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  cutter.cut_after(5'000'000);
  EXPECT_TELLS(put(**storage, "full/large", 20U << 20U), "^unavailable: sftp://.*/full/large: cannot be written: ");
  cutter.restore();
  EXPECT_EQ(listed(**storage), "");
  EXPECT_TRUE((*storage)->sweep(seconds(0)).has_value());
  EXPECT_EQ(files_in(disk), 0);
  EXPECT_TELLS(put(**storage, "full/large", 20U << 20U), "^ok$");
}

TEST_F(BackupSftpFault, ConnectionCutWhileReading) {
  test::TcpCutter cutter(host.port());
  host.trust(cutter.port());
  const auto storage = open_storage(address(cutter.port()));
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  ASSERT_TRUE(put(**storage, "large", 20U << 20U).has_value());
  cutter.cut_after(5'000'000);
  EXPECT_TELLS(read_size(**storage, "large"), "^unavailable: sftp://.*/large: ");
  cutter.restore();
  EXPECT_EQ(*read_size(**storage, "large"), 20U << 20U);
}

TEST_F(BackupSftpFault, LeavesNothingOnAFullDisk) {
  const test::SmallDisk small("16m");
  if (!small.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  host.give(small.path());
  const auto storage = open_storage({.url = host.url(small.path()), .credentials_file = host.key_file().string()});
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  EXPECT_TELLS(put(**storage, "full/large", 30U << 20U), "^no_space: sftp://.*/full/large: cannot be written: ");
  EXPECT_EQ(files_in(small.path()), 0);
  EXPECT_EQ(listed(**storage), "");
}

TEST_F(BackupSftpFault, SaysThatAccessIsDenied) {
  test::TempDirectory foreign;  // nobody's but the test's
  std::filesystem::permissions(foreign.path(), std::filesystem::perms(0555));
  const auto storage = open_storage({.url = host.url(foreign.path()), .credentials_file = host.key_file().string()});
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  EXPECT_TELLS(put(**storage, "a/b", 10), "^permission: sftp://.*/a/b: .*denied.*\nhint: ");
  EXPECT_EQ(files_in(foreign.path()), 0);
  EXPECT_TELLS(open_storage({.url = host.url(foreign / "none"), .credentials_file = host.key_file().string()}),
               "^not_found: sftp://.*/none: ");
}

TEST_F(BackupSftpFault, ChecksKeysOfBothSides) {
  const test::TempDirectory other;
  const auto key = (other / "key").string();
  EXPECT_TELLS(open_storage({.url = host.url(disk)}),
               "^invalid_argument: .*private key must be named\nhint: .*ssh-keygen");
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = key}),
               "^not_found: .*key: secret cannot be read");
  std::filesystem::copy_file(host.key_file(), key);
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = key}),
               "^not_found: .*known_hosts' is not there\nhint: .*ssh-keyscan");
  test::write_file(other / "known_hosts", "");
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = key}),
               "^unauthenticated: .*knownhosts: key is unknown\nhint: write all host keys into known_hosts");
  // Another key than the host has: its own client key will do.
  test::write_file(other / "known_hosts", "[127.0.0.1]:" + std::to_string(host.port()) + " " +
                                              test::read_file(host.key_file().string() + ".pub"));
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = key}),
               "^unauthenticated: .*knownhosts: key mismatch\nhint: its host key is not the one in known_hosts");
  std::filesystem::permissions(key, std::filesystem::perms(0640));
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = key}),
               "^permission: .*key: secret file is open to group");
  const test::SftpHost stranger;
  std::filesystem::copy_file(host.key_file().parent_path() / "known_hosts",
                             stranger.key_file().parent_path() / "known_hosts",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TELLS(open_storage({.url = host.url(disk), .credentials_file = stranger.key_file().string()}),
               "^unauthenticated: .*unable to authenticate.*\nhint: add the public key");
}

class BackupS3Fault : public testing::Test {
 protected:
  [[nodiscard]] StorageAddress address(std::uint16_t port = 0) const {
    return {.url = service.url("desk", port), .credentials_file = service.credentials_file().string()};
  }

  test::S3Service service;
};

TEST_F(BackupS3Fault, ServerKilledInTheMiddleOfAnObject) {
  const auto storage = open_storage(address());
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  const auto writer = (*storage)->write("full/large");
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->add(std::string(20U << 20U, 'x')).has_value());
  service.kill();
  EXPECT_TELLS((*writer)->commit(), "^unavailable: s3://backups/desk/full/large: .*connection refused\nhint: ");
  EXPECT_TELLS((*storage)->list(""), "^unavailable: s3://backups/desk/: cannot be listed: ");
  EXPECT_TELLS(open_storage(address()), "^unavailable: s3://backups/desk: cannot be reached: ");
}

TEST_F(BackupS3Fault, ConnectionCutWhileWritingOrReading) {
  test::TcpCutter cutter(service.port());
  const auto storage = open_storage(address(cutter.port()));
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  cutter.cut_after(5'000'000);
  EXPECT_TELLS(put(**storage, "full/large", 20U << 20U), "^unavailable: s3://backups/desk/full/large: ");
  cutter.restore();
  EXPECT_EQ(listed(**storage), "");
  EXPECT_TELLS(put(**storage, "full/large", 20U << 20U), "^ok$");
  cutter.cut_after(5'000'000);
  EXPECT_TELLS(read_size(**storage, "full/large"), "^unavailable: s3://backups/desk/full/large: ");
  cutter.restore();
  EXPECT_EQ(*read_size(**storage, "full/large"), 20U << 20U);
}

TEST_F(BackupS3Fault, SaysWhatIsWrongWithTheCredentials) {
  const test::TempDirectory directory;
  const auto file = directory / "credentials";
  const auto told = [&](const std::string& text, unsigned mode) {
    test::write_file(file, text);
    std::filesystem::permissions(file, std::filesystem::perms(mode));
    return describe(open_storage({.url = service.url("desk"), .credentials_file = file.string()}));
  };
  expect_like(told("somebody\nsecret-of-ours\n", 0600),
              "^unauthenticated: .*InvalidAccessKeyId.*\nhint: check both lines");
  EXPECT_EQ(told("somebody\nsecret-of-ours\n", 0600).find("secret-of-ours"), std::string::npos);
  expect_like(told("somebody\n", 0600), "^invalid_argument: .*must have two lines");
  expect_like(told("a\nb\nc\n", 0600), "^invalid_argument: .*must have two lines");
  expect_like(told("a\nb\n", 0644), "^permission: .*open to group or others");
  StorageAddress other = address();
  other.url = std::regex_replace(other.url, std::regex("backups/desk"), "nobucket/desk");
  EXPECT_TELLS(open_storage(other), "^not_found: s3://nobucket/desk: ");
}

/// The command lines of this program's children.
std::string children() {
  std::string lines;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(entry.path() / "children");
    for (std::string pid; list >> pid;) lines += test::read_file("/proc/" + pid + "/cmdline") + "\n";
  }
  return lines;
}

TEST_F(BackupS3Fault, NoSecretStandsInAnArgument) {
  const auto storage = open_storage(address());
  ASSERT_TRUE(storage.has_value()) << describe(storage);
  const auto writer = (*storage)->write("large");
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE((*writer)->add(std::string(20U << 20U, 'x')).has_value());
  const std::string lines = children();
  EXPECT_NE(lines.find("rcat"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("S3RVER"), std::string::npos) << lines;
}

}  // namespace
}  // namespace slipway::backup
