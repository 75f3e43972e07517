// A backup over a line that is cut in its middle.
#include <gtest/gtest.h>

#include <future>

#include "services/backup/take.hpp"
#include "services/backup/verify.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/sftp_host.hpp"
#include "tests/support/tcp_cutter.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// A server with a few megabytes that no compression makes small, and a repository on an SFTP host.
class BackupCutLine : public ::testing::Test {
 protected:
  void SetUp() override {
    auto admin = connect(server_.administrator());
    ASSERT_TRUE(admin
                    .run_script("CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY, text LONGTEXT);\n"
                                "INSERT INTO desk.note SELECT seq, CONCAT(SHA2(RAND(), 512), SHA2(RAND(), 512), "
                                "SHA2(RAND(), 512), SHA2(RAND(), 512)) FROM desk.seq_1_to_30000;\n"
                                "SET GLOBAL innodb_max_dirty_pages_pct = 0;\n")
                    .has_value());
    host_.trust(cutter_.port());
    auto storage = backup::open_storage(
        {.url = host_.url(host_.make_directory(), cutter_.port()), .credentials_file = host_.key_file().string()});
    ASSERT_TRUE(storage.has_value()) << to_text(storage.error());
    auto opened = backup::Repository::open("even", *std::move(storage), archive::Key::make());
    ASSERT_TRUE(opened.has_value()) << to_text(opened.error());
    repository_.emplace(*std::move(opened));
  }

  [[nodiscard]] Result<backup::Manifest> take(const backup::SendPatience& patience) {
    return backup::take_backup(*repository_,
                               {.server = server_.administrator(),
                                .data = directory_ / "server" / "data",
                                .work = directory_ / "work",
                                .parent = {},
                                .accounts = {},
                                .log_line = {},
                                .piece_bytes = 4U << 20U,
                                .patience = patience},
                               SystemClock(), [](std::uint64_t, std::uint64_t) {});
  }

  /// How many pieces wait for the line.
  [[nodiscard]] int waiting() const {
    std::error_code absent;
    int count = 0;
    // It may go meanwhile.
    for (fs::directory_iterator at(directory_ / "work" / "unsent", absent), end; !absent && at != end;
         at.increment(absent))
      ++count;
    return count;
  }

  TempDirectory directory_;
  embedded::Database server_ = start_logging_server(directory_ / "server");
  SftpHost host_;
  TcpCutter cutter_{host_.port()};
  std::optional<backup::Repository> repository_;
};

// A35: the server does not wait for the line, and what has arrived is not sent again.
TEST_F(BackupCutLine, EndsWhenTheLineIsBack) {
  cutter_.cut_after(3'000'000);
  auto taking = std::async(std::launch::async, [this] {
    return take({.first = milliseconds(50), .longest = milliseconds(200), .in_all = std::chrono::minutes(2)});
  });
  EXPECT_TRUE(eventually(std::chrono::minutes(2), [this] { return waiting() >= 3; }));
  cutter_.restore();
  const auto taken = taking.get();
  ASSERT_TRUE(taken.has_value()) << to_text(taken.error());
  EXPECT_GT(taken->pieces.size(), 4U);
  const auto verified = backup::verify_repository(*repository_, [](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(verified.has_value()) << to_text(verified.error());
  EXPECT_TRUE(verified->faults.empty());
  EXPECT_TRUE(verified->unreferenced.empty());
  EXPECT_FALSE(fs::exists(directory_ / "work"));
  auto restored = restore_to({&*repository_}, taken->id, directory_ / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto there = connect(restored->server.administrator());
  auto here = connect(server_.administrator());
  EXPECT_EQ(sums_of(there), sums_of(here));
}

TEST_F(BackupCutLine, GivesUpInTheEndAndLeavesNoBackup) {
  cutter_.cut_after(3'000'000);
  const auto taken = take({.first = milliseconds(20), .longest = milliseconds(20), .in_all = milliseconds(100)});
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, Code::unavailable) << to_text(taken.error());
  EXPECT_FALSE(fs::exists(directory_ / "work"));
  cutter_.restore();
  const auto listing = repository_->backups();
  ASSERT_TRUE(listing.has_value()) << to_text(listing.error());
  EXPECT_TRUE(listing->backups.empty());
  ASSERT_TRUE(
      backup::remove_unpublished(*repository_, SystemClock().now() + std::chrono::hours(1), std::chrono::hours(0))
          .has_value());
  EXPECT_TRUE(repository_->storage().list("backups/")->empty());
}

}  // namespace
}  // namespace slipway::test
