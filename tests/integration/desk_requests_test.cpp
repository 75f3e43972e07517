#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/desk_site.hpp"

namespace slipway::desk::test {
namespace {

using namespace std::chrono_literals;
using enum CaseStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DeskRequests : public ::testing::Test {
 protected:
  CaseStatus status_of(std::int64_t number) { return desk.get(account.agent, number)->summary.status; }

  static Move move_to(CaseStatus from, CaseStatus to) {
    return {.expected = from,
            .to = to,
            .reason = to == closed ? "done" : "",
            .solution = to == resolved ? std::optional(Solution::fix) : std::nullopt};
  }

  /// A request brought to `status` by allowed moves.
  std::int64_t request_in(CaseStatus status) {
    const auto number = account.open("request", clock.now());
    const std::map<CaseStatus, std::vector<CaseStatus>> ways = {{fresh, {}},
                                                                {open, {open}},
                                                                {suspended, {open, suspended}},
                                                                {in_progress, {open, in_progress}},
                                                                {resolved, {open, resolved}},
                                                                {closed, {open, closed}}};
    auto from = fresh;
    for (const auto to : ways.at(status)) {
      EXPECT_TRUE(desk.move(account.agent, number, move_to(from, to), clock.now()));
      from = to;
    }
    return number;
  }

  std::string download(const Person& person, std::int64_t id) {
    const auto file = desk.attachment(person, id);
    EXPECT_TRUE(file);
    std::string bytes;
    EXPECT_TRUE(file->stream([&](std::string_view piece) -> Status {
      bytes += piece;
      return {};
    }));
    return bytes;
  }

  ManualClock clock;
  TestAccount account = make_account();
  Desk desk = account.desk();
  slipway::test::TempDirectory directory;
};

// B4
TEST_F(DeskRequests, MoveOnlyAsTheSupportProcessAllows) {
  for (const auto from : kCaseStatuses)
    for (const auto to : kCaseStatuses) {
      const auto number = request_in(from);
      const auto moved = desk.move(account.agent, number, move_to(from, to), clock.now());
      EXPECT_EQ(moved.has_value(), move_allowed(from, to)) << to_text(from) << " to " << to_text(to);
      EXPECT_EQ(status_of(number), moved ? to : from);
    }
}

// B3
TEST_F(DeskRequests, AreTakenByWhoOpensOrIsGivenThem) {
  const auto taken = account.open("taken", clock.now());
  ASSERT_TRUE(desk.move(account.agent, taken, move_to(fresh, open), clock.now()));
  EXPECT_EQ(desk.get(account.agent, taken)->summary.assignee->id, account.agent.id);

  const auto given = account.open("given", clock.now());
  ASSERT_TRUE(desk.assign(account.agent, given, account.administrator.id, clock.now()));
  const auto detail = desk.get(account.agent, given);
  EXPECT_EQ(detail->summary.assignee->id, account.administrator.id);
  EXPECT_EQ(detail->summary.status, open);
  std::vector<std::string> kinds;
  for (const auto& event : detail->events) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ElementsAre("opened", "assignee", "status"));
  EXPECT_EQ(desk.assign(account.agent, given, account.requester.id, clock.now()).error().code, Code::invalid_argument);
  EXPECT_EQ(desk.assign(account.requester, given, account.agent.id, clock.now()).error().code, Code::forbidden);
}

// B6
TEST_F(DeskRequests, CloseWithAReasonAndNeverChangeAgain) {
  const auto number = request_in(open);
  EXPECT_EQ(desk.move(account.agent, number, {.expected = open, .to = closed}, clock.now()).error().code,
            Code::invalid_argument);
  ASSERT_TRUE(desk.move(account.agent, number, {.expected = open, .to = closed, .reason = "duplicate"}, clock.now()));
  EXPECT_EQ(desk.get(account.agent, number)->close_reason, "duplicate");
  EXPECT_THAT(desk.get(account.agent, number)->moves, IsEmpty());
  for (const auto& refused : {desk.set_severity(account.agent, number, 1, clock.now()),
                              desk.assign(account.agent, number, account.agent.id, clock.now()),
                              desk.set_team(account.agent, number, std::nullopt, clock.now())})
    EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_EQ(desk.answer(account.requester, number, {.body = "but"}, clock.now()).error().code, Code::conflict);
}

// B7
TEST_F(DeskRequests, KeepTheKindOfSolutionUntilItIsRefused) {
  const auto number = request_in(open);
  EXPECT_FALSE(desk.move(account.agent, number, {.expected = open, .to = resolved}, clock.now()));
  ASSERT_TRUE(desk.move(account.agent, number, {.expected = open, .to = resolved, .solution = Solution::workaround},
                        clock.now()));
  EXPECT_EQ(desk.get(account.requester, number)->solution, Solution::workaround);
  ASSERT_TRUE(desk.move(account.requester, number, {.expected = resolved, .to = open}, clock.now()));
  EXPECT_EQ(desk.get(account.requester, number)->solution, std::nullopt);
}

// B1
TEST_F(DeskRequests, HaveTheirSeverityDecidedBySupport) {
  const auto number = account.open("request", clock.now());
  EXPECT_EQ(desk.set_severity(account.requester, number, 1, clock.now()).error().code, Code::forbidden);
  ASSERT_TRUE(desk.set_severity(account.agent, number, 1, clock.now()));
  EXPECT_EQ(desk.set_severity(account.agent, number, 5, clock.now()).error().code, Code::invalid_argument);
  const auto detail = desk.get(account.requester, number);
  EXPECT_EQ(detail->summary.severity, 1);
  EXPECT_EQ(detail->events.back().kind, "severity");
  EXPECT_EQ(detail->events.back().old_value, "3");
}

TEST_F(DeskRequests, RefuseAMoveFromAStatusThatHasChanged) {
  const auto number = request_in(open);
  ASSERT_TRUE(desk.move(account.agent, number, move_to(open, suspended), clock.now()));
  const auto late = desk.move(account.administrator, number, move_to(open, resolved), clock.now());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::conflict);
  EXPECT_EQ(status_of(number), suspended);
}

TEST_F(DeskRequests, LetOneOfManyMovesAtTheSameTimeWin) {
  const auto number = request_in(open);
  std::atomic<int> won{0};
  std::atomic<int> conflicts{0};
  std::vector<std::thread> threads;
  for (const auto to : {suspended, resolved, in_progress, closed, suspended, resolved, in_progress, closed})
    threads.emplace_back([&, to] {
      const auto moved = account.desk().move(account.agent, number, move_to(open, to), clock.now());
      if (moved)
        ++won;
      else if (moved.error().code == Code::conflict)
        ++conflicts;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(conflicts, 7);
  int moves = 0;
  const auto detail = desk.get(account.agent, number);
  for (const auto& event : detail->events) moves += event.kind == "status" && event.old_value == "open" ? 1 : 0;
  EXPECT_EQ(moves, 1);
}

TEST_F(DeskRequests, KeepAnswersGivenAtTheSameTimeInOneOrder) {
  const auto number = request_in(open);
  constexpr int kWriters = 6;
  constexpr int kAnswers = 8;
  std::vector<std::vector<std::int64_t>> ids(kWriters);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer)
    threads.emplace_back([&, writer] {
      // Clocks of machines differ: each writer's is another millisecond behind.
      const auto now = clock.now() - std::chrono::milliseconds(writer);
      for (int i = 0; i < kAnswers; ++i) {
        const auto id = account.desk().answer(account.agent, number, {.body = std::to_string(i)}, now);
        if (id) ids[static_cast<std::size_t>(writer)].push_back(*id);
      }
    });
  for (auto& thread : threads) thread.join();
  std::vector<std::int64_t> shown;
  const auto detail = desk.get(account.agent, number);
  for (const auto& message : detail->messages) shown.push_back(message.id);
  ASSERT_EQ(shown.size(), 1U + kWriters * kAnswers);
  EXPECT_TRUE(std::ranges::is_sorted(shown));
  for (const auto& own : ids) {
    EXPECT_EQ(own.size(), std::size_t{kAnswers});
    EXPECT_TRUE(std::ranges::is_sorted(own));
  }
}

// A20
TEST_F(DeskRequests, ShowRequestersTheirOwnWithoutInternalNotes) {
  const auto number = account.open("mine", clock.now());
  ASSERT_TRUE(desk.answer(account.agent, number, {.body = "public answer"}, clock.now()));
  const auto note = upload_of(directory, "note.txt", "internal file", "text/plain");
  ASSERT_TRUE(desk.answer(account.agent, number,
                          {.body = "internal note", .visibility = Visibility::internal, .attachments = {note}},
                          clock.now()));
  EXPECT_EQ(desk.answer(account.requester, number, {.body = "x", .visibility = Visibility::internal}, clock.now())
                .error()
                .code,
            Code::forbidden);
  const auto agents = desk.get(account.agent, number);
  const auto own = desk.get(account.requester, number);
  EXPECT_EQ(agents->messages.size(), 3U);
  EXPECT_EQ(own->messages.size(), 2U);
  for (const auto& event : own->events) EXPECT_NE(event.kind, "noted");
  const auto hidden = agents->messages.back().attachments.front().id;
  EXPECT_EQ(download(account.agent, hidden), "internal file");
  EXPECT_EQ(desk.attachment(account.requester, hidden).error().code, Code::not_found);

  // To everybody else it does not exist, until they watch it.
  EXPECT_EQ(desk.get(account.stranger, number).error().code, Code::not_found);
  EXPECT_EQ(desk.answer(account.stranger, number, {.body = "hello"}, clock.now()).error().code, Code::not_found);
  EXPECT_EQ(desk.move(account.stranger, number, move_to(fresh, open), clock.now()).error().code, Code::not_found);
  auto db = account.connect();
  ASSERT_TRUE(
      db.execute("INSERT INTO request_watcher (number, person_id) VALUES (?, ?)", {number, account.stranger.id}));
  EXPECT_EQ(desk.get(account.stranger, number)->messages.size(), 2U);
  ASSERT_TRUE(db.execute("UPDATE request SET deleted_at = UTC_TIMESTAMP(6) WHERE number = ?", {number}));
  EXPECT_EQ(desk.get(account.requester, number).error().code, Code::not_found);
  EXPECT_TRUE(desk.get(account.agent, number)->summary.deleted);
  EXPECT_EQ(desk.answer(account.agent, number, {.body = "x"}, clock.now()).error().code, Code::conflict);
}

TEST_F(DeskRequests, AreOpenedForOthersByAgentsOnly) {
  const NewRequest wanted{
      .subject = "for Rita", .description = "she called", .severity = 2, .requester_email = account.requester.email};
  const auto number = desk.open(account.agent, wanted, clock.now());
  ASSERT_TRUE(number);
  EXPECT_EQ(desk.get(account.agent, *number)->summary.requester.id, account.requester.id);
  EXPECT_EQ(desk.open(account.stranger, wanted, clock.now()).error().code, Code::forbidden);

  auto unknown = wanted;
  unknown.requester_email = "new.person@example.org";
  const auto first = desk.open(account.agent, unknown, clock.now());
  const auto second = desk.open(account.agent, unknown, clock.now());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(desk.get(account.agent, *first)->summary.requester.id,
            desk.get(account.agent, *second)->summary.requester.id);
  unknown.requester_email = "no address";
  EXPECT_EQ(desk.open(account.agent, unknown, clock.now()).error().code, Code::invalid_argument);
}

TEST_F(DeskRequests, CarryAttachmentsOfEverySize) {
  std::string large(5U << 20U, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>((i * 2654435761U) >> 13U);
  const std::map<std::string, std::string> files = {{"empty", ""},
                                                    {"one", "x"},
                                                    {"piece", large.substr(0, 1U << 20U)},
                                                    {"piece+1", large.substr(0, (1U << 20U) + 1)},
                                                    {"five", large}};
  const auto number = account.open("files", clock.now());
  Answer answer;
  for (const auto& [name, bytes] : files) answer.attachments.push_back(upload_of(directory, name, bytes, "image/png"));
  ASSERT_TRUE(desk.answer(account.requester, number, answer, clock.now()));
  const auto detail = desk.get(account.agent, number);
  ASSERT_EQ(detail->messages.back().attachments.size(), files.size());
  for (const auto& file : detail->messages.back().attachments) {
    EXPECT_EQ(file.size_bytes, files.at(file.file_name).size());
    EXPECT_TRUE(download(account.agent, file.id) == files.at(file.file_name)) << file.file_name;
  }
  auto db = account.connect();
  EXPECT_EQ(db.query_one("SELECT MAX(LENGTH(bytes)) FROM content_piece").value()->integer(0), 1 << 20);

  // The same bytes again, by anybody under any name, are kept once.
  const auto pieces = [&] { return db.query_one("SELECT COUNT(*) FROM content_piece").value()->integer(0); };
  const auto before = pieces();
  ASSERT_TRUE(desk.answer(account.agent, number, {.attachments = {upload_of(directory, "copy", large, "text/plain")}},
                          clock.now()));
  EXPECT_EQ(pieces(), before);
  EXPECT_TRUE(download(account.requester, desk.get(account.agent, number)->messages.back().attachments.front().id) ==
              large);
}

TEST_F(DeskRequests, StoreTheSameUploadOnceWhenSentAtTheSameTime) {
  const std::string bytes(3U << 20U, 'z');
  const auto number = account.open("files", clock.now());
  std::atomic<int> stored{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    const auto upload = upload_of(directory, "same", bytes, "text/plain");
    threads.emplace_back([&, upload] {
      if (account.desk().answer(account.agent, number, {.attachments = {upload}}, clock.now())) ++stored;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stored, 4);
  auto db = account.connect();
  EXPECT_EQ(db.query_one("SELECT COUNT(*) FROM content").value()->integer(0), 1);
  EXPECT_EQ(db.query_one("SELECT COUNT(*) FROM content_piece").value()->integer(0), 3);
}

TEST_F(DeskRequests, RefuseAttachmentsBeyondTheLimitsWithNothingWritten) {
  const auto number = account.open("files", clock.now());
  auto large = upload_of(directory, "large", "", "text/plain");
  large.size = (8U << 20U) + 1;
  EXPECT_EQ(desk.answer(account.agent, number, {.body = "x", .attachments = {large}}, clock.now()).error().code,
            Code::too_large);
  const std::vector<http::Upload> many(kMostAttachments + 1, upload_of(directory, "f", "x", "text/plain"));
  EXPECT_EQ(desk.answer(account.agent, number, {.body = "x", .attachments = many}, clock.now()).error().code,
            Code::invalid_argument);
  auto vanished = upload_of(directory, "gone", "x", "text/plain");
  std::filesystem::remove(vanished.path);
  EXPECT_FALSE(desk.answer(account.agent, number, {.body = "x", .attachments = {vanished}}, clock.now()));
  EXPECT_EQ(desk.get(account.agent, number)->messages.size(), 1U);
}

TEST_F(DeskRequests, ShowLinksWatchersAndAddedFields) {
  const auto number = account.open("main", clock.now());
  const auto other = account.open("other", clock.now());
  auto db = account.connect();
  ASSERT_TRUE(db.execute("INSERT INTO request_link (number, kind, target_number) VALUES (?, 'depends_on', ?)",
                         {number, other}));
  ASSERT_TRUE(db.execute("INSERT INTO request_link (number, kind, target_url) VALUES (?, 'refers_to', ?)",
                         {number, "https://example.org/"}));
  ASSERT_TRUE(db.execute("INSERT INTO custom_field (name) VALUES ('Building')"));
  ASSERT_TRUE(db.execute("INSERT INTO custom_value (number, field_id, value) VALUES (?, 1, 'North')", {number}));
  ASSERT_TRUE(db.execute("INSERT INTO request_watcher VALUES (?, ?, 'copy')", {number, account.stranger.id}));
  const auto detail = desk.get(account.agent, number);
  ASSERT_EQ(detail->links.size(), 2U);
  EXPECT_EQ(detail->links[0].number, other);
  EXPECT_EQ(detail->links[0].subject, "other");
  EXPECT_EQ(detail->links[1].url, "https://example.org/");
  EXPECT_EQ(detail->custom_values.front().value, "North");
  EXPECT_EQ(detail->watchers.front().person.id, account.stranger.id);
  EXPECT_FALSE(desk.get(account.agent, other)->links.front().outgoing);
  // A watcher of one request learns no more of the other than its number.
  EXPECT_EQ(desk.get(account.stranger, number)->links[0].subject, "");
}

}  // namespace
}  // namespace slipway::desk::test
