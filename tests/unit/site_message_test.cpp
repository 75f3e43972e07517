#include <gtest/gtest.h>

#include "services/site/message_text.hpp"

namespace slipway::site {
namespace {

using std::chrono::seconds;

const Holding kHolding{.epoch = 7, .holder = "north", .revision = 3, .standby = "south"};
const Answer kAnswer{Refusal::lease_runs, 8, kHolding, seconds(3)};

// F5
TEST(SiteMessage, ComesBackAsItWasSent) {
  const std::vector<Message> all{VoteRequest{{8, "south", {}}, {}},
                                 VoteRequest{{8, "south", 7}, {}},
                                 VoteAnswer{8, kAnswer},
                                 RenewRequest{kHolding, seconds(12), {}, 41},
                                 RenewAnswer{kHolding, seconds(12), kAnswer, 42},
                                 HandOver{{7, "north"}, "south"},
                                 Inquiry{},
                                 InquiryAnswer{kAnswer}};
  for (const Message& message : all) {
    const std::string text = message_text(message);
    const auto back = parse_message(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(message_text(*back), text);
  }
}

// F5
TEST(SiteMessage, WithAnythingUnknownIsRefusedAsAWhole) {
  const std::string good = message_text(HandOver{{7, "north"}, "south"});
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"\"kind\"", "\"sort\""},
                                                                                 {"hand_over", "give_up"},
                                                                                 {"\"format\":1", "\"format\":2"},
                                                                                 {"\"epoch\"", "\"force\":1,\"epoch\""},
                                                                                 {"\"epoch\":7", "\"epoch\":\"7\""},
                                                                                 {"\"epoch\":7", "\"epoch\":-1"},
                                                                                 {"}", ""}}) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    const auto read = parse_message(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::invalid_argument);
  }
}

// F5
TEST(SiteBallotRecord, ComesBackWithoutTheTimeThatMeansNothingAfterwards) {
  const Ballot ballot{.promised = 8,
                      .promised_to = "south",
                      .accepted = kHolding,
                      .lease = seconds(4),
                      .learning = true,
                      .restarted = true,
                      .free_at = seconds(99)};
  const auto back = parse_ballot(ballot_text(ballot));
  ASSERT_TRUE(back) << back.error().message;
  Ballot expected = ballot;
  expected.free_at = Instant{0};
  EXPECT_EQ(*back, expected);
  // Of a version that did not know it.
  const auto older =
      parse_ballot(R"({"format": 1, "promised": 0, "promised_to": "", "accepted": {"epoch": 0, "holder": "",
    "revision": 0, "standby": ""}, "lease_ms": 0, "learning": false})");
  ASSERT_TRUE(older) << older.error().message;
  EXPECT_EQ(*older, Ballot());
  EXPECT_EQ(parse_ballot("").error().code, Code::corrupt);
  EXPECT_EQ(parse_ballot(ballot_text(ballot).substr(0, 40)).error().code, Code::corrupt);
}

}  // namespace
}  // namespace slipway::site
