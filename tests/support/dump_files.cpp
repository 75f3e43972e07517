#include "tests/support/dump_files.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::test {
namespace {

std::string output_of(const process::Command& command) {
  const std::string name = command.argv.front();
  auto done = process::run(command, {std::chrono::minutes(3), 256U << 20U});
  if (done && done->exit_status == 0) return std::move(done->out);
  std::fprintf(stderr, "%s: %s\n", name.c_str(), done ? done->err.c_str() : done.error().message.c_str());
  std::abort();
}

void execute(sql::Connection& connection, const std::string& statement) {
  if (const auto done = connection.execute_text(statement); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    std::abort();
  }
}

}  // namespace

sql::Endpoint database_for_dumps() {
  sql::Endpoint database = fresh_database();
  auto connection = connect(database);
  std::string bytes = "0x";
  for (int i = 0; i < 256; ++i) bytes += "0123456789ABCDEF"[i / 16] + std::string(1, "0123456789ABCDEF"[i % 16]);
  execute(connection, "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'");
  for (const std::string& statement :
       {std::string(
            "CREATE TABLE person (id int PRIMARY KEY AUTO_INCREMENT, name varchar(80) COLLATE utf8mb4_unicode_ci, "
            "born date, half int AS (YEAR(born)) VIRTUAL, UNIQUE KEY (name), KEY (half))"),
        std::string(
            "CREATE TABLE file (person int, bytes longblob, at timestamp(6) NULL, note text CHARACTER SET latin1, "
            "CONSTRAINT owner FOREIGN KEY (person) REFERENCES person (id))"),
        std::string("INSERT INTO person (name, born) VALUES ('Zoë; \\'quoted\\' -- no /*comment*/', '0000-00-00'), "
                    "('line\\nbreak;\\n;\\\\', '2024-02-31'), ('', NULL)"),
        "INSERT INTO file VALUES (1, " + bytes + ", '2026-01-02 03:04:05.678901', 'caf\u00e9'), (2, NULL, NULL, '')",
        std::string("CREATE VIEW named AS SELECT id, name FROM person WHERE name <> ''"),
        std::string(
            "CREATE TRIGGER trim_name BEFORE INSERT ON person FOR EACH ROW BEGIN SET NEW.name = TRIM(NEW.name); SET "
            "@last = 1; END"),
        std::string("CREATE PROCEDURE touch(IN who int) BEGIN UPDATE person SET name = name WHERE id = who; END"),
        std::string("CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2"),
        std::string(
            "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO BEGIN DELETE FROM file WHERE "
            "person IS NULL; END")})
    execute(connection, statement);
  return database;
}

std::string content_of(const sql::Endpoint& database) {
  auto connection = connect(database);
  const std::string& name = database.database;
  std::string content;
  const auto list = [&](const char* kind, const char* query) {
    const auto rows = connection.query(query, {name});
    if (!rows) content += std::string(kind) + " unreadable\n";
    if (rows)
      for (const auto& row : *rows) content += std::string(kind) + " " + row.text(0) + "\n";
  };
  list("view", "SELECT table_name FROM information_schema.views WHERE table_schema = ? ORDER BY 1");
  list("trigger", "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = ? ORDER BY 1");
  list("routine", "SELECT routine_name FROM information_schema.routines WHERE routine_schema = ? ORDER BY 1");
  list("event", "SELECT event_name FROM information_schema.events WHERE event_schema = ? ORDER BY 1");
  const auto tables = connection.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY "
      "1",
      {name});
  if (!tables) return content + "tables unreadable\n";
  for (const auto& table : *tables) {
    const auto created = connection.query_one("SHOW CREATE TABLE `" + table.text(0) + "`");
    const auto sum = connection.query_one("CHECKSUM TABLE `" + table.text(0) + "`");
    content += "table " + table.text(0) + " " + (sum && *sum ? (*sum)->text(1) : "?") + "\n";
    if (created && *created) content += (*created)->text(1) + "\n";
  }
  return content;
}

std::string dump_of(const sql::Endpoint& database, std::vector<std::string> arguments) {
  std::vector<std::string> argv{"mariadb-dump", "--no-defaults", "--socket=" + database.socket,
                                "--user=" + database.user, "--single-transaction"};
  const bool named = std::find(arguments.begin(), arguments.end(), "--databases") != arguments.end();
  argv.insert(argv.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  if (!named) argv.push_back(database.database);
  return output_of({.argv = std::move(argv)});
}

void mydump(const sql::Endpoint& database, const std::filesystem::path& directory, bool compressed) {
  std::vector<std::string> argv{"mydumper",   "--socket",        database.socket, "--user",           database.user,
                                "--database", database.database, "--outputdir",   directory.string(), "--threads",
                                "2",          "--triggers",      "--routines",    "--events"};
  if (compressed) argv.emplace_back("--compress");
  static_cast<void>(output_of({.argv = std::move(argv)}));
}

std::string pack(const std::string& text, const std::string& packing) {
  if (packing == "plain") return text;
  const TempDirectory directory;
  write_file(directory / "dump.sql", text);
  process::Command command{.argv = {packing, "-c", "dump.sql"}, .directory = directory.path()};
  if (packing == "zip") command.argv = {"zip", "-q", "-", "dump.sql"};
  if (packing == "encrypted zip") command.argv = {"zip", "-q", "-P", "word", "-", "dump.sql"};
  if (packing == "tar") command.argv = {"tar", "-c", "dump.sql"};
  return output_of(command);
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  const TempDirectory directory;
  process::Command command{.argv = {"python3", "-c",
                                    "import sys, zipfile\nwith zipfile.ZipFile('out.zip', 'w') as z:\n  for i, name in "
                                    "enumerate(sys.argv[1:]): z.writestr(name, open(f'part{i}').read())"},
                           .directory = directory.path()};
  for (std::size_t i = 0; i < files.size(); ++i) {
    write_file(directory / ("part" + std::to_string(i)), files[i].second);
    command.argv.push_back(files[i].first);
  }
  static_cast<void>(output_of(command));
  return read_file(directory / "out.zip");
}

void make_bomb(const std::filesystem::path& file, int megabytes) {
  constexpr const char* kScript =
      "import subprocess, sys\nz = subprocess.Popen(['zstd', '-q', '-o', sys.argv[1]], stdin=subprocess.PIPE)\n"
      "for i in range(int(sys.argv[2])): z.stdin.write(b' ' * 1000000)\nz.stdin.close()\nz.wait()";
  static_cast<void>(output_of({.argv = {"python3", "-c", kScript, file.string(), std::to_string(megabytes)}}));
}

std::string mysql_eight_dump() {
  return R"(-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: desk
-- ------------------------------------------------------
-- Server version	8.0.36

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

--
-- GTID state at the beginning of the backup
--

SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';

--
-- Current Database: `desk`
--

/*!40000 DROP DATABASE IF EXISTS `desk`*/;

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `desk` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ /*!80016 DEFAULT ENCRYPTION='N' */;

USE `desk`;

DROP TABLE IF EXISTS `ticket`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `ticket` (
  `id` int NOT NULL AUTO_INCREMENT,
  `title` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs DEFAULT NULL,
  `made` date DEFAULT NULL,
  `raw` varbinary(16) DEFAULT (uuid()),
  PRIMARY KEY (`id`),
  KEY `title` (`title`) /*!80000 INVISIBLE */
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

LOCK TABLES `ticket` WRITE;
/*!40000 ALTER TABLE `ticket` DISABLE KEYS */;
INSERT INTO `ticket` VALUES (1,'a; utf8mb4_0900_ai_ci','2024-02-31',_binary 'x\0y'),(2,'été',NULL,NULL);
/*!40000 ALTER TABLE `ticket` ENABLE KEYS */;
UNLOCK TABLES;
/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = utf8mb4 */ ;
/*!50003 SET collation_connection  = utf8mb4_0900_ai_ci */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION' */ ;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`admin`@`%`*/ /*!50003 TRIGGER `stamp` BEFORE INSERT ON `ticket` FOR EACH ROW BEGIN
  SET NEW.title = TRIM(NEW.title);
END */;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;

/*!50001 DROP VIEW IF EXISTS `open_ticket`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`admin`@`%` SQL SECURITY DEFINER */
/*!50001 VIEW `open_ticket` AS select `desk`.`ticket`.`id` AS `id` from `desk`.`ticket` */;
SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-01-01  1:00:00
)";
}

}  // namespace slipway::test
