// How far a copy is, kept in the target database itself: what a chunk's transaction wrote and that it wrote it are
// committed together, so that a copy killed at any moment goes on where it was.
#pragma once

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/copy_stream.hpp"
#include "migrate/engine/table_build.hpp"

namespace slipway::migrate {

/// A range that one stream copies at a time, and how far it is.
struct LaneRecord {
  std::uint64_t id = 0;
  Range rest;  ///< what is still to be copied
  bool finished = false;
};

/// A chunk that is committed on the target.
struct ChunkRecord {
  std::uint64_t id = 0;
  Chunk chunk;
  bool verified = false;
  std::optional<ChunkSum> source = std::nullopt;  ///< not kept: what this copy's snapshot says of the range already
};

struct TableRecord {
  std::string definition;  ///< of the source when the copy began; a table that changed is copied anew
  KeysOfTable keys;        ///< to be built after the rows
  bool built = false;      ///< the bare table is there
  bool keys_built = false;
  std::vector<LaneRecord> lanes;  ///< no lanes and no chunks: imported from a file
  std::vector<ChunkRecord> chunks;
};

/// The records of one copy, in tables of the target database whose names begin with slipway_copy. Not thread-safe; each
/// thread uses one of its own on its own connection.
class Checkpoint {
 public:
  explicit Checkpoint(sql::Connection& target) : target_(target) {}

  enum class State { none, unfinished, finished };
  /// What an earlier copy left. Error: conflict when it was a copy of another source.
  [[nodiscard]] Result<State> find(const std::string& source);
  [[nodiscard]] Status begin(const std::string& source);
  /// By table. Nothing when the records of a finished copy are half gone.
  [[nodiscard]] Result<std::map<std::string, TableRecord>> read();

  /// Before the bare table is built, so that one half built is known; forgets what was recorded of the table.
  [[nodiscard]] Status begin_table(const std::string& table, const std::string& definition, const KeysOfTable& keys);
  /// The table is there: `lanes` get their ids.
  [[nodiscard]] Status table_built(const std::string& table, std::vector<LaneRecord>& lanes);
  /// The table is there with its rows and keys, from a file.
  [[nodiscard]] Status table_imported(const std::string& table);
  /// Ranges of such a table that are to be compared with the source, or were: they get their ids.
  [[nodiscard]] Status add_chunks(const std::string& table, std::vector<ChunkRecord>& chunks);
  /// What is compared anew.
  [[nodiscard]] Status forget_chunks(const std::string& table);
  /// Inside the chunk's transaction. Returns its id.
  [[nodiscard]] Result<std::uint64_t> chunk_written(const std::string& table, std::uint64_t lane, const Chunk& chunk,
                                                    bool last);
  /// Inside the transaction of a repair.
  [[nodiscard]] Status chunk_rewritten(std::uint64_t id, const Chunk& chunk);
  [[nodiscard]] Status chunk_verified(std::uint64_t id);
  [[nodiscard]] Status keys_built(const std::string& table);
  [[nodiscard]] Status finish();

  /// Takes the records away: the database is then nothing but the copy.
  [[nodiscard]] static Status forget(sql::Connection& target);

 private:
  sql::Connection& target_;
};

}  // namespace slipway::migrate
