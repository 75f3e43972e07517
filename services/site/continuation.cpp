#include "services/site/continuation.hpp"

#include <optional>
#include <random>

#include "appliance/sql/binlog_stream.hpp"

namespace slipway::site {
namespace {

/// One that no server has: theirs are made of 28 bits.
std::uint32_t passing_server_id() {
  std::random_device random;
  return 0xf000'0000U | (random() & 0x0fff'ffffU);
}

}  // namespace

Status check_log_goes_on(const sql::Endpoint& writer, const sql::GtidPosition& position) {
  SLIPWAY_TRY(auto stream, sql::BinlogStream::open(writer, {.after = position, .server = passing_server_id()}));
  std::optional<sql::LogPlace> before;
  while (true) {
    SLIPWAY_TRY(const auto streamed, stream.next());
    if (streamed.event.type == sql::EventType::gtid) return {};
    if (streamed.event.type != sql::EventType::heartbeat) continue;
    // They come while the server looks for the place, too; at the end of its log they say the same twice.
    if (before == streamed.place) return {};
    before = streamed.place;
  }
}

}  // namespace slipway::site
