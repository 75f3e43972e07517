// A1: no query of one account can reach another, the platform or the server's own tables. Tested by trying.
#include <gtest/gtest.h>

#include "tests/support/test_platform.hpp"

namespace slipway::account {
namespace {

struct Table {
  std::string database;
  std::string name;
  std::string quoted;
};

class AccountIsolation : public testing::Test {
 protected:
  // Both exist once for all tests. Their names match each other's as patterns of LIKE, in which _ is any character.
  static void SetUpTestSuite() {
    static_cast<void>(test::TestPlatform::instance().account("iso_a"));
    static_cast<void>(test::TestPlatform::instance().account("isoxa"));
  }

  std::vector<Table> tables_of(const std::vector<std::string>& databases) {
    std::vector<Table> tables;
    for (const std::string& database : databases) {
      const auto rows =
          admin_.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?", {database});
      EXPECT_TRUE(rows.has_value());
      for (const sql::Row& row : *rows)
        tables.push_back({database, row.text(0), "`" + database + "`.`" + row.text(0) + "`"});
    }
    return tables;
  }

  std::string first_column(const Table& table) {
    const auto row = admin_.query_one(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? "
        "ORDER BY ORDINAL_POSITION LIMIT 1",
        {table.database, table.name});
    return row.has_value() && row->has_value() ? "`" + (*row)->text(0) + "`" : "``";
  }

  // Expects that the user is refused; "does not exist" would show that it can see the difference.
  static void expect_refused(sql::Connection& session, const std::string& statement) {
    const auto outcome = session.execute_text(statement);
    ASSERT_FALSE(outcome.has_value()) << statement;
    EXPECT_EQ(outcome.error().code, Code::permission) << statement << ": " << outcome.error().message;
  }

  void expect_closed(sql::Connection& session, const Table& table, bool readable = false) {
    const std::string column = first_column(table);
    if (!readable) expect_refused(session, "SELECT " + column + " FROM " + table.quoted + " LIMIT 1");
    expect_refused(session, "INSERT INTO " + table.quoted + " (" + column + ") VALUES (NULL)");
    expect_refused(session, "UPDATE " + table.quoted + " SET " + column + " = NULL");
    expect_refused(session, "DELETE FROM " + table.quoted);
    expect_refused(session, "TRUNCATE TABLE " + table.quoted);
    expect_refused(session, "DROP TABLE " + table.quoted);
    expect_refused(session, "ALTER TABLE " + table.quoted + " ADD COLUMN reached INT");
    if (!readable) expect_refused(session, "SHOW CREATE TABLE " + table.quoted);
    if (!readable) expect_refused(session, "SHOW COLUMNS FROM " + table.quoted);
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  sql::Connection admin_ = platform_.administrator();
};

// A1
TEST_F(AccountIsolation, EveryTableOfAnotherAccountThePlatformAndTheServerIsClosed) {
  for (const auto& [user, other] : {std::pair("iso_a", "isoxa"), std::pair("isoxa", "iso_a")}) {
    auto session = test::connect(platform_.account_user(user));
    const auto tables = tables_of({"acct_" + std::string(other) + "_1", "slipway", "mysql"});
    ASSERT_GT(tables.size(), 50U);
    for (const Table& table : tables) expect_closed(session, table);
  }
}

// A1
TEST_F(AccountIsolation, AnAccountsUserWritesRowsOfItsOwnDatabaseAndDefinesNothing) {
  auto session = test::connect(platform_.account_user("iso_a"));
  EXPECT_TRUE(session.execute_text("INSERT INTO team (name) VALUES ('t')").has_value());
  EXPECT_TRUE(session.execute_text("UPDATE team SET description = 'd'").has_value());
  EXPECT_TRUE(session.execute_text("DELETE FROM team").has_value());
  for (const char* statement :
       {"DROP TABLE team", "CREATE TABLE own (a INT)", "CREATE TEMPORARY TABLE own (a INT)",
        "ALTER TABLE team ADD COLUMN a INT", "CREATE INDEX i ON team (description)", "CREATE VIEW v AS SELECT 1",
        "CREATE PROCEDURE p() SELECT 1", "DROP TRIGGER request_status_move",
        "CREATE TRIGGER t BEFORE INSERT ON team FOR EACH ROW SET NEW.name = ''", "LOCK TABLES team WRITE",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", "DROP DATABASE acct_iso_a_1"})
    expect_refused(session, statement);
}

// A1
TEST_F(AccountIsolation, AnAccountsUserHasNoRightsOnTheServer) {
  auto session = test::connect(platform_.account_user("iso_a"));
  for (const char* statement :
       {"CREATE DATABASE acct_iso_b_1", "CREATE USER thief IDENTIFIED BY 'x'", "SET GLOBAL read_only = 1",
        "GRANT SELECT ON acct_isoxa_1.* TO acct_iso_a_1", "SELECT * FROM team INTO OUTFILE '/tmp/slipway-thief'",
        "FLUSH PRIVILEGES", "SHOW BINARY LOGS", "SET ROLE mysql", "USE acct_isoxa_1", "USE slipway",
        "INSTALL SONAME 'x'", "SHUTDOWN", "SHOW GRANTS FOR acct_isoxa_1", "SHOW CREATE USER acct_isoxa_1",
        "SELECT * FROM performance_schema.threads"}) {
    const auto outcome = session.execute_text(statement);
    EXPECT_FALSE(outcome.has_value()) << statement;
  }
  EXPECT_FALSE(session.execute_text("KILL " + std::to_string(admin_.session_id())).has_value());
  EXPECT_TRUE(admin_.ping());
  const auto file = session.query_one("SELECT LOAD_FILE('/etc/passwd')");
  ASSERT_TRUE(file.has_value() && file->has_value());
  EXPECT_TRUE((*file)->is_null(0));
}

// A1
TEST_F(AccountIsolation, InformationSchemaShowsNothingOfOthers) {
  auto other = test::connect(platform_.account_user("isoxa"));
  ASSERT_TRUE(other.ping());
  auto session = test::connect(platform_.account_user("iso_a"));
  // The database's name as it stands in a grant is a pattern. performance_schema has three tables about one's own
  // session.
  const std::string ours = R"(('acct_iso_a_1', 'acct\\_iso\\_a\\_1', 'information_schema', 'performance_schema'))";
  const auto names = [&](const std::string& query) {
    const auto rows = session.query(query);
    EXPECT_TRUE(rows.has_value()) << query << ": " << to_text(rows.error());
    std::string text;
    for (const sql::Row& row : rows.has_value() ? *rows : sql::Rows()) text += row.text(0) + " ";
    return text;
  };
  for (const auto& [view, column] :
       {std::pair("SCHEMATA", "SCHEMA_NAME"), std::pair("TABLES", "TABLE_SCHEMA"), std::pair("COLUMNS", "TABLE_SCHEMA"),
        std::pair("STATISTICS", "TABLE_SCHEMA"), std::pair("TRIGGERS", "TRIGGER_SCHEMA"),
        std::pair("REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA"), std::pair("TABLE_CONSTRAINTS", "CONSTRAINT_SCHEMA"),
        std::pair("ROUTINES", "ROUTINE_SCHEMA"), std::pair("SCHEMA_PRIVILEGES", "TABLE_SCHEMA")})
    EXPECT_EQ(names("SELECT " + std::string(column) + " FROM information_schema." + view + " WHERE " + column +
                    " NOT IN " + ours),
              "")
        << view;
  EXPECT_EQ(names("SELECT USER FROM information_schema.PROCESSLIST WHERE USER <> 'acct_iso_a_1'"), "");
}

// A1
TEST_F(AccountIsolation, ProgramsReadTheAccountListAndNothingElse) {
  for (const char* user : {"slipway_web", "slipway_job"}) {
    auto session = test::connect(platform_.program(user));
    EXPECT_TRUE(session.query("SELECT name, state FROM account").has_value());
    EXPECT_TRUE(session.query("SELECT database_name FROM account_generation").has_value());
    for (const Table& table : tables_of({"slipway"}))
      expect_closed(session, table, table.name == "account" || table.name == "account_generation");
    for (const Table& table : tables_of({"acct_iso_a_1", "mysql"})) expect_closed(session, table);
    for (const char* statement : {"CREATE TABLE slipway.own (a INT)", "CREATE DATABASE own", "DROP DATABASE slipway"})
      expect_refused(session, statement);
  }
}

// A1
TEST_F(AccountIsolation, OneAccountsPasswordDoesNotOpenAnother) {
  sql::Endpoint endpoint = platform_.account_user("iso_a");
  endpoint.user = "acct_isoxa_1";
  endpoint.database = "acct_isoxa_1";
  const auto session = sql::Connection::open(endpoint);
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().code, Code::unauthenticated);
}

}  // namespace
}  // namespace slipway::account
