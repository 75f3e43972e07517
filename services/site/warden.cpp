#include "services/site/warden.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "appliance/base/descriptor.hpp"
#include "appliance/base/file.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/site/undo_store.hpp"

namespace slipway::site {
namespace {

/// What is left of a transaction that was being received, with the sender gone: its rest does not come.
constexpr std::chrono::milliseconds kTailPatience{500};
constexpr std::chrono::seconds kLookLimit{2};
constexpr std::chrono::seconds kStepLimit{15};
constexpr std::chrono::milliseconds kRetry{1000};     ///< behind a step that failed
constexpr Instant kOften = std::chrono::seconds(10);  ///< to follow anew more often than that is of no use
constexpr std::chrono::minutes kOrderAge{5};          ///< an order is recorded with what comes of it
constexpr unsigned kEpochs = 1000;                    ///< of the other site's that are looked at

namespace fs = std::filesystem;

/// Whether a server has this socket open. One that has too many callers to take another one has.
bool listens_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

/// One thread's way to the server, opened anew when it was lost.
class Session {
 public:
  Session(const sql::Endpoint& endpoint, std::chrono::seconds limit) : endpoint_(endpoint) {
    endpoint_.connect_limit = kLookLimit;
    endpoint_.statement_limit = limit;
  }

  Result<sql::Connection*> get() {
    if (!connection_) {
      SLIPWAY_TRY(auto opened, sql::Connection::open(endpoint_));
      connection_.emplace(std::move(opened));
    }
    return &*connection_;
  }
  void drop() { connection_.reset(); }

 private:
  sql::Endpoint endpoint_;
  std::optional<sql::Connection> connection_;
};

}  // namespace

sql::Endpoint endpoint_of_the_other(const WardenOptions& options) {
  sql::Endpoint endpoint;
  endpoint.host = options.other_server.host;
  endpoint.port = options.other_server.port;
  endpoint.user = options.replication.name;
  endpoint.password = options.replication.password;
  endpoint.tls_ca_file = options.replication.ca_file;
  if (!endpoint.tls_ca_file.empty()) endpoint.tls = sql::TlsMode::verify_identity;
  return endpoint;
}

struct Warden::State {
  explicit State(WardenOptions given)
      : options(std::move(given)),
        looking(options.server, kLookLimit),
        acting(options.server, kStepLimit),
        probing(options.server, std::chrono::seconds(0)) {}

  WardenOptions options;
  const Node* node = nullptr;
  const SystemClock clock;

  std::atomic<std::uint64_t> recorded_epoch = 0;
  std::atomic<bool> probe_runs = false;

  mutable std::mutex mutex;
  std::condition_variable_any news;
  WardenState seen;
  Watch watch;
  Hang hang;
  Local local;
  std::vector<OrderRecord> orders;  ///< to be recorded with the epoch that comes of them
  bool probe_wanted = false;

  // Of the thread that looks and acts.
  Session looking;
  Session acting;
  std::string tail;
  Instant tail_since{0};
  std::string told;  ///< the fault that was logged last
  Step told_step = Step::none;
  Instant followed_at{0};
  Instant follow_after{0};

  // Of the thread that probes.
  Session probing;

  std::jthread keeper;
  std::jthread prober;

  [[nodiscard]] Permit permit(Instant now) const;
  void keep(const std::stop_token& asked);
  Step look_around();
  Result<DatabaseFacts> look_once();
  void look_for_hang(bool found, Instant began);
  std::uint64_t newest_recorded();
  bool tail_given_up(const DatabaseFacts& facts, Instant now);
  Status take(Step step);
  Status open(sql::Connection& server, const std::string& position);
  Status leave_own_branch(sql::Connection& server);
  Status check_is_there(sql::Connection& server);
  Result<std::vector<EpochRecord>> epochs_of_the_other() const;
  void tell(const Status& outcome, Step step);
  void probe(const std::stop_token& asked);
};

Permit Warden::State::permit(Instant now) const {
  const NodeState state = node->state();
  Permit permit;
  permit.writes = state.lease.epoch != 0 && now < state.lease.write_until;
  permit.opened = recorded_epoch == state.lease.epoch;
  permit.tenure = state.lease.epoch != 0 && now < state.lease.acknowledge_until;
  permit.needs_standby = state.needs_standby;
  permit.confirmed_after = state.standby_restarted_at;
  permit.counted_on = state.ballot.accepted.standby == options.self;
  permit.restarted = state.ballot.restarted;
  permit.role = state.role;
  permit.promised = state.ballot.promised;
  permit.accepted = state.ballot.accepted;
  return permit;
}

void Warden::State::keep(const std::stop_token& asked) {
  std::mutex sleeping;
  std::condition_variable_any sleep;
  Step before = Step::none;
  while (!asked.stop_requested()) {
    const Step step = look_around();
    auto pause = options.beat;
    if (step != Step::none) {
      const Status outcome = take(step);
      tell(outcome, step);
      // What follows may be due at once; a step that did not change anything is not.
      if (outcome && step != before) pause = std::chrono::milliseconds(0);
      if (!outcome && step != Step::stop_writes) pause = kRetry;
    }
    before = step;
    std::unique_lock lock(sleeping);
    sleep.wait_for(lock, asked, pause, [] { return false; });
  }
}

Step Warden::State::look_around() {
  const Instant began = boot_clock();
  Result<DatabaseFacts> found = look_once();
  // Stopping writes may have ended this very session.
  if (!found && found.error().code == Code::unavailable) found = look_once();
  if (!found) tell(found.error(), Step::none);
  look_for_hang(found.has_value(), began);
  const DatabaseFacts facts = found ? *found : DatabaseFacts();
  const Permit now_permitted = permit(boot_clock());
  const std::uint64_t recorded = found && now_permitted.restarted ? newest_recorded() : 0;
  const bool given_up = tail_given_up(facts, began);
  Step step = next_step(facts, now_permitted, options.other, options.other_server, given_up);
  // One that is followed again and again does not have what this site needs, and has other work.
  const bool put_off = step == Step::follow && began < follow_after;
  if (put_off) step = Step::none;
  const std::scoped_lock lock(mutex);
  site::watch(watch, seen.facts, facts, began);
  probe_wanted = needs_probe(facts, watch, now_permitted);
  if (probe_wanted) news.notify_all();
  local = local_view(facts, watch, now_permitted, options.semi_synchronous, began, options.patience);
  local.recorded = recorded;
  seen.facts = facts;
  seen.step = step;
  if (found && step == Step::none && !put_off) seen.fault.clear();
  return step;
}

Result<DatabaseFacts> Warden::State::look_once() {
  SLIPWAY_TRY(sql::Connection * server, looking.get());
  auto facts = look(*server);
  if (!facts) looking.drop();
  return facts;
}

/// An error that comes at once is an answer, too, and a server that starts or has ended does not listen.
void Warden::State::look_for_hang(bool found, Instant began) {
  if (options.hung.empty() || options.server.socket.empty()) return;
  const bool deaf = !found && boot_clock() - began >= kLookLimit && listens_at(options.server.socket);
  if (must_be_ended(hang, deaf, began)) {
    telemetry::log(telemetry::Level::error, "site.database_hangs",
                   {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(kHung).count()}});
    if (const auto asked = replace_file(options.hung, "no answer\n", 0644); !asked)
      telemetry::log_error("site.database_hangs", asked.error());
  }
  std::error_code ignored;
  if (found && hang.told) fs::remove(options.hung, ignored);
  if (found) hang.told.reset();
}

std::uint64_t Warden::State::newest_recorded() {
  auto server = looking.get();
  const auto known = server ? recorded_epochs(**server, 1) : Result<std::vector<EpochRecord>>(server.error());
  if (!known) looking.drop();
  return known && !known->empty() ? known->front().epoch : 0;
}

bool Warden::State::tail_given_up(const DatabaseFacts& facts, Instant now) {
  const std::string place =
      facts.replica && facts.replica->idle && !facts.replica->receiving ? facts.replica->applied : "";
  if (place != tail || place.empty()) tail_since = now;
  tail = place;
  return !place.empty() && now - tail_since >= kTailPatience;
}

Status Warden::State::take(Step step) {
  SLIPWAY_TRY(sql::Connection * server, acting.get());
  std::string position;
  bool at_once = false;
  {
    const std::scoped_lock lock(mutex);
    position = seen.facts.position;
    // The agent must not go on thinking that commits wait when they do not any more.
    if (step == Step::stop_waiting) {
      watch.waits_since = Instant{0};
      local.standby_follows = false;
      local.standby_has_all = false;
    }
  }
  // Asked again: what was permitted at the look may be so no more.
  const Permit now_permitted = permit(boot_clock());
  if (step == Step::stop_waiting && now_permitted.tenure && now_permitted.needs_standby) return {};
  switch (step) {
    case Step::none:
      return {};
    case Step::stop_writes:
      at_once = now_permitted.role != Role::closing;
      return stop_writes(*server, at_once);
    case Step::follow:
      follow_after = boot_clock() + (boot_clock() - followed_at < kOften ? kOften : Instant{0});
      followed_at = boot_clock();
      SLIPWAY_CHECK(leave_own_branch(*server));
      return follow(*server, options.other_server, options.replication);
    case Step::stop_receiving:
      return stop_receiving(*server);
    case Step::start_applying:
      return start_applying(*server);
    case Step::forget_source:
      return forget_source(*server);
    case Step::wait_for_standby:
      return wait_for_standby(*server);
    case Step::stop_waiting:
      return stop_waiting(*server);
    case Step::allow_writes:
      return open(*server, position);
  }
  return {};
}

/// What only this site has goes into quarantine before it follows the other one.
Status Warden::State::leave_own_branch(sql::Connection& server) {
  SLIPWAY_TRY(const std::string logged, logged_position(server));
  SLIPWAY_TRY(auto fork, unfinished(options.quarantine, logged));
  if (!fork) {
    SLIPWAY_TRY(const auto facts, look(server));
    SLIPWAY_TRY(const auto own, sql::GtidPosition::parse(facts.position));
    SLIPWAY_TRY(const auto known, recorded_epochs(server, 1));
    SLIPWAY_TRY(const auto theirs, epochs_of_the_other());
    SLIPWAY_TRY(fork,
                find_fork(known.empty() ? 0 : known.front().epoch, theirs, node->state().ballot.accepted.epoch, own));
  }
  if (!fork) return check_is_there(server);
  telemetry::log(telemetry::Level::warning, "site.history_parts",
                 {{"epoch", static_cast<std::int64_t>(fork->epoch)}, {"position", fork->position.to_text()}});
  Session session(options.server, std::chrono::seconds(0));
  SLIPWAY_TRY(sql::Connection * own_session, session.get());
  SLIPWAY_TRY(const Quarantined done, set_aside(*own_session, *fork, options.quarantine, clock.now()));
  telemetry::log(telemetry::Level::warning, "site.set_aside",
                 {{"folder", done.folder.string()}, {"transactions", static_cast<std::int64_t>(done.transactions)}});
  const std::scoped_lock lock(mutex);
  seen.quarantined = done;
  return {};
}

/// Nothing parts the two, and yet the other one does not have what comes behind here: its log begins later.
Status Warden::State::check_is_there(sql::Connection& server) {
  SLIPWAY_TRY(const auto facts, look(server));
  if (!facts.replica || facts.replica->fault_number != kNotThere) return {};
  return Error{Code::unsupported, "replication: " + facts.replica->fault,
               "where the other site's log does not go back to what this one has, this one needs a fresh copy"};
}

Result<std::vector<EpochRecord>> Warden::State::epochs_of_the_other() const {
  Session session(endpoint_of_the_other(options), kLookLimit);
  SLIPWAY_TRY(sql::Connection * other, session.get());
  return recorded_epochs(*other, kEpochs);
}

/// The epoch's record is its first write.
Status Warden::State::open(sql::Connection& server, const std::string& position) {
  const NodeState state = node->state();
  const std::uint64_t epoch = state.lease.epoch;
  if (epoch == 0 || boot_clock() >= state.lease.write_until) return {};
  SLIPWAY_CHECK(allow_writes(server));
  if (recorded_epoch == epoch || boot_clock() >= node->state().lease.write_until) return {};
  SLIPWAY_CHECK(record_epoch(server, {epoch, options.self, clock.now(), position, std::string(name_of(state.cause))}));
  recorded_epoch = epoch;
  telemetry::log(telemetry::Level::warning, "site.writes_here",
                 {{"epoch", static_cast<std::int64_t>(epoch)}, {"cause", std::string(name_of(state.cause))}});
  std::vector<OrderRecord> given;
  {
    const std::scoped_lock lock(mutex);
    given = std::exchange(orders, {});
  }
  for (const OrderRecord& order : given)
    if (clock.now() - order.at < kOrderAge) SLIPWAY_CHECK(record_order(server, options.self, order));
  return {};
}

void Warden::State::tell(const Status& outcome, Step step) {
  std::string fault = outcome ? "" : outcome.error().message;
  if (!outcome && !outcome.error().hint.empty()) fault += "; " + outcome.error().hint;
  if (!fault.empty() && fault != told)
    telemetry::log_error("site.database", outcome.error(), {{"step", std::string(name_of(step))}});
  if (outcome && step != Step::none && step != told_step)
    telemetry::log(telemetry::Level::info, "site.step", {{"step", std::string(name_of(step))}});
  told_step = step;
  told = fault;
  const std::scoped_lock lock(mutex);
  seen.fault = std::move(fault);
  if (!outcome) acting.drop();
}

void Warden::State::probe(const std::stop_token& asked) {
  while (!asked.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      news.wait(lock, asked, [this] { return probe_wanted; });
      if (asked.stop_requested()) return;
      probe_wanted = false;
    }
    const Instant began = boot_clock();
    // The lease may have ended since it was wanted: what would be written then is there in excess.
    if (!permit(began).tenure) continue;
    probe_runs = true;
    auto server = probing.get();
    const Status written = server ? site::probe(**server, options.self, clock.now()) : Status(server.error());
    if (!written) probing.drop();
    probe_runs = false;
    const std::scoped_lock lock(mutex);
    if (written) watch.confirmed = began;
  }
}

Warden::Warden(WardenOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Warden::~Warden() { stop(); }

void Warden::start(const Node& node) {
  state_->node = &node;
  state_->keeper = std::jthread([this](const std::stop_token& asked) { state_->keep(asked); });
  state_->prober = std::jthread([this](const std::stop_token& asked) { state_->probe(asked); });
}

Local Warden::local() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->local;
}

WardenState Warden::state() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->seen;
}

void Warden::note(const OrderRecord& order) {
  const std::scoped_lock lock(state_->mutex);
  state_->orders.push_back(order);
}

Status Warden::record(const OrderRecord& order) {
  const auto patience = std::chrono::duration_cast<std::chrono::seconds>(state_->options.patience);
  Session session(state_->options.server, patience + kLookLimit);
  SLIPWAY_TRY(sql::Connection * server, session.get());
  return record_order(*server, state_->options.self, order);
}

void Warden::stop() {
  if (state_->keeper.joinable()) {
    state_->keeper.request_stop();
    state_->keeper.join();
  }
  if (!state_->prober.joinable()) return;
  state_->prober.request_stop();
  const auto server = state_->acting.get();
  const auto facts = server ? look(**server) : Result<DatabaseFacts>(server.error());
  // A probe may be waiting for a standby; the end of writes ends it.
  if (facts && (!facts->read_only || state_->probe_runs)) {
    const auto stopped = stop_writes(**server, true);
    if (!stopped) telemetry::log_error("site.database", stopped.error());
  }
  state_->prober.join();
}

}  // namespace slipway::site
