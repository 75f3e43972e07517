#include "services/backup/log_segment.hpp"

#include <charconv>

namespace slipway::backup {
namespace {

using sql::EventType;
using Place = sql::GroupTracker::Place;

constexpr std::size_t kDigits = 12;
constexpr std::size_t kReadBytes = 1U << 20U;
constexpr std::size_t kSizeAt = 9;
constexpr std::uint32_t kEventBytesAtMost = 1U << 30U;

std::uint32_t event_size(std::string_view header) {
  std::uint32_t size = 0;
  for (std::size_t i = 4; i > 0; --i) size = size << 8U | static_cast<unsigned char>(header[kSizeAt + i - 1]);
  return size;
}

}  // namespace

std::string to_text(const SegmentLabel& label) {
  return nlohmann::ordered_json{{"what", "log"},
                                {"line", label.line},
                                {"number", label.number},
                                {"before", label.before.to_text()},
                                {"began_at", to_iso8601(label.began_at)}}
      .dump();
}

Result<SegmentLabel> read_label(const nlohmann::ordered_json& json) {
  try {
    SegmentLabel label;
    label.line = json.at("line");
    label.number = json.at("number");
    SLIPWAY_TRY(label.before, sql::GtidPosition::parse(json.at("before").get<std::string>()));
    SLIPWAY_TRY(label.began_at, parse_timestamp(json.at("began_at").get<std::string>()));
    return label;
  } catch (const nlohmann::json::exception& fault) {
    return Error{Code::corrupt, "label of a log segment: " + std::string(fault.what())};
  }
}

std::string segment_name(const std::string& line, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string name = "log/" + line + '/';
  name.append(kDigits - std::min(kDigits, digits.size()), '0');
  return name + digits;
}

std::optional<std::uint64_t> segment_number(const std::string& line, std::string_view name) {
  const std::string folder = "log/" + line + '/';
  if (!name.starts_with(folder)) return std::nullopt;
  name.remove_prefix(folder.size());
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (fault != std::errc() || end != name.data() + name.size() || name.size() < kDigits) return std::nullopt;
  return number;
}

Status SegmentReader::add(std::string_view bytes) {
  pending_ += bytes;
  std::string_view rest = pending_;
  if (!begun_) {
    if (rest.size() < sql::kBinlogMagic.size()) return {};
    if (!rest.starts_with(sql::kBinlogMagic)) return Error{Code::corrupt, "log segment: is no binary log"};
    rest.remove_prefix(sql::kBinlogMagic.size());
    begun_ = true;
  }
  while (rest.size() >= sql::kBinlogHeaderBytes) {
    const std::uint32_t size = event_size(rest);
    if (size < sql::kBinlogHeaderBytes || size > kEventBytesAtMost)
      return Error{Code::corrupt, "log segment: an event of " + std::to_string(size) + " bytes"};
    if (rest.size() < size) break;
    SLIPWAY_TRY(const auto event, sql::read_event(rest));
    SLIPWAY_CHECK(take(event));
    rest.remove_prefix(size);
  }
  pending_.erase(0, pending_.size() - rest.size());
  return {};
}

Status SegmentReader::take(const sql::EventView& event) {
  if (event.type == EventType::format_description) {
    SLIPWAY_TRY(checksummed_, sql::has_checksums(event));
  } else if (checksummed_ && !sql::checksum_holds(event)) {
    return Error{Code::corrupt, "log segment: checksum of an event of type " +
                                    std::to_string(static_cast<int>(event.type)) + " after " +
                                    tracker_.gtid().to_text() + " differs"};
  }
  SLIPWAY_TRY(const Place place, tracker_.follow(event));
  if (place == Place::begins) group_ = {tracker_.gtid(), event.time_s};
  if (place != Place::outside) group_.time_s = std::max(group_.time_s, event.time_s);
  if (visitor_.event) SLIPWAY_CHECK(visitor_.event(event, place));
  if (place == Place::ends && visitor_.group) return visitor_.group(group_);
  return {};
}

Status SegmentReader::finish() const {
  if (!begun_ || !pending_.empty() || tracker_.within())
    return Error{Code::corrupt, "log segment: ends within a transaction, after " + tracker_.gtid().to_text()};
  return {};
}

Status read_segment(archive::Opener& opener, SegmentVisitor visitor, bool tolerant) {
  SegmentReader reader(std::move(visitor));
  if (tolerant) opener.tolerate_no_end();
  for (;;) {
    SLIPWAY_TRY(const std::string bytes, opener.read(kReadBytes));
    if (bytes.empty()) break;
    SLIPWAY_CHECK(reader.add(bytes));
  }
  return tolerant && !opener.whole() ? Status() : reader.finish();
}

}  // namespace slipway::backup
