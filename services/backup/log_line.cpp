#include "services/backup/log_line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "appliance/archive/object_head.hpp"
#include "appliance/base/file.hpp"
#include "appliance/process/launch.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/group_buffer.hpp"
#include "services/backup/spool_file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Place = sql::GroupTracker::Place;

constexpr std::string_view kFolder = "log/";

/// The lines of which something lies in the repository.
Result<std::set<std::string>> line_names(const Repository& repository) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kFolder)));
  std::set<std::string> names;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', kFolder.size());
    if (slash != std::string::npos) names.insert(object.name.substr(kFolder.size(), slash - kFolder.size()));
  }
  return names;
}

}  // namespace

std::string line_document(const std::string& line) { return std::string(kFolder) + line + "/line.json"; }

nlohmann::ordered_json to_json(const LineStart& start) {
  return {{"line", start.line},       {"after", start.after.to_text()}, {"first_number", start.first_number},
          {"follows", start.follows}, {"reason", start.reason},         {"made_at", to_iso8601(start.made_at)}};
}

Result<LineStart> read_line_start(const nlohmann::ordered_json& json) {
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
    return Error{Code::corrupt, "line of the log: " + std::string(fault.what())};
  }
}

Result<LineStart> read_line_start(const Repository& repository, const std::string& line) {
  SLIPWAY_TRY(const auto json, repository.read_document(line_document(line)));
  auto start = read_line_start(json);
  if (!start) return start.error().within(repository.describe() + ": " + line_document(line));
  return start;
}

Status write_line_start(const Repository& repository, const LineStart& start) {
  auto written = repository.write_document(line_document(start.line), to_json(start));
  return written || written.error().code == Code::conflict ? Status() : written;
}

Result<std::vector<LineStart>> line_starts(const Repository& repository) {
  SLIPWAY_TRY(const auto names, line_names(repository));
  std::vector<LineStart> lines;
  for (const std::string& name : names) {
    auto start = read_line_start(repository, name);
    if (start)
      lines.push_back(*std::move(start));
    else if (start.error().code != Code::not_found && start.error().code != Code::corrupt)
      return start.error();
  }
  std::ranges::sort(lines, {}, &LineStart::first_number);
  return lines;
}

Result<std::string> newest_line(const Repository& repository) {
  // Numbers grow from line to line; names tell of a clock, which may have been set back.
  SLIPWAY_TRY(const auto lines, line_starts(repository));
  if (!lines.empty()) return lines.back().line;
  SLIPWAY_TRY(const auto names, line_names(repository));
  return names.empty() ? std::string() : *names.rbegin();
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

Result<std::optional<archive::Opener>> open_unfinished(const Repository& repository, const std::string& line,
                                                       std::uint64_t number, const Repository::Seen& seen) {
  std::optional<archive::Opener> opener;
  if (!repository.storage().can_append()) return opener;
  const std::string name = segment_name(line, number) + std::string(kOpenSuffix);
  auto reader = repository.storage().read(name);
  if (!reader && reader.error().code == Code::not_found) return opener;
  if (!reader) return reader.error();
  std::string head;
  while (head.size() < archive::ObjectHead::kFixedBytes) {
    SLIPWAY_TRY(const std::string part, (*reader)->read(archive::ObjectHead::kFixedBytes - head.size()));
    if (part.empty()) return opener;
    head += part;
  }
  // Zeros: what a power cut leaves.
  if (head.find_first_not_of('\0') == std::string::npos) return opener;
  SLIPWAY_TRY(opener, repository.open_sealed(name, seen));
  return opener;
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
                                 fail_point("archive.salvaging");
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
  fail_point("archive.salvaged");
  return true;
}

}  // namespace slipway::backup
