#include "migrate/engine/snapshot.hpp"

#include "migrate/engine/copy_stream.hpp"

namespace slipway::migrate {
namespace {

constexpr int kLockAttempts = 3;

Result<sql::Connection> open_reader(const sql::Endpoint& source) {
  SLIPWAY_TRY(sql::Connection reader, sql::Connection::open(source));
  SLIPWAY_CHECK(become_reader(reader));
  return reader;
}

Status begin(sql::Connection& reader) {
  SLIPWAY_TRY([[maybe_unused]] const auto outcome,
              reader.execute_text("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  return {};
}

/// "" when the lock is held, else why not.
Result<std::string> lock(sql::Connection& control) {
  SLIPWAY_TRY([[maybe_unused]] const auto outcome, control.execute_text("SET SESSION lock_wait_timeout = 2"));
  for (int attempt = 1;; ++attempt) {
    const auto locked = control.execute_text("FLUSH TABLES WITH READ LOCK");
    if (locked) return std::string{};
    const Code code = locked.error().code;
    if (code == Code::unavailable) return locked.error();
    if (code == Code::permission || code == Code::forbidden) return std::string("the user lacks RELOAD");
    if (attempt == kLockAttempts) return std::string("long statements kept the global read lock away");
  }
}

}  // namespace

Result<Snapshot> open_snapshot(const sql::Endpoint& source, std::size_t readers) {
  Snapshot snapshot;
  SLIPWAY_TRY(sql::Connection control, sql::Connection::open(source));
  for (std::size_t i = 0; i < std::max<std::size_t>(readers, 1); ++i) {
    SLIPWAY_TRY(sql::Connection reader, open_reader(source));
    snapshot.readers.push_back(std::move(reader));
  }
  SLIPWAY_TRY(const std::string refused, lock(control));
  if (!refused.empty()) {
    snapshot.readers.erase(snapshot.readers.begin() + 1, snapshot.readers.end());
    snapshot.note = "one reader only, on its own consistent snapshot: " + refused;
  } else {
    snapshot.note =
        std::to_string(snapshot.readers.size()) + " readers on one snapshot, taken under a short global read lock";
  }
  for (sql::Connection& reader : snapshot.readers) SLIPWAY_CHECK(begin(reader));
  if (refused.empty()) {
    SLIPWAY_TRY([[maybe_unused]] const auto unlocked, control.execute_text("UNLOCK TABLES"));
  }
  return snapshot;
}

}  // namespace slipway::migrate
