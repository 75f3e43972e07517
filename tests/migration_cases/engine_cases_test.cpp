// Every directory of tests/migration_cases/engine: a database that has to arrive whole, or to be refused by name.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "appliance/process/process.hpp"
#include "tests/migration_cases/database_picture.hpp"
#include "tests/migration_cases/engine_case.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

using Lines = std::vector<std::string>;

Lines column(sql::Connection& admin, const std::string& query) {
  Lines values;
  const auto rows = admin.query(query);
  EXPECT_TRUE(rows.has_value()) << query;
  if (rows)
    for (const auto& row : *rows) values.push_back(row.text(0));
  return values;
}

Lines databases(sql::Connection& admin) { return column(admin, "SHOW DATABASES"); }
Lines users(sql::Connection& admin) {
  return column(admin, "SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.global_priv");
}

std::string in_backticks(const std::string& name) {
  auto quoted = sql::quote_identifier(name);
  return std::move(quoted).value();
}

void run(sql::Connection& connection, const std::string& statement) {
  const auto done = connection.execute_text(statement);
  ASSERT_TRUE(done.has_value()) << statement << ": " << done.error().message;
}

/// Databases and users that a case made go with it.
class EngineCases : public testing::TestWithParam<std::filesystem::path> {
 protected:
  void SetUp() override {
    case_ = test::read_engine_case(GetParam());
    limits_before_ = column(admin_,
                            "SELECT CONCAT('SET GLOBAL max_allowed_packet = ', @@GLOBAL.max_allowed_packet, "
                            "', local_infile = ', @@GLOBAL.local_infile)");
    databases_before_ = databases(admin_);
    users_before_ = users(admin_);
    for (const std::string& name : {in_backticks(case_.source_database), in_backticks(case_.target_database)})
      run(admin_, "CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
    source_.database = case_.source_database;
    target_.database = case_.target_database;
    load();
  }

  void TearDown() override {
    put_limits_back();
    run(admin_, "SET SESSION foreign_key_checks = 0");
    for (const std::string& name : databases(admin_)) {
      const std::string database = in_backticks(name);
      if (std::find(databases_before_.begin(), databases_before_.end(), name) == databases_before_.end())
        run(admin_, "DROP DATABASE " + database);
    }
    for (const std::string& user : users(admin_))
      if (std::find(users_before_.begin(), users_before_.end(), user) == users_before_.end())
        run(admin_, "DROP USER " + user);
  }

  /// A case may lower what the server takes in one packet, and forbid LOAD DATA LOCAL.
  void put_limits_back() {
    for (const std::string& statement : limits_before_) run(admin_, statement);
  }

  /// By the mariadb client, which knows DELIMITER.
  void load() {
    const auto loaded = process::run(
        {.argv = {"mariadb", "--no-defaults", "--binary-mode", "--comments", "--default-character-set=utf8mb4",
                  "--socket=" + source_.socket, "--user=" + source_.user, source_.database},
         .stdin_file = case_.directory / "create.sql"});
    ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
    ASSERT_EQ(loaded->exit_status, 0) << loaded->err;
  }

  Result<CopyReport> copy() {
    sql::Endpoint from = source_;
    sql::Endpoint to = target_;
    const auto become = [](sql::Endpoint& endpoint, const std::string& user) {
      if (user.empty()) return;
      endpoint.user = user;
      endpoint.password = {};
    };
    become(from, case_.source_user);
    become(to, case_.target_user);
    NoProgress progress;
    auto done = copy_database(from, to, case_.options, progress);
    put_limits_back();
    return done;
  }

  /// `found` must be what the file says; a missing file says nothing. MIGRATION_CASES_WRITE=1 writes it instead.
  void expect_lines(const std::string& file, const Lines& found) {
    if (std::getenv("MIGRATION_CASES_WRITE") != nullptr) {
      std::filesystem::remove(case_.directory / file);
      if (found.empty()) return;
      std::ofstream stream(case_.directory / file, std::ios::binary);
      for (const std::string& line : found) stream << line << '\n';
      return;
    }
    EXPECT_EQ(found, case_.lines(file).value_or(Lines{})) << case_.directory / file;
  }

  /// Queries, each on a line, followed by "-- row" for every row of its answer.
  void expect_answers() {
    sql::Connection connection = test::connect(target_);
    std::string query;
    Lines expected;
    const auto ask = [&] {
      if (query.empty()) return;
      const auto answer = connection.query(query);
      ASSERT_TRUE(answer.has_value()) << query << ": " << answer.error().message;
      Lines found;
      for (const auto& row : *answer) {
        std::string line = "--";
        for (std::size_t i = 0; i < row.size(); ++i) line.append(1, ' ').append(row.optional_text(i).value_or("NULL"));
        found.push_back(line);
      }
      EXPECT_EQ(found, expected) << query;
    };
    for (const std::string& line : case_.lines("expected.sql").value_or(Lines{})) {
      if (line.starts_with("--")) {
        expected.push_back(line);
        continue;
      }
      ask();
      query = line;
      expected.clear();
    }
    ask();
  }

  test::EngineCase case_;
  Lines databases_before_;
  Lines users_before_;
  Lines limits_before_;
  sql::Endpoint source_ = test::TestServer::instance().administrator();
  sql::Endpoint target_ = source_;
  sql::Connection admin_ = test::connect(source_);
};

Lines problems_of(const CopyReport& report) {
  Lines lines;
  for (const ObjectProblem& problem : report.problems) {
    // What comes before the server's own words names the session.
    const auto words = problem.message.find(": ");
    lines.push_back(problem.kind + " " + problem.name + ": " +
                    (words == std::string::npos ? problem.message : problem.message.substr(words + 2)));
    lines.push_back("  " + problem.hint);
  }
  return lines;
}

/// The copying user is "me".
Lines notes_of(const CopyReport& report, const std::string& user) {
  Lines lines;
  for (const std::string& note : report.notes) {
    const auto at = note.find(user);
    lines.push_back(at == std::string::npos ? note : note.substr(0, at) + "me" + note.substr(at + user.size()));
  }
  return lines;
}

// A27
TEST_P(EngineCases, ArriveWholeOrAreRefusedByName) {
  if (HasFatalFailure()) return;
  const auto done = copy();
  if (const auto failure = case_.lines("expect_failure")) {
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(failure->at(0), traits(done.error().code).name) << done.error().message;
    EXPECT_NE(done.error().message.find(failure->at(1)), std::string::npos) << done.error().message;
    EXPECT_FALSE(done.error().hint.empty() && failure->size() > 2);
    return;
  }
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  sql::Connection source = test::connect(source_);
  sql::Connection target = test::connect(target_);
  expect_lines("expected_changes", test::compare(test::picture_of_database(source), test::picture_of_database(target)));
  expect_lines("expected_notes", notes_of(*done, column(admin_, "SELECT CURRENT_USER()").at(0)));
  expect_lines("expected_problems", problems_of(*done));
  expect_answers();
}

INSTANTIATE_TEST_SUITE_P(Engine, EngineCases, testing::ValuesIn(test::engine_cases()),
                         [](const auto& one) { return one.param.filename().string(); });

}  // namespace
}  // namespace slipway::migrate
