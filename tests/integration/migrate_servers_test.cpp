// Real servers of other kinds and ages as sources: every type they have, over every way to reach them.
#include <gtest/gtest.h>

#include "migrate/engine/checksum.hpp"
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
  EXPECT_EQ(picture_of(source_, source_), picture_of(target_, source_));
}

INSTANTIATE_TEST_SUITE_P(Servers, ForeignSource, testing::Values("mariadb-10.5"), [](const auto& kind) {
  std::string name = kind.param;
  std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
  return name;
});

}  // namespace
}  // namespace slipway::migrate
