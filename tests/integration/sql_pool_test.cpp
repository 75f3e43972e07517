#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "appliance/sql/pool.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

std::uint64_t session_of(Pool& pool) { return (*pool.lend())->session_id(); }

bool answers(Pool& pool) {
  auto lease = pool.lend();
  return lease.has_value() && (*lease)->query("SELECT 1").has_value();
}

TEST(SqlPool, LendsTheSameConnectionAgain) {
  Pool pool(test::fresh_database());
  EXPECT_EQ(session_of(pool), session_of(pool));
  auto first = pool.lend();
  auto second = pool.lend();
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE((*first)->session_id(), (*second)->session_id());
}

TEST(SqlPool, WaitsForAConnectionAndThenGivesUp) {
  Pool pool(test::fresh_database(), {.max_connections = 1, .lend_limit = milliseconds(100)});
  std::optional<Pool::Lease> lease(pool.lend().value());
  const auto begun = Clock::now();
  const auto refused = pool.lend();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::timeout);
  EXPECT_GE(Clock::now() - begun, milliseconds(100));

  Pool patient(test::fresh_database(), {.max_connections = 1, .lend_limit = seconds(30)});
  lease.reset();
  lease.emplace(patient.lend().value());
  std::thread waiter([&] { EXPECT_TRUE(answers(patient)); });
  lease.reset();
  waiter.join();
}

TEST(SqlPool, NeverLendsAConnectionInATransactionOrDiscarded) {
  Pool pool(test::fresh_database(), {.max_connections = 1});
  std::uint64_t first = 0;
  {
    auto lease = pool.lend();
    first = (*lease)->session_id();
    ASSERT_TRUE((*lease)->execute_text("START TRANSACTION").has_value());
  }
  const auto second = session_of(pool);
  EXPECT_NE(second, first);
  pool.lend()->discard();
  EXPECT_NE(session_of(pool), second);
}

TEST(SqlPool, ReplacesAConnectionThatTheServerEnded) {
  const Endpoint endpoint = test::fresh_database();
  Pool pool(endpoint, {.check_after = seconds(60)});  // even one that is too fresh to be asked
  auto killer = test::connect(endpoint);
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t session = session_of(pool);
    ASSERT_TRUE(killer.execute_text("KILL " + std::to_string(session)).has_value());
    ASSERT_TRUE(test::eventually(seconds(10), [&] {
      return killer.query("SELECT 1 FROM information_schema.processlist WHERE id = ?", {session})->empty();
    }));
    ASSERT_TRUE(answers(pool));
  }
}

TEST(SqlPool, ClosesWhatStoodIdleTooLong) {
  Pool pool(test::fresh_database(), {.idle_limit = seconds(0)});
  EXPECT_NE(session_of(pool), session_of(pool));
}

TEST(SqlPool, ClosedItLendsNothing) {
  Pool pool(test::fresh_database());
  {
    auto lease = pool.lend();
    ASSERT_TRUE(lease.has_value());
    pool.close();
    EXPECT_TRUE((*lease)->ping());
  }
  EXPECT_EQ(pool.lend().error().code, Code::unavailable);
}

// Threads work through a pool while its server is killed and started again: each sees only errors of statements that
// were running, and the pool recovers by itself.
TEST(SqlPool, OutlivesARestartOfTheServer) {
  const test::TempDirectory directory;
  auto started = test::start_scratch_server(directory / "db");
  ASSERT_TRUE(started.has_value()) << to_text(started.error());
  std::optional<embedded::Database> server(std::move(started).value());
  Pool pool(server->administrator(), {.max_connections = 4, .lend_limit = seconds(30)});
  {
    auto one = pool.lend();
    auto two = pool.lend();
    ASSERT_TRUE(one.has_value() && two.has_value());
  }
  server->kill();
  server.reset();
  std::thread waiter([&] { EXPECT_TRUE(answers(pool)); });  // asks while the server is away
  auto again = test::start_scratch_server(directory / "db");
  waiter.join();
  ASSERT_TRUE(again.has_value()) << to_text(again.error());
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(answers(pool)) << i;
}

TEST(SqlPool, FailsAtOnceWhenTheServerHasBeenAwayForLong) {
  Endpoint nowhere = test::fresh_database();
  nowhere.socket += ".missing";
  Pool pool(nowhere, {.lend_limit = milliseconds(300)});
  const auto begun = Clock::now();
  EXPECT_EQ(pool.lend().error().code, Code::unavailable);
  EXPECT_GE(Clock::now() - begun, milliseconds(200));  // it waited for a server that might be restarting
  const auto second = Clock::now();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pool.lend().error().code, Code::unavailable);
  EXPECT_LT(Clock::now() - second, milliseconds(1500));  // ten waits would be 3 s
}

TEST(SqlPool, ManyThreadsShareFewConnections) {
  Pool pool(test::fresh_database(), {.max_connections = 3, .lend_limit = seconds(60)});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) good += answers(pool) ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 800);
}

}  // namespace
}  // namespace slipway::sql
