// What an archiver consists of. Inside this folder only.
#pragma once

#include "appliance/sql/binlog_stream.hpp"
#include "services/backup/group_buffer.hpp"
#include "services/backup/log_archiver.hpp"
#include "services/backup/log_delivery.hpp"
#include "services/backup/log_inbox.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/open_segment.hpp"
#include "services/backup/safe_part_rules.hpp"

namespace slipway::backup {

/// A place in the log, with the greatest time before it.
struct LogEnd {
  sql::GtidPosition position;
  std::uint32_t time_s = 0;
};

/// A commit on the server waits for the acknowledgement of a place of its log, which is due when `read` is safe.
struct Owed {
  sql::LogPlace place;
  sql::GtidPosition read;
};

struct LogArchiver::State {
  State(LogSource from, LogPolicy how, std::vector<const Repository*> into, std::filesystem::path on, const Clock& by)
      : source(std::move(from)),
        policy(how),
        repositories(std::move(into)),
        spool(std::move(on)),
        clock(by),
        group(spool / "group") {}

  LogSource source;
  LogPolicy policy;
  std::vector<const Repository*> repositories;
  std::filesystem::path spool;
  const Clock& clock;

  // Of the thread that runs.
  LineStart start;
  std::uint64_t next_number = 1;
  sql::GtidPosition read;  ///< everything that was written into a segment
  std::uint32_t read_time_s = 0;
  std::string description;  ///< the format description that is in force
  std::unique_ptr<OpenSegment> segment;
  GroupBuffer group;
  sql::GroupTracker tracker;
  bool answer_wanted = false;  ///< by an event of the group that is being read
  std::optional<Owed> owed;    ///< the acknowledgement that goes out when everything before it is safe
  std::optional<std::chrono::steady_clock::time_point> dirty_since;
  std::chrono::steady_clock::time_point begun_at;

  std::atomic<bool> stopping{false};
  std::atomic<bool> seal_wanted{false};

  mutable std::mutex mutex;
  std::condition_variable changed;
  LogStatus status;
  SafePart<LogEnd> safe;
  LastSegments last;
  Delivery delivery;
  bool deliver_wanted = false;
  std::atomic<bool> delivered{false};  ///< since it was last looked whether an acknowledgement may go out
  Inbox* inbox = nullptr;
  sql::BinlogStream* stream = nullptr;

  [[nodiscard]] Status recover();
  [[nodiscard]] Result<bool> began_anew();
  [[nodiscard]] Status new_line(const std::string& reason, std::uint64_t first_number);
  [[nodiscard]] Status read_on();
  [[nodiscard]] Status consume(Inbox& inbox, sql::BinlogStream& stream);
  [[nodiscard]] Status take(const Arrived& arrived);
  [[nodiscard]] Status write_group();
  [[nodiscard]] Status settle(sql::BinlogStream& stream);
  [[nodiscard]] Status seal();
  [[nodiscard]] std::chrono::steady_clock::time_point next_deadline() const;
  [[nodiscard]] bool can_append() const;
  void deliver_round();
  void deliver_until_stopped();
  [[nodiscard]] Status acknowledge(sql::BinlogStream& stream);
  void deliver_older_lines();
  /// Says in the status what is safe. Under the mutex.
  void tell_safe();
  void note_fault(const std::string& fault);
  void pause(std::chrono::milliseconds time);
};

}  // namespace slipway::backup
