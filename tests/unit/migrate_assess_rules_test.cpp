// The rules of the assessment: facts in, findings out; above all what no test server here can show.
#include <gmock/gmock.h>

#include <limits>

#include "migrate/assess/grant_rules.hpp"
#include "migrate/assess/program_rules.hpp"
#include "migrate/assess/scan_rules.hpp"
#include "migrate/assess/server_rules.hpp"
#include "migrate/assess/table_rules.hpp"
#include "migrate/assess/word_rules.hpp"

namespace slipway::migrate::assess {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> lines_of(const Findings& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    std::string line(severity_name(f.severity));
    line.append(1, ' ').append(f.kind->id).append(1, ' ').append(f.object);
    lines.push_back(std::move(line));
  }
  return lines;
}

Server mariadb() {
  Server server;
  server.version = "10.11.19-MariaDB";
  server.variables = {{"sql_mode", "STRICT_TRANS_TABLES"},
                      {"log_bin", "ON"},
                      {"binlog_format", "ROW"},
                      {"binlog_row_image", "FULL"},
                      {"lower_case_table_names", "0"},
                      {"max_allowed_packet", "16777216"}};
  read_version(server);
  return server;
}

Server mysql(const std::string& version) {
  Server server = mariadb();
  server.mariadb = false;
  server.version = version;
  read_version(server);
  return server;
}

Column column(const std::string& name, const std::string& type) {
  Column made;
  made.name = name;
  made.quoted = "`" + name + "`";
  made.data_type = type;
  made.column_type = type;
  return made;
}

Table table(const std::string& name) {
  Table made;
  made.database = "db";
  made.name = name;
  made.quoted = "`db`.`" + name + "`";
  made.engine = "InnoDB";
  made.columns = {column("id", "int")};
  made.primary_key = {"id"};
  return made;
}

Findings judge_one(const Table& subject, const Server& server = mariadb()) {
  Database database;
  database.name = "db";
  database.tables = {subject};
  return judge_tables(database, server);
}

Findings judge_one(const Column& subject, const Server& server = mariadb()) {
  Table holder = table("t");
  holder.columns.push_back(subject);
  return judge_one(holder, server);
}

// A27
TEST(AssessKinds, AreDistinctAndSayWhatHappensAndTheWayOut) {
  std::set<std::string_view> ids;
  for (const Kind& k : kinds()) {
    EXPECT_TRUE(ids.insert(k.id).second) << k.id;
    EXPECT_NE(k.id.find('.'), std::string_view::npos) << k.id;
    EXPECT_FALSE(k.title.empty() || k.consequence.empty() || k.way_out.empty()) << k.id;
    EXPECT_FALSE(k.severity == Severity::blocker && k.way_out == kNoWayOutNeeded) << k.id;
  }
}

TEST(AssessKinds, SortBySeverityThenCatalogueThenObject) {
  Findings findings{finding("name.reserved", "b"), finding("name.reserved", "a"), finding("table.unreadable", "z"),
                    finding("engine.not_innodb", "y"), finding("binlog.off", "c")};
  sort(findings);
  EXPECT_THAT(lines_of(findings), ElementsAre("blocker table.unreadable z", "change engine.not_innodb y",
                                              "note binlog.off c", "note name.reserved a", "note name.reserved b"));
}

TEST(AssessServer, KnowsWhichVersionsAreRead) {
  const auto judge = [](const Server& server) {
    Facts facts;
    facts.server = server;
    return lines_of(judge_server(facts));
  };
  EXPECT_THAT(judge(mariadb()), IsEmpty());
  EXPECT_THAT(judge(mysql("5.7.44")), IsEmpty());
  EXPECT_THAT(judge(mysql("9.7.4")), IsEmpty());
  EXPECT_THAT(judge(mysql("5.6.51-log")), ElementsAre("blocker server.unsupported_version server"));
  Server server = mariadb();
  for (const char* version : {"10.2.44-MariaDB", "5.5.68-MariaDB", "nonsense"}) {
    server.version = version;
    read_version(server);
    EXPECT_THAT(judge(server), ElementsAre("blocker server.unsupported_version server")) << version;
  }
  server.version = "12.1.2-MariaDB";
  read_version(server);
  EXPECT_THAT(judge(server), ElementsAre("note server.newer_than_known server"));
}

TEST(AssessServer, NamesSettingsThatMatter) {
  Facts facts;
  facts.server = mariadb();
  facts.server.variables = {{"sql_mode", "NO_ENGINE_SUBSTITUTION"},
                            {"log_bin", "ON"},
                            {"binlog_format", "MIXED"},
                            {"binlog_row_image", "MINIMAL"},
                            {"lower_case_table_names", "1"}};
  EXPECT_THAT(
      lines_of(judge_server(facts)),
      UnorderedElementsAre("note server.sql_mode @@sql_mode", "note server.lower_case_names @@lower_case_table_names",
                           "note binlog.format @@binlog_format", "note binlog.row_image @@binlog_row_image"));
  facts.server.variables["log_bin"] = "OFF";
  EXPECT_THAT(lines_of(judge_server(facts)), testing::Contains("note binlog.off @@log_bin"));
  EXPECT_THAT(lines_of(judge_server(facts)), testing::Not(testing::Contains("note binlog.format @@binlog_format")));
}

TEST(AssessGrants, AreReadFromBothServers) {
  const Grants grants({"GRANT USAGE ON *.* TO `reader`@`%` IDENTIFIED BY PASSWORD '*F'",
                       "GRANT SELECT, SHOW VIEW ON `rt\\_%`.* TO `reader`@`%`",
                       "GRANT SELECT (`a`, `b`), INSERT (`TRIGGER`) ON `rt_5`.`users` TO `reader`@`%`",
                       "GRANT EXECUTE ON PROCEDURE `rt_5`.`p` TO `reader`@`%`", "GRANT `role` TO `reader`@`%`",
                       "GRANT SELECT ON `mysql`.`proc` TO `reader`@`%`", "SET DEFAULT ROLE `role` FOR `reader`@`%`"});
  EXPECT_TRUE(grants.has("SELECT", "rt_5"));
  EXPECT_TRUE(grants.has("SHOW VIEW", "rt_4"));
  EXPECT_FALSE(grants.has("SELECT", "rt4"));
  EXPECT_FALSE(grants.has("TRIGGER", "rt_5"));
  EXPECT_FALSE(grants.has("INSERT", "rt_5"));
  EXPECT_FALSE(grants.has("SELECT"));
  EXPECT_FALSE(grants.has("SELECT", "mysql"));
  EXPECT_TRUE(grants.has("SELECT", "`mysql`.`proc`"));
  EXPECT_TRUE(Grants({"GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION"}).has("RELOAD"));
  EXPECT_TRUE(Grants({}).has("RELOAD")) << "a server that checks no rights";
  const Grants partly({"GRANT SELECT ON *.* TO `a`@`%`", "REVOKE SELECT ON `secret`.* FROM `a`@`%`"});
  EXPECT_TRUE(partly.has("SELECT", "desk"));
  EXPECT_FALSE(partly.has("SELECT", "secret"));
}

TEST(AssessGrants, OfMysqlDecideAboutRoutines) {
  Facts facts;
  facts.server = mysql("8.0.40");
  facts.databases.resize(1);
  facts.databases[0].name = "db";
  facts.server.grants = {"GRANT RELOAD, PROCESS, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `a`@`%`",
                         "GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `db`.* TO `a`@`%`"};
  EXPECT_THAT(lines_of(judge_server(facts)), ElementsAre("change privilege.routines db"));
  facts.server.grants.emplace_back("GRANT SHOW_ROUTINE ON *.* TO `a`@`%`");
  EXPECT_THAT(lines_of(judge_server(facts)), IsEmpty());
  facts.server.grants = {"GRANT SELECT ON `db`.`one` TO `a`@`%`"};
  EXPECT_THAT(lines_of(judge_server(facts)), testing::Contains("blocker privilege.select db"));
}

TEST(AssessTables, TellEnginesApart) {
  const auto judge = [](const std::string& engine) {
    Table subject = table("t");
    subject.engine = engine;
    return lines_of(judge_one(subject));
  };
  EXPECT_THAT(judge("InnoDB"), IsEmpty());
  EXPECT_THAT(judge("ROCKSDB"), ElementsAre("change engine.not_innodb db.t"));
  for (const char* engine : {"FEDERATED", "CONNECT", "SPIDER", "OQGRAPH", "SPHINX", "MRG_MyISAM"})
    EXPECT_THAT(judge(engine), ElementsAre("blocker engine.rows_elsewhere db.t")) << engine;
}

TEST(AssessTables, TellWhatTheCopySaysOnceOnly) {
  Table subject = table("t");
  subject.changes = {"engine MyISAM became InnoDB", "collation a became b",
                     "key k was left away: MariaDB has no keys on expressions", "option CONNECTION was left away"};
  subject.blockers = {"engine SPIDER has no rows of its own", "something else"};
  const auto findings = judge_one(subject);
  EXPECT_THAT(lines_of(findings), ElementsAre("blocker table.blocked db.t", "change table.changed db.t"));
  EXPECT_EQ(findings[1].detail, "option CONNECTION was left away");
}

TEST(AssessTables, ATableThatCannotBeOpenedIsToldOnce) {
  Table subject = table("t");
  subject.engine.clear();
  subject.primary_key.clear();
  subject.fault = "unknown storage engine 'FEDERATED'";
  EXPECT_THAT(lines_of(judge_one(subject)), ElementsAre("blocker table.unreadable db.t"));
}

TEST(AssessTables, MeasureAutoIncrementAgainstItsType) {
  Table subject = table("t");
  subject.columns[0].extra = "auto_increment";
  const auto used = [&](const char* type, const char* full, std::uint64_t next) {
    subject.columns[0].data_type = type;
    subject.columns[0].column_type = full;
    subject.next_number = next;
    return numbers_used(subject);
  };
  EXPECT_DOUBLE_EQ(used("tinyint", "tinyint(4)", 128), 1.0);
  EXPECT_LT(used("tinyint", "tinyint(3) unsigned", 128), 0.51);
  EXPECT_GT(used("int", "int(11)", 2'000'000'000), 0.9);
  EXPECT_LT(used("int", "int(10) unsigned", 2'000'000'000), 0.5);
  EXPECT_LT(used("bigint", "bigint(20)", 2'000'000'000), 0.001);
  subject.next_number.reset();
  EXPECT_EQ(numbers_used(subject), 0);
}

// A27
TEST(AssessColumns, NameWhatMysqlHasAndTheTargetLacks) {
  const Server server = mysql("8.4.3");
  Column text = column("c", "varchar");
  text.charset = "utf8mb4";
  text.collation = "utf8mb4_0900_ai_ci";
  text.replaced_collation = "utf8mb4_uca1400_nopad_ai_ci";
  EXPECT_THAT(lines_of(judge_one(text, server)), ElementsAre("change collation.replaced db.t.c"));
  text.collation = "utf8mb4_ja_0900_as_cs_ks";
  text.replaced_collation = "";
  EXPECT_THAT(lines_of(judge_one(text, server)), ElementsAre("blocker collation.unknown db.t.c"));
  text.charset = "gb18030";
  text.collation = "gb18030_chinese_ci";
  EXPECT_THAT(lines_of(judge_one(text, server)), ElementsAre("blocker charset.unknown db.t.c"));
  EXPECT_THAT(lines_of(judge_one(column("c", "json"), server)), ElementsAre("change column.mysql_json db.t.c"));
  EXPECT_THAT(lines_of(judge_one(column("c", "vector"), server)), ElementsAre("blocker column.type_unknown db.t.c"));
  Column computed = column("c", "int");
  computed.generation = "(json_unquote(json_extract(`doc`,_utf8mb4'$.a')))";
  computed.extra = "stored generated";
  EXPECT_THAT(lines_of(judge_one(computed, server)), ElementsAre("note column.generated db.t.c"));
  computed.generation = "uuid_to_bin(`u`)";
  EXPECT_THAT(lines_of(judge_one(computed, server)), ElementsAre("blocker column.unknown_function db.t.c"));
  Table keyed = table("t");
  Index expression;
  expression.name = "k";
  expression.expression = true;
  Index chinese;
  chinese.name = "words";
  chinese.type = "FULLTEXT";
  chinese.parser = "ngram";
  keyed.indexes = {expression, chinese};
  EXPECT_THAT(lines_of(judge_one(keyed, server)),
              ElementsAre("change index.expression db.t.k", "change index.fulltext_parser db.t.words"));
  EXPECT_THAT(lines_of(judge_one(column("c", "xmltype"))), ElementsAre("blocker column.type_unknown db.t.c"));
}

TEST(AssessTables, EncryptionIsToldOnlyWhereItIsOn) {
  const auto judge = [](const std::string& options) {
    Table subject = table("t");
    subject.options = options;
    return lines_of(judge_one(subject));
  };
  EXPECT_THAT(judge("`encrypted`=YES"), ElementsAre("note table.encrypted db.t"));
  EXPECT_THAT(judge("ENCRYPTION=\"Y\""), ElementsAre("note table.encrypted db.t"));
  EXPECT_THAT(judge("`encrypted`=NO"), IsEmpty());
  EXPECT_THAT(judge("ENCRYPTION='N'"), IsEmpty());
  EXPECT_THAT(judge("row_format=COMPRESSED"), IsEmpty());
}

TEST(AssessForeignKeys, FindEachCircleOnce) {
  Database database;
  database.name = "db";
  const auto add = [&](const std::string& name, const std::vector<std::string>& parents) {
    Table made = table(name);
    for (const std::string& parent : parents)
      made.foreign_keys.push_back({"to_" + parent, {"id"}, "db", parent, {"id"}});
    database.tables.push_back(made);
  };
  add("a", {"b"});
  add("b", {"c", "b"});
  add("c", {"a", "d"});
  add("d", {"d"});
  add("e", {"a"});
  const auto findings = judge_foreign_keys(database);
  ASSERT_THAT(lines_of(findings), ElementsAre("note fk.cycle db.a"));
  EXPECT_EQ(findings[0].detail, "a → b → c → a");
}

Program program(Program::Kind kind, const std::string& body) {
  Program made;
  made.kind = kind;
  made.database = "db";
  made.name = "p";
  made.what = "procedure";
  made.body = body;
  return made;
}

Findings judge_program(const Program& subject, const Server& server, std::vector<Program> others = {}) {
  Database database;
  database.name = "db";
  database.tables = {table("t")};
  database.tables[0].columns.push_back(column("offset", "int"));
  database.programs = std::move(others);
  database.programs.push_back(subject);
  auto findings = judge_programs(database, server);
  std::erase_if(findings, [](const Finding& f) { return f.object != "db.p"; });
  return findings;
}

// A27
TEST(AssessPrograms, FindNamesThatTheTargetTakesForKeywords) {
  const auto routine = Program::Kind::routine;
  const std::vector<std::string> harmless{"SELECT `offset` FROM t",
                                          "SELECT t.offset FROM t",
                                          "SELECT id FROM t LIMIT 5 OFFSET 10",
                                          "SELECT 'offset' FROM t /* offset */",
                                          "SELECT id -- offset\nFROM t",
                                          "SELECT \"offset\" FROM t"};
  for (const std::string& body : harmless)
    EXPECT_THAT(lines_of(judge_program(program(routine, body), mysql("8.0.40"))),
                ElementsAre("note program.routine db.p"))
        << body;
  const Program broken = program(routine, "UPDATE t SET offset = offset + 1");
  EXPECT_THAT(lines_of(judge_program(broken, mysql("8.0.40"))), ElementsAre("change program.reserved_word db.p"));
  Server old = mariadb();
  old.version = "10.5.23-MariaDB";
  read_version(old);
  EXPECT_THAT(lines_of(judge_program(broken, old)), ElementsAre("change program.reserved_word db.p"));
}

TEST(AssessPrograms, FindFunctionsThatTheTargetLacksUnlessTheSourceMadeThem) {
  const Program uses = program(Program::Kind::routine, "SELECT BIN_TO_UUID(id), doc->>'$.a' FROM t");
  EXPECT_THAT(lines_of(judge_program(uses, mysql("8.0.40"))),
              ElementsAre("change program.unknown_function db.p", "change program.unknown_function db.p"));
  Program own = program(Program::Kind::routine, "RETURN 1");
  own.name = "bin_to_uuid";
  const Program calls = program(Program::Kind::routine, "SELECT BIN_TO_UUID(id), 'BIN_TO_UUID(' FROM t");
  EXPECT_THAT(lines_of(judge_program(calls, mysql("8.0.40"), {own})), ElementsAre("note program.routine db.p"));
}

TEST(AssessPrograms, TellWhatCannotBeReadAndModesThatEnd) {
  EXPECT_THAT(lines_of(judge_program(program(Program::Kind::routine, ""), mariadb())),
              ElementsAre("change program.hidden db.p"));
  Program mode = program(Program::Kind::trigger, "SET @a = 1");
  mode.sql_mode = "STRICT_TRANS_TABLES,TIME_TRUNCATE_FRACTIONAL";
  EXPECT_THAT(lines_of(judge_program(mode, mysql("8.0.40"))),
              ElementsAre("change program.sql_mode db.p", "note program.trigger db.p"));
  Server server = mariadb();
  server.users = std::set<std::string>{"here@localhost"};
  Program defined = program(Program::Kind::event, "SELECT 1");
  defined.definer = "gone@%";
  EXPECT_THAT(lines_of(judge_program(defined, server)),
              ElementsAre("change definer.mapped db.p", "note definer.missing db.p", "note program.event db.p"));
  defined.definer = "here@localhost";
  EXPECT_THAT(lines_of(judge_program(defined, server)),
              ElementsAre("change definer.mapped db.p", "note program.event db.p"));
}

TEST(AssessScan, AsksOnlyWhatATableCanAnswer) {
  Facts facts;
  facts.server = mariadb();
  Table subject = table("t");
  EXPECT_THAT(probes_of(subject, facts), IsEmpty());
  Column generated = column("g", "date");
  generated.generation = "`d` + interval 1 day";
  subject.columns.push_back(generated);
  EXPECT_THAT(probes_of(subject, facts), IsEmpty());
  Column blob = column("b", "longblob");
  blob.most_bytes = 4'294'967'295;
  subject.columns.push_back(blob);
  const auto kinds_of = [&](const Table& asked) {
    std::vector<std::string> kinds;
    for (const Probe& probe : probes_of(asked, facts)) kinds.emplace_back(probe.kind);
    return kinds;
  };
  EXPECT_THAT(kinds_of(subject), ElementsAre("row.over_target_packet", "row.over_source_packet"));
  facts.server.variables["max_allowed_packet"] = "1073741824";
  EXPECT_THAT(kinds_of(subject), ElementsAre("row.over_target_packet"));
  subject.engine = "FEDERATED";
  EXPECT_THAT(probes_of(subject, facts), IsEmpty()) << "its rows are elsewhere";
}

TEST(AssessScan, CutsKeysWithoutGapOrOverlap) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kGreatest = std::numeric_limits<std::int64_t>::max();
  struct Case {
    std::int64_t least;
    std::int64_t greatest;
    std::uint64_t bytes;
  };
  for (const auto& [least, greatest, bytes] : {Case{1, 1, 1'000}, Case{1, 10, 1'000}, Case{-5, 1000, 100'000},
                                               Case{kLeast, kGreatest, 50'000}, Case{0, 2, 1'000'000'000}}) {
    const auto ranges = cut_keys(least, greatest, bytes, 100);
    ASSERT_FALSE(ranges.empty());
    EXPECT_EQ(ranges.front().from, least);
    EXPECT_EQ(ranges.back().to, greatest);
    EXPECT_LE(ranges.size(), 10'000U);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      EXPECT_LE(ranges[i].from, ranges[i].to);
      const auto expected = i == 0 ? least : ranges[i - 1].to + 1;
      EXPECT_EQ(ranges[i].from, expected);
    }
  }
}

TEST(AssessCase, NamesThatDifferInCaseOnlyNameEachOther) {
  Facts facts;
  facts.server = mariadb();
  facts.server.databases = {"db", "DB", "Other", "other"};
  Database database;
  database.name = "db";
  database.tables = {table("Ticket"), table("ticket"), table("users")};
  Program view = program(Program::Kind::view, "select 1");
  view.name = "TICKET";
  database.programs = {view};
  facts.databases = {database};
  EXPECT_THAT(lines_of(judge_case(facts)),
              UnorderedElementsAre("note name.case_collision DB", "note name.case_collision db",
                                   "note name.case_collision db.TICKET", "note name.case_collision db.Ticket",
                                   "note name.case_collision db.ticket"));
}

}  // namespace
}  // namespace slipway::migrate::assess
