// slipway-jobd while its database is killed and started again.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::jobs {
namespace {

class JobsRestart : public testing::Test {
 protected:
  void SetUp() override {
    provision();
    secret("account.key", key_);
    secret("db", password_);
    test::write_file(top_ / "jobd.toml", "[database]\nsocket = \"" + database().administrator().socket +
                                             "\"\nuser = \"slipway_job\"\npassword_file = \"" + (top_ / "db").string() +
                                             "\"\n[secrets]\naccount_key_file = \"" + (top_ / "account.key").string() +
                                             "\"\n[jobs]\ninterval = \"100ms\"\n");
  }
  void provision() {
    auto root = test::connect(database().administrator());
    ASSERT_TRUE(account::provision_platform(root, {{"slipway_job", password_}}).has_value());
    sql::Endpoint endpoint = database().administrator();
    endpoint.database = account::kPlatformDatabase;
    auto admin = test::connect(endpoint);
    account::Administration administration(admin, key_);
    ASSERT_TRUE(
        administration.create(AccountName::parse("acme").value(), "Acme", account::Kind::production).has_value());
  }
  void secret(const std::string& file, const Secret& value) const {
    test::write_file(top_ / file, value.reveal());
    ASSERT_EQ(::chmod((top_ / file).c_str(), 0600), 0);
  }
  embedded::Database& database() {
    if (!database_) {
      auto started = test::start_scratch_server(top_ / "db_server");
      if (!started) std::abort();
      database_.emplace(std::move(started).value());
    }
    return *database_;
  }
  // Puts an expired session and waits until the program has removed it.
  bool purges_within(std::chrono::milliseconds limit) {
    sql::Endpoint endpoint = database().administrator();
    endpoint.database = "acct_acme_1";
    auto session = test::connect(endpoint);
    // On a busy disk the first statement after a restart may take longer than a statement may.
    EXPECT_TRUE(test::eventually(limit, [&] {
      return session
          .execute(
              "INSERT INTO web_session (session_key, person_id, expires_at) "
              "SELECT REPEAT('0', 64), person_id, '2020-01-01' FROM person LIMIT 1")
          .has_value();
    }));
    return test::eventually(limit, [&] {
      const auto row = session.query_one("SELECT COUNT(*) FROM web_session");
      return row.has_value() && (*row)->integer(0) == 0;
    });
  }

  const Secret key_ = crypto::random_token();
  const Secret password_ = crypto::random_token();
  test::TempDirectory top_;
  std::optional<embedded::Database> database_;
};

TEST_F(JobsRestart, GoesOnAfterTheDatabaseIsKilledAndStartedAgain) {
  auto program = process::Child::spawn(
      {.argv = {test::program("slipway-jobd").string(), "--config", (top_ / "jobd.toml").string()},
       .log_file = top_ / "jobd.log"});
  ASSERT_TRUE(program.has_value());
  EXPECT_TRUE(purges_within(std::chrono::seconds(20)));
  for (int round = 0; round < 2; ++round) {
    database_->kill();
    database_.reset();
    EXPECT_TRUE(purges_within(std::chrono::seconds(20))) << test::read_file(top_ / "jobd.log");
    EXPECT_FALSE(program->exit_status().has_value());
  }
  ASSERT_EQ(::kill(program->pid(), SIGTERM), 0);
  EXPECT_EQ(program->wait(std::chrono::seconds(10)), 0);
}

TEST_F(JobsRestart, KilledWhileItSweepsItLeavesNothingHalfRemoved) {
  sql::Endpoint endpoint = database().administrator();
  endpoint.database = "acct_acme_1";
  auto session = test::connect(endpoint);
  const auto count = [&](const std::string& query) {
    const auto row = session.query_one(query);
    EXPECT_TRUE(row.has_value() && row->has_value()) << query;
    return row && *row ? (*row)->integer(0) : -1;
  };
  const auto must = [&](const std::string& statement) {
    const auto done = session.execute(statement);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  };
  must("INSERT INTO request (subject, requester_id) SELECT 's', person_id FROM person LIMIT 1");
  must("INSERT INTO message (number, author_id, body) SELECT number, requester_id, 'b' FROM request");
  must(
      "INSERT INTO web_session (session_key, person_id, expires_at) SELECT REPEAT('f', 64), person_id, '2099-01-01' "
      "FROM person LIMIT 1");
  // 4500 contents of three pieces; every 45th is attached to the message.
  must("INSERT INTO content (content_hash, size_bytes) SELECT UNHEX(SHA2(seq, 256)), 30 FROM seq_1_to_4500");
  must(
      "INSERT INTO content_piece (content_hash, piece, bytes) "
      "SELECT c.content_hash, p.seq, REPEAT('x', 10) FROM content c JOIN seq_0_to_2 p");
  must(
      "INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash) "
      "SELECT message_id, 'f', 'text/plain', 30, UNHEX(SHA2(seq * 45, 256)) FROM message JOIN seq_1_to_100");

  const process::Command command{
      .argv = {test::program("slipway-jobd").string(), "--config", (top_ / "jobd.toml").string()},
      .log_file = top_ / "jobd.log"};
  int killed_at_work = 0;
  for (int round = 0; round < 20; ++round) {
    const auto before = count("SELECT COUNT(*) FROM content");
    auto program = process::Child::spawn(command);
    ASSERT_TRUE(program.has_value());
    ASSERT_TRUE(test::eventually(std::chrono::seconds(60),
                                 [&] { return count("SELECT COUNT(*) FROM content") < before || before == 100; }));
    program->kill();
    // What the server still does for it ends first.
    ASSERT_TRUE(test::eventually(std::chrono::seconds(30), [&] {
      return count("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'acct_acme_1'") == 0;
    }));
    const auto left = count("SELECT COUNT(*) FROM content");
    killed_at_work += left > 100 ? 1 : 0;
    EXPECT_EQ(count("SELECT COUNT(*) FROM content_piece"), 3 * left);
    EXPECT_EQ(
        count("SELECT COUNT(*) FROM content c WHERE size_bytes <> (SELECT SUM(LENGTH(bytes)) FROM content_piece p "
              "WHERE p.content_hash = c.content_hash)"),
        0);
    EXPECT_EQ(count("SELECT COUNT(*) FROM attachment a JOIN content c USING (content_hash)"), 100);
    EXPECT_EQ(count("SELECT COUNT(*) FROM web_session"), 1);
  }
  EXPECT_GT(killed_at_work, 0) << "every kill came when all was done";
  auto program = process::Child::spawn(command);
  ASSERT_TRUE(program.has_value());
  EXPECT_TRUE(test::eventually(std::chrono::seconds(60), [&] { return count("SELECT COUNT(*) FROM content") == 100; }));
  EXPECT_EQ(program->stop(std::chrono::seconds(30)), 0);
}

}  // namespace
}  // namespace slipway::jobs
