// The monthly copy: a full backup in another repository, which is all that is left.
#include <gmock/gmock.h>

#include "services/backup/copy_backup.hpp"
#include "services/backup/verify.hpp"
#include "tests/support/backed_up_server.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

/// A server with a full backup in "even", in several pieces; "odd" is the customer's.
class BackupCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = start_logging_server(directory_ / "server");
    auto admin = connect(server.administrator());
    ASSERT_TRUE(
        admin.run_script("CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY, text TEXT);\n"
                         "INSERT INTO desk.note SELECT seq, MD5(seq) FROM desk.seq_1_to_1000;\n"));
    const backup::TakeOptions options{.server = server.administrator(),
                                      .data = directory_ / "server/data",
                                      .work = directory_ / "take",
                                      .parent = {},
                                      .accounts = {},
                                      .log_line = "20261129t000000z-abcdef",
                                      .piece_bytes = 4U << 20U};
    auto taken = backup::take_backup(even(), options, SystemClock(), [](std::uint64_t, std::uint64_t) {});
    ASSERT_TRUE(taken.has_value()) << to_text(taken.error());
    full_ = *std::move(taken);
    ASSERT_GT(full_.pieces.size(), 3U);
    expected_ = sums_of(admin);
  }

  [[nodiscard]] const backup::Repository& even() const { return repositories_->even(); }
  [[nodiscard]] const backup::Repository& customer() const { return repositories_->odd(); }

  void add_proof() const {
    backup::Proof proof;
    proof.outcome = backup::ProofOutcome::proven;
    proof.backup = full_.id;
    proof.repository = even().id();
    ASSERT_TRUE(even().add_proof(proof).has_value());
  }

  void expect_whole() const {
    const auto found = backup::verify_repository(customer(), [](std::uint64_t, std::uint64_t) {});
    ASSERT_TRUE(found.has_value()) << to_text(found.error());
    for (const Error& fault : found->faults) ADD_FAILURE() << to_text(fault);
    EXPECT_THAT(found->unreferenced, IsEmpty());
    EXPECT_EQ(found->backups, 1U);
  }

  TempDirectory directory_;
  std::optional<TwoRepositories> repositories_{std::in_place, directory_ / "repositories"};
  backup::Manifest full_;
  Sums expected_;
};

// A35
TEST_F(BackupCopy, IsRestoredFromTheCustomersRepositoryAlone) {
  add_proof();
  const auto copied = backup::copy_backup(even(), full_, customer());
  ASSERT_TRUE(copied.has_value()) << to_text(copied.error());
  EXPECT_EQ(copied->id, full_.id);
  EXPECT_EQ(copied->repository, customer().id());
  // Again: it is there.
  EXPECT_TRUE(backup::copy_backup(even(), full_, customer()).has_value());
  expect_whole();
  const auto proofs = customer().proofs(full_.id);
  ASSERT_TRUE(proofs.has_value() && proofs->size() == 1);
  EXPECT_EQ(proofs->front().outcome, backup::ProofOutcome::proven);

  fs::remove_all(directory_ / "repositories/even");
  for (const std::string& target : {full_.id, std::string("latest")}) {
    const auto restored = restore_to({&customer()}, target, directory_ / ("restored " + target));
    ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
    auto connection = connect(restored->server.administrator());
    EXPECT_EQ(sums_of(connection), expected_) << target;
  }
}

// A35
TEST_F(BackupCopy, GoesOnWhereItWasStoppedAndReplacesWhatIsNoPieceOfIt) {
  int parts = 0;
  const auto stopped = backup::copy_backup(even(), full_, customer(), [&parts]() -> Status {
    if (++parts < 8) return {};
    return Error{Code::unavailable, "stopped by this test"};
  });
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(customer().backup(full_.id).error().code, Code::not_found);
  const std::string last = full_.pieces.back().name;
  const auto written = customer().storage().write(last);
  ASSERT_TRUE(written.has_value() && (*written)->add("another").has_value() && (*written)->commit().has_value());
  const auto copied = backup::copy_backup(even(), full_, customer());
  ASSERT_TRUE(copied.has_value()) << to_text(copied.error());
  expect_whole();
}

TEST_F(BackupCopy, OfADamagedPieceIsRefused) {
  const fs::path file = directory_ / "repositories/even" / full_.pieces[1].name;
  auto bytes = read_file(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  fs::permissions(file, fs::perms::owner_all);
  write_file(file, bytes);
  const auto copied = backup::copy_backup(even(), full_, customer());
  ASSERT_FALSE(copied.has_value());
  EXPECT_EQ(copied.error().code, Code::corrupt);
  EXPECT_EQ(customer().backup(full_.id).error().code, Code::not_found);
}

}  // namespace
}  // namespace slipway::test
