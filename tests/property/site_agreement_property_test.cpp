// Two sites and a witness under faults, in simulated time: every schedule follows from its seed.
#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <random>
#include <set>

#include "services/site/agent_rules.hpp"

namespace slipway::site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The test's own time, which no member knows.
using Real = std::chrono::nanoseconds;

struct Replicate {
  std::uint64_t epoch = 0;
  std::vector<int> log;
};
struct Replicated {
  std::uint64_t epoch = 0;
  std::size_t size = 0;
};
using Packet = std::variant<Message, Replicate, Replicated>;

struct Event {
  Real at{0};
  std::uint64_t number = 0;
  std::size_t to = 0;
  std::size_t from = kMembers;  ///< kMembers: its own beat
  std::optional<Packet> packet;
  std::uint64_t life = 0;  ///< of the receiver, for its own beats
  bool operator>(const Event& other) const { return std::pair(at, number) > std::pair(other.at, other.number); }
};

/// A host: its clock, its disk, the program, and the database of a site.
struct Node {
  Real offset{0};
  double rate = 1;
  Ballot disk;
  std::optional<Agent> agent;
  std::uint64_t life = 0;
  Real frozen_until{0};
  bool disk_full = false;

  std::vector<int> log;
  std::map<std::size_t, Instant> pending;  ///< place in the log, begun at
  std::uint64_t log_epoch = 0;             ///< the tenure whose writes are pending
  std::size_t standby_size = 0;
  Instant standby_heard{0};
  bool waited = false;
  std::size_t waits_from = 0;

  [[nodiscard]] Instant clock(Real real) const {
    return offset + Instant{static_cast<Instant::rep>(static_cast<double>(real.count()) * rate)};
  }
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < kMembers; ++i) {
      nodes_.at(i).offset = milliseconds(pick(100'000) + 10'000);
      nodes_.at(i).rate = 0.99 + 0.0001 * static_cast<double>(pick(200));
      start(i);
    }
    nodes_.at(0).agent->order({});
  }

  void run(Real until, bool faults) {
    while (!events_.empty() && events_.top().at <= until) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      if (faults && pick(150) == 0) break_something();
      deliver(event);
      one_site_at_a_time();
    }
    now_ = until;
  }

  void heal() {
    cut_.fill(false);
    loss_ = 0;
    for (std::size_t i = 0; i < kMembers; ++i) {
      nodes_.at(i).disk_full = false;
      nodes_.at(i).frozen_until = std::min(nodes_.at(i).frozen_until, now_);
      if (!nodes_.at(i).agent) start(i);
    }
  }

  void hand_over() {
    for (std::size_t i = 0; i < kWitness; ++i)
      if (nodes_.at(i).agent) nodes_.at(i).agent->hand_over();
  }

  /// The site that may write.
  [[nodiscard]] std::optional<std::size_t> writer() const {
    for (std::size_t i = 0; i < kWitness; ++i)
      if (nodes_.at(i).agent && nodes_.at(i).agent->may_write(nodes_.at(i).clock(now_))) return i;
    return std::nullopt;
  }
  [[nodiscard]] const Node& node(std::size_t i) const { return nodes_.at(i); }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_.size(); }
  [[nodiscard]] std::uint64_t epochs() const { return newest_tenure_; }
  [[nodiscard]] Real now() const { return now_; }
  [[nodiscard]] std::set<std::size_t> writers() const { return writers_; }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void start(std::size_t i) {
    Node& node = nodes_.at(i);
    node.agent.emplace(Setup{i, {"north", "south", "witness"}, Timing{}, true}, node.disk, node.clock(now_));
    node.frozen_until = Real{0};
    node.pending.clear();
    ++node.life;
    beat(i, milliseconds(pick(300)));
  }

  void crash(std::size_t i, Real down) {
    Node& node = nodes_.at(i);
    // The database, the web server and its view of the lease may outlive the program; writes stop with the lease.
    if (node.agent && i != kWitness) orphans_.push_back({i, *node.agent, now_ + down});
    node.agent.reset();
    ++node.life;
    push({now_ + down, 0, i, kMembers, std::nullopt, node.life});
  }

  void push(Event event) {
    event.number = ++number_;
    events_.push(std::move(event));
  }
  void beat(std::size_t i, Real later) { push({now_ + later, 0, i, kMembers, std::nullopt, nodes_.at(i).life}); }

  void post(std::size_t from, std::size_t to, const Packet& packet) {
    if (cut_.at(from * kMembers + to) || pick(100) < loss_) return;
    const std::uint64_t copies = pick(50) == 0 ? 2 : 1;
    for (std::uint64_t copy = 0; copy < copies; ++copy) {
      const Real delay = pick(40) == 0 ? milliseconds(pick(6000)) : milliseconds(pick(20) + 1);
      push({now_ + delay, 0, to, from, packet, 0});
    }
  }

  void break_something() {
    const std::size_t i = pick(kMembers);
    switch (pick(9)) {
      case 0:
        crash(i, milliseconds(pick(10'000)));
        break;
      case 1:
        crash(i, milliseconds(pick(50)));
        break;
      case 2:
      case 3:
        nodes_.at(i).frozen_until = now_ + milliseconds(pick(9000));
        break;
      case 4:
        cut_.at(pick(cut_.size())) = true;
        break;
      case 5:
        cut_.fill(false);
        break;
      case 6:  // one member alone
        for (std::size_t j = 0; j < kMembers; ++j) cut_.at(i * kMembers + j) = cut_.at(j * kMembers + i) = true;
        break;
      case 7:
        loss_ = pick(60);
        break;
      default:
        nodes_.at(i).disk_full = pick(3) == 0;
        break;
    }
  }

  void deliver(const Event& event) {
    Node& node = nodes_.at(event.to);
    if (event.from == kMembers && event.life != node.life) return;
    if (!node.agent) {
      if (event.from == kMembers) start(event.to);
      return;
    }
    if (now_ < node.frozen_until) {
      Event later = event;
      later.at = node.frozen_until;
      push(std::move(later));
      return;
    }
    const Instant clock = node.clock(now_);
    if (event.from == kMembers) {
      node.agent->tick(clock, local(event.to, clock), random_());
      beat(event.to, milliseconds(200 + pick(50)));
    } else if (const auto* message = std::get_if<Message>(&*event.packet)) {
      node.agent->receive(event.from, *message, clock);
    } else {
      database(event.to, event.from, *event.packet, clock);
    }
    if (!keep(event.to)) return;
    for (auto& [to, message] : node.agent->take_outgoing()) post(event.to, to, message);
    if (event.to != kWitness) write(event.to, clock, event.from == kMembers);
  }

  /// What leaves the program leaves it behind the ballot; a program that cannot keep it ends.
  bool keep(std::size_t i) {
    Node& node = nodes_.at(i);
    Ballot durable = node.agent->ballot();
    durable.free_at = Instant{0};
    if (durable == node.disk) return true;
    if (node.disk_full) {
      node.agent.reset();
      crash(i, milliseconds(1000));
      return false;
    }
    node.disk = durable;
    return true;
  }

  Local local(std::size_t i, Instant clock) {
    Node& node = nodes_.at(i);
    Local known{.can_serve = true};
    if (!node.agent->tenure()) return known;
    const bool heard = clock - node.standby_heard < seconds(2);
    if (node.agent->needs_standby() && !node.waited) node.waits_from = node.log.size();
    node.waited = node.agent->needs_standby();
    known.standby_follows = heard && node.standby_size + 3 >= node.log.size();
    known.standby_has_all = heard && node.waited && node.standby_size >= node.waits_from;
    known.standby_lost = !heard || (!node.pending.empty() && clock - node.pending.begin()->second > seconds(2));
    return known;
  }

  void database(std::size_t i, std::size_t from, const Packet& packet, Instant clock) {
    Node& node = nodes_.at(i);
    if (const auto* data = std::get_if<Replicate>(&packet)) {
      if (data->epoch < node.agent->epoch() || node.agent->tenure()) return;
      // What this site has beyond that was never acknowledged, or the holder would have it: it is set aside.
      if (data->epoch > node.log_epoch || data->log.size() > node.log.size()) node.log = data->log;
      node.log_epoch = data->epoch;
      node.pending.clear();
      post(i, from, Replicated{data->epoch, node.log.size()});
    } else if (const auto* done = std::get_if<Replicated>(&packet)) {
      if (!node.agent->tenure() || done->epoch != node.agent->tenure()->holding.epoch) return;
      node.standby_size = std::max(node.standby_size, done->size);
      node.standby_heard = clock;
    }
  }

  void write(std::size_t i, Instant clock, bool new_one) {
    Node& node = nodes_.at(i);
    const auto& tenure = node.agent->tenure();
    if (!tenure) {
      node.pending.clear();
      return;
    }
    if (node.log_epoch != tenure->holding.epoch) {
      node.pending.clear();
      node.standby_size = 0;
      node.standby_heard = Instant{0} - seconds(60);
      node.waited = false;
    }
    if (node.agent->may_write(clock)) {
      if (node.log_epoch != tenure->holding.epoch) nothing_is_lost(i, tenure->holding.epoch);
      node.log_epoch = tenure->holding.epoch;
      if (new_one) {
        node.pending.emplace(node.log.size(), clock);
        node.log.push_back(++transaction_);
      }
    }
    if (new_one && node.log_epoch == tenure->holding.epoch) post(i, 1 - i, Replicate{tenure->holding.epoch, node.log});
    std::erase_if(node.pending, [&](const auto& one) {
      const bool has = !node.agent->needs_standby() || node.standby_size > one.first;
      if (!has || !node.agent->may_acknowledge(clock)) return false;
      acknowledged_.insert(node.log.at(one.first));
      return true;
    });
  }

  void nothing_is_lost(std::size_t i, std::uint64_t epoch) {
    EXPECT_GT(epoch, newest_tenure_) << "an epoch was held twice";
    newest_tenure_ = epoch;
    writers_.insert(i);
    const std::set<int> has(nodes_.at(i).log.begin(), nodes_.at(i).log.end());
    for (const int one : acknowledged_)
      ASSERT_TRUE(has.contains(one)) << "transaction " << one << " is lost in epoch " << epoch;
  }

  void one_site_at_a_time() {
    std::set<std::size_t> allowed;
    for (std::size_t i = 0; i < kWitness; ++i)
      if (nodes_.at(i).agent && nodes_.at(i).agent->may_acknowledge(nodes_.at(i).clock(now_))) allowed.insert(i);
    // A program that was killed has left its lease behind for those who acknowledge.
    for (const auto& orphan : orphans_)
      if (orphan.agent.may_acknowledge(nodes_.at(orphan.node).clock(now_))) allowed.insert(orphan.node);
    std::erase_if(orphans_, [&](const Orphan& one) { return one.until < now_ - seconds(10); });
    ASSERT_LE(allowed.size(), 1U) << "both sites may acknowledge at " << now_.count();
  }

  struct Orphan {
    std::size_t node;
    Agent agent;
    Real until;
  };

  std::mt19937_64 random_;
  std::array<Node, kMembers> nodes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::array<bool, kMembers * kMembers> cut_{};
  std::uint64_t loss_ = 0;
  Real now_{0};
  std::uint64_t number_ = 0;
  std::uint64_t newest_tenure_ = 0;
  int transaction_ = 0;
  std::set<int> acknowledged_;
  std::set<std::size_t> writers_;
  std::vector<Orphan> orphans_;
};

// F5, D6
TEST(SiteAgreementProperty, NoTwoSitesWriteAndNothingAcknowledgedIsLost) {
  std::set<std::size_t> writers;
  std::uint64_t epochs = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.run(seconds(90), true);
    if (testing::Test::HasFailure()) return;
    world.heal();
    const std::size_t before = world.acknowledged();
    world.run(world.now() + seconds(40), false);
    ASSERT_TRUE(world.writer()) << "nobody writes after all faults have ended";
    EXPECT_GT(world.acknowledged(), before + 20);
    EXPECT_EQ(world.node(*world.writer()).agent->tenure()->holding.standby, *world.writer() == 0 ? "south" : "north");
    writers.merge(world.writers());
    epochs += world.epochs();
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(writers.size(), 2U) << "only one site has ever written";
  EXPECT_GT(epochs, 1200U);
}

// D5
TEST(SiteAgreementProperty, AHandOverMovesTheWriterAndStopsWritesForLessThanTwoSeconds) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed);
    world.run(seconds(30), false);
    ASSERT_TRUE(world.writer());
    const std::size_t from = *world.writer();
    world.hand_over();
    const Real began = world.now();
    while (world.writer() != std::optional<std::size_t>{1 - from}) {
      ASSERT_LT(world.now() - began, seconds(2));
      world.run(world.now() + milliseconds(10), false);
    }
    world.run(world.now() + seconds(10), false);
    ASSERT_TRUE(world.writer());
    EXPECT_EQ(*world.writer(), 1 - from);
  }
}

}  // namespace
}  // namespace slipway::site
