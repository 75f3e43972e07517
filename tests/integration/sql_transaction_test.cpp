#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>

#include "appliance/sql/connection.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

using std::chrono::seconds;

class SqlTransaction : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(connection_
                    .run_script("CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL);"
                                "INSERT INTO t VALUES (1, 0), (2, 0)")
                    .has_value());
  }
  std::int64_t value(int id) { return connection_.query_one("SELECT n FROM t WHERE id = ?", {id}).value()->integer(0); }
  static Status add(Connection& connection, int id) {
    SLIPWAY_CHECK(connection.execute("UPDATE t SET n = n + 1 WHERE id = ?", {id}));
    return {};
  }

  Endpoint endpoint_ = test::fresh_database();
  Connection connection_ = test::connect(endpoint_);
};

TEST_F(SqlTransaction, CommitsWhatSucceedsAndUndoesWhatFails) {
  EXPECT_TRUE(in_transaction(connection_, [](Connection& inside) { return add(inside, 1); }).has_value());
  EXPECT_EQ(value(1), 1);
  const auto failed = in_transaction(connection_, [](Connection& inside) -> Status {
    SLIPWAY_CHECK(add(inside, 1));
    return Error{Code::invalid_argument, "changed my mind"};
  });
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().message, "changed my mind");
  EXPECT_EQ(value(1), 1);
}

TEST_F(SqlTransaction, UndoesWhenTheWorkThrows) {
  const auto throwing = [&] {
    static_cast<void>(in_transaction(connection_, [](Connection& inside) -> Status {
      SLIPWAY_CHECK(add(inside, 1));
      throw std::runtime_error("fault");
    }));
  };
  EXPECT_THROW(throwing(), std::runtime_error);
  EXPECT_EQ(value(1), 0);
  EXPECT_TRUE(in_transaction(connection_, [](Connection& inside) { return add(inside, 1); }).has_value());
}

TEST_F(SqlTransaction, RefusesToNest) {
  const auto nested = in_transaction(connection_, [](Connection& inside) -> Status {
    SLIPWAY_CHECK(add(inside, 1));
    return in_transaction(inside, [](Connection& deeper) { return add(deeper, 2); });
  });
  ASSERT_FALSE(nested.has_value());
  EXPECT_EQ(nested.error().code, Code::internal);
  EXPECT_EQ(value(1), 0);
  EXPECT_EQ(value(2), 0);
}

// Two transactions take two rows in opposite order, each after the other has its first: one must be the victim.
TEST_F(SqlTransaction, RunsTheVictimOfADeadlockAgain) {
  std::latch both_hold_one(2);
  std::atomic<int> runs{0};
  const auto work = [&](int first, int second) {
    auto connection = test::connect(endpoint_);
    bool met = false;
    return in_transaction(connection, [&](Connection& inside) -> Status {
      ++runs;
      SLIPWAY_CHECK(add(inside, first));
      if (!met) both_hold_one.arrive_and_wait();
      met = true;
      return add(inside, second);
    });
  };
  Status other = Error{};
  std::thread thread([&] { other = work(2, 1); });
  const Status own = work(1, 2);
  thread.join();
  EXPECT_TRUE(own.has_value()) << to_text(own.error());
  EXPECT_TRUE(other.has_value()) << to_text(other.error());
  EXPECT_GE(runs.load(), 3);
  EXPECT_EQ(value(1), 2);
  EXPECT_EQ(value(2), 2);
}

TEST_F(SqlTransaction, GivesUpAfterItsAttempts) {
  auto blocker = test::connect(endpoint_);
  ASSERT_TRUE(blocker.run_script("START TRANSACTION; UPDATE t SET n = 5 WHERE id = 1").has_value());
  ASSERT_TRUE(connection_.execute_text("SET innodb_lock_wait_timeout = 0").has_value());
  int runs = 0;
  const auto waited = in_transaction(
      connection_,
      [&](Connection& inside) {
        ++runs;
        return add(inside, 1);
      },
      3);
  ASSERT_FALSE(waited.has_value());
  EXPECT_EQ(waited.error().code, Code::timeout);
  EXPECT_EQ(runs, 3);
}

TEST_F(SqlTransaction, OtherErrorsAreNotRepeated) {
  int runs = 0;
  const auto failed = in_transaction(connection_, [&](Connection& inside) -> Status {
    ++runs;
    SLIPWAY_CHECK(inside.execute("INSERT INTO t VALUES (1, 1)"));
    return {};
  });
  EXPECT_EQ(failed.error().code, Code::conflict);
  EXPECT_EQ(runs, 1);
}

TEST_F(SqlTransaction, AConnectionLostAtCommitLeavesTheOutcomeUnknown) {
  auto killer = test::connect(endpoint_);
  int runs = 0;
  const auto lost = in_transaction(connection_, [&](Connection& inside) -> Status {
    ++runs;
    SLIPWAY_CHECK(add(inside, 1));
    SLIPWAY_CHECK(killer.execute_text("KILL " + std::to_string(inside.session_id())));
    const bool gone = test::eventually(seconds(10), [&] {
      return killer.query("SELECT 1 FROM information_schema.processlist WHERE id = ?", {inside.session_id()})->empty();
    });
    EXPECT_TRUE(gone);
    return {};
  });
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, Code::unavailable);
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(lost.error().context.back(), (std::pair<std::string, std::string>("outcome", "unknown")));
  connection_ = test::connect(endpoint_);
  EXPECT_EQ(value(1), 0);
}

// Eight threads, many collisions, nothing lost and nothing twice.
TEST_F(SqlTransaction, ManyWritersLoseNothing) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      auto connection = test::connect(endpoint_);
      for (int k = 0; k < kEach; ++k) {
        const auto moved = in_transaction(
            connection,
            [&](Connection& inside) -> Status {
              SLIPWAY_CHECK(add(inside, i % 2 == 0 ? 1 : 2));
              return add(inside, i % 2 == 0 ? 2 : 1);
            },
            50);
        done += moved.has_value() ? 1 : 0;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done.load(), kThreads * kEach);
  EXPECT_EQ(value(1), kThreads * kEach);
  EXPECT_EQ(value(2), kThreads * kEach);
}

}  // namespace
}  // namespace slipway::sql
