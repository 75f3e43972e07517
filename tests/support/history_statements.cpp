#include "tests/support/history_statements.hpp"

namespace slipway::test {
namespace {

constexpr std::uint64_t kTables = 5;       // t0 … of InnoDB
constexpr std::uint64_t kOtherTables = 3;  // m0 … of MyISAM and Aria

}  // namespace

std::vector<std::string> HistoryStatements::schema() {
  std::vector<std::string> all{
      "CREATE DATABASE desk", "CREATE DATABASE side", "CREATE DATABASE xa",
      "CREATE TABLE xa.t (id INT PRIMARY KEY, text VARCHAR(50))",
      "CREATE TABLE side.t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200))",
      "CREATE TABLE desk.big (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b LONGTEXT)",
      "CREATE TABLE desk.heard (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(50), of_id INT)",
      "CREATE TABLE desk.parent (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200))",
      "CREATE TABLE desk.child (id INT PRIMARY KEY AUTO_INCREMENT, parent INT, FOREIGN KEY (parent) REFERENCES "
      "desk.parent (id) ON DELETE CASCADE ON UPDATE CASCADE)",
      "CREATE TABLE desk.old (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)) WITH SYSTEM VERSIONING",
      "CREATE TABLE desk.part (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)) PARTITION BY RANGE (id) "
      "(PARTITION p0 VALUES LESS THAN (200), PARTITION p1 VALUES LESS THAN (1000), PARTITION pm VALUES LESS THAN "
      "MAXVALUE)",
      "CREATE SEQUENCE desk.counter CACHE 10",
      // Unlike the engine of seq_1_to_n, this one takes savepoints.
      "CREATE TABLE desk.n (seq INT PRIMARY KEY)", "INSERT INTO desk.n SELECT seq FROM desk.seq_1_to_400",
      "CREATE USER h0@localhost"};
  for (std::uint64_t i = 0; i < kTables + kOtherTables; ++i) {
    std::string statement = "CREATE TABLE desk.";
    statement += (i < kTables ? 't' : 'm');
    statement += std::to_string(i < kTables ? i : i - kTables);
    statement += " (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)";
    if (i < kTables) statement += ", KEY (a)";
    statement += ") ENGINE=";
    statement += (i < kTables ? "InnoDB" : i % 2 == 0 ? "MyISAM" : "Aria");
    all.push_back(std::move(statement));
  }
  return all;
}

std::string HistoryStatements::table(bool any) {
  static const std::vector<std::string> kNamed{"parent", "old", "part"};
  if (any && once_in(4)) return "desk.m" + number(kOtherTables);
  if (once_in(4)) return "desk." + kNamed[pick(kNamed.size())];
  return "desk.t" + number(kTables);
}

std::string HistoryStatements::change(bool any) {
  const std::string name = table(any);
  const std::string part = std::to_string(2 + pick(20));
  switch (pick(10)) {
    case 0:
      return "UPDATE " + name + " SET a = a + 1, b = CONCAT(LEFT(b, 100), '" + number(1000) + "') WHERE id % " + part +
             " = 0";
    case 1:
      return "DELETE FROM " + name + " WHERE id % " + part + " = 1";
    case 2:
      return "REPLACE INTO " + name + " (id, a, b) VALUES (" + number(300) + ", " + number(50) + ", 'replaced'), (" +
             number(300) + ", 1, UUID())";
    case 3:
      return "INSERT INTO " + name + " (id, a, b) VALUES (1 + " + number(300) + ", " + number(50) +
             ", 'or') ON DUPLICATE KEY UPDATE a = VALUES(a), b = CONCAT('again ', RAND())";
    case 4:
      return "INSERT IGNORE INTO " + name +
             " (id, a, b) SELECT seq, seq % 7, RAND() FROM desk.n WHERE seq % 3 = 0 AND seq BETWEEN " + number(50) +
             " AND " + number(300);
    case 5:
      return "INSERT INTO desk.child (parent) SELECT id FROM desk.parent ORDER BY RAND() LIMIT " + number(30);
    case 6:
      return "UPDATE " + name + " x JOIN desk.t" + number(kTables) + " y ON x.id = y.id SET x.a = y.a + 1, y.b = x.b";
    case 7:
      return "DELETE FROM " + name + " WHERE id > 2000 OR a > 60";
    default:
      return "INSERT INTO " + name + " (a, b) SELECT seq % 50, CONCAT(MD5(RAND()), seq) FROM desk.n WHERE seq <= " +
             std::to_string(1 + pick(once_in(8) ? 400 : 20));
  }
}

std::vector<std::string> HistoryStatements::transaction(bool any) {
  if (once_in(3)) return {change(any)};
  std::vector<std::string> all{"START TRANSACTION"};
  for (std::uint64_t i = 1 + pick(5); i > 0; --i) {
    all.push_back(change(any));
    if (!once_in(3)) continue;
    all.emplace_back("SAVEPOINT s");
    all.push_back(change(any));
    if (once_in(2)) all.emplace_back("ROLLBACK TO s");
  }
  all.emplace_back(once_in(5) ? "ROLLBACK" : "COMMIT");
  return all;
}

std::string HistoryStatements::make_table(const std::string& name) {
  static const std::vector<std::string> kMore{
      ", KEY (a)",
      ", g INT AS (a * 2) VIRTUAL, KEY (g)",
      ", g VARCHAR(210) AS (CONCAT(b, '!')) STORED, KEY (g)",
      ", UNIQUE KEY (b)",
      ", FULLTEXT KEY (b)",
      ", c DATETIME(6) DEFAULT NOW(6) ON UPDATE NOW(6), j JSON DEFAULT '{}', d DECIMAL(20, 5) DEFAULT 1.5",
      ", z LONGBLOB, e ENUM('x', 'y') DEFAULT 'y', s SET('p', 'q') DEFAULT 'p', f DOUBLE DEFAULT 0.1",
      ""};
  return std::string(once_in(3) ? "CREATE OR REPLACE TABLE " : "CREATE TABLE IF NOT EXISTS ") + name +
         (once_in(8) ? " (id INT AUTO_INCREMENT, a INT, b VARCHAR(200), KEY (id)"
                     : " (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)" + kMore[pick(kMore.size())]) +
         ") " + (once_in(6) ? "ROW_FORMAT=COMPRESSED" : "");
}

std::string HistoryStatements::alter_table(const std::string& name) {
  const std::string column(1, static_cast<char>('x' + pick(3)));
  switch (pick(9)) {
    case 0:
      return "ALTER TABLE " + name + " ADD COLUMN IF NOT EXISTS " + column + " INT DEFAULT " + number(9) +
             (once_in(2) ? " FIRST" : "");
    case 1:
      return "ALTER TABLE " + name + " DROP COLUMN IF EXISTS " + column;
    case 2:
      return "ALTER TABLE " + name + " ADD KEY IF NOT EXISTS k" + number(2) + " (b(20), a)";
    case 3:
      return "ALTER TABLE " + name + " DROP KEY IF EXISTS k" + number(2);
    case 4:
      return "ALTER TABLE " + name + " MODIFY b VARCHAR(" + std::to_string(200 + pick(100)) + ") CHARACTER SET " +
             (once_in(3) ? "latin1" : "utf8mb4");
    case 5:
      return "ALTER TABLE " + name + " FORCE, ALGORITHM=COPY";
    case 6:
      return "ALTER TABLE " + name + " ADD COLUMN IF NOT EXISTS v INT AS (a + 1) " +
             (once_in(2) ? "VIRTUAL" : "STORED") + ", COMMENT '" + number(99) + "'";
    case 7:
      return "ALTER TABLE " + name + " CHANGE " + column + " y BIGINT";
    default:
      return "OPTIMIZE TABLE " + name;
  }
}

std::string HistoryStatements::table_definition() {
  const std::string name = "desk.t" + number(kTables);
  const std::string other = "desk.t" + number(kTables);
  switch (pick(12)) {
    case 0:
      return "DROP TABLE IF EXISTS " + name + (once_in(2) ? ", " + other : "");
    case 1:
      return "TRUNCATE TABLE " + name;
    case 2:
      return "RENAME TABLE " + name + " TO desk.passing, " + other + " TO " + name + ", desk.passing TO " + other;
    case 3:
      return "RENAME TABLE " + name + " TO " + other;
    case 4:
      return "CREATE TABLE IF NOT EXISTS " + name + " (PRIMARY KEY (id)) SELECT id, a, b FROM " + other;
    case 5:
      return "CREATE OR REPLACE TABLE " + name + " (id INT PRIMARY KEY AUTO_INCREMENT) SELECT a, b FROM " + other;
    case 6:
      return "CREATE TABLE IF NOT EXISTS " + name + " LIKE " + other;
    case 7:
    case 8:
    case 9:
      return make_table(name);
    default:
      return alter_table(name);
  }
}

std::vector<std::string> HistoryStatements::of_partitions() {
  const std::string name = "desk.m" + number(kOtherTables);
  switch (pick(7)) {
    case 0:
      return {"ALTER TABLE desk.part TRUNCATE PARTITION p" + number(2)};
    case 1:
      return {"ALTER TABLE desk.part REORGANIZE PARTITION p1, pm INTO (PARTITION p1 VALUES LESS THAN (" +
              std::to_string(300 + pick(900)) + "), PARTITION pm VALUES LESS THAN MAXVALUE)"};
    case 2:
      return {"CREATE OR REPLACE TABLE desk.swap (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200))",
              "INSERT INTO desk.swap SELECT seq, seq, 'swapped' FROM desk.seq_1_to_" + std::to_string(1 + pick(100)),
              "ALTER TABLE desk.part EXCHANGE PARTITION p0 WITH TABLE desk.swap"};
    case 3:
      return {"CREATE OR REPLACE TABLE " + name +
              " (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)) ENGINE=" + (once_in(2) ? "MyISAM" : "Aria") +
              (once_in(3) ? " PARTITION BY HASH (id) PARTITIONS 3" : "")};
    case 4:
      return {"CREATE OR REPLACE TABLE " + name + " (id INT PRIMARY KEY AUTO_INCREMENT) ENGINE=" +
              (once_in(2) ? "MyISAM" : "Aria") + " SELECT a, b FROM desk.t" + number(kTables)};
    case 5:
      return {alter_table(name)};
    default:
      return {"ALTER TABLE " + name + " ENGINE=" + (once_in(2) ? "MyISAM" : "Aria")};
  }
}

std::vector<std::string> HistoryStatements::of_temporary() {
  return {"CREATE TEMPORARY TABLE desk.passing (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b VARCHAR(200)) ENGINE=" +
              std::string(once_in(2) ? "InnoDB" : "Aria"),
          "INSERT INTO desk.passing (a, b) SELECT seq, RAND() FROM desk.seq_1_to_" + std::to_string(1 + pick(60)),
          "START TRANSACTION",
          "INSERT INTO desk.t0 (a, b) SELECT a, b FROM desk.passing",
          "DELETE FROM desk.passing WHERE a % 3 = 0",
          once_in(4) ? "ROLLBACK" : "COMMIT",
          once_in(2) ? "CREATE OR REPLACE TABLE desk.t1 (PRIMARY KEY (id)) SELECT * FROM desk.passing"
                     : "ALTER TABLE desk.passing ADD COLUMN q INT",
          "DROP TABLE desk.passing"};
}

std::vector<std::string> HistoryStatements::of_program() {
  const std::string table_name = "desk.t" + number(kTables);
  const std::string n = number(3);
  switch (pick(9)) {
    case 0:
      return {"CREATE OR REPLACE VIEW desk.v" + n + " AS SELECT id, a FROM " + table_name + " WHERE a > " + number(20)};
    case 1:
      return {"DROP VIEW IF EXISTS desk.v" + n};
    case 2:
      return {"CREATE OR REPLACE TRIGGER desk.g" + n + " AFTER INSERT ON " + table_name +
              " FOR EACH ROW INSERT INTO desk.heard (what, of_id) VALUES ('" + n + "', NEW.id)"};
    case 3:
      return {"DROP TRIGGER IF EXISTS desk.g" + n};
    case 4:
      return {"CREATE OR REPLACE PROCEDURE desk.p" + n + "(n INT) BEGIN INSERT INTO " + table_name +
                  " (a, b) VALUES (n, RAND()); UPDATE " + table_name + " SET a = a + n WHERE id % 5 = 0; END",
              "CALL desk.p" + n + "(" + number(40) + ")"};
    case 5:
      return {"CREATE OR REPLACE FUNCTION desk.f" + n +
                  "(n INT) RETURNS INT BEGIN INSERT INTO desk.heard (what) "
                  "VALUES ('function'); RETURN n + " +
                  n + "; END",
              "UPDATE " + table_name + " SET a = desk.f" + n + "(a) WHERE id % 9 = 0"};
    case 6:
      return {"CREATE OR REPLACE EVENT desk.e" + n + " ON SCHEDULE EVERY " + std::to_string(1 + pick(9)) +
              " DAY STARTS '2030-01-01' " + (once_in(2) ? "" : "DISABLE ") + "DO DELETE FROM desk.heard"};
    case 7:
      return {once_in(2) ? "CREATE USER IF NOT EXISTS h" + n + "@localhost"
                         : "GRANT SELECT, INSERT ON desk.* TO h" + n + "@localhost"};
    default:
      return {once_in(2) ? "DROP USER IF EXISTS h" + n + "@localhost" : "DROP EVENT IF EXISTS desk.e" + n};
  }
}

std::vector<std::string> HistoryStatements::of_sequence() {
  switch (pick(4)) {
    case 0:
      return {"SELECT SETVAL(desk.counter, " + number(100'000) + ")"};
    case 1:
      return {"CREATE OR REPLACE SEQUENCE desk.counter START WITH " + std::to_string(1 + pick(1000)) + " CACHE " +
              std::to_string(1 + pick(20))};
    case 2:
      return {"ALTER SEQUENCE desk.counter INCREMENT BY " + std::to_string(1 + pick(3))};
    default:
      return {"START TRANSACTION",
              "INSERT INTO " + table(false) +
                  " (a, b) SELECT NEXTVAL(desk.counter), 'numbered' FROM desk.n WHERE seq <= " +
                  std::to_string(1 + pick(30)),
              once_in(3) ? "ROLLBACK" : "COMMIT"};
  }
}

std::vector<std::string> HistoryStatements::other_definition() {
  switch (pick(6)) {
    case 0:
    case 1:
      return of_partitions();
    case 2:
      return of_temporary();
    case 3:
      return of_sequence();
    default:
      return of_program();
  }
}

std::vector<std::string> HistoryStatements::failure() {
  const std::string name = once_in(2) ? "desk.m" + number(kOtherTables) : "desk.t" + number(kTables);
  switch (pick(5)) {
    case 0:
      return {"INSERT INTO " + name + " (id, a, b) VALUES (7, 1, 'there')",
              "INSERT INTO " + name +
                  " (id, a, b) VALUES (90001, 1, 'new'), (90002, 1, 'new'), (7, 2, 'there'), "
                  "(90003, 1, 'never')"};
    case 1:
      return {"UPDATE " + name + " SET id = id + 1 ORDER BY id"};
    case 2:
      return {"CREATE TABLE desk.t" + number(kTables) + " (UNIQUE KEY (a)) SELECT seq % 3 AS a FROM desk.seq_1_to_9"};
    case 3:
      return {"START TRANSACTION", change(false), "INSERT INTO desk.m0 (a, b) VALUES (1, 'stays')", change(false),
              "ROLLBACK"};
    default:
      return {"START TRANSACTION", change(false),
              "INSERT INTO desk.m0 (id, a, b) VALUES (NULL, 1, 'mixed'), (7, 2, 'mixed'), (7, 3, 'mixed')",
              "INSERT INTO desk.child (parent) VALUES (999999)", once_in(2) ? "COMMIT" : "ROLLBACK"};
  }
}

std::vector<std::string> HistoryStatements::large(std::uint64_t bytes) {
  constexpr std::uint64_t kRow = 10'000;
  return {"START TRANSACTION",
          "INSERT INTO desk.big (a, b) SELECT seq, REPEAT(MD5(seq), " + std::to_string(kRow / 32) +
              ") FROM desk.seq_1_to_" + std::to_string(1 + bytes / kRow),
          "UPDATE desk.big SET a = a + 1 WHERE id % 50 = 0", change(false), "COMMIT"};
}

}  // namespace slipway::test
