#include "services/backup/verify_log.hpp"

#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"

namespace slipway::backup {
namespace {

/// A line's segments, one after the other.
class LineCheck {
 public:
  LineCheck(const Repository& repository, const std::string& line, const Repository::Seen& seen, Verification& into)
      : repository_(repository), line_(line), seen_(seen), into_(into) {}

  [[nodiscard]] Status begin();
  [[nodiscard]] Status finished(std::uint64_t number);
  [[nodiscard]] Status missing(std::uint64_t first, std::uint64_t before);
  [[nodiscard]] Status end(std::uint64_t last_there);
  void follow(const std::vector<Manifest>& backups);

  std::uint64_t first_number = 1;

 private:
  [[nodiscard]] Status look(std::uint64_t number, Result<archive::Opener> opener, bool whole);
  /// False: there is none.
  [[nodiscard]] Result<bool> unfinished(std::uint64_t number);
  [[nodiscard]] Status note(const Error& error) {
    if (!is_finding(error)) return error;
    into_.faults.push_back(error.message.starts_with(repository_.describe()) ? error
                                                                             : error.within(repository_.describe()));
    return {};
  }
  [[nodiscard]] Error fault(Code code, const std::string& what) const {
    return {code, repository_.describe() + ": log/" + line_ + ": " + what, "another repository may have it whole"};
  }

  const Repository& repository_;
  const std::string& line_;
  const Repository::Seen& seen_;
  Verification& into_;
  std::optional<sql::GtidPosition> begins_;   ///< what had happened before the first segment that can be read
  std::optional<sql::GtidPosition> reached_;  ///< by the segment before; nothing: it cannot be read
};

Status LineCheck::begin() {
  const auto start = read_line_start(repository_, line_);
  if (!start) return note(start.error());
  first_number = start->first_number;
  reached_ = start->after;
  const auto first = read_first_segment(repository_, line_);
  if (!first && first.error().code != Code::not_found) SLIPWAY_CHECK(note(first.error()));
  if (first && *first > first_number) {
    first_number = *first;
    reached_.reset();
  }
  if (start->line == line_) return {};
  return note(fault(Code::corrupt, "its beginning is that of " + start->line));
}

Status LineCheck::look(std::uint64_t number, Result<archive::Opener> opener, bool whole) {
  const std::string name = segment_name(line_, number);
  const auto end = opener ? end_of_segment(*opener, !whole) : Result<SegmentEnd>(opener.error());
  if (!end) {
    reached_.reset();
    return note(end.error().message.find(name) == std::string::npos ? end.error().within(name) : end.error());
  }
  ++into_.segments;
  Status done;
  if (end->label.line != line_ || end->label.number != number)
    done = note(fault(Code::corrupt, name + " is another segment"));
  else if (reached_ && (whole ? end->label.before != *reached_ : !reached_->covers(end->label.before)))
    done = note(fault(Code::corrupt, name + " begins after " + end->label.before.to_text() +
                                         ", what is before it ends at " + reached_->to_text()));
  if (!begins_) begins_ = end->label.before;
  reached_ = end->after;
  return done;
}

Result<bool> LineCheck::unfinished(std::uint64_t number) {
  auto opener = open_unfinished(repository_, line_, number, seen_);
  if (opener && !*opener) return false;
  SLIPWAY_CHECK(look(
      number, opener ? Result<archive::Opener>(**std::move(opener)) : Result<archive::Opener>(opener.error()), false));
  return true;
}

Status LineCheck::finished(std::uint64_t number) {
  const std::string name = segment_name(line_, number);
  SLIPWAY_CHECK(look(number, repository_.open_sealed(name, seen_), true));
  if (!repository_.storage().can_append()) return {};
  const std::string open = name + std::string(kOpenSuffix);
  if (const auto there = repository_.storage().read(open); there)
    into_.unreferenced.push_back(open + ": the finished segment is there too");
  return {};
}

Status LineCheck::missing(std::uint64_t first, std::uint64_t before) {
  for (std::uint64_t number = first; number < before; ++number) {
    // It may have come since the objects were listed.
    const auto now = repository_.storage().read(segment_name(line_, number));
    SLIPWAY_TRY(const bool there, now ? Result<bool>(true) : unfinished(number));
    if (now) reached_.reset();
    if (there) continue;
    SLIPWAY_CHECK(note(fault(Code::not_found, "segment " + std::to_string(number) + " is missing")));
    reached_.reset();
  }
  return {};
}

Status LineCheck::end(std::uint64_t last_there) {
  const auto last = read_last_segment(repository_, line_);
  if (!last && (last.error().code != Code::not_found || last_there >= first_number)) SLIPWAY_CHECK(note(last.error()));
  const std::uint64_t said = last.value_or(last_there);
  if (said < last_there)
    SLIPWAY_CHECK(
        note(fault(Code::corrupt, last_document(line_) + " is older than segment " + std::to_string(last_there))));
  SLIPWAY_CHECK(missing(last_there + 1, said + 1));
  // Being written, or left by a kill; a second one when the first could not be finished.
  for (std::uint64_t number = std::max(said, last_there) + 1;; ++number) {
    SLIPWAY_TRY(const bool there, unfinished(number));
    if (!there) return {};
  }
}

void LineCheck::follow(const std::vector<Manifest>& backups) {
  for (const Manifest& backup : backups)
    if (backup.log_line == line_ && begins_ && !backup.position.covers(*begins_))
      into_.faults.push_back(fault(Code::not_found, "begins after " + begins_->to_text() + ", which backup " +
                                                        backup.id + " (" + backup.position.to_text() +
                                                        ") does not reach"));
}

}  // namespace

bool is_finding(const Error& error) {
  return error.code == Code::corrupt || error.code == Code::not_found || error.code == Code::unsupported ||
         error.code == Code::unauthenticated || error.code == Code::invalid_argument;
}

Status verify_line(const Repository& repository, const std::string& line, const LineListing& segments,
                   const std::vector<Manifest>& backups, const Repository::Seen& seen, Verification& into) {
  LineCheck check(repository, line, seen, into);
  SLIPWAY_CHECK(check.begin());
  std::uint64_t next = check.first_number;
  for (const auto& [number, bytes] : segments) {
    SLIPWAY_CHECK(check.missing(next, number));
    SLIPWAY_CHECK(check.finished(number));
    next = number + 1;
  }
  SLIPWAY_CHECK(check.end(segments.empty() ? check.first_number - 1 : segments.rbegin()->first));
  check.follow(backups);
  return {};
}

}  // namespace slipway::backup
