#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "appliance/sql/connection.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

std::string context(const Error& error, std::string_view key) {
  for (const auto& [name, value] : error.context)
    if (name == key) return value;
  return {};
}

class SqlConnection : public testing::Test {
 protected:
  // The error of a statement that must fail.
  Error error_of(std::string_view statement, const Values& parameters = {}) {
    auto result = connection_.query(statement, parameters);
    EXPECT_FALSE(result.has_value()) << statement;
    return result ? Error{} : std::move(result).error();
  }
  void run(std::string_view script) {
    const auto done = connection_.run_script(script);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }
  std::string text_of(std::string_view statement, const Values& parameters = {}) {
    const auto row = connection_.query_one(statement, parameters);
    EXPECT_TRUE(row.has_value() && row->has_value()) << statement;
    return row && *row ? (*row)->optional_text(0).value_or("NULL") : "";
  }

  Endpoint endpoint_ = test::fresh_database();
  Connection connection_ = test::connect(endpoint_);
};

TEST_F(SqlConnection, SetsTheSessionUp) {
  EXPECT_EQ(text_of("SELECT @@time_zone"), "+00:00");
  EXPECT_EQ(text_of("SELECT @@character_set_client"), "utf8mb4");
  EXPECT_EQ(text_of("SELECT @@character_set_connection"), "utf8mb4");
  EXPECT_THAT(text_of("SELECT @@sql_mode"), HasSubstr("STRICT_TRANS_TABLES"));
  EXPECT_THAT(text_of("SELECT @@sql_mode"), HasSubstr("ONLY_FULL_GROUP_BY"));
  EXPECT_EQ(text_of("SELECT CONNECTION_ID()"), std::to_string(connection_.session_id()));
  EXPECT_THAT(connection_.server_version(), HasSubstr("MariaDB"));
  EXPECT_TRUE(connection_.is_mariadb());
  EXPECT_TRUE(connection_.ping());
}

// A statement that is prepared again may show a view as it was before.
TEST_F(SqlConnection, PreparesAnewWhatShowsDefinitions) {
  run("CREATE VIEW v AS SELECT 1 AS a;\n");
  const auto prepared = [this] {
    return std::stoi(
        text_of("SELECT variable_value FROM information_schema.session_status WHERE variable_name = "
                "'COM_STMT_PREPARE'"));
  };
  const int before = prepared();
  for (int turn = 0; turn < 2; ++turn) EXPECT_EQ(text_of("SHOW CREATE VIEW v"), "v");
  EXPECT_EQ(prepared(), before + 2);
  for (int turn = 0; turn < 2; ++turn) EXPECT_EQ(text_of("SELECT a FROM v"), "1");
  EXPECT_EQ(prepared(), before + 3);
}

TEST_F(SqlConnection, MapsWhatTheServerRefuses) {
  run("CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(3) NOT NULL UNIQUE, CONSTRAINT small CHECK (id < 100));"
      "CREATE TABLE child (parent INT, FOREIGN KEY (parent) REFERENCES parent (id));"
      "INSERT INTO parent VALUES (1, 'a')");
  EXPECT_EQ(error_of("SELECT * FROM nowhere").code, Code::not_found);
  EXPECT_EQ(error_of("SELECT * FROM nowhere.parent").code, Code::not_found);
  EXPECT_EQ(error_of("INSERT INTO parent VALUES (?, ?)", {1, "b"}).code, Code::conflict);
  EXPECT_EQ(error_of("INSERT INTO parent VALUES (?, ?)", {2, nullptr}).code, Code::conflict);
  EXPECT_EQ(error_of("INSERT INTO parent VALUES (?, ?)", {100, "b"}).code, Code::conflict);
  EXPECT_EQ(error_of("INSERT INTO child VALUES (?)", {7}).code, Code::conflict);
  EXPECT_EQ(error_of("INSERT INTO parent VALUES (?, ?)", {3, "four"}).code, Code::invalid_argument);
  EXPECT_EQ(error_of("SELEC 1").code, Code::internal);
  EXPECT_EQ(error_of("SELECT ?, ?", {1}).code, Code::internal);

  const Error signal =
      error_of("BEGIN NOT ATOMIC SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'this move is not allowed'; END");
  EXPECT_EQ(signal.code, Code::conflict);
  EXPECT_THAT(signal.message, HasSubstr("this move is not allowed"));
  EXPECT_EQ(context(signal, "sqlstate"), "45000");
  EXPECT_EQ(text_of("SELECT COUNT(*) FROM parent"), "1");
}

TEST_F(SqlConnection, NeverRepeatsAValueInAMessage) {
  run("CREATE TABLE t (a VARCHAR(50) UNIQUE, d DATETIME, i INT)");
  ASSERT_TRUE(connection_.execute("INSERT INTO t (a) VALUES (?)", {"customer secret"}).has_value());
  for (const Error& error : {error_of("INSERT INTO t (a) VALUES (?)", {"customer secret"}),
                             error_of("INSERT INTO t (d) VALUES (?)", {"it's secret"}),
                             error_of("INSERT INTO t (i) VALUES (?)", {"secret"}), error_of("SELECT 'secret' FRM t")}) {
    EXPECT_THAT(error.message, Not(HasSubstr("secret")));
    EXPECT_THAT(error.message, HasSubstr(endpoint_.describe()));
    EXPECT_NE(context(error, "mysql_errno"), "");
  }
}

TEST_F(SqlConnection, RefusesAWrongPasswordAndAMissingRight) {
  run("CREATE OR REPLACE USER stranger@localhost IDENTIFIED BY 'right'");
  Endpoint stranger = endpoint_;
  stranger.database = "";
  stranger.user = "stranger";
  stranger.password = Secret("wrong");
  auto refused = Connection::open(stranger);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unauthenticated);
  EXPECT_THAT(to_text(refused.error()), Not(HasSubstr("wrong")));

  stranger.password = Secret("right");
  auto accepted = Connection::open(stranger);
  ASSERT_TRUE(accepted.has_value()) << to_text(accepted.error());
  const auto forbidden = accepted->query("SELECT * FROM mysql.user");
  ASSERT_FALSE(forbidden.has_value());
  EXPECT_EQ(forbidden.error().code, Code::permission);

  stranger.database = endpoint_.database;
  EXPECT_EQ(Connection::open(stranger).error().code, Code::permission);
  run("DROP USER stranger@localhost");
}

TEST_F(SqlConnection, NamesADatabaseOrServerThatIsNotThere) {
  Endpoint nowhere = endpoint_;
  nowhere.database = "no_such_database";
  EXPECT_EQ(Connection::open(nowhere).error().code, Code::not_found);
  nowhere = endpoint_;
  nowhere.socket += ".missing";
  const auto refused = Connection::open(nowhere);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr(nowhere.socket));
}

TEST_F(SqlConnection, AKilledSessionIsUnavailable) {
  auto other = test::connect(endpoint_);
  ASSERT_TRUE(other.execute_text("KILL " + std::to_string(connection_.session_id())).has_value());
  EXPECT_TRUE(test::eventually(seconds(10), [&] { return !connection_.ping(); }));
  EXPECT_EQ(error_of("SELECT 1").code, Code::unavailable);
}

TEST_F(SqlConnection, EndsAStatementAtItsTimeLimitAndGoesOn) {
  endpoint_.statement_limit = seconds(1);
  auto limited = test::connect(endpoint_);
  const auto begun = std::chrono::steady_clock::now();
  const auto slow = limited.query("SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_1000000 b");
  ASSERT_FALSE(slow.has_value());
  EXPECT_EQ(slow.error().code, Code::timeout) << slow.error().message << context(slow.error(), "mysql_errno");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
  EXPECT_EQ(limited.query("SELECT 1").value().front().integer(0), 1);
}

TEST_F(SqlConnection, WaitsForALockNoLongerThanTheLimit) {
  run("CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1); START TRANSACTION; UPDATE t SET a = 2");
  auto other = test::connect(endpoint_);
  ASSERT_TRUE(other.execute_text("SET innodb_lock_wait_timeout = 1").has_value());
  const auto waited = other.execute("UPDATE t SET a = ?", {3});
  ASSERT_FALSE(waited.has_value());
  EXPECT_EQ(waited.error().code, Code::timeout);
}

// A listener that accepts and never speaks, as a firewall or a hung server does.
TEST_F(SqlConnection, GivesASilentServerUp) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Endpoint silent;
  silent.host = "127.0.0.1";
  silent.port = ntohs(address.sin_port);
  silent.connect_limit = seconds(1);
  silent.statement_limit = seconds(0);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Connection::open(silent).error().code, Code::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10));
  ::close(listener);
}

TEST_F(SqlConnection, RefusesAParameterTheServerWouldHangUpOn) {
  const auto limit = std::stoull(text_of("SELECT @@max_allowed_packet"));
  const Error error = error_of("SELECT LENGTH(?)", {std::string(limit, 'x')});
  EXPECT_EQ(error.code, Code::too_large);
  EXPECT_THAT(error.hint, HasSubstr("max_allowed_packet"));
  EXPECT_TRUE(connection_.ping());
}

TEST_F(SqlConnection, StreamsRowsAndStopsWhenTold) {
  std::uint64_t sum = 0;
  const auto all = connection_.stream("SELECT seq, REPEAT('x', ?) FROM seq_1_to_20000", {500}, [&](const Row& row) {
    sum += row.natural(0);
    return Status();
  });
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(sum, 20000ULL * 20001ULL / 2);

  int seen = 0;
  const auto stopped = connection_.stream("SELECT seq FROM seq_1_to_20000", {}, [&](const Row&) -> Status {
    if (++seen == 10) return Error{Code::cancelled, "enough"};
    return {};
  });
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, Code::cancelled);
  EXPECT_EQ(seen, 10);
  EXPECT_EQ(text_of("SELECT 5"), "5");
}

TEST_F(SqlConnection, AStreamMayBeReadSlowly) {
  endpoint_.statement_limit = seconds(1);
  auto limited = test::connect(endpoint_);
  const auto begun = std::chrono::steady_clock::now();
  int rows = 0;
  const auto streamed = limited.stream("SELECT seq, REPEAT('x', 100000) FROM seq_1_to_200", {}, [&](const Row&) {
    // The pause is the point of the test: the reader is slower than the limit of a statement.
    if (++rows == 2) std::this_thread::sleep_until(begun + milliseconds(1500));
    return Status();
  });
  EXPECT_TRUE(streamed.has_value()) << to_text(streamed.error());
  EXPECT_EQ(rows, 200);
  EXPECT_EQ(limited.query("SELECT @@max_statement_time").value().front().real(0), 1.0);
}

TEST_F(SqlConnection, UsesMoreStatementsThanItKeeps) {
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i) ASSERT_EQ(text_of("SELECT ? + " + std::to_string(i), {1}), std::to_string(i + 1));
  EXPECT_LE(std::stoi(text_of("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS "
                              "WHERE VARIABLE_NAME = 'PREPARED_STMT_COUNT'")),
            1000);
}

TEST_F(SqlConnection, KeptStatementsFollowTheDatabaseAndTheTable) {
  run("CREATE TABLE t (a INT); INSERT INTO t VALUES (1)");
  EXPECT_EQ(text_of("SELECT * FROM t"), "1");
  const Endpoint other = test::fresh_database();
  ASSERT_TRUE(test::connect(other).run_script("CREATE TABLE t (a INT); INSERT INTO t VALUES (2)").has_value());
  run("USE " + *quote_identifier(other.database));
  EXPECT_EQ(text_of("SELECT * FROM t"), "2");
  run("ALTER TABLE t MODIFY a VARCHAR(10); ALTER TABLE t ADD b INT FIRST; UPDATE t SET b = 7, a = 'two'");
  const auto row = connection_.query_one("SELECT * FROM t");
  ASSERT_TRUE(row.has_value()) << to_text(row.error());
  EXPECT_EQ((*row)->integer(0), 7);
  EXPECT_EQ((*row)->text(1), "two");
}

TEST_F(SqlConnection, TakesResultsOfCallsAndReturning) {
  run("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY, b INT);"
      "CREATE PROCEDURE p() BEGIN SELECT 1 AS x; SELECT 2 AS x UNION SELECT 3; END");
  const auto returned = connection_.query("INSERT INTO t (b) VALUES (?), (?) RETURNING a, b", {10, 20});
  ASSERT_TRUE(returned.has_value());
  ASSERT_EQ(returned->size(), 2U);
  EXPECT_EQ(returned->back().integer(1), 20);
  const auto called = connection_.query("CALL p()");
  ASSERT_TRUE(called.has_value()) << to_text(called.error());
  EXPECT_EQ(text_of("SELECT 4"), "4");
  const auto outcome = connection_.execute("UPDATE t SET b = b + 1 WHERE b >= ?", {10});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->affected_rows, 2U);
  EXPECT_EQ(connection_.execute("INSERT INTO t (b) VALUES (1)")->last_insert_id, 3U);
}

TEST_F(SqlConnection, AScriptStopsAtTheFirstErrorAndNamesItsLine) {
  const auto done =
      connection_.run_script("CREATE TABLE a (b INT);\n\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE c (d INT)");
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::not_found);
  EXPECT_THAT(done.error().message, testing::StartsWith("line 3: "));
  const auto tables = connection_.query("SHOW TABLES");
  ASSERT_TRUE(tables.has_value());
  ASSERT_EQ(tables->size(), 1U);
  EXPECT_EQ(tables->front().text(0), "a");
}

// SQL in a parameter stays a value.
TEST_F(SqlConnection, ParametersAreNeverStatements) {
  run("CREATE TABLE t (a VARCHAR(100))");
  for (const char* attack :
       {"'; DROP TABLE t; --", "\\'; DROP TABLE t; --", "1 OR 1=1", "\" OR \"\"=\"", "%", "\xbf' OR 1=1 --"}) {
    const auto found = connection_.query("SELECT * FROM t WHERE a = ?", {attack});
    EXPECT_TRUE(!found || found->empty()) << attack;
  }
  EXPECT_EQ(text_of("SELECT COUNT(*) FROM t"), "0");
}

}  // namespace
}  // namespace slipway::sql
