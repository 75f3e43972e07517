// Events of MariaDB's binary log as they lie in its files and come over the wire: a header, a body, a checksum.
// What stands here reads them; it never changes one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/sql/gtid.hpp"

namespace slipway::sql {

/// How a file of events begins.
inline constexpr std::string_view kBinlogMagic{
    "\xfe"
    "bin",
    4};
inline constexpr std::size_t kBinlogHeaderBytes = 19;

/// The types that matter to who keeps a log; others have their number.
enum class EventType : std::uint8_t {
  query = 2,
  stop = 3,
  rotate = 4,
  format_description = 15,
  xid = 16,
  execute_load_query = 18,
  heartbeat = 27,
  xa_prepare = 38,
  binlog_checkpoint = 161,
  gtid = 162,
  gtid_list = 163,
  start_encryption = 164,
  query_compressed = 165,
};

/// One event. `bytes` is the whole of it and belongs to whoever gave the view.
struct EventView {
  EventType type{};
  std::uint32_t time_s = 0;  ///< of its statement, seconds since 1970
  std::uint32_t server = 0;
  std::uint32_t end_position = 0;  ///< in the file of the server that wrote it; 0 for made-up ones
  std::uint16_t flags = 0;
  std::string_view bytes;

  /// The server made it up for this reader: it stands in no file.
  [[nodiscard]] bool artificial() const { return (flags & 0x20U) != 0 || end_position == 0; }
};

/// Error: corrupt (shorter than its header says, or than a header).
[[nodiscard]] Result<EventView> read_event(std::string_view bytes);

/// What begins a group: one transaction, or one statement that is none.
struct GroupHead {
  Gtid gtid;
  bool standalone = false;  ///< ends with its statement, without a COMMIT
};

/// Error: corrupt.
[[nodiscard]] Result<GroupHead> read_group_head(const EventView& event);

/// Whether events carry CRC-32 checksums, by the format description that stands before them. Error: corrupt.
[[nodiscard]] Result<bool> has_checksums(const EventView& format_description);

/// Whether the checksum in the last four bytes is the event's.
[[nodiscard]] bool checksum_holds(const EventView& event);

/// The file and position that a rotate event names.
struct LogPlace {
  std::string file;
  std::uint64_t position = 4;

  friend bool operator==(const LogPlace&, const LogPlace&) = default;
};
/// `checksummed`: as has_checksums(). Error: corrupt.
[[nodiscard]] Result<LogPlace> read_rotate(const EventView& event, bool checksummed);

/// Follows the events of one log and knows where groups begin and end. Plain state, no I/O.
class GroupTracker {
 public:
  enum class Place { outside, begins, inside, ends };

  /// Where this event stands; events outside belong to no group (descriptions, rotations, heartbeats). A group that
  /// never ends (the server died within it) is given up when the next one begins. Error: corrupt.
  [[nodiscard]] Result<Place> follow(const EventView& event);

  /// The group that was begun last.
  [[nodiscard]] const Gtid& gtid() const { return head_.gtid; }
  [[nodiscard]] bool within() const { return within_; }

 private:
  [[nodiscard]] Result<bool> is_end(const EventView& event) const;
  GroupHead head_;
  bool within_ = false;
};

}  // namespace slipway::sql
