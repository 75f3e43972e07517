#include "migrate/engine/checkpoint.hpp"

namespace slipway::migrate {
namespace {

constexpr int kFormat = 1;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(text.empty() ? "" : "\n").append(line);
  return text;
}

std::vector<std::string> split(const std::string& text) { return from_line(text); }

}  // namespace

Result<Checkpoint::State> Checkpoint::find(const std::string& source) {
  SLIPWAY_TRY(const auto there, target_.query_one("SELECT 1 FROM information_schema.tables WHERE table_schema = "
                                                  "DATABASE() AND table_name = 'slipway_copy'"));
  if (!there) return State::none;
  SLIPWAY_TRY(const auto row, target_.query_one("SELECT format, source, finished FROM slipway_copy"));
  if (!row) return State::none;  // killed before the first record
  const std::string where = "database '" + target_.endpoint().database + "'";
  if (row->integer(0) != kFormat) {
    return Error{Code::unsupported, where + ": holds an unfinished copy made by another version of this program",
                 "empty the database and copy again"};
  }
  if (row->text(1) != source) {
    return Error{Code::conflict, where + ": holds a copy of another source (" + row->text(1) + ")",
                 "name that source to go on with it, or an empty database"};
  }
  return row->boolean(2) ? State::finished : State::unfinished;
}

Status Checkpoint::begin(const std::string& source) {
  SLIPWAY_CHECK(forget(target_));
  const std::string options = ") ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
  SLIPWAY_CHECK(
      target_.execute_text("CREATE TABLE slipway_copy_table (name VARCHAR(64) NOT NULL PRIMARY KEY, "
                           "definition LONGTEXT NOT NULL, key_clauses LONGTEXT NOT NULL, "
                           "foreign_keys LONGTEXT NOT NULL, statistics VARCHAR(100) NOT NULL, "
                           "built BOOLEAN NOT NULL, keys_built BOOLEAN NOT NULL" +
                           options));
  SLIPWAY_CHECK(target_.execute_text(
      "CREATE TABLE slipway_copy_lane (lane_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
      "table_name VARCHAR(64) NOT NULL, after_key LONGTEXT NOT NULL, upto_key LONGTEXT NOT NULL, "
      "finished BOOLEAN NOT NULL" +
      options));
  SLIPWAY_CHECK(target_.execute_text(
      "CREATE TABLE slipway_copy_chunk (chunk_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, "
      "table_name VARCHAR(64) NOT NULL, after_key LONGTEXT NOT NULL, upto_key LONGTEXT NOT NULL, "
      "row_count BIGINT UNSIGNED NOT NULL, byte_count BIGINT UNSIGNED NOT NULL, row_sum BIGINT UNSIGNED NOT NULL, "
      "verified BOOLEAN NOT NULL" +
      options));
  // A row of no table: the first insert into an empty table locks all of it, and streams would wait for each other.
  SLIPWAY_CHECK(target_.execute("INSERT INTO slipway_copy_chunk VALUES (1, '', '', '', 0, 0, 0, TRUE)"));
  SLIPWAY_CHECK(
      target_.execute_text("CREATE TABLE slipway_copy (format INT NOT NULL, source VARCHAR(1000) NOT NULL, "
                           "finished BOOLEAN NOT NULL" +
                           options));
  SLIPWAY_CHECK(target_.execute("INSERT INTO slipway_copy VALUES (?, ?, FALSE)", {kFormat, source}));
  return {};
}

Result<std::map<std::string, TableRecord>> Checkpoint::read() {
  std::map<std::string, TableRecord> records;
  SLIPWAY_TRY(const auto there, target_.query_one("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = "
                                                  "DATABASE() AND table_name LIKE 'slipway\\_copy\\_%'"));
  if (there->natural(0) < 3) return records;  // killed while a finished copy was tidied up
  SLIPWAY_TRY(const auto tables, target_.query("SELECT name, definition, key_clauses, foreign_keys, statistics, built, "
                                               "keys_built FROM slipway_copy_table"));
  for (const auto& row : tables) {
    TableRecord& record = records[row.text(0)];
    record.definition = row.text(1);
    record.keys = {row.text(0), split(row.text(2)), split(row.text(3)), row.text(4)};
    record.built = row.boolean(5);
    record.keys_built = row.boolean(6);
  }
  SLIPWAY_TRY(const auto lanes, target_.query("SELECT table_name, lane_id, after_key, upto_key, finished "
                                              "FROM slipway_copy_lane ORDER BY lane_id"));
  for (const auto& row : lanes)
    records[row.text(0)].lanes.push_back(
        {row.natural(1), {from_line(row.text(2)), from_line(row.text(3))}, row.boolean(4)});
  SLIPWAY_TRY(const auto chunks, target_.query("SELECT table_name, chunk_id, after_key, upto_key, row_count, "
                                               "byte_count, row_sum, verified FROM slipway_copy_chunk "
                                               "WHERE table_name <> '' "
                                               "ORDER BY chunk_id"));
  for (const auto& row : chunks)
    records[row.text(0)].chunks.push_back(
        {row.natural(1),
         {{from_line(row.text(2)), from_line(row.text(3))}, row.natural(4), row.natural(5), row.natural(6)},
         row.boolean(7)});
  return records;
}

Status Checkpoint::begin_table(const std::string& table, const std::string& definition, const KeysOfTable& keys) {
  return sql::in_transaction(target_, [&](sql::Connection& target) -> Status {
    SLIPWAY_CHECK(target.execute("DELETE FROM slipway_copy_lane WHERE table_name = ?", {table}));
    SLIPWAY_CHECK(target.execute("DELETE FROM slipway_copy_chunk WHERE table_name = ?", {table}));
    SLIPWAY_CHECK(
        target.execute("REPLACE INTO slipway_copy_table VALUES (?, ?, ?, ?, ?, FALSE, FALSE)",
                       {table, definition, joined(keys.clauses), joined(keys.foreign_keys), keys.statistics}));
    return {};
  });
}

Status Checkpoint::table_built(const std::string& table, std::vector<LaneRecord>& lanes) {
  return sql::in_transaction(target_, [&](sql::Connection& target) -> Status {
    for (LaneRecord& lane : lanes) {
      SLIPWAY_TRY(const auto done, target.execute("INSERT INTO slipway_copy_lane (table_name, after_key, upto_key, "
                                                  "finished) VALUES (?, ?, ?, FALSE)",
                                                  {table, to_line(lane.rest.after), to_line(lane.rest.upto)}));
      lane.id = done.last_insert_id;
    }
    SLIPWAY_CHECK(target.execute("UPDATE slipway_copy_table SET built = TRUE WHERE name = ?", {table}));
    return {};
  });
}

Status Checkpoint::table_imported(const std::string& table) {
  SLIPWAY_CHECK(
      target_.execute("UPDATE slipway_copy_table SET built = TRUE, keys_built = TRUE WHERE name = ?", {table}));
  return {};
}

Status Checkpoint::add_chunks(const std::string& table, std::vector<ChunkRecord>& chunks) {
  return sql::in_transaction(target_, [&](sql::Connection& target) -> Status {
    for (ChunkRecord& record : chunks) {
      SLIPWAY_TRY(
          const auto done,
          target.execute("INSERT INTO slipway_copy_chunk (table_name, after_key, upto_key, row_count, byte_count, "
                         "row_sum, verified) VALUES (?, ?, ?, ?, ?, 0, ?)",
                         {table, to_line(record.chunk.range.after), to_line(record.chunk.range.upto), record.chunk.rows,
                          record.chunk.bytes, record.verified}));
      record.id = done.last_insert_id;
    }
    return {};
  });
}

Status Checkpoint::forget_chunks(const std::string& table) {
  SLIPWAY_CHECK(target_.execute("DELETE FROM slipway_copy_chunk WHERE table_name = ?", {table}));
  return {};
}

Result<std::uint64_t> Checkpoint::chunk_written(const std::string& table, std::uint64_t lane, const Chunk& chunk,
                                                bool last) {
  SLIPWAY_TRY(const auto done,
              target_.execute(
                  "INSERT INTO slipway_copy_chunk (table_name, after_key, upto_key, row_count, byte_count, "
                  "row_sum, verified) VALUES (?, ?, ?, ?, ?, ?, FALSE)",
                  {table, to_line(chunk.range.after), to_line(chunk.range.upto), chunk.rows, chunk.bytes, chunk.sum}));
  SLIPWAY_CHECK(target_.execute("UPDATE slipway_copy_lane SET after_key = ?, finished = ? WHERE lane_id = ?",
                                {to_line(chunk.range.upto), last, lane}));
  return done.last_insert_id;
}

Status Checkpoint::chunk_rewritten(std::uint64_t id, const Chunk& chunk) {
  SLIPWAY_CHECK(
      target_.execute("UPDATE slipway_copy_chunk SET row_count = ?, byte_count = ?, row_sum = ?, "
                      "verified = FALSE WHERE chunk_id = ?",
                      {chunk.rows, chunk.bytes, chunk.sum, id}));
  return {};
}

Status Checkpoint::chunk_verified(std::uint64_t id) {
  SLIPWAY_CHECK(target_.execute("UPDATE slipway_copy_chunk SET verified = TRUE WHERE chunk_id = ?", {id}));
  return {};
}

Status Checkpoint::keys_built(const std::string& table) {
  SLIPWAY_CHECK(target_.execute("UPDATE slipway_copy_table SET keys_built = TRUE WHERE name = ?", {table}));
  return {};
}

Status Checkpoint::finish() {
  SLIPWAY_CHECK(target_.execute("UPDATE slipway_copy SET finished = TRUE"));
  return {};
}

Status Checkpoint::forget(sql::Connection& target) {
  // slipway_copy last: as long as it is there, an interrupted clean-up is known.
  for (const char* table : {"slipway_copy_chunk", "slipway_copy_lane", "slipway_copy_table", "slipway_copy"})
    SLIPWAY_CHECK(target.execute_text(std::string("DROP TABLE IF EXISTS ") + table));
  return {};
}

}  // namespace slipway::migrate
