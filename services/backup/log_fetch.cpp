#include "services/backup/log_fetch.hpp"

#include "services/backup/fail_point.hpp"
#include "services/backup/group_buffer.hpp"
#include "services/backup/last_segment.hpp"
#include "services/backup/spool_file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Place = sql::GroupTracker::Place;

constexpr std::uint64_t kFileBytes = 256U << 20U;

/// A finished segment and the repositories that have it.
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
  return holders;
}

/// The number with which the line begins.
Result<std::uint64_t> first_number(const std::vector<const Repository*>& repositories, const std::string& line) {
  std::optional<Error> fault;
  for (const Repository* repository : repositories) {
    const auto start = read_line_start(*repository, line);
    if (start) return start->first_number;
    if (!fault || fault->code == Code::not_found) fault = start.error();
  }
  if (fault && fault->code != Code::not_found) return *fault;
  return Error{Code::not_found, "log line " + line + ": no repository has a segment of it"};
}

/// The last number of which a repository says that it is there; it may still be unfinished.
Result<std::uint64_t> last_number(const std::vector<const Repository*>& repositories, const std::string& line) {
  std::optional<std::uint64_t> last;
  std::optional<Error> fault;
  for (const Repository* repository : repositories) {
    const auto said = read_last_segment(*repository, line);
    if (said)
      last = std::max(last.value_or(0), *said);
    else if (!fault || fault->code == Code::not_found)
      fault = said.error();
  }
  if (last || !fault) return last.value_or(0);
  return fault->within("log line " + line + ": where it ends is not known");
}

Result<SegmentLabel> label_of(const std::vector<const Repository*>& holders, const std::string& name) {
  Error last{Code::not_found, name + ": is nowhere"};
  for (const Repository* repository : holders) {
    const auto json = repository->label_of(name);
    auto label = json ? read_label(*json) : Result<SegmentLabel>(json.error());
    if (label) return label;
    last = label.error();
  }
  return last;
}

/// The last finished segment that begins at or before `from`; those whose labels cannot be read are passed over.
Result<std::uint64_t> first_needed(const Holders& holders, const std::string& line, const sql::GtidPosition& from) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, repositories] : holders) numbers.push_back(number);
  std::optional<std::uint64_t> found;
  std::string oldest;
  for (std::size_t least = 0, beyond = numbers.size(); least < beyond;) {
    const std::size_t middle = least + (beyond - least) / 2;
    std::optional<SegmentLabel> label;
    std::size_t at = middle;
    for (; at < beyond && !label; ++at)
      if (auto read = label_of(holders.at(numbers[at]), segment_name(line, numbers[at]))) label = *std::move(read);
    if (label && from.covers(label->before)) {
      found = numbers[at - 1];
      least = at;
    } else {
      if (label) oldest = label->before.to_text();
      beyond = middle;
    }
  }
  if (found) return *found;
  return Error{Code::conflict,
               "log line " + line + ": begins after " + (oldest.empty() ? "what cannot be read" : oldest) +
                   ", the backup ends at " + from.to_text(),
               "choose a later backup"};
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
    fail_point("restore.log_group");
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

/// Segment `number` out of repositories: the first that has it whole, or, unfinished, as far as any of them has it.
/// False: none has anything.
Result<bool> fetch_from(Fetch& fetch, const std::vector<const Repository*>& repositories, const std::string& line,
                        std::uint64_t number, bool finished) {
  const std::string name = segment_name(line, number);
  std::string said;
  Code code = Code::not_found;
  bool any = false;
  const auto take = [&](archive::Opener& opener) -> Status {
    SLIPWAY_CHECK(check_label(opener, line, number, fetch.log().end));
    SLIPWAY_CHECK(fetch.take(opener, finished));
    any = true;
    return {};
  };
  const auto from = [&](const Repository& repository) -> Status {
    if (finished) {
      SLIPWAY_TRY(auto opener, repository.open_sealed(name));
      return take(opener);
    }
    SLIPWAY_TRY(auto opener, open_unfinished(repository, line, number));
    return opener ? take(*opener) : Status();
  };
  for (const Repository* repository : repositories) {
    const auto done = from(*repository);
    if (any && finished) return true;
    if (done) continue;
    if (done.error().code == Code::no_space || done.error().code == Code::unauthenticated) return done.error();
    code = done.error().code;
    said += "\n  " + repository->describe() + ": " + done.error().message;
  }
  if (any || said.empty()) return any;
  return Error{code, "log segment " + name + ": no repository has it whole" + said,
               "a target before it can be restored, or one after a later backup"};
}

/// From segment `first` on, until the target or the end.
Status fetch_all(Fetch& fetch, const std::vector<const Repository*>& repositories, Holders holders,
                 const std::string& line, std::uint64_t first) {
  for (std::uint64_t number = first; !fetch.done();) {
    const auto found = holders.find(number);
    const std::uint64_t groups = fetch.log().groups;
    SLIPWAY_TRY(const bool there, fetch_from(fetch, found == holders.end() ? repositories : found->second, line, number,
                                             found != holders.end()));
    if (fetch.log().groups != groups) fetch.note_segment(number);
    const bool unfinished = found == holders.end();
    if (there && !unfinished) {
      ++number;
      continue;
    }
    // It may have been finished since the line was listed, and the next one begun.
    std::string away;
    const std::uint64_t known = holders.empty() ? 0 : holders.rbegin()->first;
    SLIPWAY_TRY(holders, holders_of(repositories, line, away));
    if (!holders.empty() && holders.rbegin()->first > known) continue;
    if (there) return {};
    const auto said = last_number(repositories, line);
    // A line of which no segment was finished yet has no last one.
    if (!said && (said.error().code != Code::not_found || !holders.empty())) return said.error();
    if (number > said.value_or(0) && number > known) return {};
    return Error{Code::not_found, "log segment " + segment_name(line, number) + ": no repository has it",
                 "a target before it can be restored, or one after a later backup"};
  }
  return {};
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
  SLIPWAY_TRY(const auto holders, holders_of(repositories, line, away));
  const auto first = holders.empty() ? first_number(repositories, line) : first_needed(holders, line, from);
  if (!first)
    return first.error().code == Code::not_found ? Error{Code::not_found, first.error().message + away} : first.error();
  Fetch fetch(target, from, directory, name);
  SLIPWAY_CHECK(fetch_all(fetch, repositories, holders, line, *first));
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
