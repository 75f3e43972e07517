#include "services/jobs/content_store.hpp"

namespace slipway::jobs {

Result<Examined> find_orphans(sql::Connection& db, const std::string& after, std::size_t limit) {
  SLIPWAY_TRY(
      const auto rows,
      db.query("SELECT c.content_hash, EXISTS (SELECT 1 FROM attachment a WHERE a.content_hash = c.content_hash) "
               "FROM content c WHERE c.content_hash > ? ORDER BY c.content_hash LIMIT ?",
               {after, limit}));
  Examined result;
  result.examined = rows.size();
  for (const sql::Row& row : rows)
    if (!row.boolean(1)) result.orphans.push_back(row.text(0));
  if (!rows.empty()) result.last = rows.back().text(0);
  return result;
}

Result<bool> remove_orphan(sql::Connection& db, const std::string& hash) {
  bool removed = false;
  const Status done = sql::in_transaction(db, [&](sql::Connection& connection) -> Status {
    removed = false;
    // An upload of the same bytes holds this row shared until its attachment is committed, or waits for us and then
    // stores the bytes anew. The second statement reads what was committed after the lock was granted.
    SLIPWAY_TRY(const auto content,
                connection.query_one("SELECT 1 FROM content WHERE content_hash = ? FOR UPDATE", {hash}));
    if (!content) return {};
    SLIPWAY_TRY(const auto attachment,
                connection.query_one("SELECT 1 FROM attachment WHERE content_hash = ? LIMIT 1", {hash}));
    if (attachment) return {};
    SLIPWAY_CHECK(connection.execute("DELETE FROM content WHERE content_hash = ?", {hash}));
    removed = true;
    return {};
  });
  if (!done) return done.error();
  return removed;
}

}  // namespace slipway::jobs
