// One member at work: what it sends, when it votes, when it may write. Deterministic: time and facts come in, messages
// and permissions go out, so that the same code runs in the program and in a simulation of thousands of faults.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "services/site/tenure_rules.hpp"

namespace slipway::site {

/// The witness is the last member; it votes and never writes.
inline constexpr std::size_t kWitness = kMembers - 1;

struct Setup {
  std::size_t self = 0;
  std::array<std::string, kMembers> names;
  Timing timing;
  bool armed = false;  ///< may elect itself when the holder is gone; otherwise an order is needed (A39, D7)
};

/// What a site knows of its own database at this moment.
struct Local {
  bool can_serve = false;  ///< the database runs and could take writes
  /// As holder, of the other site's replica:
  bool standby_follows = false;  ///< it is connected and nearly has everything: commits may begin to wait for it
  bool standby_has_all = false;  ///< commits wait for it, and it has what was committed before they did
  bool standby_lost = false;     ///< commits have waited for it too long
};

/// A person's order to take over. `seen`: the epoch that was shown to that person; an order does not outlive it.
struct Order {
  std::uint64_t seen = 0;
  bool accept_loss = false;  ///< writes of `seen` and before may be lost
};

struct VoteRequest {
  Vote vote;
  Instant sent{0};  ///< by the sender's clock, returned as it is
};
struct VoteAnswer {
  std::uint64_t epoch = 0;
  Answer answer;
};
struct RenewRequest {
  Holding holding;
  Instant sent{0};
};
struct RenewAnswer {
  Holding renewed;
  Instant sent{0};
  Answer answer;
};
/// The holder has stopped and given its lease back: `successor` has everything and may be elected at once.
struct HandOver {
  Release release;
  std::string successor;
};
using Message = std::variant<VoteRequest, VoteAnswer, RenewRequest, RenewAnswer, HandOver>;

struct Outgoing {
  std::size_t to = 0;
  Message message;
};

enum class Role {
  follower,   ///< read-only
  candidate,  ///< read-only, asks for votes
  holder,     ///< may write while its lease runs
  closing     ///< holder that has stopped writing, and waits until the standby has everything
};

/// Not thread-safe.
class Agent {
 public:
  /// `durable` as it was last kept, or empty.
  Agent(Setup setup, Ballot durable, Instant now);

  /// Every beat, and after anything that was waited for. `random`: of any value, so that two candidates do not keep in
  /// step.
  void tick(Instant now, const Local& local, std::uint64_t random);
  void receive(std::size_t from, const Message& message, Instant now);

  /// Takes over by order; refused by the members where it would lose something that the order does not accept.
  void order(const Order& order) { order_ = order; }
  [[nodiscard]] bool has_order() const { return order_.has_value(); }
  /// Hands over to the other site as soon as that has everything. Only of the holder.
  void hand_over();

  /// To be sent, in this order, once `ballot` is on the disk.
  [[nodiscard]] std::vector<Outgoing> take_outgoing();
  [[nodiscard]] const Ballot& ballot() const { return ballot_; }

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool may_write(Instant now) const;
  /// See tenure_rules.
  [[nodiscard]] bool may_acknowledge(Instant now) const;
  /// A commit has to wait until the other site has it.
  [[nodiscard]] bool needs_standby() const { return needs_standby_; }
  /// The newest epoch that this member has promised: replication from the holder of an older one is not taken any more.
  [[nodiscard]] std::uint64_t epoch() const { return ballot_.promised; }
  [[nodiscard]] const std::optional<Tenure>& tenure() const { return tenure_; }

 private:
  void take_vote_answer(std::size_t from, const VoteAnswer& message, Instant now);
  void take_renew_answer(std::size_t from, const RenewAnswer& message, Instant now);
  void take_hand_over(const HandOver& message, Instant now);
  void campaign(Instant now);
  void lose_campaign(Instant now, std::uint64_t random);
  void renew_lease(Instant now);
  void watch_standby(const Local& local);
  void close(const Local& local, Instant now);
  void step_down();
  void send(std::size_t to, Message message);
  [[nodiscard]] std::size_t other_site() const { return 1 - setup_.self; }
  [[nodiscard]] bool is_site() const { return setup_.self != kWitness; }

  Setup setup_;
  Ballot ballot_;
  Role role_ = Role::follower;
  std::optional<Campaign> campaign_;
  std::optional<Tenure> tenure_;
  std::optional<Order> order_;
  std::array<std::optional<Answer>, kMembers> heard_{};  ///< for the choice of an epoch
  bool needs_standby_ = false;
  bool invited_ = false;   ///< the holder has handed over to this site
  Instant rest_until_{0};  ///< no campaign before
  std::vector<Outgoing> outgoing_;
};

}  // namespace slipway::site
