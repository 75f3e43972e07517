// A server's binary log as a replica reads it: from a GTID position, live, over Connector/C.
//
// An acknowledgement (semi-synchronous replication) is a call of its own: it goes out when the caller says that the
// bytes are safe, never when they arrive. (F2)
#pragma once

#include <chrono>
#include <memory>

#include "appliance/sql/binlog_event.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::sql {

struct BinlogStart {
  GtidPosition after;         ///< what is known already; empty: from the oldest that the server has
  std::uint32_t server = 0;   ///< a server id that no other replica has: a second one ends the first
  bool acknowledges = false;  ///< commits on the server wait for acknowledge(). UNIX sockets only
  std::chrono::milliseconds heartbeat{500};
};

/// One event off the wire; `event` is valid until the next call of next().
struct StreamedEvent {
  EventView event;
  LogPlace place;              ///< where the server has its end
  bool answer_wanted = false;  ///< a commit waits for acknowledge(place)
};

/// A stream that began. next() is for one thread, acknowledge() and interrupt() for any one other.
class BinlogStream {
 public:
  /// Errors: those of Connection::open; unsupported (no binary log, statement format where rows are needed; a way of
  /// connecting that cannot acknowledge); permission with the grant that is missing.
  [[nodiscard]] static Result<BinlogStream> open(const Endpoint& endpoint, const BinlogStart& start);
  BinlogStream(BinlogStream&&) noexcept;
  BinlogStream& operator=(BinlogStream&&) noexcept;
  ~BinlogStream();

  /// Waits for the next one; a heartbeat comes when the server has had nothing for a while. The format description
  /// comes first, and anew for each file. Errors: not_found (the server no longer has what comes after the position),
  /// conflict (its history is another one), in_use (another replica has our server id), corrupt (an event's checksum),
  /// unavailable (it went away, or interrupt() was called), timeout (not even heartbeats).
  [[nodiscard]] Result<StreamedEvent> next();

  /// Everything up to `place` is safe. Error: unavailable.
  [[nodiscard]] Status acknowledge(const LogPlace& place);

  /// Makes next() return soon.
  void interrupt() noexcept;

 private:
  struct State;
  explicit BinlogStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::sql
