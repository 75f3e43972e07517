// Two sites and a witness under faults, in simulated time: every schedule follows from its seed. The database and the
// program that acknowledges are actors of their own, which may hang or outlive the agent.
#include <gtest/gtest.h>

#include <algorithm>
#include <queue>
#include <random>
#include <set>

#include "appliance/lease/lease_page.hpp"
#include "services/site/agent_rules.hpp"

namespace slipway::site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The test's own time, which no member knows.
using Real = std::chrono::nanoseconds;

/// Over a connection that ends with the start of either machine.
struct Replicate {
  std::uint64_t epoch = 0;
  std::vector<int> log;
  std::uint64_t boot = 0;  ///< of the receiver
};
struct Replicated {
  std::uint64_t epoch = 0;
  std::size_t size = 0;
  std::uint64_t boot = 0;  ///< of whoever has confirmed
};
using Packet = std::variant<Message, Replicate, Replicated>;

enum class Turn { packet, beat, database, commit };

struct Event {
  Real at{0};
  std::uint64_t number = 0;
  std::size_t to = 0;
  Turn turn = Turn::beat;
  std::size_t from = 0;
  std::optional<Packet> packet;
  std::uint64_t life = 0;  ///< of the receiver, for its own turns
  bool operator>(const Event& other) const { return std::pair(at, number) > std::pair(other.at, other.number); }
};

/// A write that was committed here, and not acknowledged yet by whoever has asked for it.
struct Waiting {
  int transaction = 0;
  std::size_t place = 0;    ///< in the log
  std::uint64_t epoch = 0;  ///< read from the page before the write began
  Instant began{0};
};

/// A host: its clock, its disk, the agent, and of a site the database and the page of the lease.
struct Node {
  Real offset{0};
  double rate = 1;
  Ballot disk;
  std::uint64_t kept_in = 0;  ///< the start of the machine in which the record was kept last
  std::optional<Agent> agent;
  std::uint64_t life = 0;
  Real frozen_until{0};  ///< the agent alone
  bool disk_full = false;

  lease::Lease page;
  std::vector<int> log;
  std::uint64_t log_epoch = 0;  ///< of its newest entry, or of the holder that it follows
  bool read_only = true;        ///< as the database is, which is later than what it is told
  bool semi_sync = false;
  std::vector<Waiting> waiting;
  std::size_t standby_size = 0;
  std::uint64_t standby_boot = 0;
  Instant standby_heard{0};
  std::size_t waits_from = 0;
  std::uint64_t follows = 0;  ///< epoch in which the standby was last heard of
  std::uint64_t boot = 0;
  std::size_t synced = 0;  ///< so much of the log outlives the machine's power
  Instant confirmed_after{0};
  std::size_t probe = 0;  ///< place of a write that the standby has to have since

  [[nodiscard]] Instant clock(Real real) const {
    return offset + Instant{static_cast<Instant::rep>(static_cast<double>(real.count()) * rate)};
  }
};

struct Manner {
  bool armed = true;
  bool hand_overs = false;
  bool power_cuts = false;
};

class World {
 public:
  World(std::uint64_t seed, Manner manner) : random_(seed), manner_(manner) {
    for (std::size_t i = 0; i < kMembers; ++i) {
      nodes_.at(i).offset = milliseconds(pick(100'000) + 10'000);
      nodes_.at(i).rate = 0.99 + 0.0001 * static_cast<double>(pick(200));
      start(i);
      push({now_, 0, i, Turn::database, 0, std::nullopt, 0});
    }
    nodes_.at(0).agent->order({}, nodes_.at(0).clock(now_));
  }

  void run(Real until, bool faults) {
    while (!events_.empty() && events_.top().at <= until) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      if (faults && pick(250) == 0) break_something();
      deliver(event);
      one_site_at_a_time();
      if (testing::Test::HasFatalFailure()) return;
    }
    now_ = until;
  }

  /// All faults end; `without` stays away.
  void heal(std::optional<std::size_t> without) {
    cut_.fill(false);
    loss_ = 0;
    for (std::size_t i = 0; i < kMembers; ++i) {
      Node& node = nodes_.at(i);
      node.disk_full = false;
      node.frozen_until = std::min(node.frozen_until, now_);
      if (without == std::optional(i))
        stop(i);
      else if (!node.agent)
        start(i);
    }
  }

  void hand_over() {
    for (std::size_t i = 0; i < kWitness; ++i)
      if (nodes_.at(i).agent) nodes_.at(i).agent->hand_over(nodes_.at(i).clock(now_));
  }

  /// A person orders the only site to take over, whatever is lost.
  void order(std::size_t i, bool accept_loss) {
    std::uint64_t seen = 0;
    for (const Node& node : nodes_) seen = std::max(seen, node.disk.accepted.epoch);
    if (nodes_.at(i).agent)
      nodes_.at(i).agent->order({.seen = seen, .accept_loss = accept_loss}, nodes_.at(i).clock(now_));
  }

  /// The site whose database takes writes with leave to do so.
  [[nodiscard]] std::optional<std::size_t> writer() const {
    for (std::size_t i = 0; i < kWitness; ++i)
      if (!nodes_.at(i).read_only && nodes_.at(i).clock(now_) < nodes_.at(i).page.write_until) return i;
    return std::nullopt;
  }
  /// A site was elected, and its machine lost its power before the first write there: what it had as the only one may
  /// be gone.
  [[nodiscard]] bool needs_a_person() const {
    return std::ranges::any_of(std::array{0U, 1U}, [this](std::size_t i) {
      return nodes_.at(i).disk.restarted && nodes_.at(i).disk.accepted.holder == (i == 0 ? "north" : "south");
    });
  }
  [[nodiscard]] const Node& node(std::size_t i) const { return nodes_.at(i); }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_.size(); }
  [[nodiscard]] std::uint64_t newest_tenure() const { return newest_tenure_; }
  [[nodiscard]] Real now() const { return now_; }
  [[nodiscard]] std::set<std::size_t> writers() const { return writers_; }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void start(std::size_t i) {
    Node& node = nodes_.at(i);
    node.agent.emplace(Setup{i, {"north", "south", "witness"}, Timing{}, manner_.armed}, node.disk, node.clock(now_),
                       node.boot != node.kept_in);
    if (!keep(i)) return;
    node.kept_in = node.boot;
    node.page = lease::Lease{};
    node.frozen_until = Real{0};
    ++node.life;
    push({now_ + milliseconds(pick(300)), 0, i, Turn::beat, 0, std::nullopt, node.life});
  }

  /// The page stays: others act by it until the lease has run out.
  void stop(std::size_t i) {
    nodes_.at(i).agent.reset();
    ++nodes_.at(i).life;
  }

  void crash(std::size_t i, Real down) {
    stop(i);
    push({now_ + down, 0, i, Turn::beat, 0, std::nullopt, nodes_.at(i).life});
  }

  /// A holder syncs each of its writes, whoever follows does not.
  void cut_power(std::size_t i) {
    Node& node = nodes_.at(i);
    crash(i, milliseconds(pick(4000)));
    node.page = lease::Lease{};
    node.read_only = true;
    node.waiting.clear();
    node.log.resize(
        std::max(std::min(node.synced, node.log.size()), node.log.size() - std::min(pick(30), node.log.size())));
    node.semi_sync = false;
    ++node.boot;
  }

  void push(Event event) {
    event.number = ++number_;
    events_.push(std::move(event));
  }

  void post(std::size_t from, std::size_t to, const Packet& packet) {
    if (cut_.at(from * kMembers + to) || pick(100) < loss_) return;
    const std::uint64_t copies = pick(50) == 0 ? 2 : 1;
    for (std::uint64_t copy = 0; copy < copies; ++copy) {
      const Real delay = pick(40) == 0 ? milliseconds(pick(6000)) : milliseconds(pick(20) + 1);
      push({now_ + delay, 0, to, Turn::packet, from, packet, 0});
    }
  }

  void break_something() {
    const std::size_t i = pick(kMembers);
    if (manner_.power_cuts && pick(4) == 0) return cut_power(i);
    switch (pick(manner_.hand_overs ? 11 : 9)) {
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
      case 8:
        nodes_.at(i).disk_full = pick(3) == 0;
        break;
      default:
        hand_over();
        order(i % kWitness, false);
        break;
    }
  }

  void deliver(const Event& event) {
    Node& node = nodes_.at(event.to);
    if (event.turn == Turn::database) return database(event.to);
    if (event.turn == Turn::commit) return acknowledge(event.to);
    if (event.turn == Turn::beat && event.life != node.life) return;
    if (event.turn == Turn::packet && !std::holds_alternative<Message>(*event.packet))
      return replication(event.to, event.from, *event.packet);
    if (!node.agent) {
      if (event.turn == Turn::beat) start(event.to);
      return;
    }
    if (now_ < node.frozen_until) {
      Event later = event;
      later.at = node.frozen_until;
      return push(std::move(later));
    }
    const Instant clock = node.clock(now_);
    if (event.turn == Turn::beat) {
      node.agent->tick(clock, local(event.to, clock), random_());
      push({now_ + milliseconds(200 + pick(50)), 0, event.to, Turn::beat, 0, std::nullopt, node.life});
    } else {
      node.agent->receive(event.from, std::get<Message>(*event.packet), clock);
    }
    if (!keep(event.to)) return;
    publish(node);
    for (auto& [to, message] : node.agent->take_outgoing()) post(event.to, to, message);
  }

  /// What leaves the program leaves it behind the record; a program that cannot keep it ends.
  bool keep(std::size_t i) {
    Node& node = nodes_.at(i);
    Ballot durable = node.agent->ballot();
    durable.free_at = Instant{0};
    if (durable == node.disk) return true;
    if (node.disk_full) {
      crash(i, milliseconds(1000));
      return false;
    }
    node.disk = durable;
    return true;
  }

  static void publish(Node& node) {
    node.page = lease::Lease{};
    const auto& tenure = node.agent->tenure();
    if (!tenure) return;
    node.page.epoch = tenure->holding.epoch;
    node.page.acknowledge_until = lease_end(*tenure);
    if (node.agent->role() == Role::holder) node.page.write_until = lease_end(*tenure) - Timing{}.fencing;
  }

  Local local(std::size_t i, Instant clock) {
    Node& node = nodes_.at(i);
    Local known{.looked_at = clock, .can_serve = true, .writes_stopped = node.read_only, .recorded = node.log_epoch};
    if (!node.agent->tenure()) return known;
    const bool heard = node.follows == node.agent->tenure()->holding.epoch && clock - node.standby_heard < seconds(2);
    const std::size_t has = heard ? node.standby_size : 0;
    if (node.confirmed_after != node.agent->standby_restarted_at()) node.probe = node.log.size() + 1;
    node.confirmed_after = node.agent->standby_restarted_at();
    known.standby_follows = heard && has + 3 >= node.log.size();
    known.standby_has_all = heard && node.semi_sync && has >= node.probe &&
                            has >= (node.read_only ? node.log.size() : std::min(node.waits_from, node.log.size()));
    const bool waits_long = std::ranges::any_of(node.waiting, [&](const Waiting& one) {
      return one.epoch == node.page.epoch && clock - one.began > seconds(2);
    });
    known.standby_lost = !heard || waits_long;
    return known;
  }

  /// The database and who writes into it, on a beat of their own; they look at the page and at what the agent said
  /// last.
  void database(std::size_t i) {
    if (i == kWitness) return;
    Node& node = nodes_.at(i);
    const Instant clock = node.clock(now_);
    push({now_ + milliseconds(60 + pick(80)), 0, i, Turn::database, 0, std::nullopt, 0});
    const bool leave = clock < node.page.write_until;
    if (node.agent && node.agent->tenure() && node.page.epoch == node.agent->tenure()->holding.epoch) {
      const bool wanted = node.agent->needs_standby();
      if (wanted && !node.semi_sync) node.waits_from = node.log.size();
      node.semi_sync = wanted;
    }
    if (leave) begin_tenure_of_database(i);
    node.read_only = !leave;
    if (leave) {
      node.log.push_back(++transaction_);
      node.waiting.push_back({transaction_, node.log.size() - 1, node.page.epoch, clock});
      node.synced = node.log.size();
    }
    if (node.page.epoch != 0 && node.page.epoch == node.log_epoch)
      post(i, 1 - i, Replicate{node.log_epoch, node.log, nodes_.at(1 - i).boot});
    // Whoever has asked for the write looks at the page a little later, or much.
    push({now_ + milliseconds(pick(30) == 0 ? pick(20'000) : pick(20)), 0, i, Turn::commit, 0, std::nullopt, 0});
  }

  void begin_tenure_of_database(std::size_t i) {
    Node& node = nodes_.at(i);
    if (node.log_epoch == node.page.epoch) return;
    nothing_is_lost(i, node.page.epoch);
    node.log_epoch = node.page.epoch;
    node.synced = node.log.size();
  }

  void replication(std::size_t i, std::size_t from, const Packet& packet) {
    Node& node = nodes_.at(i);
    if (const auto* data = std::get_if<Replicate>(&packet)) {
      // The agent's record says whom it may follow; it is asked on the disk, since the agent may be gone.
      if (data->epoch < node.disk.promised || data->epoch < node.log_epoch || node.page.epoch != 0) return;
      if (data->boot != node.boot || node.disk.restarted) return;
      if (node.disk.accepted.epoch != node.disk.promised || node.disk.accepted.epoch != data->epoch) return;
      if (data->epoch > node.log_epoch || data->log.size() > node.log.size()) {
        // What this site has beyond that was never acknowledged, or the holder would have it: it is set aside.
        std::erase_if(node.waiting, [&](const Waiting& one) {
          return one.place < data->log.size() && data->log.at(one.place) != one.transaction;
        });
        const auto [own, theirs] = std::ranges::mismatch(node.log, data->log);
        node.synced = std::min(node.synced, static_cast<std::size_t>(own - node.log.begin()));
        node.log = data->log;
      }
      node.log_epoch = data->epoch;
      if (manner_.power_cuts && pick(20) == 0) node.synced = node.log.size();
      post(i, from, Replicated{data->epoch, node.log.size(), node.boot});
    } else if (const auto* done = std::get_if<Replicated>(&packet)) {
      if (done->epoch != node.log_epoch) return;
      // The earlier connection may still deliver what it has taken, until there is a new one.
      if (done->boot < node.standby_boot) return;
      if (node.follows != done->epoch || node.standby_boot != done->boot) node.standby_size = 0;
      node.standby_boot = done->boot;
      node.follows = done->epoch;
      node.standby_size = std::max(node.standby_size, done->size);
      node.standby_heard = node.clock(now_);
    }
  }

  void acknowledge(std::size_t i) {
    Node& node = nodes_.at(i);
    const Instant clock = node.clock(now_);
    std::erase_if(node.waiting, [&](const Waiting& one) {
      const bool replicated = node.follows == one.epoch && node.standby_size > one.place;
      if (node.semi_sync && !replicated) return clock - one.began > seconds(25);  // who asked has gone away
      if (acknowledges(node.page, one.epoch, clock)) acknowledged_.insert(one.transaction);
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
    std::size_t allowed = 0;
    std::size_t writing = 0;
    for (std::size_t i = 0; i < kWitness; ++i) {
      if (nodes_.at(i).clock(now_) < nodes_.at(i).page.acknowledge_until) ++allowed;
      if (!nodes_.at(i).read_only) ++writing;
    }
    ASSERT_LE(allowed, 1U) << "both sites may acknowledge at " << now_.count();
    ASSERT_LE(writing, 1U) << "both databases take writes at " << now_.count();
  }

  std::mt19937_64 random_;
  Manner manner_;
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
};

/// After all faults have ended: a site writes soon, and goes on without another election.
void expect_settled(World& world, bool both_sites) {
  world.run(world.now() + seconds(20), false);
  ASSERT_TRUE(world.writer()) << "nobody writes though nothing is in the way";
  const std::uint64_t epoch = world.newest_tenure();
  const std::size_t before = world.acknowledged();
  world.run(world.now() + seconds(20), false);
  EXPECT_TRUE(world.writer());
  EXPECT_EQ(world.newest_tenure(), epoch) << "a healthy site was deposed";
  EXPECT_GT(world.acknowledged(), before + 50);
  if (!both_sites || !world.writer()) return;
  EXPECT_EQ(world.node(*world.writer()).agent->tenure()->holding.standby, *world.writer() == 0 ? "south" : "north");
}

// F5, D6
TEST(SiteAgreementProperty, NoTwoSitesWriteAndNothingAcknowledgedIsLost) {
  std::set<std::size_t> writers;
  std::uint64_t epochs = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, {.armed = true, .hand_overs = seed % 2 == 0});
    world.run(seconds(90), true);
    world.heal({});
    expect_settled(world, true);
    writers.merge(world.writers());
    epochs += world.newest_tenure();
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(writers.size(), 2U) << "only one site has ever written";
  EXPECT_GT(epochs, 1200U);
}

// F5, D6: a machine without power has lost the newest of what it had confirmed; it comes back before anybody misses it,
// or together with the other one.
TEST(SiteAgreementProperty, WhatAStandbyLosesWithItsPowerIsNotLost) {
  std::set<std::size_t> writers;
  std::size_t stopped = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, {.armed = true, .hand_overs = seed % 2 == 0, .power_cuts = true});
    world.run(seconds(90), true);
    world.heal({});
    world.run(world.now() + seconds(20), false);
    if (!world.writer() && world.needs_a_person()) {
      ++stopped;
      continue;
    }
    expect_settled(world, true);
    writers.merge(world.writers());
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(writers.size(), 2U) << "only one site has ever written";
  EXPECT_LT(stopped, 40U) << "sites wait for a person too often";
}

// F5, D6
TEST(SiteAgreementProperty, TwoOfThreeAreEnoughWhenBothSitesAreInStep) {
  std::size_t settled = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, {.armed = true, .hand_overs = true});
    world.run(seconds(40), true);
    world.heal({});
    world.run(world.now() + seconds(20), false);
    if (testing::Test::HasFailure()) return;
    ASSERT_TRUE(world.writer());
    // Everybody is in step: whoever goes, the two others go on.
    world.heal(seed % kMembers);
    world.run(world.now() + seconds(25), false);
    EXPECT_TRUE(world.writer()) << "nobody writes without member " << seed % kMembers;
    if (testing::Test::HasFailure()) return;
    ++settled;
  }
  EXPECT_EQ(settled, 200U);
}

// A39, D7
TEST(SiteAgreementProperty, WithoutAnOrderNoSiteTakesOverUnlessItIsArmed) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, {.armed = false, .hand_overs = false});
    world.run(seconds(60), true);
    EXPECT_LE(world.writers().size(), 1U) << "nobody has ordered it";
    world.heal({});
    world.run(world.now() + seconds(20), false);
    if (!world.writer()) world.order(0, false);
    expect_settled(world, true);
    if (testing::Test::HasFailure()) return;
    const std::size_t gone = *world.writer();
    world.heal(gone);
    world.run(world.now() + seconds(20), false);
    EXPECT_FALSE(world.writer());
    world.order(1 - gone, false);
    world.run(world.now() + seconds(10), false);
    EXPECT_EQ(world.writer(), std::optional(1 - gone));
    if (testing::Test::HasFailure()) return;
  }
}

// D5
TEST(SiteAgreementProperty, AHandOverMovesTheWriterAndStopsWritesForLessThanTwoSeconds) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world(seed, {});
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
    EXPECT_EQ(world.writer(), std::optional(1 - from));
  }
}

}  // namespace
}  // namespace slipway::site
