// The database itself holds the rules of the support process, whatever program writes.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "appliance/sql/schema.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

constexpr std::array<const char*, 6> kStatuses{"new", "open", "suspended", "in_progress", "resolved", "closed"};

class StatusConstraint : public testing::Test {
 protected:
  void SetUp() override {
    const auto upgraded = upgrade_schema(connection_, account_schema());
    ASSERT_TRUE(upgraded.has_value()) << to_text(upgraded.error());
    ASSERT_TRUE(connection_.execute("INSERT INTO person (display_name) VALUES (?)", {"Ada"}).has_value());
  }
  // A request that is in `status` from the start, as a migration inserts it.
  std::uint64_t request_in(const std::string& status) {
    const auto made =
        connection_.execute("INSERT INTO request (subject, requester_id, status, close_reason) VALUES ('s', 1, ?, ?)",
                            {status, status == "closed" ? Value("done") : Value()});
    EXPECT_TRUE(made.has_value());
    return made ? made->last_insert_id : 0;
  }
  Result<Outcome> move(std::uint64_t number, const std::string& to, const Value& reason = "done") {
    return connection_.execute("UPDATE request SET status = ?, close_reason = ? WHERE number = ?",
                               {to, reason, number});
  }

  Connection connection_ = test::connect(test::fresh_database());
};

// B4 B6
TEST_F(StatusConstraint, AllowsExactlyTheTwelveMoves) {
  const std::set<std::pair<std::string, std::string>> allowed{{"new", "open"},
                                                              {"open", "suspended"},
                                                              {"open", "resolved"},
                                                              {"open", "in_progress"},
                                                              {"open", "closed"},
                                                              {"suspended", "in_progress"},
                                                              {"suspended", "resolved"},
                                                              {"suspended", "closed"},
                                                              {"in_progress", "suspended"},
                                                              {"in_progress", "resolved"},
                                                              {"resolved", "open"},
                                                              {"resolved", "closed"}};
  std::size_t accepted = 0;
  for (const std::string from : kStatuses) {
    for (const std::string to : kStatuses) {
      const auto moved = move(request_in(from), to);
      if (from == to) {
        EXPECT_TRUE(moved.has_value()) << from;  // staying is no move: other columns may change
        continue;
      }
      EXPECT_EQ(moved.has_value(), allowed.contains({from, to})) << from << " to " << to;
      EXPECT_TRUE(moved || moved.error().code == Code::conflict) << from << " to " << to;
      accepted += moved.has_value() ? 1U : 0U;
    }
  }
  EXPECT_EQ(accepted, 12U);
}

// B6
TEST_F(StatusConstraint, ClosedNeedsAReason) {
  for (const Value& nothing : {Value(), Value(""), Value("  ")}) {
    const auto closed = move(request_in("resolved"), "closed", nothing);
    ASSERT_FALSE(closed.has_value());
    EXPECT_EQ(closed.error().code, Code::conflict);
    EXPECT_FALSE(
        connection_
            .execute("INSERT INTO request (subject, requester_id, status, close_reason) VALUES ('s', 1, 'closed', ?)",
                     {nothing})
            .has_value());
  }
  EXPECT_TRUE(move(request_in("resolved"), "closed", "solved by phone").has_value());
}

// B1
TEST_F(StatusConstraint, SeverityIsOneToFour) {
  for (const int severity : {0, 1, 2, 3, 4, 5}) {
    const auto made =
        connection_.execute("INSERT INTO request (subject, requester_id, severity) VALUES ('s', 1, ?)", {severity});
    EXPECT_EQ(made.has_value(), severity >= 1 && severity <= 4) << severity;
  }
}

}  // namespace
}  // namespace slipway::sql
