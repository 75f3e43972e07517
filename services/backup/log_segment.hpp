// Segments of the binary-log archive. A line is one unbroken history of a server, or of servers that follow one another
// by GTID; its segments are numbered from 1. The content of a segment, once opened, is a binary-log file that
// mariadb-binlog reads: whole groups only, so a segment never ends within a transaction. (F2)
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "appliance/archive/sealed.hpp"
#include "appliance/base/time.hpp"
#include "appliance/sql/binlog_event.hpp"

namespace slipway::backup {

/// What a segment says of itself, readable without the key. Where it ends is where the next one begins.
struct SegmentLabel {
  std::string line;
  std::uint64_t number = 0;
  sql::GtidPosition before;  ///< what had happened before its first group
  Timestamp began_at;        ///< by the archiver's clock, when it was begun
};

[[nodiscard]] std::string to_text(const SegmentLabel& label);
[[nodiscard]] Result<SegmentLabel> read_label(const nlohmann::ordered_json& json);

/// "log/LINE/000000000012".
[[nodiscard]] std::string segment_name(const std::string& line, std::uint64_t number);
/// The number of such a name; nothing for other objects (an unfinished one is an other).
[[nodiscard]] std::optional<std::uint64_t> segment_number(const std::string& line, std::string_view name);

/// One group, whole: its GTID event to its end.
struct Group {
  sql::Gtid gtid;
  std::uint32_t time_s = 0;  ///< the greatest of its events
};

/// What the reader of a segment meets. Either may return an error to stop.
struct SegmentVisitor {
  /// Every event, in order, those outside groups too; `place` as the tracker says.
  std::function<Status(const sql::EventView& event, sql::GroupTracker::Place place)> event;
  /// After the last event of a group.
  std::function<Status(const Group& group)> group;
};

/// Reads plain bytes of a binary-log file, as they come. Holds one event at a time. Error: corrupt (a checksum, a
/// length, no binary log at all).
class SegmentReader {
 public:
  explicit SegmentReader(SegmentVisitor visitor) : visitor_(std::move(visitor)) {}
  [[nodiscard]] Status add(std::string_view bytes);
  /// No more is to come. Error: corrupt when that is within an event or a group.
  [[nodiscard]] Status finish() const;

 private:
  [[nodiscard]] Status take(const sql::EventView& event);
  SegmentVisitor visitor_;
  std::string pending_;
  bool begun_ = false;
  bool checksummed_ = false;
  Group group_;
  sql::GroupTracker tracker_;
};

/// The whole of a sealed segment through a reader. With `tolerant`, an end within an event or group is none: its writer
/// was killed.
[[nodiscard]] Status read_segment(archive::Opener& opener, SegmentVisitor visitor, bool tolerant);

}  // namespace slipway::backup
