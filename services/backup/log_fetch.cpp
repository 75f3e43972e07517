#include "services/backup/log_fetch.hpp"

#include "services/backup/group_buffer.hpp"
#include "services/backup/spool_file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Place = sql::GroupTracker::Place;

constexpr int kLooks = 10;
constexpr std::uint64_t kFileBytes = 256U << 20U;

/// A segment and the repositories that have it, finished or being written.
using Holders = std::map<std::uint64_t, std::vector<const Repository*>>;

Result<Holders> holders_of(const std::vector<const Repository*>& repositories, const std::string& line,
                           std::string& away) {
  Holders holders;
  for (const Repository* repository : repositories) {
    const auto numbers = segments_of(*repository, line);
    if (!numbers) {
      away += "\n  " + repository->describe() + ": " + numbers.error().message;
      continue;
    }
    for (const std::uint64_t number : *numbers) holders[number].push_back(repository);
  }
  // Beyond the last finished one there may be one that is being written.
  if (holders.empty()) {
    for (const Repository* repository : repositories)
      if (const auto start = read_line_start(*repository, line); start && repository->storage().can_append())
        holders[start->first_number].push_back(repository);
    return holders;
  }
  const std::uint64_t next = holders.rbegin()->first + 1;
  for (const Repository* repository : repositories)
    if (repository->storage().can_append()) holders[next].push_back(repository);
  return holders;
}

Result<SegmentLabel> label_of(const std::vector<const Repository*>& holders, const std::string& name) {
  std::optional<Error> last;
  for (const Repository* repository : holders)
    for (const std::string& object : {name, name + std::string(kOpenSuffix)}) {
      const auto json = repository->label_of(object);
      if (json) return read_label(*json);
      if (!last || json.error().code != Code::not_found) last = json.error();
    }
  return *last;
}

/// After what the segment begins. A line that was just begun has none yet, and says so itself.
Result<sql::GtidPosition> beginning(const std::vector<const Repository*>& holders, const std::string& line,
                                    std::uint64_t number) {
  auto label = label_of(holders, segment_name(line, number));
  if (label) return std::move(label->before);
  if (label.error().code != Code::not_found) return label.error();
  for (const Repository* repository : holders)
    if (auto start = read_line_start(*repository, line); start && start->first_number == number)
      return std::move(start->after);
  return label.error();
}

/// The last segment that begins at or before `from`.
Result<std::uint64_t> first_needed(const Holders& holders, const std::string& line, const sql::GtidPosition& from) {
  std::uint64_t least = holders.begin()->first;
  std::uint64_t most = holders.rbegin()->first;
  SLIPWAY_TRY(const auto oldest, beginning(holders.at(least), line, least));
  if (!from.covers(oldest))
    return Error{Code::conflict,
                 "log line " + line + ": begins after " + oldest.to_text() + ", the backup ends at " + from.to_text(),
                 "choose a later backup"};
  while (least < most) {
    const std::uint64_t middle = least + (most - least + 1) / 2;
    const auto found = holders.find(middle);
    const auto label = found == holders.end() ? Result<SegmentLabel>(Error{Code::not_found, ""})
                                              : label_of(found->second, segment_name(line, middle));
    // An unfinished one that is not there lies at the end.
    if (label && from.covers(label->before))
      least = middle;
    else
      most = middle - 1;
  }
  return least;
}

class Fetch {
 public:
  Fetch(const LogTarget& target, const sql::GtidPosition& from, fs::path directory, std::string name)
      : target_(target), directory_(std::move(directory)), name_(std::move(name)), group_(directory_ / "group") {
    log_.end = from;
  }

  /// One segment, from one repository. Keeps what was whole, so that another repository may go on after a fault.
  [[nodiscard]] Status take(archive::Opener& opener, bool finished) {
    return read_segment(opener,
                        {.event = [this](const sql::EventView& event, Place place) { return on_event(event, place); },
                         .group = [this](const Group& group) { return on_group(group); }},
                        !finished);
  }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const FetchedLog& log() const { return log_; }
  void note_segment(std::uint64_t number) {
    if (log_.first_segment == 0) log_.first_segment = number;
    log_.last_segment = number;
  }
  [[nodiscard]] Status close() {
    if (!file_) return {};
    SLIPWAY_CHECK(file_->publish(log_.files.back()));
    file_.reset();
    return {};
  }

 private:
  [[nodiscard]] Status on_event(const sql::EventView& event, Place place) {
    if (done_) return {};
    if (event.type == sql::EventType::format_description) {
      description_ = event.bytes;
      return close();
    }
    if (place == Place::outside) return {};
    if (place == Place::begins) group_.clear();
    return group_.add(event.bytes);
  }

  [[nodiscard]] Status on_group(const Group& group) {
    if (done_ || log_.end.covers(group.gtid)) return {};
    latest_s_ = std::max(latest_s_, group.time_s);
    if (target_.time && std::chrono::seconds(latest_s_) > target_.time->time_since_epoch()) {
      log_.next = group.gtid;
      log_.next_time_s = group.time_s;
      done_ = true;
      return {};
    }
    SLIPWAY_CHECK(write());
    log_.end.advance(group.gtid);
    log_.last_time_s = group.time_s;
    ++log_.groups;
    done_ =
        (target_.gtid && log_.end.covers(*target_.gtid)) || (target_.position && log_.end.covers(*target_.position));
    return {};
  }

  [[nodiscard]] Status write() {
    if (file_ && in_file_ >= kFileBytes) SLIPWAY_CHECK(close());
    if (!file_) {
      const std::string number = std::to_string(log_.files.size() + 1);
      log_.files.push_back(directory_ /
                           (name_ + "." + std::string(6 - std::min<std::size_t>(6, number.size()), '0') + number));
      SLIPWAY_TRY(auto file, SpoolFile::make(fs::path(log_.files.back()).concat(".part")));
      file_.emplace(std::move(file));
      in_file_ = 0;
      SLIPWAY_CHECK(file_->add(sql::kBinlogMagic));
      SLIPWAY_CHECK(file_->add(description_));
    }
    return group_.give([this](std::string_view bytes) {
      in_file_ += bytes.size();
      log_.bytes += bytes.size();
      return file_->add(bytes);
    });
  }

  LogTarget target_;
  fs::path directory_;
  std::string name_;
  GroupBuffer group_;
  std::string description_;
  std::optional<SpoolFile> file_;
  std::uint64_t in_file_ = 0;
  std::uint32_t latest_s_ = 0;
  FetchedLog log_;
  bool done_ = false;
};

Status check_label(const archive::Opener& opener, const std::string& line, std::uint64_t number,
                   const sql::GtidPosition& reached) {
  const auto json = nlohmann::ordered_json::parse(opener.label(), nullptr, false);
  if (!json.is_object()) return Error{Code::corrupt, "its label cannot be read"};
  SLIPWAY_TRY(const auto label, read_label(json));
  if (label.line != line || label.number != number) return Error{Code::corrupt, "is another segment"};
  if (!reached.covers(label.before))
    return Error{Code::corrupt,
                 "begins after " + label.before.to_text() + ", what is before it ends at " + reached.to_text()};
  return {};
}

/// Segment `number` from the first repository that has it whole.
Status fetch_segment(Fetch& fetch, const std::vector<const Repository*>& holders, const std::string& line,
                     std::uint64_t number, bool last) {
  const std::string name = segment_name(line, number);
  std::string said;
  Code code = Code::not_found;
  for (const Repository* repository : holders) {
    // One that is finished between the first two looks is met by the third.
    for (const bool finished : {true, false, true}) {
      auto opener = finished ? repository->open_sealed(name) : repository->open_unfinished(name);
      auto done = opener ? check_label(*opener, line, number, fetch.log().end) : Status(opener.error());
      if (done) done = fetch.take(*opener, finished);
      if (done) return {};
      if (done.error().code == Code::no_space || done.error().code == Code::unauthenticated) return done;
      if (done.error().code == Code::not_found) continue;
      code = done.error().code;
      said += "\n  " + repository->describe() + ": " + done.error().message;
    }
  }
  if (last && said.empty()) return {};  // nothing is being written
  return Error{code, "log segment " + name + ": no repository has it whole" + said,
               "a target before it can be restored, or one after a later backup"};
}

}  // namespace

std::string to_text(const LogTarget& target) {
  if (target.gtid) return "GTID " + target.gtid->to_text();
  if (target.position) return "position " + target.position->to_text();
  return target.time ? to_iso8601(*target.time) : "the end of the archive";
}

Result<FetchedLog> fetch_log(const std::vector<const Repository*>& repositories, const std::string& line,
                             const sql::GtidPosition& from, const LogTarget& target, const fs::path& directory,
                             const std::string& name) {
  FetchedLog nothing;
  nothing.end = from;
  if (target.gtid && from.covers(*target.gtid)) {
    const auto& own = from.domains().at(target.gtid->domain);
    // With other domains beside it, what came after that transaction in them may be in already.
    if (own == *target.gtid && from.domains().size() == 1) return nothing;
    return Error{Code::conflict,
                 "GTID " + target.gtid->to_text() + ": lies before the backup, which ends at " + from.to_text(),
                 "choose an earlier backup"};
  }
  if (target.position && from == *target.position) return nothing;
  if (target.position && from.covers(*target.position))
    return Error{Code::conflict, to_text(target) + ": lies before the backup, which ends at " + from.to_text(),
                 "choose an earlier backup"};
  std::string away;
  SLIPWAY_TRY(auto holders, holders_of(repositories, line, away));
  if (holders.empty()) return Error{Code::not_found, "log line " + line + ": no repository has a segment of it" + away};
  SLIPWAY_TRY(const std::uint64_t first, first_needed(holders, line, from));
  Fetch fetch(target, from, directory, name);
  std::uint64_t number = first;
  for (int looks = 1;; ++looks) {
    const std::uint64_t last = holders.rbegin()->first;
    for (; number <= last && !fetch.done(); ++number) {
      const auto found = holders.find(number);
      const std::uint64_t groups = fetch.log().groups;
      SLIPWAY_CHECK(fetch_segment(fetch, found == holders.end() ? std::vector<const Repository*>() : found->second,
                                  line, number, number == last));
      if (fetch.log().groups != groups) fetch.note_segment(number);
    }
    if (fetch.done() || looks == kLooks) break;
    // The one that was being written may have been finished, under another name, and the next one begun.
    SLIPWAY_TRY(holders, holders_of(repositories, line, away));
    if (holders.empty() || holders.rbegin()->first <= last) break;
    number = last;
  }
  SLIPWAY_CHECK(fetch.close());
  if ((target.gtid || target.position) && !fetch.done())
    return Error{Code::not_found,
                 to_text(target) + ": the archive ends before it, at " + fetch.log().end.to_text() + away,
                 "restore to the end of the archive, or to a time before it"};
  if (target.position && fetch.log().end != *target.position)
    return Error{Code::conflict,
                 to_text(target) + ": the log does not lead through it, but to " + fetch.log().end.to_text(),
                 "a position of the server whose log this is can be restored"};
  return fetch.log();
}

}  // namespace slipway::backup
