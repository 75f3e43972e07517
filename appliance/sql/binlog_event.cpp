#include "appliance/sql/binlog_event.hpp"

#include <zlib.h>

namespace slipway::sql {
namespace {

/// Little-endian, as MariaDB writes numbers.
template <typename Number>
Number number_at(std::string_view bytes, std::size_t at, std::size_t size = sizeof(Number)) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i) number = number << 8U | static_cast<unsigned char>(bytes[at + i - 1]);
  return static_cast<Number>(number);
}

constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kGroupHeadBytes = 13;  // sequence, domain, flags
constexpr unsigned kStandalone = 1;
constexpr std::size_t kVersionBytes = 50;
constexpr std::size_t kQueryFixedBytes = 13;
constexpr unsigned kStatementEnd = 1;

Error corrupt(const EventView& event, const std::string& what) {
  return {Code::corrupt, "binary log: event of type " + std::to_string(static_cast<int>(event.type)) +
                             " that ends at " + std::to_string(event.end_position) + ": " + what};
}

std::string_view body_of(const EventView& event) { return event.bytes.substr(kBinlogHeaderBytes); }

/// Old and new numbers of the events that carry rows, and of their compressed forms.
bool carries_rows(EventType type) {
  const auto number = static_cast<unsigned>(type);
  return (number >= 23 && number <= 25) || (number >= 30 && number <= 32) || (number >= 166 && number <= 171);
}

bool has_query_text(const EventView& event) {
  return event.type == EventType::query || event.type == EventType::query_compressed ||
         event.type == EventType::execute_load_query;
}

/// Whether the statement is COMMIT or ROLLBACK. `text` may be followed by a checksum.
Result<bool> ends_transaction(const EventView& event) {
  const std::string_view body = body_of(event);
  if (body.size() < kQueryFixedBytes) return corrupt(event, "too short");
  const auto database = number_at<std::uint8_t>(body, 8);
  const auto status = number_at<std::uint16_t>(body, 11);
  const std::size_t text = kQueryFixedBytes + status + database + 1U;
  if (body.size() < text) return corrupt(event, "too short");
  const std::string_view statement = body.substr(text);
  const auto is = [&](std::string_view word) {
    return statement == word || (statement.size() == word.size() + kChecksumBytes && statement.starts_with(word));
  };
  return is("COMMIT") || is("ROLLBACK");
}

}  // namespace

Result<EventView> read_event(std::string_view bytes) {
  if (bytes.size() < kBinlogHeaderBytes)
    return Error{Code::corrupt, "binary log: an event of " + std::to_string(bytes.size()) + " bytes"};
  EventView event;
  event.time_s = number_at<std::uint32_t>(bytes, 0);
  event.type = static_cast<EventType>(number_at<std::uint8_t>(bytes, 4));
  event.server = number_at<std::uint32_t>(bytes, 5);
  const auto size = number_at<std::uint32_t>(bytes, 9);
  event.end_position = number_at<std::uint32_t>(bytes, 13);
  event.flags = number_at<std::uint16_t>(bytes, 17);
  if (size < kBinlogHeaderBytes || size > bytes.size())
    return corrupt(
        event, "says that it has " + std::to_string(size) + " bytes, " + std::to_string(bytes.size()) + " are there");
  event.bytes = bytes.substr(0, size);
  return event;
}

Result<GroupHead> read_group_head(const EventView& event) {
  const std::string_view body = body_of(event);
  if (body.size() < kGroupHeadBytes) return corrupt(event, "too short");
  GroupHead head;
  head.gtid = {number_at<std::uint32_t>(body, 8), event.server, number_at<std::uint64_t>(body, 0)};
  head.standalone = (number_at<std::uint8_t>(body, 12) & kStandalone) != 0;
  return head;
}

Result<bool> has_checksums(const EventView& event) {
  // Version, server's version, time, header length, lengths by type; then the algorithm and a checksum, always.
  const std::string_view body = body_of(event);
  if (body.size() < 2 + kVersionBytes + 5 + 1 + kChecksumBytes) return corrupt(event, "too short");
  return number_at<std::uint8_t>(body, body.size() - kChecksumBytes - 1) == 1;
}

bool checksum_holds(const EventView& event) {
  if (event.bytes.size() < kBinlogHeaderBytes + kChecksumBytes) return false;
  const std::size_t size = event.bytes.size() - kChecksumBytes;
  std::string head(event.bytes.substr(0, kBinlogHeaderBytes));
  // The mark of a file in use is not in the sum of a format description.
  if (event.type == EventType::format_description) head[17] = static_cast<char>(head[17] & ~1);
  auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(head.data()), kBinlogHeaderBytes);
  sum = ::crc32_z(sum, reinterpret_cast<const Bytef*>(event.bytes.data()) + kBinlogHeaderBytes,
                  size - kBinlogHeaderBytes);
  return sum == number_at<std::uint32_t>(event.bytes, size);
}

Result<LogPlace> read_rotate(const EventView& event, bool checksummed) {
  std::string_view body = body_of(event);
  if (checksummed && body.size() > kChecksumBytes) body.remove_suffix(kChecksumBytes);
  if (body.size() <= 8) return corrupt(event, "too short");
  return LogPlace{std::string(body.substr(8)), number_at<std::uint64_t>(body, 0)};
}

Result<bool> GroupTracker::is_end(const EventView& event) const {
  if (head_.standalone) {
    if (carries_rows(event.type) && body_of(event).size() >= 8)
      return (number_at<std::uint16_t>(body_of(event), 6) & kStatementEnd) != 0;
    return has_query_text(event);
  }
  if (event.type == EventType::xid || event.type == EventType::xa_prepare) return true;
  return event.type == EventType::query ? ends_transaction(event) : Result<bool>(false);
}

Result<GroupTracker::Place> GroupTracker::follow(const EventView& event) {
  if (event.type == EventType::gtid) {
    SLIPWAY_TRY(head_, read_group_head(event));
    within_ = true;
    return Place::begins;
  }
  switch (event.type) {
    case EventType::rotate:
    case EventType::format_description:
    case EventType::heartbeat:
    case EventType::stop:
    case EventType::binlog_checkpoint:
    case EventType::gtid_list:
    case EventType::start_encryption:
      return Place::outside;
    default:
      break;
  }
  if (!within_) return Place::outside;
  SLIPWAY_TRY(const bool end, is_end(event));
  within_ = !end;
  return end ? Place::ends : Place::inside;
}

}  // namespace slipway::sql
