// Dumps of real programs become sources; those that lie are named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/dumps/dump.hpp"
#include "migrate/dumps/dump_reader.hpp"
#include "tests/support/dump_files.hpp"

namespace slipway::migrate {
namespace {

using test::pack;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kEnd = "\n-- Dump completed\n";

class DumpSource : public testing::Test {
 protected:
  Result<ScratchServer> load(const std::filesystem::path& file, DumpOptions options = {}) {
    options.scratch_directory = scratch_.path();
    NoProgress progress;
    return load_dump(file, options, progress);
  }
  std::filesystem::path write(const std::string& name, const std::string& bytes) {
    test::write_file(files_ / name, bytes);
    return files_ / name;
  }
  /// A refusal: this code, the file's name and `named` in the message, a hint, no data, and nothing left behind.
  void expect_refused(const std::filesystem::path& file, Code code, const std::string& named,
                      DumpOptions options = {}) {
    SCOPED_TRACE(file.filename().string());
    const auto before = entries();
    const auto loaded = load(file, std::move(options));
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().code, code) << loaded.error().message;
    EXPECT_THAT(loaded.error().message,
                AllOf(HasSubstr(file.filename().string()), HasSubstr(named), Not(HasSubstr("confidential"))));
    EXPECT_FALSE(loaded.error().hint.empty());
    EXPECT_EQ(entries(), before);
  }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::directory_iterator(scratch_.path()), std::filesystem::directory_iterator{});
  }
  test::TempDirectory scratch_;
  test::TempDirectory files_;
};

// A27
TEST_F(DumpSource, ReadsEveryPackingByItsBytes) {
  const std::string text = test::dump_of(test::database_for_dumps());
  for (const char* packing : {"plain", "gzip", "zstd", "xz", "zip"}) {
    SCOPED_TRACE(packing);
    const auto file = write("named.wrongly", pack(text, packing));
    std::string unpacked;
    std::uint64_t read = 0;
    const auto done = read_dump(file, {}, [&](std::string_view piece, std::uint64_t packed) {
      unpacked += piece;
      read = packed;
      return Status{};
    });
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
    EXPECT_EQ(unpacked, text);
    EXPECT_GT(read, 0U);
    EXPECT_LE(read, std::filesystem::file_size(file));
  }
}

// A27
TEST_F(DumpSource, HoldsWhatTheDumpedDatabaseHeld) {
  const auto source = test::database_for_dumps();
  const auto loaded = load(write("all.sql.xz", pack(test::dump_of(source, {"--routines", "--events"}), "xz")));
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  EXPECT_EQ(loaded->endpoint().database, source.database);
  EXPECT_EQ(test::content_of(loaded->endpoint()), test::content_of(source));
  EXPECT_THAT(loaded->notes, Contains(HasSubstr("DEFINER")));
}

// A27
TEST_F(DumpSource, HoldsWhatMydumperDumped) {
  const auto source = test::database_for_dumps();
  for (const bool compressed : {false, true}) {
    const auto directory = files_ / (compressed ? "packed" : "plain");
    test::mydump(source, directory, compressed);
    const auto loaded = load(directory);
    ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
    EXPECT_EQ(test::content_of(loaded->endpoint()), test::content_of(source));
  }
}

/// The layout of mydumper 0.12 and later.
void write_new_mydumper(const std::filesystem::path& directory, const std::string& rows) {
  std::filesystem::create_directories(directory);
  test::write_file(
      directory / "metadata",
      "# Started dump at: x\n[config]\nquote-character = BACKTICK\n[`desk`.`t`]\nreal_table_name=t\nrows = " + rows +
          "\n# Finished dump at: y\n");
  test::write_file(
      directory / "desk-schema-create.sql.zst",
      pack("CREATE DATABASE /*!32312 IF NOT EXISTS*/ `desk` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\n", "zstd"));
  test::write_file(directory / "desk.t-schema.sql",
                   "/*!40101 SET NAMES binary*/;\nCREATE TABLE `t` (\n  `i` int NOT NULL,\n  PRIMARY KEY (`i`)\n);\n");
  test::write_file(directory / "desk.t.00000.sql", "/*!40101 SET NAMES binary*/;\nINSERT INTO `t` VALUES (1),(2);\n");
  test::write_file(directory / "desk.t.00001.sql.gz", pack("INSERT INTO `t` VALUES (3);\n", "gzip"));
  test::write_file(
      directory / "desk.t-schema-triggers.sql",
      "CREATE DEFINER=`x`@`y` TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW BEGIN SET @a = 1; \nSET @b = 2; "
      "\nEND;\n");
}

// A27
TEST_F(DumpSource, CountsTheRowsThatNewerMydumpersPromise) {
  write_new_mydumper(files_ / "whole", "3");
  const auto loaded = load(files_ / "whole");
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  EXPECT_THAT(test::content_of(loaded->endpoint()), AllOf(HasSubstr("table t"), HasSubstr("trigger g")));
  write_new_mydumper(files_ / "short", "4");
  expect_refused(files_ / "short", Code::corrupt, "'t'");
}

// A27
TEST_F(DumpSource, TakesTheWayMysqlEightDumps) {
  const auto loaded = load(write("mysql8.sql", test::mysql_eight_dump()));
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  EXPECT_EQ(loaded->endpoint().database, "desk");
  auto admin = test::connect(loaded->endpoint());
  const auto row = admin.query_one("SELECT COUNT(*), MAX(title), MAX(made) FROM ticket");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->natural(0), 2U);
  EXPECT_EQ((*row)->text(1), "été");
  EXPECT_EQ((*row)->text(2), "2024-02-31");
  EXPECT_THAT(loaded->notes, AllOf(Contains(HasSubstr("SET GLOBAL")), Contains(HasSubstr("SQL_LOG_BIN")),
                                   Contains(HasSubstr("utf8mb4_0900_ai_ci"))));
  EXPECT_THAT(test::content_of(loaded->endpoint()), AllOf(HasSubstr("view open_ticket"), HasSubstr("trigger stamp")));
}

// A27
TEST_F(DumpSource, LeavesTheServerAlone) {
  const auto loaded = load(write("greedy.sql",
                                 "USE desk;\nCREATE TABLE t (i int);\nINSERT INTO t VALUES (1);\n"
                                 "SET GLOBAL max_connections = 7;\nCREATE USER evil@localhost;\n"
                                 "GRANT ALL ON *.* TO evil@localhost;\nDROP DATABASE desk;\n"
                                 "CREATE TABLE u (i int) DATA DIRECTORY='" +
                                     files_.path().string() + "';" + std::string(kEnd)));
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  auto admin = test::connect(loaded->endpoint());
  const auto row = admin.query_one(
      "SELECT @@GLOBAL.max_connections, (SELECT COUNT(*) FROM mysql.user WHERE user = 'evil'), (SELECT COUNT(*) FROM "
      "t), "
      "(SELECT CONCAT(super_priv, file_priv, grant_priv) FROM mysql.user WHERE user = 'loader'), @@local_infile, "
      "@@skip_networking");
  ASSERT_TRUE(row && *row);
  EXPECT_NE((*row)->natural(0), 7U);
  EXPECT_EQ((*row)->natural(1), 0U);
  EXPECT_EQ((*row)->natural(2), 1U);
  EXPECT_EQ((*row)->text(3), "NNN");
  EXPECT_EQ((*row)->natural(4), 0U);
  EXPECT_EQ((*row)->natural(5), 1U);
  EXPECT_THAT(loaded->notes, AllOf(Contains(HasSubstr("GRANT at line 6")), Contains(HasSubstr("DROP DATABASE")),
                                   Contains(HasSubstr("DIRECTORY"))));
  // What no word gives away ends at the rights of the user who loads.
  expect_refused(write("outside.sql",
                       "CREATE TABLE t (i int);\nINSERT INTO mysql.user VALUES ('confidential');" + std::string(kEnd)),
                 Code::forbidden, "line 2");
}

// A27
TEST_F(DumpSource, ChangesNoByteThatIsNotText) {
  const std::string text =
      "SET NAMES utf8mb4;\nCREATE TABLE t (i int, title varchar(40), b blob) CHARACTER SET utf8mb4;\n"
      "INSERT INTO t VALUES (1,'fine','\xE9');\nINSERT INTO t VALUES (2,'confidential \xE9t\xE9','x');" +
      std::string(kEnd);
  const auto file = write("latin1.sql", text);
  expect_refused(file, Code::corrupt, "line 4, table 't', column 'title'");
  DumpOptions options;
  options.charset = "latin1";
  const auto loaded = load(file, options);
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  auto admin = test::connect(loaded->endpoint());
  const auto row = admin.query_one("SELECT title FROM t WHERE i = 2");
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->text(0), "confidential été");
}

// A27
TEST_F(DumpSource, TakesOneOfSeveralDatabases) {
  const auto one = test::database_for_dumps();
  const auto other = test::sample_database(2);
  const auto file =
      write("several.sql.gz",
            pack(test::dump_of(one, {"--routines", "--events", "--databases", one.database, other.database}), "gzip"));
  expect_refused(file, Code::invalid_argument, one.database);
  DumpOptions options;
  options.database = "absent";
  expect_refused(file, Code::not_found, "absent", options);
  options.database = one.database;
  const auto loaded = load(file, options);
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  EXPECT_EQ(test::content_of(loaded->endpoint()), test::content_of(one));
}

/// Damage that is found whatever the text is. In the middle of what deflate made, it may read as another text, and be
/// refused as such, before the checksum behind it is reached.
std::string damaged(std::string whole, const std::string& packing) {
  std::size_t at = whole.size() / 2;
  if (packing == "gzip") at = whole.size() - 8;                            // the checksum
  if (packing == "zip") at = whole.rfind(std::string("PK\x01\x02")) + 16;  // that of the central directory
  for (std::size_t i = 0; i < 4; ++i) whole[at + i] = static_cast<char>(~whole[at + i]);
  return whole;
}

// A27
TEST_F(DumpSource, NamesWhatIsCutOrDamaged) {
  const std::string text = test::dump_of(test::database_for_dumps());
  for (const std::string packing : {"gzip", "zstd", "xz", "zip"}) {
    const std::string whole = pack(text, packing);
    expect_refused(write("cut." + packing, whole.substr(0, whole.size() / 2)), Code::corrupt, packing);
    expect_refused(write("short." + packing, whole.substr(0, whole.size() - 3)), Code::corrupt, packing);
    expect_refused(write("flipped." + packing, damaged(whole, packing)), Code::corrupt, packing);
  }
  expect_refused(write("cut.sql", text.substr(0, text.size() / 2)), Code::corrupt, "cut.sql");
  expect_refused(write("prose.sql", "confidential words\n-- Dump completed\n"), Code::corrupt, "line 1");
  expect_refused(write("quote.sql", "INSERT INTO t VALUES ('confidential" + std::string(kEnd)), Code::corrupt,
                 "line 1");
  expect_refused(write("empty.sql", ""), Code::corrupt, "is empty");
  expect_refused(write("empty.gz", pack("", "gzip")), Code::corrupt, "is empty");
  expect_refused(write("nothing.sql", "SET NAMES utf8mb4;" + std::string(kEnd)), Code::corrupt, "no table");
  expect_refused(files_ / "absent.sql", Code::not_found, "absent.sql");
  expect_refused(files_.path(), Code::unsupported, "metadata");
}

// A27
TEST_F(DumpSource, RefusesStatementsThatNoDumpHas) {
  for (const char* statement : {"SHUTDOWN", "SELECT 'confidential' INTO OUTFILE '/tmp/x'", "\\! id", "source x.sql",
                                "/*!50000 HANDLER t OPEN */", "CALL p()"})
    expect_refused(write("evil.sql", "CREATE TABLE t (i int);\n" + std::string(statement) + ";" + std::string(kEnd)),
                   Code::forbidden, "line 2");
  expect_refused(write("tab.sql", "LOAD DATA INFILE 'x' INTO TABLE t;" + std::string(kEnd)), Code::unsupported,
                 "LOAD DATA");
}

// A27
TEST_F(DumpSource, NamesWhatIsNoDump) {
  expect_refused(write("pg.sql", "--\n-- PostgreSQL database dump\n--\n"), Code::unsupported, "PostgreSQL");
  expect_refused(write("tickets.db", std::string("SQLite format 3\0", 16)), Code::unsupported, "SQLite");
  expect_refused(write("dump.tar.gz", pack(test::pack(std::string("x"), "tar"), "gzip")), Code::unsupported, "tar");
  expect_refused(write("program", std::string("\x7F"
                                              "ELF\0\0\0",
                                              7)),
                 Code::unsupported, "binary");
  expect_refused("/dev/null", Code::unsupported, "/dev/null");
  const std::string text = "CREATE TABLE t (i int);" + std::string(kEnd);
  expect_refused(write("several.zip", test::zip({{"a.sql", text}, {"b.sql", text}})), Code::unsupported,
                 "several files");
  expect_refused(write("outside.zip", test::zip({{"../../etc/cron.d/a.sql", text}})), Code::unsupported, "leads out");
  expect_refused(write("empty.zip", test::zip({})), Code::corrupt, "is empty");
  expect_refused(write("secret.zip", pack(text, "encrypted zip")), Code::unsupported, "encrypted");
}

// A27
TEST_F(DumpSource, StopsAtWhatUnpacksToTooMuch) {
  // 1.2 GB of blanks in a file of some kilobytes.
  const auto bomb = files_ / "bomb.zst";
  test::make_bomb(bomb, 1200);
  expect_refused(bomb, Code::too_large, "times its size");
  DumpOptions options;
  options.most_bytes = 50U << 20U;
  expect_refused(bomb, Code::too_large, "50 MiB", options);
}

// A27
TEST_F(DumpSource, NamesMydumperDirectoriesThatAreNotWhole) {
  write_new_mydumper(files_ / "unfinished", "3");
  test::write_file(files_ / "unfinished" / "metadata", "# Started dump at: x\n");
  expect_refused(files_ / "unfinished", Code::corrupt, "finished");
  write_new_mydumper(files_ / "undefined", "3");
  std::filesystem::remove(files_ / "undefined" / "desk.t-schema.sql");
  expect_refused(files_ / "undefined", Code::corrupt, "holds no table");
  write_new_mydumper(files_ / "elsewhere", "3");
  test::write_file(files_ / "elsewhere" / "desk.t.00002.dat", "4\n");
  expect_refused(files_ / "elsewhere", Code::unsupported, "desk.t.00002.dat");
}

// A27
TEST_F(DumpSource, ClearsWhatAKilledRunLeft) {
  const auto left = scratch_ / "slipway-migrate.abcdef";
  std::filesystem::create_directories(left / "db" / "data");
  test::write_file(left / "lock", "");
  const auto kept = scratch_ / "somebody-else";
  std::filesystem::create_directories(kept);
  const auto loaded = load(write("small.sql", "CREATE TABLE t (i int);" + std::string(kEnd)));
  ASSERT_TRUE(loaded.has_value()) << to_text(loaded.error());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(kept));
  // Another run beside it leaves a living one alone.
  const auto beside = ScratchDirectory::make(scratch_.path());
  ASSERT_TRUE(beside.has_value());
  EXPECT_TRUE(std::filesystem::exists(loaded->directory()));
}

}  // namespace
}  // namespace slipway::migrate
