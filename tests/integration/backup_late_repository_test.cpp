// A repository that did not answer when its program began, and does later.
#include <gmock/gmock.h>

#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

class BackupLateRepository : public ::testing::Test {
 protected:
  [[nodiscard]] backup::Repository later(const archive::Key& key) const {
    const std::string url = "file://" + (directory_ / "even").string();
    return backup::Repository::open_later(
        "even", url, true, [url] { return backup::open_storage({.url = url}); }, key);
  }

  /// Waits for another answer than that nothing is there.
  [[nodiscard]] static bool answers(const backup::Repository& repository) {
    return eventually(std::chrono::seconds(20), [&] {
      const auto listed = repository.storage().list("");
      return listed || listed.error().code != Code::not_found;
    });
  }

  TempDirectory directory_;
};

// D5
TEST_F(BackupLateRepository, IsOpenedByTheFirstCallThatReachesIt) {
  std::optional<archive::Key> key;
  std::string id;
  {
    const TwoRepositories repositories(directory_.path());
    key = repositories.key();
    id = repositories.even().id();
  }
  fs::rename(directory_ / "even", directory_ / "away");
  const auto repository = later(*key);
  EXPECT_TRUE(repository.storage().can_append());
  EXPECT_EQ(repository.backups().error().code, Code::not_found);
  EXPECT_EQ(repository.id(), "");
  EXPECT_FALSE(fs::exists(directory_ / "even"));
  fs::rename(directory_ / "away", directory_ / "even");
  ASSERT_TRUE(answers(repository));
  EXPECT_TRUE(repository.backups().has_value());
  EXPECT_EQ(repository.id(), id);
}

TEST_F(BackupLateRepository, OfAnotherKeyIsRefusedAndNotWrittenTo) {
  const auto repository = later(archive::Key::make());
  EXPECT_FALSE(repository.write_document("test.json", {{"written", true}}).has_value());
  { const TwoRepositories repositories(directory_.path()); }
  ASSERT_TRUE(answers(repository));
  EXPECT_EQ(repository.storage().list("").error().code, Code::unauthenticated);
  EXPECT_EQ(repository.write_document("test.json", {{"written", true}}).error().code, Code::unauthenticated);
  EXPECT_EQ(repository.storage().replace("lease.json", "x").error().code, Code::unauthenticated);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "even"), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace slipway::test
