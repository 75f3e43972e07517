// Real servers of other kinds and ages as sources: every type they have, over every way to reach them.
#include <gtest/gtest.h>

#include "appliance/crypto/crypto.hpp"
#include "migrate/engine/copy.hpp"
#include "tests/support/peer_server.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

/// The SQL files of tests/peers/servers that fill a server with everything it has.
std::vector<std::string> kinds_of(const std::string& server) {
  if (server == "mysql") return {"kinds.sql", "kinds-mysql.sql"};
  if (server == "mariadb-11.8") return {"kinds.sql", "kinds-mariadb.sql", "kinds-mariadb-11.8.sql"};
  return {"kinds.sql", "kinds-mariadb.sql"};
}

void run_file(sql::Connection& session, const std::string& file) {
  const auto script = test::read_file(std::string(SLIPWAY_TEST_PEERS "/servers/") + file);
  ASSERT_FALSE(script.empty()) << file;
  const auto done = session.run_script(script);
  ASSERT_TRUE(done.has_value()) << file << ": " << to_text(done.error());
}

/// Reads a column so that two servers that hold the same say the same, whatever they would print.
std::string plain_form(const std::string& name, const std::string& type) {
  const std::string column = *sql::quote_identifier(name);
  if (type == "float" || type == "bit") return column + " + 0";
  if (type == "enum" || type == "set") return "CONCAT(" + column + " + 0, ':', HEX(" + column + "))";
  if (type == "uuid" || type == "inet6" || type == "inet4" || type == "json") return "CAST(" + column + " AS CHAR)";
  if (type.find("int") != std::string::npos && type.find("point") == std::string::npos) return column;
  if (type == "decimal" || type == "double" || type == "year") return column;
  if (type == "date" || type == "time" || type == "datetime" || type == "timestamp")
    return "CAST(" + column + " AS CHAR)";
  return "HEX(" + column + ")";
}

using Picture = std::map<std::string, std::vector<std::vector<std::optional<std::string>>>>;

/// Every row of every table, generated columns too; `layout` says which tables and columns there are.
Picture picture_of(const sql::Endpoint& endpoint, const sql::Endpoint& layout) {
  auto shape = test::connect(layout);
  auto session = test::connect(endpoint);
  EXPECT_TRUE(session.execute_text("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'").has_value());
  const auto columns = shape.query(
      "SELECT c.table_name, c.column_name, LOWER(c.data_type) FROM information_schema.columns c "
      "JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name "
      "WHERE c.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') "
      "ORDER BY c.table_name, c.ordinal_position");
  EXPECT_TRUE(columns.has_value()) << to_text(columns.error());
  std::map<std::string, std::string> selects;
  for (const auto& row : *columns) {
    std::string& select = selects[row.text(0)];
    select += (select.empty() ? "SELECT " : ", ") + plain_form(row.text(1), row.text(2));
  }
  Picture picture;
  for (const auto& [table, select] : selects) {
    const auto rows = session.query(select + " FROM " + *sql::quote_identifier(table));
    EXPECT_TRUE(rows.has_value()) << table << ": " << to_text(rows.error());
    if (!rows) continue;
    auto& copies = picture[table];
    for (const auto& row : *rows) {
      auto& cells = copies.emplace_back();
      for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(row.optional_text(i));
    }
    std::sort(copies.begin(), copies.end());
  }
  return picture;
}

bool says(const std::vector<std::string>& notes, const std::string& text) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

class ForeignSource : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    source_ = server_.fresh_database();
    auto session = test::connect(source_);
    for (const std::string& file : kinds_of(GetParam())) ASSERT_NO_FATAL_FAILURE(run_file(session, file));
  }

  Result<CopyReport> copy(const sql::Endpoint& source) {
    NoProgress progress;
    return copy_database(source, target_, {}, progress);
  }

  /// A new user of the source who may sign in from anywhere with "pw".
  void make_user(const std::string& name, const std::string& grants) {
    auto admin = test::connect(source_);
    const std::string schema = *sql::quote_identifier(source_.database);
    const auto made = admin.run_script("DROP USER IF EXISTS " + name + "; CREATE USER " + name +
                                       " IDENTIFIED BY 'pw'; GRANT " + grants + " ON " + schema + ".* TO " + name);
    ASSERT_TRUE(made.has_value()) << to_text(made.error());
  }

  sql::Endpoint as(const std::string& user) const {
    sql::Endpoint endpoint = server_.over_tls(user, "pw");
    endpoint.database = source_.database;
    return endpoint;
  }

  test::PeerServer& server_ = test::PeerServer::shared(GetParam());
  sql::Endpoint source_;
  sql::Endpoint target_ = test::fresh_database();
};

// A27
TEST_P(ForeignSource, CarriesEveryTypeItHas) {
  const auto done = copy(source_);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  const Picture there = picture_of(source_, source_);
  const Picture here = picture_of(target_, source_);
  ASSERT_GT(there.size(), 12U);
  for (const auto& [table, rows] : there) EXPECT_EQ(rows, here.at(table)) << table;
  EXPECT_TRUE(says(done->notes, "engine MyISAM became InnoDB"));
}

// A27
TEST_P(ForeignSource, IsReadWithTheSmallestRightsAndSaysWhatItCouldNotHold) {
  ASSERT_NO_FATAL_FAILURE(make_user("smallest", "SELECT"));
  const auto done = copy(as("smallest"));
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_NE(done->snapshot.find("RELOAD"), std::string::npos) << done->snapshot;
  EXPECT_TRUE(says(done->notes, "hidden from smallest"));
  EXPECT_EQ(picture_of(source_, source_), picture_of(target_, source_));
}

// A27
TEST_P(ForeignSource, IsReadOverItsSocketWithAPassword) {
  ASSERT_NO_FATAL_FAILURE(make_user("local_reader", "SELECT, SHOW VIEW, TRIGGER, EVENT"));
  auto admin = test::connect(source_);
  ASSERT_TRUE(admin.execute_text("GRANT RELOAD ON *.* TO local_reader").has_value());
  sql::Endpoint source = source_;
  source.user = "local_reader";
  source.password = Secret("pw");
  const auto done = copy(source);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_NE(done->snapshot.find("3 readers"), std::string::npos) << done->snapshot;
}

// A27, F6
TEST_P(ForeignSource, IsReadOverTlsOnlyWhenItIsWhoItShouldBe) {
  ASSERT_NO_FATAL_FAILURE(make_user("far_reader", "SELECT"));
  const test::TempDirectory elsewhere;
  ASSERT_TRUE(crypto::make_loopback_certificate(elsewhere / "ca.pem", elsewhere / "key.pem", std::chrono::hours(1))
                  .has_value());
  sql::Endpoint stranger = as("far_reader");
  stranger.tls_ca_file = (elsewhere / "ca.pem").string();
  sql::Endpoint wrong_password = as("far_reader");
  wrong_password.password = Secret("pv");
  for (const sql::Endpoint& source : {stranger, wrong_password}) {
    const auto done = copy(source);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, Code::unauthenticated);
    EXPECT_NE(done.error().message.find("far_reader"), std::string::npos) << done.error().message;
  }
  sql::Endpoint nowhere = as("far_reader");
  nowhere.database = "no_such_database";
  const auto done = copy(nowhere);
  ASSERT_FALSE(done.has_value());
  EXPECT_TRUE(done.error().code == Code::not_found || done.error().code == Code::permission) << to_text(done.error());
}

// A27
TEST_P(ForeignSource, IsMovedByTheCommandLine) {
  ASSERT_NO_FATAL_FAILURE(make_user("command_reader", "SELECT, SHOW VIEW, TRIGGER, EVENT"));
  const sql::Endpoint far = as("command_reader");
  const test::TempDirectory directory;
  test::write_file(directory / "pw", "pw\n");
  std::filesystem::permissions(directory / "pw", std::filesystem::perms::owner_read);
  const auto done = test::run_program(
      "slipway-migrate",
      {"copy", "--source", "mysql://command_reader@127.0.0.1:" + std::to_string(far.port) + "/" + far.database,
       "--password-file", (directory / "pw").string(), "--tls-ca", far.tls_ca_file, "--target",
       "socket=" + target_.socket + ",user=" + target_.user + ",db=" + target_.database});
  EXPECT_EQ(done.exit_status, 0) << done.err;
  EXPECT_EQ(picture_of(source_, source_), picture_of(target_, source_));
}

/// Ends a server as soon as the copy has its snapshot.
class Killer final : public Progress {
 public:
  explicit Killer(test::PeerServer& server) : server_(server) {}
  void begin(std::string_view) override {}
  void advance(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void note(std::string_view) override { server_.kill(); }

 private:
  test::PeerServer& server_;
};

// A27
TEST_P(ForeignSource, IsNamedWhenItDiesUnderTheCopy) {
  test::PeerServer mortal(GetParam());
  source_ = mortal.fresh_database();
  {
    auto session = test::connect(source_);
    ASSERT_NO_FATAL_FAILURE(run_file(session, "kinds.sql"));
  }
  Killer progress(mortal);
  const auto done = copy_database(source_, target_, {}, progress);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::unavailable) << to_text(done.error());
  const std::string& message = done.error().message;
  EXPECT_TRUE(message.find("source") != std::string::npos || message.find(source_.describe()) != std::string::npos)
      << message;
}

// A27
TEST(LaterMariadb, IsRefusedWhereATimestampIsPastTheTargetsLast) {
  test::PeerServer& server = test::PeerServer::shared("mariadb-11.8");
  const sql::Endpoint source = server.fresh_database();
  const auto made = test::connect(source).run_script(
      "CREATE TABLE far (id INT PRIMARY KEY, at TIMESTAMP NOT NULL); INSERT INTO far VALUES (1, '2038-01-19 "
      "03:14:08')");
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
  NoProgress progress;
  const auto done = copy_database(source, test::fresh_database(), {}, progress);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::corrupt);
  EXPECT_NE(done.error().message.find("'far'"), std::string::npos) << done.error().message;
}

// A27
TEST(MySqlSource, ThatDoesNotGiveALargeJsonValueSaysWhatToSet) {
  test::PeerServer& server = test::PeerServer::shared("mysql");
  const sql::Endpoint source = server.fresh_database();
  auto admin = test::connect(source);
  const auto before = admin.query_one("SELECT @@GLOBAL.max_allowed_packet");
  ASSERT_TRUE(before.has_value());
  const auto made = admin.run_script(
      "CREATE TABLE large (id INT PRIMARY KEY, j JSON); INSERT INTO large VALUES (1, JSON_OBJECT('a', 'b')), "
      "(2, JSON_OBJECT('text', REPEAT('x', 3000000))); SET GLOBAL max_allowed_packet = 1048576");
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
  NoProgress progress;
  const auto refused = copy_database(source, test::fresh_database(), {}, progress);
  ASSERT_TRUE(
      admin.execute_text("SET GLOBAL max_allowed_packet = " + std::to_string((*before)->natural(0))).has_value());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::too_large) << to_text(refused.error());
  EXPECT_NE(refused.error().message.find("'large'"), std::string::npos) << refused.error().message;
  const sql::Endpoint target = test::fresh_database();
  const auto done = copy_database(source, target, {}, progress);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(picture_of(source, source), picture_of(target, source));
}

INSTANTIATE_TEST_SUITE_P(Servers, ForeignSource, testing::Values("mariadb-10.5", "mariadb-11.8", "mysql"),
                         [](const auto& kind) {
                           std::string name = kind.param;
                           std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
                           return name;
                         });

}  // namespace
}  // namespace slipway::migrate
