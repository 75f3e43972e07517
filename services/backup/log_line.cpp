#include "services/backup/log_line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "appliance/base/file.hpp"
#include "appliance/process/launch.hpp"
#include "services/backup/group_buffer.hpp"
#include "services/backup/spool_file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Place = sql::GroupTracker::Place;

constexpr std::string_view kFolder = "log/";

}  // namespace

std::string line_document(const std::string& line) { return std::string(kFolder) + line + "/line.json"; }

Result<LineStart> read_line_start(const Repository& repository, const std::string& line) {
  SLIPWAY_TRY(const auto json, repository.read_document(line_document(line)));
  try {
    LineStart start;
    start.line = json.at("line");
    SLIPWAY_TRY(start.after, sql::GtidPosition::parse(json.at("after").get<std::string>()));
    start.first_number = json.at("first_number");
    start.follows = json.at("follows");
    start.reason = json.at("reason");
    SLIPWAY_TRY(start.made_at, parse_timestamp(json.at("made_at").get<std::string>()));
    return start;
  } catch (const nlohmann::json::exception& fault) {
    return Error{Code::corrupt, repository.describe() + ": " + line_document(line) + ": " + fault.what()};
  }
}

Result<std::string> newest_line(const Repository& repository) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kFolder)));
  std::string newest;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', kFolder.size());
    if (slash == std::string::npos) continue;
    newest = std::max(newest, object.name.substr(kFolder.size(), slash - kFolder.size()));
  }
  return newest;
}

Result<std::set<std::uint64_t>> segments_of(const Repository& repository, const std::string& line) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kFolder) + line + '/'));
  std::set<std::uint64_t> numbers;
  for (const auto& object : objects)
    if (const auto number = segment_number(line, object.name)) numbers.insert(*number);
  return numbers;
}

Result<SegmentEnd> end_of_segment(archive::Opener& opener, bool tolerant) {
  SegmentEnd end;
  auto json = nlohmann::ordered_json::parse(opener.label(), nullptr, false);
  if (!json.is_object()) return Error{Code::corrupt, "log segment: its label cannot be read"};
  SLIPWAY_TRY(end.label, read_label(json));
  end.after = end.label.before;
  const auto note = [&end](const Group& group) -> Status {
    end.after.advance(group.gtid);
    ++end.groups;
    end.last_time_s = std::max(end.last_time_s, group.time_s);
    return {};
  };
  SLIPWAY_CHECK(read_segment(opener, {.event = {}, .group = note}, tolerant));
  return end;
}

Result<archive::Source> spool_source(const fs::path& file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return file_error(file, "cannot be opened", errno);
  const auto descriptor = std::make_shared<process::Descriptor>(opened);
  return archive::Source([descriptor, file](std::size_t most) -> Result<std::string> {
    std::string bytes(most, '\0');
    for (;;) {
      const ssize_t got = ::read(descriptor->get(), bytes.data(), bytes.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file_error(file, "cannot be read", errno);
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
  });
}

Result<bool> salvage(archive::Opener& unfinished, const archive::Key& key, const fs::path& file,
                     const std::string& name) {
  const fs::path making = fs::path(file).concat(".making");
  SLIPWAY_TRY(SpoolFile out, SpoolFile::make(making));
  SLIPWAY_TRY(auto sealer, archive::Sealer::start(key, {.name = name, .label = unfinished.label()},
                                                  [&out](std::string_view bytes) { return out.add(bytes); }));
  GroupBuffer group(fs::path(file).concat(".group"));
  bool any = false;
  SLIPWAY_CHECK(sealer.add(sql::kBinlogMagic));
  const SegmentVisitor visitor{.event = [&](const sql::EventView& event, Place place) -> Status {
                                 if (place == Place::outside) return sealer.add(event.bytes);
                                 if (place == Place::begins) group.clear();
                                 return group.add(event.bytes);
                               },
                               .group = [&](const Group&) -> Status {
                                 any = true;
                                 SLIPWAY_CHECK(group.give([&](std::string_view bytes) { return sealer.add(bytes); }));
                                 group.clear();
                                 return {};
                               }};
  SLIPWAY_CHECK(read_segment(unfinished, visitor, true));
  if (!any) {
    std::error_code absent;
    fs::remove(making, absent);
    return false;
  }
  SLIPWAY_TRY([[maybe_unused]] const auto sealed, sealer.finish());
  SLIPWAY_CHECK(out.publish(file));
  return true;
}

}  // namespace slipway::backup
