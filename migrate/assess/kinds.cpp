// The catalogue. Texts are for people; ids are for programs and never change.
#include "migrate/assess/finding.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr auto kBlocker = Severity::blocker;
constexpr auto kChange = Severity::change;
constexpr auto kNote = Severity::note;

std::vector<Kind> server_kinds() {
  return {
      {"server.unsupported_version", kBlocker, "Server too old",
       "servers before MariaDB 10.3 and MySQL 5.7 are not read",
       "upgrade the source, or move a dump of it with dump=FILE"},
      {"server.newer_than_known", kNote, "Server newer than those tried",
       "MariaDB up to 11.8 and MySQL up to 9 were tried; everything is checksummed all the same",
       "rehearse the move before the day"},
      {"privilege.select", kBlocker, "The user may not read every table",
       "tables that the user cannot see stay behind unnoticed", "GRANT SELECT ON `db`.* TO the user of --source"},
      {"privilege.show_view", kChange, "The user may not read definitions of views", "the views stay behind",
       "GRANT SHOW VIEW ON `db`.* TO the user of --source"},
      {"privilege.trigger", kChange, "The user cannot see triggers", "triggers, if there are any, stay behind",
       "GRANT TRIGGER ON `db`.* TO the user of --source"},
      {"privilege.event", kChange, "The user cannot see events", "events, if there are any, stay behind",
       "GRANT EVENT ON `db`.* TO the user of --source"},
      {"privilege.routines", kChange, "The user cannot read routines",
       "procedures and functions, if there are any, stay behind",
       "GRANT SELECT ON mysql.proc (MariaDB), or GRANT SHOW_ROUTINE ON *.* (MySQL 8), TO the user of --source"},
      {"privilege.reload", kNote, "The user may not hold a read lock",
       "one reader copies on its own snapshot instead of several on a shared one, which takes longer",
       "GRANT RELOAD ON *.* TO the user of --source"},
      {"privilege.lock_tables", kNote, "The user may not lock tables",
       "tables of engines without transactions are read while they change",
       "GRANT LOCK TABLES ON `db`.* TO the user of --source, or stop the writers for the copy"},
      {"privilege.process", kNote, "The user cannot see the server's load",
       "the copy cannot slow down when the source is busy", "GRANT PROCESS ON *.* TO the user of --source"},
      {"privilege.replication", kNote, "The user may not read the binary log",
       "changes made during the copy cannot be caught up from the log: writers stop for the definitive move",
       "GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO the user of --source"},
      {"binlog.off", kNote, "No binary log",
       "changes made during the copy cannot be caught up: writers stop for the definitive move",
       "set log_bin and restart the source, if the time without writers is too long"},
      {"binlog.format", kNote, "Binary log not in ROW format",
       "changes made during the copy cannot be caught up from it",
       "SET GLOBAL binlog_format = 'ROW' on the source; sessions that are open keep the old format"},
      {"binlog.row_image", kNote, "Binary log without full rows",
       "changes made during the copy cannot be caught up from it",
       "SET GLOBAL binlog_row_image = 'FULL' on the source"},
      {"server.sql_mode", kNote, "Server not in strict mode",
       "the source cuts values that do not fit; the target refuses them, so an application may meet new errors",
       "try the application with sql_mode = 'STRICT_TRANS_TABLES' first"},
      {"server.lower_case_names", kNote, "Names are compared without case",
       "the target tells `Ticket` from `ticket`: statements and definitions must write names as they are stored",
       "write table names in one case in the application, in views and in routines"},
  };
}

std::vector<Kind> product_kinds() {
  return {
      {"product.recognised", kNote, "A service desk that Slipway knows",
       "'run' moves it into an account; 'copy' copies the database as it is", kNoWayOutNeeded},
      {"product.unknown", kNote, "No service desk that Slipway knows", "'copy' can move the database as it is",
       "write a profile for it when it is to become an account of Slipway"},
      {"product.refused", kBlocker, "A version that is not taken over", "'run' refuses it",
       "upgrade the product first, with its own tools"},
      {"product.status_unmapped", kBlocker, "A status without a counterpart", "'run' stops before it writes anything",
       "write a [[status]] row for it into a file and say --status-map FILE"},
      {"product.data", kNote, "What the product's own checks found", "the remark of each says what becomes of it",
       "mend it in the product before the move, where it matters"},
  };
}

std::vector<Kind> table_kinds() {
  return {
      {"table.unreadable", kBlocker, "Table that cannot be opened", "the copy stops there",
       "repair or drop the table on the source, or give the user the rights for it"},
      {"engine.not_innodb", kChange, "Engine other than InnoDB", "the table becomes InnoDB", kNoWayOutNeeded},
      {"engine.rows_elsewhere", kBlocker, "Engine without rows of its own",
       "the table shows rows of other tables or servers: the copy refuses it",
       "drop the table on the source, and make it anew afterwards where its engine is"},
      {"table.blocked", kBlocker, "Table that the copy refuses", "the remark says why",
       "change the table on the source, or drop it there"},
      {"table.changed", kChange, "Table that is made a little different", "the remark says how", kNoWayOutNeeded},
      {"table.no_primary_key", kNote, "Table without a primary key",
       "it is copied in one piece, so an interrupted copy of it begins again",
       "ALTER TABLE … ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY when it is large"},
      {"table.system_versioned", kNote, "System-versioned table",
       "'copy' brings the history of its rows too, 'run' the current rows only",
       "keep the source, or a dump of it, where 'run' is used and the history counts"},
      {"table.partitioned", kNote, "Partitioned table", "'copy' keeps the partitions, 'run' needs the rows only",
       kNoWayOutNeeded},
      {"table.encrypted", kNote, "Encrypted table",
       "rows are copied as plain rows; the target encrypts as it is set up itself",
       "see that the target's storage is encrypted where that is required"},
      {"table.auto_increment", kNote, "AUTO_INCREMENT near its end",
       "the counter goes on where it is, and inserts fail when it ends",
       "ALTER TABLE … MODIFY the column to BIGINT UNSIGNED"},
      {"table.leftover", kNote, "Left by another tool", "it is copied like any other table",
       "drop it on the source when nobody needs it"},
      {"charset.unknown", kBlocker, "Character set that the target lacks", "the table cannot be made",
       "ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 on the source"},
      {"collation.unknown", kBlocker, "Collation that the target lacks", "the table cannot be made",
       "ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci on the source"},
      {"collation.replaced", kChange, "Collation that the target lacks",
       "the nearest of MariaDB is used: rows are the same, sorting and comparing may differ in rare letters",
       "look at unique keys over such columns in the rehearsal"},
      {"charset.utf8mb3", kNote, "Three-byte UTF-8", "it stays utf8mb3: such columns hold no emoji and no rare letters",
       "ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4, before or after the move"},
      {"column.type_unknown", kBlocker, "Type that the target lacks", "the table cannot be made",
       "ALTER TABLE … MODIFY the column to a type that MariaDB 10.11 knows"},
      {"column.unknown_function", kBlocker, "Expression with a function that the target lacks",
       "the table cannot be made", "drop the generated column on the source, or write it without that function"},
      {"column.generated", kNote, "Generated column", "the target computes it anew; no values are copied",
       kNoWayOutNeeded},
      {"column.invisible", kNote, "Invisible column", "it is copied by name and stays invisible", kNoWayOutNeeded},
      {"column.mysql_json", kChange, "JSON of MySQL",
       "it becomes LONGTEXT with a check that it is valid; values are the same texts",
       "see that the application does not rely on the JSON type's own sorting"},
      {"column.json", kNote, "JSON", "it is copied as text, byte for byte", kNoWayOutNeeded},
      {"column.geometry", kNote, "Geometry", "it is copied byte for byte, with its SRID", kNoWayOutNeeded},
      {"column.bit", kNote, "BIT", "it is copied bit for bit", kNoWayOutNeeded},
      {"column.choice", kNote, "ENUM or SET", "it travels as a number, so that invalid values stay what they are",
       kNoWayOutNeeded},
      {"index.expression", kChange, "Key over an expression", "MariaDB has no such keys: the key is left away",
       "make a generated column of the expression on the source and index that"},
      {"index.fulltext_parser", kChange, "FULLTEXT key with a parser",
       "the target lacks the parser: the key is made without it", "try the application's search in the rehearsal"},
      {"index.fulltext", kNote, "FULLTEXT key", "the target builds it anew with its own lists of stop words",
       kNoWayOutNeeded},
      {"fk.other_database", kChange, "Foreign key into another database",
       "it is made when the target has that database too; else it is left away", "copy that database first"},
      {"fk.parent_missing", kNote, "Foreign key to a table that does not exist",
       "it is copied as it is: inserts fail there as they fail here", "drop the foreign key, or make the table"},
      {"fk.cycle", kNote, "Tables that refer to each other in a circle",
       "keys are added after all rows, so the circle does no harm", kNoWayOutNeeded},
  };
}

std::vector<Kind> data_kinds() {
  return {
      {"row.over_target_packet", kChange, "Rows larger than any packet",
       "a row above 1 GB is copied in pieces; no program can read it whole afterwards, there as here",
       "set local_infile=1 on the target if a single value is above 1 GB; split such values in the long run"},
      {"row.over_source_packet", kNote, "Rows larger than the source's own packets",
       "they are copied, large values in pieces; functions of the source over such values give NULL",
       "SET GLOBAL max_allowed_packet = 1073741824 on the source"},
      {"fk.orphans", kNote, "Rows whose parent does not exist", "they are copied; the key is added without a check",
       "look for them after the move, or delete them on the source first"},
      {"charset.double_utf8", kNote, "UTF-8 bytes in a latin1 column",
       "the bytes are copied as they are; a program that asks for UTF-8 sees every special letter encoded twice",
       "ALTER TABLE … MODIFY the column to its binary type, then to the same type in utf8mb4, on the source"},
      {"charset.double_utf8_text", kNote, "Text that was encoded twice",
       "the text is copied as it is: it shows two odd letters for one special letter, there as here",
       "UPDATE … SET c = CONVERT(CAST(CONVERT(c USING latin1) AS BINARY) USING utf8mb4) for those rows"},
      {"data.zero_date", kNote, "Zero dates", "they are copied as they are; strict mode refuses them in new rows",
       "UPDATE them to NULL when the application allows it"},
      {"data.invalid_date", kNote, "Dates that do not exist",
       "they are copied as they are; strict mode refuses them in new rows", "UPDATE them to a real date, or to NULL"},
      {"data.invalid_json", kNote, "JSON that is not valid",
       "it is copied as it is; the target refuses the next change of such a row",
       "UPDATE it to valid JSON, or to NULL"},
      {"data.invalid_choice", kNote, "ENUM values that the column does not have",
       "they are copied as the number 0, as they are stored", "UPDATE them to a member of the ENUM"},
      {"scan.not_scanned", kNote, "Rows that were not looked at",
       "the copy treats them as any row; what this report says of data is unknown for them",
       "say --scan-seconds with more time"},
  };
}

std::vector<Kind> program_kinds() {
  return {
      {"view.broken", kChange, "View that cannot be read",
       "it stays behind when the target cannot make it either; the copy's report names it",
       "drop the view on the source, or make what it refers to"},
      {"program.hidden", kChange, "Definition that the user cannot read",
       "it stays behind, and the copy's report names it",
       "connect as its definer, or as a user who may read all routines"},
      {"program.other_database", kChange, "View into another database",
       "it is made when the target has that database too; else it stays behind", "copy that database first"},
      {"program.unknown_function", kChange, "Definition with a function that the target lacks",
       "it stays behind, or fails when it is used",
       "write it without that function on the source, or by hand on the target"},
      {"program.reserved_word", kChange, "Definition with a name that is a keyword of the target",
       "it stays behind, and the copy's report names it",
       "put the name into backticks in the definition on the source"},
      {"program.sql_mode", kChange, "SQL mode that the target lacks", "the definition is made without that mode",
       kNoWayOutNeeded},
      {"definer.mapped", kChange, "Definer",
       "users are not copied: the user who makes the object on the target becomes its definer",
       "give that user the rights that the object needs"},
      {"definer.missing", kNote, "Definer who does not exist",
       "it fails on the source today; on the target it runs with its new definer", kNoWayOutNeeded},
      {"program.view", kNote, "View", "it is made after the rows", kNoWayOutNeeded},
      {"program.sequence", kNote, "Sequence", "it is made with its next value", kNoWayOutNeeded},
      {"program.trigger", kNote, "Trigger", "it is made after the rows, so that it does not run for them",
       kNoWayOutNeeded},
      {"program.routine", kNote, "Routine", "it is made after the rows", kNoWayOutNeeded},
      {"program.event", kNote, "Event", "it is made after the rows, disabled",
       "ALTER EVENT … ENABLE on the target after the move"},
      {"name.case_collision", kNote, "Names that differ in case only", "both are kept: the target tells them apart",
       "rename one of them when the database is ever to run on Windows or macOS"},
      {"name.reserved", kNote, "Name that is a keyword of the target", "the copy quotes it",
       "see that the application puts it into backticks"},
  };
}

}  // namespace

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> list;
    for (const auto& part : {server_kinds(), product_kinds(), table_kinds(), data_kinds(), program_kinds()})
      list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

}  // namespace slipway::migrate::assess
