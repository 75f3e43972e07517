#include "services/backup/log_archiver.hpp"

#include <thread>

#include "appliance/telemetry/log.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/lineage.hpp"
#include "services/backup/log_archiver_state.hpp"
#include "services/backup/log_archiver_store.hpp"
#include "services/backup/log_recovery.hpp"

namespace slipway::backup {
namespace {

using std::chrono::steady_clock;
using Place = sql::GroupTracker::Place;

constexpr std::chrono::milliseconds kFirstPause{200};
constexpr std::chrono::milliseconds kLongestPause{10'000};
constexpr std::chrono::minutes kJustStarted{5};

}  // namespace

bool LogArchiver::State::can_append() const {
  return std::all_of(repositories.begin(), repositories.end(),
                     [](const Repository* repository) { return repository->storage().can_append(); });
}

void LogArchiver::State::note_fault(const std::string& fault) {
  const std::lock_guard lock(mutex);
  if (status.fault != fault && !fault.empty())
    telemetry::log(telemetry::Level::warning, "backup.log.waiting", {{"reason", fault}});
  status.fault = fault;
  status.reading = fault.empty();
}

void LogArchiver::State::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, time, [this] { return stopping.load(); });
}

Status LogArchiver::State::new_line(const std::string& reason, std::uint64_t first_number) {
  SLIPWAY_TRY(const auto position, server_position(source.server));
  // A server that was started just now, after all that the line before has, was restored: the other history begins
  // there.
  SLIPWAY_TRY(const auto uptime, server_uptime(source.server));
  const bool restored = uptime < kJustStarted && clock.now() - uptime > Timestamp(std::chrono::seconds(read_time_s));
  const Timestamp began = restored ? clock.now() - uptime : clock.now();
  auto fresh = begin_line(position, start.line, reason, clock.now(), first_number);
  fresh.start.made_at = began;
  if (!start.line.empty()) remove_leftover(repositories, spool, start.line, next_number);
  SLIPWAY_CHECK(write_spool_line(spool, fresh.start));
  fail_point("archive.line_begun");
  {
    const std::lock_guard lock(mutex);
    start = fresh.start;
    delivery = {};
    safe.begin({position, 0});
    status.line = start.line;
    status.safe = position;
    status.segments = 0;
    deliver_wanted = true;
    changed.notify_all();
  }
  next_number = first_number;
  read = position;
  telemetry::log(telemetry::Level::warning, "backup.log.line_begun", {{"line", start.line}, {"reason", reason}});
  return {};
}

Status LogArchiver::State::recover() {
  SLIPWAY_TRY(auto recovered, recover_line(repositories, spool, clock.now()));
  // A number is left out, as one always is between lines.
  if (const auto* none = std::get_if<NoLine>(&recovered))
    return new_line(none->reason, none->highest == 0 ? 1 : none->highest + 2);
  auto* const found = std::get_if<Resumption>(&recovered);
  SLIPWAY_CHECK(write_spool_line(spool, found->start));
  const std::lock_guard lock(mutex);
  start = found->start;
  next_number = found->next_number;
  read = found->position;
  read_time_s = found->last_time_s;
  status.segments = next_number - 1;
  // Until a round of deliveries has found the segments in a repository, nothing after them counts as safe.
  safe.begin({start.after, 0});
  for (const std::uint64_t number : found->spooled) safe.finished(number, std::nullopt);
  if (next_number > start.first_number) safe.finished(next_number - 1, LogEnd{read, read_time_s});
  deliver_wanted = true;
  changed.notify_all();
  return {};
}

Status LogArchiver::State::write_group() {
  if (!segment) {
    const SegmentLabel label{start.line, next_number, read, clock.now()};
    SLIPWAY_TRY(segment, OpenSegment::begin(spool, repositories, last, start, label, description));
    begun_at = steady_clock::now();
  }
  SLIPWAY_CHECK(group.give([this](std::string_view bytes) { return segment->add(bytes); }));
  group.clear();
  fail_point("archive.group_written");
  read.advance(tracker.gtid());
  if (!dirty_since) dirty_since = steady_clock::now();
  return {};
}

Status LogArchiver::State::take(const Arrived& arrived) {
  SLIPWAY_TRY(const auto event, sql::read_event(arrived.bytes));
  if (event.type == sql::EventType::format_description) {
    if (arrived.bytes == description) return {};
    // A segment has one description: where the server's changes, the next one begins.
    SLIPWAY_CHECK(seal());
    description = arrived.bytes;
    return {};
  }
  SLIPWAY_TRY(const Place place, tracker.follow(event));
  if (place == Place::begins) group.clear();
  if (place != Place::outside) {
    SLIPWAY_CHECK(group.add(arrived.bytes));
    read_time_s = std::max(read_time_s, event.time_s);
  }
  if (place == Place::ends) SLIPWAY_CHECK(write_group());
  // A heartbeat says how far the server is with sending, and with leaving out what we had over a former connection:
  // commits may wait for that, and no event of them comes again.
  answer_wanted =
      answer_wanted || arrived.answer_wanted || (policy.acknowledge && event.type == sql::EventType::heartbeat);
  if (answer_wanted && !tracker.within()) {
    owed = Owed{arrived.place, read};
    answer_wanted = false;
  }
  return {};
}

Status LogArchiver::State::seal() {
  if (!segment) return {};
  SLIPWAY_CHECK(segment->seal());
  {
    const std::lock_guard lock(mutex);
    safe.finished(next_number, LogEnd{read, read_time_s});
    for (const std::string& name : segment->committed()) delivery.repositories[name].present.insert(next_number);
    if (!segment->committed().empty()) safe.delivered(next_number);
    tell_safe();
    status.segments = next_number;
    deliver_wanted = true;
    changed.notify_all();
  }
  fail_point("archive.sealed");
  segment.reset();
  dirty_since.reset();
  ++next_number;
  return {};
}

steady_clock::time_point LogArchiver::State::next_deadline() const {
  auto deadline = steady_clock::now() + std::chrono::seconds(1);
  if (dirty_since) deadline = std::min(deadline, *dirty_since + policy.sync_every);
  return deadline;
}

/// The acknowledgement, when it is due.
Status LogArchiver::State::acknowledge(sql::BinlogStream& to) {
  if (!owed) return {};
  {
    const std::lock_guard lock(mutex);
    if (!safe.end().position.covers(owed->read)) return {};
  }
  return to.acknowledge(std::exchange(owed, std::nullopt)->place);
}

/// What is due after some events: a sync, an acknowledgement, the end of the segment.
Status LogArchiver::State::settle(sql::BinlogStream& from) {
  const auto now = steady_clock::now();
  bool nowhere = false;
  if (segment && dirty_since && (owed || now - *dirty_since >= policy.sync_every)) {
    fail_point("archive.before_sync");
    SLIPWAY_TRY(const int safe_in, segment->sync());
    fail_point("archive.after_sync");
    dirty_since.reset();
    nowhere = safe_in == 0;
    const std::lock_guard lock(mutex);
    if (!nowhere) safe.synced({read, read_time_s});
    tell_safe();
  }
  SLIPWAY_CHECK(acknowledge(from));
  if (!segment) return {};
  const auto longest = can_append() ? policy.seal_every : policy.seal_every_apart;
  // A segment that no repository takes along reaches one when it is finished; commits that wait cannot wait for more.
  if ((nowhere && owed) || segment->bytes() >= policy.seal_bytes || now - begun_at >= longest ||
      seal_wanted.exchange(false))
    return seal();
  return {};
}

Status LogArchiver::State::consume(Inbox& from, sql::BinlogStream& server) {
  for (;;) {
    const auto arrived =
        from.take(next_deadline(), [this] { return stopping || seal_wanted || delivered.exchange(false); });
    for (const Arrived& one : arrived) SLIPWAY_CHECK(take(one));
    SLIPWAY_CHECK(settle(server));
    if (!arrived.empty()) continue;
    if (!dirty_since && !tracker.within()) {
      const std::lock_guard lock(mutex);
      status.safe_at = clock.now();
    }
    if (stopping) return {};
    if (const auto ended = from.ended()) return *ended;
  }
}

/// Another server's data in the place of those whose log this was: GTIDs may be the same, and what they stand for is
/// not. So nothing goes on from the line that is there.
Result<bool> LogArchiver::State::began_anew() {
  const std::string lineage = source.data.empty() ? std::string() : lineage_of(source.data);
  const std::string former = spool_lineage(spool);
  if (lineage.empty() || lineage == former) return false;
  if (!former.empty()) {
    SLIPWAY_CHECK(seal());
    SLIPWAY_CHECK(new_line("other data are served since", next_number + 1));
  }
  SLIPWAY_CHECK(write_spool_lineage(spool, lineage));
  return !former.empty();
}

Status LogArchiver::State::read_on() {
  SLIPWAY_TRY(const bool anew, began_anew());
  if (anew) return {};
  {
    // Not earlier: a backup that names a line of another server's log would be followed by it.
    const std::lock_guard lock(mutex);
    status.line = start.line;
  }
  const sql::BinlogStart begin{.after = read, .server = source.server_id, .acknowledges = policy.acknowledge};
  SLIPWAY_TRY(auto opened, sql::BinlogStream::open(source.server, begin));
  Inbox events;
  tracker = {};
  group.clear();
  answer_wanted = false;
  owed.reset();
  {
    const std::lock_guard lock(mutex);
    inbox = &events;
    stream = &opened;
  }
  std::thread reader([&opened, &events, this] {
    for (bool first = true;;) {
      auto next = opened.next();
      if (!next) return events.end(next.error());
      if (std::exchange(first, false)) note_fault("");
      if (!events.give({std::string(next->event.bytes), next->place, next->answer_wanted})) return;
    }
  });
  auto done = consume(events, opened);
  events.close();
  opened.interrupt();
  reader.join();
  const std::lock_guard lock(mutex);
  inbox = nullptr;
  stream = nullptr;
  return done;
}

LogArchiver::LogArchiver(LogSource source, LogPolicy policy, std::vector<const Repository*> repositories,
                         std::filesystem::path spool, const Clock& clock)
    : state_(std::make_unique<State>(std::move(source), policy, std::move(repositories), std::move(spool), clock)) {}

LogArchiver::~LogArchiver() = default;

Status LogArchiver::run() {
  State& state = *state_;
  const auto lasting = [](const Error& error) {
    return error.code == Code::no_space || error.code == Code::permission || error.code == Code::unauthenticated ||
           error.code == Code::unsupported || error.code == Code::internal;
  };
  std::thread deliverer([&state] { state.deliver_until_stopped(); });
  Status outcome;
  auto wait = kFirstPause;
  for (bool recovered = false; !state.stopping;) {
    auto done = recovered ? state.read_on() : state.recover();
    if (done) {
      recovered = true;
      wait = kFirstPause;
      continue;
    }
    const Error error = done.error();
    if (recovered && (error.code == Code::not_found || error.code == Code::conflict) &&
        !lags_behind(state.source.server, state.read).value_or(false)) {
      done = state.seal();
      if (done) done = state.new_line(error.message, state.next_number + 1);
      if (done) continue;
    }
    if (state.stopping) break;
    state.note_fault(to_text(done.error()));
    if (lasting(done.error())) {
      outcome = done;
      break;
    }
    state.pause(wait);
    wait = std::min(wait * 2, kLongestPause);
  }
  if (outcome) outcome = state.seal();
  stop();
  deliverer.join();
  state.deliver_round();
  return outcome;
}

void LogArchiver::stop() {
  state_->stopping = true;
  const std::lock_guard lock(state_->mutex);
  state_->changed.notify_all();
  if (state_->inbox != nullptr) state_->inbox->wake();
}

void LogArchiver::seal_now() {
  state_->seal_wanted = true;
  const std::lock_guard lock(state_->mutex);
  if (state_->inbox != nullptr) state_->inbox->wake();
}

LogStatus LogArchiver::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

bool LogArchiver::wait_for(const sql::GtidPosition& position, std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [&] { return state_->status.safe.covers(position); });
}

}  // namespace slipway::backup
