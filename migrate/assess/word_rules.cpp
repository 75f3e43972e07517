#include "migrate/assess/word_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

namespace slipway::migrate::assess {
namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

/// As MariaDB 10.11 refuses them for a column without backticks.
constexpr std::string_view kReserved =
    "ACCESSIBLE ADD ALL ALTER ANALYZE AND AS ASC ASENSITIVE BEFORE BETWEEN BIGINT BINARY BLOB BOTH BY CALL "
    "CASCADE CASE CHANGE CHAR CHARACTER CHECK COLLATE COLUMN CONDITION CONSTRAINT CONTINUE CONVERT CREATE CROSS "
    "CURRENT_DATE CURRENT_ROLE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASES DAY_HOUR "
    "DAY_MICROSECOND DAY_MINUTE DAY_SECOND DEC DECIMAL DECLARE DEFAULT DELAYED DELETE DELETE_DOMAIN_ID DESC "
    "DESCRIBE DETERMINISTIC DISTINCT DISTINCTROW DIV DOUBLE DO_DOMAIN_IDS DROP DUAL EACH ELSE ELSEIF ENCLOSED "
    "ESCAPED EXCEPT EXISTS EXIT EXPLAIN FALSE FETCH FLOAT FLOAT4 FLOAT8 FOR FORCE FOREIGN FROM FULLTEXT GRANT "
    "GROUP HAVING HIGH_PRIORITY HOUR_MICROSECOND HOUR_MINUTE HOUR_SECOND IF IGNORE IGNORE_DOMAIN_IDS IN INDEX "
    "INFILE INNER INOUT INSENSITIVE INSERT INT INT1 INT2 INT3 INT4 INT8 INTEGER INTERSECT INTERVAL INTO IS "
    "ITERATE JOIN KEY KEYS KILL LEADING LEAVE LEFT LIKE LIMIT LINEAR LINES LOAD LOCALTIME LOCALTIMESTAMP LOCK "
    "LONG LONGBLOB LONGTEXT LOOP LOW_PRIORITY MASTER_DEMOTE_TO_REPLICA MASTER_DEMOTE_TO_SLAVE "
    "MASTER_SSL_VERIFY_SERVER_CERT MATCH MAXVALUE MEDIUMBLOB MEDIUMINT MEDIUMTEXT MIDDLEINT MINUTE_MICROSECOND "
    "MINUTE_SECOND MOD MODIFIES NATURAL NOT NO_WRITE_TO_BINLOG NULL NUMERIC OFFSET ON OPTIMIZE OPTIONALLY OR "
    "ORDER OUT OUTER OUTFILE OVER PAGE_CHECKSUM PARSE_VCOL_EXPR PARTITION PORTION PRECISION PRIMARY PROCEDURE "
    "PURGE RANGE READ READS READ_WRITE REAL RECURSIVE REFERENCES REF_SYSTEM_ID REGEXP RELEASE RENAME REPEAT "
    "REPLACE REQUIRE RESIGNAL RESTRICT RETURN RETURNING REVOKE RIGHT RLIKE ROWS ROW_NUMBER SCHEMAS "
    "SECOND_MICROSECOND SELECT SENSITIVE SEPARATOR SET SHOW SIGNAL SMALLINT SPATIAL SPECIFIC SQL SQLEXCEPTION "
    "SQLSTATE SQLWARNING SQL_BIG_RESULT SQL_CALC_FOUND_ROWS SQL_SMALL_RESULT SSL STARTING STATS_AUTO_RECALC "
    "STATS_PERSISTENT STATS_SAMPLE_PAGES STRAIGHT_JOIN TABLE TERMINATED THEN TINYBLOB TINYINT TINYTEXT TO "
    "TRAILING TRIGGER TRUE UNDO UNION UNIQUE UNLOCK UNSIGNED UPDATE USAGE USE USING UTC_DATE UTC_TIME "
    "UTC_TIMESTAMP VALUES VARBINARY VARCHAR VARCHARACTER VARYING WHEN WHERE WHILE WITH WRITE XOR YEAR_MONTH "
    "ZEROFILL ";

/// Keywords that some source does not reserve: MariaDB before `mariadb`, MySQL before `mysql` (major * 100 + minor).
struct YoungWord {
  std::string_view word;
  int mariadb;
  int mysql;
};
constexpr int kNever = 10'000;
constexpr std::array kYoung{
    YoungWord{"CURRENT_ROLE", 0, kNever},
    YoungWord{"DELETE_DOMAIN_ID", 0, kNever},
    YoungWord{"DO_DOMAIN_IDS", 0, kNever},
    YoungWord{"EXCEPT", 1003, 800},
    YoungWord{"IGNORE_DOMAIN_IDS", 0, kNever},
    YoungWord{"INTERSECT", 1003, 900},
    YoungWord{"MASTER_DEMOTE_TO_REPLICA", 1010, kNever},
    YoungWord{"MASTER_DEMOTE_TO_SLAVE", 1010, kNever},
    YoungWord{"OFFSET", 1006, kNever},
    YoungWord{"OVER", 1002, 800},
    YoungWord{"PAGE_CHECKSUM", 0, kNever},
    YoungWord{"PARSE_VCOL_EXPR", 0, kNever},
    YoungWord{"PORTION", 1004, kNever},
    YoungWord{"RECURSIVE", 1002, 800},
    YoungWord{"REF_SYSTEM_ID", 0, kNever},
    YoungWord{"RETURNING", 0, kNever},
    YoungWord{"ROWS", 1002, 800},
    YoungWord{"ROW_NUMBER", 1007, 800},
    YoungWord{"STATS_AUTO_RECALC", 0, kNever},
    YoungWord{"STATS_PERSISTENT", 0, kNever},
    YoungWord{"STATS_SAMPLE_PAGES", 0, kNever},
};

/// Of MySQL, and of MariaDB after 10.11.
constexpr std::string_view kForeignFunctions =
    "ANY_VALUE ASYMMETRIC_ENCRYPT BIN_TO_UUID FORMAT_BYTES FORMAT_PICO_TIME GROUPING GTID_SUBSET GTID_SUBTRACT "
    "ICU_VERSION IS_UUID JSON_ARRAY_INTERSECT JSON_KEY_VALUE JSON_OBJECT_FILTER_KEYS JSON_OBJECT_TO_ARRAY "
    "JSON_SCHEMA_VALID JSON_SCHEMA_VALIDATION_REPORT JSON_STORAGE_FREE JSON_STORAGE_SIZE KDF MBRCOVEREDBY "
    "MBRCOVERS PS_CURRENT_THREAD_ID PS_THREAD_ID REGEXP_LIKE SOURCE_POS_WAIT STATEMENT_DIGEST "
    "STATEMENT_DIGEST_TEXT STRING_TO_VECTOR ST_COLLECT ST_FRECHETDISTANCE ST_GEOHASH ST_HAUSDORFFDISTANCE "
    "ST_ISVALID ST_LATFROMGEOHASH ST_LATITUDE ST_LINEINTERPOLATEPOINT ST_LINEINTERPOLATEPOINTS ST_LONGFROMGEOHASH "
    "ST_LONGITUDE ST_MAKEENVELOPE ST_POINTATDISTANCE ST_POINTFROMGEOHASH ST_SIMPLIFY ST_SWAPXY ST_TRANSFORM "
    "ST_VALIDATE TO_VECTOR UUID_TO_BIN UUID_V4 UUID_V7 VALIDATE_PASSWORD_STRENGTH VECTOR_DIM VECTOR_TO_STRING "
    "VEC_DISTANCE VEC_DISTANCE_COSINE VEC_DISTANCE_EUCLIDEAN VEC_FROMTEXT VEC_TOTEXT WAIT_FOR_EXECUTED_GTID_SET ";

std::set<std::string_view> words_of(std::string_view list) {
  std::set<std::string_view> words;
  while (!list.empty()) {
    const auto end = list.find(' ');
    words.insert(list.substr(0, end));
    list.remove_prefix(end + 1);
  }
  return words;
}

/// The end of what begins at `at` and is no code: a quoted text or name, a comment; `at` itself when it is code.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"' || c == '`') {
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (text[i] == '\\' && c != '`') {
        ++i;
      } else if (text[i] == c) {
        return i + 1;
      }
    }
    return text.size();
  }
  const auto rest = text.substr(at);
  if (c == '#' || rest.starts_with("-- ")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) {
    const auto end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  return at;
}

/// Calls `each(word in upper case, what follows it, what stands before it)` for every word of code.
void each_bare_word(std::string_view text,
                    const std::function<void(const std::string&, std::string_view, std::string_view)>& each) {
  std::string before;
  for (std::size_t i = 0; i < text.size();) {
    if (const auto after = skip_quoted(text, i); after != i) {
      before = text.substr(i, after - i);
      i = after;
    } else if (in_word(text[i])) {
      std::size_t end = i;
      while (end < text.size() && in_word(text[end])) ++end;
      std::string word = upper(text.substr(i, end - i));
      auto rest = text.substr(end);
      while (!rest.empty() && std::isspace(static_cast<unsigned char>(rest.front())) != 0) rest.remove_prefix(1);
      each(word, rest, before);
      before = std::move(word);
      i = end;
    } else {
      if (std::isspace(static_cast<unsigned char>(text[i])) == 0) before = text[i];
      ++i;
    }
  }
}

bool has_arrow(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto end = skip_quoted(text, i);
    if (end == i && text.substr(i).starts_with("->")) return true;
    i = end == i ? i + 1 : end;
  }
  return false;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A keyword in its own place: "LIMIT 5 OFFSET 10", "ROW_NUMBER() OVER (…)", "WITH RECURSIVE".
bool used_as_keyword(const std::string& word, std::string_view rest, std::string_view before) {
  if (before == ".") return false;
  if (word == "OFFSET") return is_number(before);
  if (word == "RECURSIVE") return before == "WITH";
  return rest.starts_with("(") || (word == "ROWS" && (rest.starts_with("BETWEEN") || before == "FOUND"));
}

}  // namespace

std::string upper(std::string_view text) {
  std::string changed(text);
  for (char& c : changed) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return changed;
}

std::string lower(std::string_view text) {
  std::string changed(text);
  for (char& c : changed) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return changed;
}

bool is_reserved(std::string_view word) {
  static const std::set<std::string_view> reserved = words_of(kReserved);
  return reserved.contains(upper(word));
}

std::set<std::string> names_turned_keywords(std::string_view text, const std::set<std::string>& names,
                                            const Server& server) {
  const int version = server.major * 100 + server.minor;
  std::set<std::string> found;
  each_bare_word(text, [&](const std::string& word, std::string_view rest, std::string_view before) {
    const auto young = std::find_if(kYoung.begin(), kYoung.end(), [&](const YoungWord& y) { return y.word == word; });
    if (young == kYoung.end() || version >= (server.mariadb ? young->mariadb : young->mysql)) return;
    // After a full stop every word is a name, to the target too.
    if (before != "." && names.contains(word) && !used_as_keyword(word, rest, before)) found.insert(word);
  });
  return found;
}

std::set<std::string> unknown_functions(std::string_view text) {
  static const std::set<std::string_view> foreign = words_of(kForeignFunctions);
  std::set<std::string> found;
  each_bare_word(text, [&](const std::string& word, std::string_view rest, std::string_view before) {
    if (before != "." && rest.starts_with("(") && foreign.contains(word)) found.insert(word);
    if (word == "MEMBER" && upper(rest.substr(0, 3)).starts_with("OF") && rest.find('(') != std::string_view::npos)
      found.insert("MEMBER OF");
  });
  if (has_arrow(text)) found.insert("->");
  return found;
}

bool refers_to(std::string_view text, std::string_view database) {
  std::string name = "`";
  for (const char c : database) name.append(c == '`' ? "``" : std::string(1, c));
  name += "`.`";
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const auto before = text.substr(0, at);
    if (before.ends_with("from ") || before.ends_with("join ") || before.ends_with("(")) return true;
    const auto end = text.find('`', at + name.size());
    if (end != std::string_view::npos && text.substr(end).starts_with("`.`")) return true;
  }
  return false;
}

}  // namespace slipway::migrate::assess
