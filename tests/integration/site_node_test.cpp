#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <sstream>

#include "appliance/http/client.hpp"
#include "services/site/message_text.hpp"
#include "services/site/node.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/member_certificate.hpp"
#include "tests/support/peer_server.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

const std::array<std::string, kMembers> kNames{"north", "south", "witness"};

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// Three members on this machine; what a database would tell is set by the test.
class SiteNode : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream all(directory_ / "all.pem");
    for (const std::string name : {"north", "south", "witness", "stranger"}) {
      ASSERT_TRUE(test::make_member_certificate(directory_.path(), name));
      if (name != "stranger") all << content_of(directory_ / (name + ".pem"));
    }
    all.close();
    for (std::size_t i = 0; i < kMembers; ++i) start(i);
  }

  /// Ports are chosen at the first start, and the members are told once all are known.
  void start(std::size_t i) {
    if (ports_.at(i) == 0) ports_.at(i) = test::free_port();
    NodeOptions options{.setup = {.self = i, .names = kNames, .timing = {}, .armed = true},
                        .record = directory_ / (kNames.at(i) + ".record"),
                        .lease_page = directory_ / (kNames.at(i) + ".lease"),
                        .urls = {},
                        .server = {.port = ports_.at(i),
                                   .certificate_file = directory_ / (kNames.at(i) + ".pem"),
                                   .key_file = directory_ / (kNames.at(i) + ".key"),
                                   .client_ca_file = directory_ / "all.pem",
                                   .threads = 2}};
    for (std::size_t j = 0; j < kMembers; ++j) {
      if (ports_.at(j) == 0) ports_.at(j) = test::free_port();
      options.urls.at(j) = "https://127.0.0.1:" + std::to_string(ports_.at(j));
    }
    if (!std::filesystem::exists(options.record)) {
      ASSERT_TRUE(Member::make_record(options.record, false));
    }
    auto node = Node::start(
        std::move(options),
        [this] {
          const bool follows = standby_follows_;
          return Local{.looked_at = boot_clock(),
                       .can_serve = true,
                       .writes_stopped = true,
                       .standby_follows = follows,
                       .standby_has_all = follows,
                       .standby_lost = !follows};
        },
        [this](const Error&) { ++ended_; });
    ASSERT_TRUE(node.has_value()) << node.error().message;
    nodes_.at(i) = std::move(*node);
  }

  /// The site that its host's programs would let write, by the page alone.
  [[nodiscard]] std::optional<std::size_t> writer() const {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < kWitness; ++i) {
      const auto lease = lease::LeasePage::open(directory_ / (kNames.at(i) + ".lease"))->read();
      if (!lease || boot_clock() >= lease->write_until) continue;
      EXPECT_FALSE(found) << "both sites may write";
      found = i;
    }
    return found;
  }

  bool settled() {
    const auto who = writer();
    return who && nodes_.at(*who) && nodes_.at(*who)->state().standby == kNames.at(1 - *who);
  }

  test::TempDirectory directory_;
  std::array<std::uint16_t, kMembers> ports_{};
  std::atomic<bool> standby_follows_ = true;
  std::atomic<int> ended_ = 0;
  std::array<std::unique_ptr<Node>, kMembers> nodes_;
};

// F5, D6
TEST_F(SiteNode, TheOtherSiteTakesOverWhenTheWriterIsGone) {
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return settled(); }));
  const std::size_t first = *writer();
  const std::uint64_t epoch = nodes_.at(first)->state().ballot.promised;
  nodes_.at(first).reset();
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return writer() == std::optional(1 - first); }));
  EXPECT_GT(nodes_.at(1 - first)->state().ballot.promised, epoch);
  // The one that comes back finds that it is not asked for.
  start(first);
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return settled(); }));
  EXPECT_EQ(writer(), std::optional(1 - first));
  EXPECT_TRUE(test::eventually(seconds(10), [&] { return nodes_.at(first)->state().role == Role::follower; }));
}

// F5, D6
TEST_F(SiteNode, ASiteThatLacksWritesIsNotElectedWithoutAnOrder) {
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return settled(); }));
  const std::size_t first = *writer();
  standby_follows_ = false;
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return nodes_.at(first)->state().standby.empty(); }));
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return !nodes_.at(first)->state().needs_standby; }));
  const std::uint64_t seen = nodes_.at(first)->state().ballot.accepted.epoch;
  nodes_.at(first).reset();
  // For longer than a lease and several campaigns nobody writes.
  EXPECT_FALSE(test::eventually(seconds(8), [&] { return writer() == std::optional(1 - first); }));
  nodes_.at(1 - first)->order({.seen = seen, .accept_loss = true});
  EXPECT_TRUE(test::eventually(seconds(30), [&] { return writer() == std::optional(1 - first); }));
}

// D5
TEST_F(SiteNode, HandsOver) {
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return settled(); }));
  const std::size_t first = *writer();
  nodes_.at(first)->hand_over();
  ASSERT_TRUE(test::eventually(seconds(10), [&] { return writer() == std::optional(1 - first); }));
  EXPECT_EQ(nodes_.at(first)->state().role, Role::follower);
}

// F5
TEST_F(SiteNode, ListensToMembersAlone) {
  const std::string url = "https://127.0.0.1:" + std::to_string(ports_.at(kWitness)) + "/agree";
  const auto say = [&](const std::string& who) {
    return http::fetch({.method = "POST", .url = url, .body = message_text(VoteRequest{{9, "south", {}}, {}})},
                       {.ca_file = directory_ / "all.pem",
                        .certificate_file = directory_ / (who + ".pem"),
                        .key_file = directory_ / (who + ".key")});
  };
  EXPECT_FALSE(say("stranger").has_value()) << "refused by TLS";
  const auto itself = say("witness");
  ASSERT_TRUE(itself.has_value());
  EXPECT_EQ(itself->status, 403);
  EXPECT_THAT(itself->body, HasSubstr("no other member"));
}

// F5
TEST_F(SiteNode, AsksNobodyWhoIsNotTheMemberThatItLooksFor) {
  const auto asked = http::fetch({.url = "https://127.0.0.1:" + std::to_string(ports_.at(kWitness)) + "/agree"},
                                 {.ca_file = directory_ / "all.pem",
                                  .certificate_file = directory_ / "north.pem",
                                  .key_file = directory_ / "north.key",
                                  .server_name = "south"});
  ASSERT_FALSE(asked.has_value());
  EXPECT_THAT(asked.error().message, HasSubstr("'witness' answers there, and not 'south'"));
}

// F5
TEST_F(SiteNode, SaysNothingMoreWhenItsRecordCannotBeKept) {
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return settled(); }));
  const std::size_t first = *writer();
  // Nothing can be put in the place of a record that is a folder.
  std::filesystem::remove(directory_ / (kNames.at(1 - first) + ".record"));
  std::filesystem::create_directories(directory_ / (kNames.at(1 - first) + ".record") / "x");
  nodes_.at(first)->hand_over();
  ASSERT_TRUE(test::eventually(seconds(20), [&] { return ended_ == 1; }));
  EXPECT_NE(writer(), std::optional(1 - first));
}

}  // namespace
}  // namespace slipway::site
