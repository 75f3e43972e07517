#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/integration/desk_site.hpp"

namespace slipway::desk::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Sort kSorts[] = {{SortField::updated, true},  {SortField::updated, false},  {SortField::created, true},
                           {SortField::created, false}, {SortField::number, true},    {SortField::number, false},
                           {SortField::severity, true}, {SortField::severity, false}, {SortField::status, true},
                           {SortField::status, false}};

/// A request as the test knows it.
struct Known {
  std::int64_t number = 0;
  std::int64_t updated = 0;  ///< µs
  std::int64_t created = 0;
  CaseStatus status = CaseStatus::fresh;
  int severity = 0;
  std::int64_t requester = 0;
  std::optional<std::int64_t> assignee;
  bool deleted = false;
  bool watched = false;  ///< by the requester
};

std::int64_t sort_value(const Known& known, SortField field) {
  switch (field) {
    case SortField::updated:
      return known.updated;
    case SortField::created:
      return known.created;
    case SortField::severity:
      return known.severity;
    case SortField::status:
      return static_cast<std::int64_t>(known.status);
    case SortField::number:
      return known.number;
  }
  return 0;
}

class DeskList : public ::testing::Test {
 protected:
  /// Random requests with many equal sort values, straight into the tables.
  std::vector<Known> fill(std::uint32_t seed, int count) {
    std::mt19937 random(seed);
    const auto pick = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    auto db = account.connect();
    std::vector<Known> all;
    for (int i = 1; i <= count; ++i) {
      Known known{.number = i,
                  .updated = 1'700'000'000'000'000 + pick(20) * 1'000'000LL + pick(2),
                  .created = 1'600'000'000'000'000 + pick(20) * 1'000'000LL,
                  .status = kCaseStatuses.at(static_cast<std::size_t>(pick(6))),
                  .severity = 1 + pick(4),
                  .requester = pick(3) == 0 ? account.requester.id : account.stranger.id,
                  .assignee = {},
                  .deleted = pick(10) == 0,
                  .watched = pick(5) == 0};
      if (pick(2) == 0) known.assignee = pick(2) == 0 ? account.agent.id : account.administrator.id;
      const Timestamp created{std::chrono::microseconds(known.created)};
      const Timestamp updated{std::chrono::microseconds(known.updated)};
      EXPECT_TRUE(db.execute(
          "INSERT INTO request (number, subject, status, severity, requester_id, assignee_id, close_reason,"
          " created_at, updated_at, deleted_at) VALUES (?, ?, ?, ?, ?, ?, 'done', ?, ?, ?)",
          {i, std::string("request ").append(std::to_string(i)), to_text(known.status), known.severity, known.requester,
           known.assignee, created, updated, known.deleted ? sql::Value(updated) : sql::Value()}));
      if (known.watched) {
        EXPECT_TRUE(
            db.execute("INSERT INTO request_watcher (number, person_id) VALUES (?, ?)", {i, account.requester.id}));
      }
      all.push_back(known);
    }
    return all;
  }

  static std::vector<std::int64_t> expected(std::vector<Known> all, Sort sort,
                                            const std::function<bool(const Known&)>& shown) {
    std::erase_if(all, [&](const Known& known) { return !shown(known); });
    std::ranges::sort(all, [&](const Known& a, const Known& b) {
      const auto left = std::pair(sort_value(a, sort.field), a.number);
      const auto right = std::pair(sort_value(b, sort.field), b.number);
      return sort.descending ? right < left : left < right;
    });
    std::vector<std::int64_t> numbers;
    for (const auto& known : all) numbers.push_back(known.number);
    return numbers;
  }

  /// Walks all pages forward and back again and compares both with what is expected.
  void expect_walk(const Person& person, ListQuery query, const std::vector<std::int64_t>& wanted,
                   const std::string& what) {
    std::vector<std::vector<std::int64_t>> pages;
    std::string last_previous;
    for (int guard = 0; guard < 1000; ++guard) {
      const auto page = desk.list(person, query);
      ASSERT_TRUE(page) << what << ": " << to_text(page.error());
      ASSERT_LE(page->rows.size(), static_cast<std::size_t>(query.max_rows));
      EXPECT_EQ(page->previous.empty(), pages.empty()) << what;
      pages.emplace_back();
      for (const auto& row : page->rows) pages.back().push_back(row.number);
      last_previous = page->previous;
      if (page->next.empty()) break;
      query.cursor = page->next;
    }
    std::vector<std::int64_t> walked;
    for (const auto& page : pages) walked.insert(walked.end(), page.begin(), page.end());
    EXPECT_EQ(walked, wanted) << what;

    for (auto at = pages.rbegin() + 1; at < pages.rend(); ++at) {
      ASSERT_FALSE(last_previous.empty()) << what;
      query.cursor = last_previous;
      const auto page = desk.list(person, query);
      ASSERT_TRUE(page) << what;
      std::vector<std::int64_t> numbers;
      for (const auto& row : page->rows) numbers.push_back(row.number);
      EXPECT_EQ(numbers, *at) << what << " backwards";
      EXPECT_FALSE(page->next.empty()) << what;
      last_previous = page->previous;
    }
    EXPECT_EQ(last_previous, "") << what;
  }

  std::vector<std::int64_t> numbers(const Person& person, const ListQuery& query) {
    const auto page = desk.list(person, query);
    EXPECT_TRUE(page) << (page ? "" : to_text(page.error()));
    std::vector<std::int64_t> out;
    for (const auto& row : page->rows) out.push_back(row.number);
    return out;
  }

  ManualClock clock;
  TestAccount account = make_account();
  Desk desk = account.desk();
};

TEST_F(DeskList, WalksForwardAndBackThroughExactlyTheSortedList) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  const auto all = fill(seed, 150);
  for (const auto sort : kSorts)
    for (const int rows : {7, 40, 500}) {
      const auto name = to_text(sort) + " by " + std::to_string(rows);
      ListQuery query{.sort = sort, .max_rows = rows};
      expect_walk(account.agent, query, expected(all, sort, [](const Known& k) { return !k.deleted; }), name);

      query.statuses = {CaseStatus::open, CaseStatus::closed, CaseStatus::open};
      const auto two = [](const Known& k) {
        return !k.deleted && (k.status == CaseStatus::open || k.status == CaseStatus::closed);
      };
      expect_walk(account.agent, query, expected(all, sort, two), name + ", two statuses");

      query.severities = {1, 3};
      const auto narrow = [&](const Known& k) { return two(k) && (k.severity == 1 || k.severity == 3); };
      expect_walk(account.agent, query, expected(all, sort, narrow), name + ", two statuses and severities");
    }
}

TEST_F(DeskList, FiltersPeopleUnderEverySort) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  const auto all = fill(seed, 150);
  for (const auto sort : kSorts) {
    ListQuery query{.include_deleted = true, .sort = sort, .max_rows = 11};
    query.assignee = {AssigneeFilter::Kind::person, account.agent.id};
    expect_walk(account.agent, query,
                expected(all, sort, [&](const Known& k) { return k.assignee == account.agent.id; }),
                to_text(sort) + ", mine");
    query.assignee = {AssigneeFilter::Kind::nobody, 0};
    query.severities = {2};
    expect_walk(account.agent, query,
                expected(all, sort, [&](const Known& k) { return !k.assignee && k.severity == 2; }),
                to_text(sort) + ", nobody's of severity 2");
    query = {.requester_id = account.requester.id, .sort = sort, .max_rows = 11};
    expect_walk(account.agent, query,
                expected(all, sort, [&](const Known& k) { return !k.deleted && k.requester == account.requester.id; }),
                to_text(sort) + ", of one requester");
  }
}

// A20
TEST_F(DeskList, ShowsRequestersTheirOwnAndWhatTheyWatch) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  const auto all = fill(seed, 150);
  for (const auto sort : kSorts) {
    // Asking for deleted ones is of no use to a requester.
    const ListQuery query{.include_deleted = true, .sort = sort, .max_rows = 9};
    expect_walk(
        account.requester, query,
        expected(all, sort,
                 [&](const Known& k) { return !k.deleted && (k.requester == account.requester.id || k.watched); }),
        to_text(sort));
  }
}

TEST_F(DeskList, LeavesOutMergedOnesUnlessAsked) {
  const auto kept = account.open("kept", clock.now());
  const auto merged = account.open("merged", clock.now());
  auto db = account.connect();
  ASSERT_TRUE(db.execute("UPDATE request SET merged_into = ? WHERE number = ?", {kept, merged}));
  EXPECT_THAT(numbers(account.agent, {}), ElementsAre(kept));
  EXPECT_THAT(numbers(account.agent, {.include_merged = true}), ElementsAre(merged, kept));
}

TEST_F(DeskList, FindsWordsOfSubjectAndPublicMessagesAndNumbers) {
  const auto printer = account.open("Printer jam on floor 3", clock.now());
  const auto screen = account.open("Écran noir", clock.now());
  ASSERT_TRUE(desk.answer(account.agent, screen, {.body = "replaced the flux capacitor"}, clock.now()));
  ASSERT_TRUE(desk.answer(account.agent, screen,
                          {.body = "customer is difficultish", .visibility = Visibility::internal}, clock.now()));
  const auto find = [&](const std::string& text) { return numbers(account.agent, {.search = text}); };
  EXPECT_THAT(find("printer"), ElementsAre(printer));
  EXPECT_THAT(find("PRINT jam"), ElementsAre(printer));
  EXPECT_THAT(find("écran"), ElementsAre(screen));
  EXPECT_THAT(find("capacit"), ElementsAre(screen));
  EXPECT_THAT(find("printer capacitor"), IsEmpty());
  EXPECT_THAT(find(std::string("#").append(std::to_string(screen))), ElementsAre(screen));
  EXPECT_THAT(find("noir -écran"), ElementsAre(screen));
  EXPECT_THAT(find("?!"), IsEmpty());
  EXPECT_THAT(find("on"), ElementsAre(printer));
  // What was said among agents cannot be probed for.
  EXPECT_THAT(numbers(account.requester, {.search = "difficultish"}), IsEmpty());
  EXPECT_THAT(numbers(account.stranger, {.search = "printer"}), IsEmpty());
  EXPECT_THAT(numbers(account.stranger, {.search = std::to_string(printer)}), IsEmpty());
}

/// Index entries and rows that the pool's only session has read so far.
std::int64_t rows_read(sql::Pool& pool) {
  auto db = pool.lend();
  return db.value()
      ->query_one(
          "SELECT SUM(VARIABLE_VALUE) FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME LIKE 'Handler_read%'")
      .value()
      ->integer(0);
}

TEST_F(DeskList, ReadsLittleMoreThanAPageUnderEveryOrder) {
  auto db = account.connect();
  ASSERT_TRUE(
      db.execute("INSERT INTO request (subject, status, severity, requester_id, assignee_id, close_reason, created_at,"
                 " updated_at) SELECT 'x', ELT(1 + LEAST(MOD(seq, 30), 5), 'new', 'open', 'suspended', 'in_progress',"
                 " 'resolved', 'closed'), 1 + MOD(seq, 4), ?, ?, 'done', ? + INTERVAL seq SECOND,"
                 " ? + INTERVAL MOD(seq * 7919, 90000) SECOND FROM seq_1_to_5000",
                 {account.requester.id, account.agent.id, clock.now(), clock.now()}));
  ASSERT_TRUE(db.query("ANALYZE TABLE request"));
  const auto pool = std::make_shared<sql::Pool>(account.pool->endpoint(), sql::PoolLimits{.max_connections = 1});
  Desk single(pool, {.cursor_key = Secret("key")});
  const std::vector<CaseStatus> active = {CaseStatus::fresh, CaseStatus::open, CaseStatus::suspended,
                                          CaseStatus::in_progress};
  const std::vector<CaseStatus> every(kCaseStatuses.begin(), kCaseStatuses.end());
  std::vector<std::pair<std::string, ListQuery>> queries;
  for (const auto sort : kSorts) {
    queries.emplace_back("all", ListQuery{.sort = sort});
    queries.emplace_back("all statuses named", ListQuery{.statuses = every, .severities = {1, 2, 3, 4}, .sort = sort});
    if (sort.field != SortField::severity) queries.emplace_back("active", ListQuery{.statuses = active, .sort = sort});
    if (sort.field != SortField::updated) continue;
    queries.emplace_back("one severity", ListQuery{.severities = {2}, .sort = sort});
    queries.emplace_back("mine", ListQuery{.assignee = {AssigneeFilter::Kind::person, account.agent.id}, .sort = sort});
    queries.emplace_back("one requester's", ListQuery{.requester_id = account.requester.id, .sort = sort});
  }
  for (auto& [name, query] : queries)
    for (int page = 0; page < 3; ++page) {
      const auto before = rows_read(*pool);
      const auto shown = single.list(account.agent, query);
      ASSERT_TRUE(shown) << to_text(shown.error());
      ASSERT_EQ(shown->rows.size(), 50U);
      // 51 entries of at most six arms, the rows they lead to, the merge and the people's names; a scan would be 5000.
      EXPECT_LT(rows_read(*pool) - before, 1500) << name << ' ' << to_text(query.sort) << " page " << page;
      query.cursor = shown->next;
    }
}

TEST_F(DeskList, TakesSearchTextOfEveryKindAsWords) {
  const auto number = account.open("'; DROP TABLE request; -- \"quoted\" 100%", clock.now());
  for (const char* text : {"' OR 1=1 --", "\" + - < > ( ) ~ * @", "\\", "%", "_", "+", "*", "'", "drop table",
                           "@@version", "quoted)", "+-+-+", "((((((((((", "🙂", "100%"})
    EXPECT_TRUE(desk.list(account.agent, {.search = text})) << text;
  EXPECT_THAT(numbers(account.agent, {.search = "'; DROP TABLE request;"}), ElementsAre(number));
  EXPECT_EQ(desk.list(account.agent, {.search = "\xFF\xFE"}).error().code, Code::invalid_argument);
  EXPECT_EQ(desk.list(account.agent, {.search = std::string(1001, 'x')}).error().code, Code::invalid_argument);
}

TEST_F(DeskList, RefusesForeignCursorsAndBounds) {
  for (int i = 0; i < 3; ++i) (void)account.open("request", clock.now());
  const auto page = desk.list(account.agent, {.max_rows = 1});
  ASSERT_TRUE(page);
  ASSERT_FALSE(page->next.empty());
  EXPECT_TRUE(desk.list(account.agent, {.max_rows = 1, .cursor = page->next}));
  const auto refused = [&](const ListQuery& query) {
    const auto answer = desk.list(account.agent, query);
    return !answer && answer.error().code == Code::invalid_argument;
  };
  EXPECT_TRUE(refused({.sort = {SortField::created, true}, .cursor = page->next}));
  auto forged = page->next;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_TRUE(refused({.cursor = forged}));
  for (const char* cursor : {"x", ".", "n.-updated.1.1", "n.-updated.1.1.", "' OR 1=1"})
    EXPECT_TRUE(refused({.cursor = cursor}));
  EXPECT_TRUE(refused({.max_rows = 0}));
  EXPECT_TRUE(refused({.max_rows = 501}));
  EXPECT_TRUE(refused({.severities = {5}}));
}

}  // namespace
}  // namespace slipway::desk::test
