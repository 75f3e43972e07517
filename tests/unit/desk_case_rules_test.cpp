#include <gtest/gtest.h>

#include <set>

#include "services/desk/case_rules.hpp"

namespace slipway::desk {
namespace {

using enum CaseStatus;

Status try_move(Role role, CaseStatus from, CaseStatus to) {
  return check_move(
      {role, from, to, to == closed ? "done" : "", to == resolved ? std::optional(Solution::fix) : std::nullopt});
}

// B4
TEST(CaseMoves, AreExactlyThoseOfTheSupportProcess) {
  const std::set<std::pair<CaseStatus, CaseStatus>> moves = {
      {fresh, open},           {open, suspended},   {open, resolved},
      {open, in_progress},     {open, closed},      {suspended, in_progress},
      {suspended, resolved},   {suspended, closed}, {in_progress, suspended},
      {in_progress, resolved}, {resolved, open},    {resolved, closed}};
  for (const auto from : kCaseStatuses)
    for (const auto to : kCaseStatuses) {
      const bool expected = moves.contains({from, to});
      EXPECT_EQ(move_allowed(from, to), expected) << to_text(from) << " to " << to_text(to);
      const auto status = try_move(Role::agent, from, to);
      EXPECT_EQ(status.has_value(), expected);
      if (!expected) {
        EXPECT_EQ(status.error().code, Code::conflict);
      }
    }
}

// B4
TEST(CaseMoves, LetRequestersAcceptOrRefuseASolutionOnly) {
  for (const auto from : kCaseStatuses)
    for (const auto to : kCaseStatuses)
      EXPECT_EQ(try_move(Role::requester, from, to).has_value(), from == resolved && (to == open || to == closed))
          << to_text(from) << " to " << to_text(to);
  EXPECT_EQ(try_move(Role::requester, fresh, open).error().code, Code::forbidden);
}

// B6
TEST(CaseMoves, NeedAReasonToClose) {
  for (const char* reason : {"", "  ", "\n\t"}) {
    const auto status = check_move({Role::agent, open, closed, reason, {}});
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().context, (std::vector<std::pair<std::string, std::string>>{{"parameter", "reason"}}));
  }
  EXPECT_FALSE(check_move({Role::agent, open, closed, std::string(501, 'x'), {}}).has_value());
  EXPECT_TRUE(check_move({Role::agent, open, closed, "duplicate", {}}).has_value());
}

// B6
TEST(CaseMoves, NeverReopenWhatIsClosed) {
  for (const auto to : kCaseStatuses) EXPECT_FALSE(try_move(Role::administrator, closed, to).has_value());
  EXPECT_FALSE(check_changeable(closed).has_value());
  for (const auto status : {fresh, open, suspended, in_progress, resolved})
    EXPECT_TRUE(check_changeable(status).has_value());
}

// B7
TEST(CaseMoves, NeedAKindOfSolutionToResolveAndTakeNoneElsewhere) {
  EXPECT_FALSE(check_move({Role::agent, open, resolved, "", {}}).has_value());
  for (const auto solution : kSolutions) {
    EXPECT_TRUE(check_move({Role::agent, open, resolved, "", solution}).has_value());
    EXPECT_FALSE(check_move({Role::agent, open, suspended, "", solution}).has_value());
  }
}

TEST(CaseNames, AreReadBack) {
  for (const auto status : kCaseStatuses) EXPECT_EQ(parse_status(to_text(status)), status);
  for (const auto solution : kSolutions) EXPECT_EQ(parse_solution(to_text(solution)), solution);
  for (const auto role : {Role::requester, Role::agent, Role::administrator})
    EXPECT_EQ(parse_role(to_text(role)), role);
  EXPECT_EQ(parse_status("fresh"), std::nullopt);
  EXPECT_EQ(parse_status(""), std::nullopt);
  EXPECT_EQ(to_text(fresh), "new");
}

TEST(CaseAccess, IsForStaffTheRequesterAndWatchers) {
  EXPECT_TRUE(may_see({Role::agent, false, false, true}));
  EXPECT_TRUE(may_see({Role::requester, true, false, false}));
  EXPECT_TRUE(may_see({Role::requester, false, true, false}));
  EXPECT_FALSE(may_see({Role::requester, false, false, false}));
  EXPECT_FALSE(may_see({Role::requester, true, true, true}));
}

}  // namespace
}  // namespace slipway::desk
