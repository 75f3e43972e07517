// Housekeeping of accounts, as a library and as the program slipway-jobd.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <future>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/client.hpp"
#include "services/jobs/content_store.hpp"
#include "services/jobs/orphan_sweep.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::jobs {
namespace {

class Jobs : public testing::Test {
 protected:
  static AccountName name(const std::string& text) { return AccountName::parse(text).value(); }
  static std::int64_t count(sql::Connection& session, const std::string& table) {
    const auto row = session.query_one("SELECT COUNT(*) FROM " + table);
    EXPECT_TRUE(row.has_value());
    return row.has_value() && row->has_value() ? (*row)->integer(0) : -1;
  }
  static void must(const Result<sql::Outcome>& outcome) {
    ASSERT_TRUE(outcome.has_value()) << to_text(outcome.error());
  }
  static std::string put_content(sql::Connection& session, const std::string& bytes) {
    std::string hash = crypto::sha256_raw(bytes);
    must(session.execute("INSERT INTO content (content_hash, size_bytes) VALUES (?, ?)", {hash, bytes.size()}));
    must(session.execute("INSERT INTO content_piece (content_hash, piece, bytes) VALUES (?, 0, ?)", {hash, bytes}));
    return hash;
  }
  // A request of the administrator with one message that has this content attached.
  static void attach(sql::Connection& session, const std::string& hash) {
    must(session.execute("INSERT INTO request (subject, requester_id) SELECT 's', person_id FROM person LIMIT 1"));
    must(
        session.execute("INSERT INTO message (number, author_id, body) SELECT number, requester_id, 'b' FROM request"));
    must(
        session.execute("INSERT INTO attachment (message_id, file_name, media_type, size_bytes, content_hash) "
                        "SELECT message_id, 'f', 'text/plain', 1, ? FROM message LIMIT 1",
                        {hash}));
  }
  static void put_expired(sql::Connection& session) {
    must(
        session.execute("INSERT INTO web_session (session_key, person_id, expires_at) "
                        "SELECT REPEAT('0', 64), person_id, '2020-01-01' FROM person LIMIT 1"));
    must(session.execute("INSERT INTO sign_in_failure (throttle_key, failures, last_at) VALUES (?, 9, '2020-01-01')",
                         {std::string(64, '1')}));
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  sql::Pool job_{platform_.program("slipway_job")};
  account::Directory directory_{job_, platform_.key()};
  SystemClock clock_;
};

TEST_F(Jobs, AnAccountThatFailsDoesNotKeepTheOthersFromTheirTurn) {
  for (const char* account : {"turn_a", "turn_b", "turn_c"}) static_cast<void>(platform_.account(account));
  auto admin = platform_.administrator();
  account::Administration administration(admin, platform_.key());
  ASSERT_TRUE(administration.suspend(name("turn_c"), "test").has_value());
  std::vector<std::string> visited;
  Housekeeping housekeeping(
      directory_, clock_, std::chrono::hours(1),
      {{"probe", [&](const account::Account& account, const std::shared_ptr<sql::Pool>&, Timestamp) -> Status {
          if (account.name.text().rfind("turn_", 0) == 0) visited.push_back(account.name.text());
          if (account.name.text() == "turn_a") return Error{Code::internal, "probe"};
          return {};
        }}});
  ASSERT_TRUE(housekeeping.run_round().has_value());
  EXPECT_EQ(visited, (std::vector<std::string>{"turn_a", "turn_b"}));
}

class SteppedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return now_; }
  void step(std::chrono::seconds by) { now_ += by; }

 private:
  Timestamp now_ = parse_timestamp("2026-11-21T03:00:00Z").value();
};

TEST_F(Jobs, IsReadyOnlyWhileRoundsAreCompleted) {
  SteppedClock clock;
  Housekeeping housekeeping(directory_, clock, std::chrono::seconds(10), {});
  EXPECT_TRUE(housekeeping.check().has_value());
  clock.step(std::chrono::seconds(61));
  EXPECT_EQ(housekeeping.check().error().code, Code::unavailable);
  ASSERT_TRUE(housekeeping.run_round().has_value());
  EXPECT_TRUE(housekeeping.check().has_value());
}

TEST_F(Jobs, TheSweepRemovesContentsWithoutAttachmentAndNoOthers) {
  static_cast<void>(platform_.account("sweep"));
  auto session = test::connect(platform_.account_user("sweep"));
  const std::string kept = put_content(session, "kept");
  attach(session, kept);
  for (int i = 0; i < 20; ++i) static_cast<void>(put_content(session, "orphan " + std::to_string(i)));
  const auto account = directory_.find(name("sweep"));
  const auto pool = directory_.pool(name("sweep"));
  ASSERT_TRUE(account.has_value() && pool.has_value());
  const Task task = orphan_sweep();
  const Status swept = task.run(*account, *pool, clock_.now());
  ASSERT_TRUE(swept.has_value()) << to_text(swept.error());
  EXPECT_EQ(count(session, "content"), 1);
  EXPECT_EQ(count(session, "content_piece"), 1);
  must(session.execute("DELETE FROM request"));
  ASSERT_TRUE(task.run(*account, *pool, clock_.now()).has_value());
  EXPECT_EQ(count(session, "content"), 0);
}

TEST_F(Jobs, AnUploadOfTheSameBytesWinsWhileItIsUnderWay) {
  static_cast<void>(platform_.account("upload"));
  auto uploader = test::connect(platform_.account_user("upload"));
  const std::string hash = put_content(uploader, "bytes");
  auto sweeper = test::connect(platform_.account_user("upload"));
  const auto found = find_orphans(sweeper, "", 10);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->orphans, std::vector<std::string>{hash});
  // What an upload does in its transaction: it finds the content there already and refers to it.
  must(uploader.execute_text("START TRANSACTION"));
  must(uploader.execute("INSERT IGNORE INTO content (content_hash, size_bytes) VALUES (?, 5)", {hash}));
  auto removal = std::async(std::launch::async, [&] { return remove_orphan(sweeper, hash); });
  auto admin = platform_.administrator();
  // The status counter is exact at once; the INNODB_… views are refreshed only when nobody reads them for a while.
  EXPECT_TRUE(test::eventually(std::chrono::seconds(10), [&] {
    const auto waits = admin.query_one(
        "SELECT VARIABLE_VALUE + 0 FROM information_schema.GLOBAL_STATUS"
        " WHERE VARIABLE_NAME = 'INNODB_ROW_LOCK_CURRENT_WAITS'");
    return waits.has_value() && waits->has_value() && (*waits)->real(0) > 0;
  }));
  attach(uploader, hash);
  must(uploader.execute_text("COMMIT"));
  const auto removed = removal.get();
  ASSERT_TRUE(removed.has_value()) << to_text(removed.error());
  EXPECT_FALSE(*removed);
  EXPECT_EQ(count(sweeper, "content_piece"), 1);
}

// The program with files as an installation has them.
class JobProgram : public Jobs {
 protected:
  void SetUp() override {
    secret("account.key", platform_.key());
    secret("db", platform_.program("slipway_job").password);
    test::write_file(directory_of_program_ / "jobd.toml",
                     "[database]\nsocket = \"" + platform_.program("slipway_job").socket +
                         "\"\nuser = \"slipway_job\"\npassword_file = \"" + (directory_of_program_ / "db").string() +
                         "\"\n[secrets]\naccount_key_file = \"" + (directory_of_program_ / "account.key").string() +
                         "\"\n[jobs]\ninterval = \"100ms\"\nsocket = \"" + socket().string() + "\"\n");
  }
  void secret(const std::string& file, const Secret& value) const {
    test::write_file(directory_of_program_ / file, value.reveal());
    ASSERT_EQ(::chmod((directory_of_program_ / file).c_str(), 0600), 0);
  }
  std::filesystem::path socket() const { return directory_of_program_ / "jobd.sock"; }
  process::Child spawn() const {
    auto child = process::Child::spawn(
        {.argv = {test::program("slipway-jobd").string(), "--config", (directory_of_program_ / "jobd.toml").string()},
         .log_file = directory_of_program_ / "jobd.log"});
    if (!child) std::abort();
    return std::move(child).value();
  }
  Result<http::ClientAnswer> get(const std::string& path) const {
    return http::fetch({.url = "http://localhost" + path}, {.unix_socket = socket()});
  }
  bool answers(const std::string& path) const {
    const auto answer = get(path);
    return answer.has_value() && answer->status == 200;
  }

  test::TempDirectory directory_of_program_;
};

TEST_F(JobProgram, PurgesWhatHasExpiredAndTellsHowItIs) {
  static_cast<void>(platform_.account("purged"));
  auto session = test::connect(platform_.account_user("purged"));
  put_expired(session);
  static_cast<void>(put_content(session, "orphan"));
  auto program = spawn();
  EXPECT_TRUE(test::eventually(std::chrono::seconds(20), [&] {
    return count(session, "web_session") + count(session, "sign_in_failure") + count(session, "content") == 0;
  })) << test::read_file(directory_of_program_ / "jobd.log");
  EXPECT_TRUE(test::eventually(std::chrono::seconds(10), [&] { return answers("/health") && answers("/ready"); }));
  const auto metrics = get("/metrics");
  ASSERT_TRUE(metrics.has_value());
  EXPECT_NE(metrics->body.find("slipway_jobs_tasks_total"), std::string::npos);

  ASSERT_EQ(::kill(program.pid(), SIGTERM), 0);
  EXPECT_EQ(program.wait(std::chrono::seconds(10)), 0);
}

TEST_F(JobProgram, StartsWithoutADatabaseAndStopsCleanly) {
  test::write_file(directory_of_program_ / "jobd.toml",
                   "[database]\nsocket = \"" + (directory_of_program_ / "none.sock").string() +
                       "\"\n[secrets]\naccount_key_file = \"" + (directory_of_program_ / "account.key").string() +
                       "\"\n[jobs]\nsocket = \"" + socket().string() + "\"\n");
  auto program = spawn();
  EXPECT_TRUE(test::eventually(std::chrono::seconds(10), [&] { return answers("/health"); }));
  ASSERT_EQ(::kill(program.pid(), SIGTERM), 0);
  EXPECT_EQ(program.wait(std::chrono::seconds(10)), 0);
}

TEST_F(JobProgram, RefusesASecretThatOthersCanRead) {
  ASSERT_EQ(::chmod((directory_of_program_ / "account.key").c_str(), 0640), 0);
  auto program = spawn();
  EXPECT_EQ(program.wait(std::chrono::seconds(10)), traits(Code::permission).exit_status);
  EXPECT_NE(test::read_file(directory_of_program_ / "jobd.log").find("account.key"), std::string::npos);
}

}  // namespace
}  // namespace slipway::jobs
