// One member at work: what it sends, when it votes, when it may write. Deterministic: time and facts come in, messages
// and permissions go out, so that the same code runs in the program and in a simulation of thousands of faults.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "services/site/tenure_rules.hpp"

namespace slipway::site {

/// How long a hand-over may stop writes before they go on where they were.
inline constexpr Instant kPatience = std::chrono::seconds(10);

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
  Instant looked_at{0};         ///< when looking began: what was permitted later is not in it
  bool can_serve = false;       ///< the database runs, read-only or not
  bool writes_stopped = false;  ///< it takes no writes, and none is under way
  /// As holder, of the other site's replica:
  bool standby_follows = false;  ///< it is connected and nearly has everything: commits may begin to wait for it
  bool standby_has_all = false;  ///< commits wait for it, and it has what was committed before they did
  bool standby_lost = false;     ///< commits have waited for it too long
  std::uint64_t recorded = 0;    ///< the newest epoch of which the database has the record, its first write
};

/// A person's order to take over. It holds for two leases, and not beyond the epoch that the person was shown.
struct Order {
  std::uint64_t seen = 0;    ///< of the newest holding that is known (`Ballot::accepted`)
  bool accept_loss = false;  ///< writes of `seen` and before may be lost
};

struct VoteRequest {
  Vote vote;
  Timing timing;
};
struct VoteAnswer {
  std::uint64_t epoch = 0;
  Answer answer;
};
struct RenewRequest {
  Holding holding;
  Instant sent{0};  ///< by the sender's clock, returned as it is
  Timing timing;
  std::uint64_t restart = 0;  ///< of the receiver, that the sender has heard of last
};
struct RenewAnswer {
  Holding renewed;
  Instant sent{0};
  Answer answer;
  std::uint64_t restart = 0;  ///< see Refusal::restarted; another one with each start of the machine
};
/// The holder has stopped and given its lease back: `successor` has everything and may be elected at once.
struct HandOver {
  Release release;
  std::string successor;
};
/// How things stand there: sent every beat by a site that has no lease to renew, so that it is known who answers before
/// anything depends on it.
struct Inquiry {};
struct InquiryAnswer {
  Answer answer;
};
using Message = std::variant<VoteRequest, VoteAnswer, RenewRequest, RenewAnswer, HandOver, Inquiry, InquiryAnswer>;

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

/// Why a site asks to be elected.
enum class Cause {
  order,      ///< a person has ordered it
  hand_over,  ///< the holder has handed over to it
  again,      ///< it held the newest epoch already
  armed       ///< the holder is gone, and the site may act by itself
};

/// "order", "hand_over", …
[[nodiscard]] std::string_view name_of(Cause cause);

/// Not thread-safe.
class Agent {
 public:
  /// `durable` as it was last kept, or empty. `machine_restarted`: it was kept before this start of the machine.
  Agent(Setup setup, Ballot durable, Instant now, bool machine_restarted = false);

  /// Every beat, and after anything that was waited for. `random`: of any value, so that two candidates do not keep in
  /// step.
  void tick(Instant now, const Local& local, std::uint64_t random);
  void receive(std::size_t from, const Message& message, Instant now);

  /// Takes over by order; refused by the members where it would lose something that the order does not accept.
  void order(const Order& order, Instant now);
  /// Hands over to the other site as soon as writes have stopped here and that has everything; writes go on here if
  /// that takes longer than `patience`. Only of the holder.
  void hand_over(Instant now, Instant patience = kPatience);

  /// To be sent, in this order, once `ballot` is on the disk.
  [[nodiscard]] std::vector<Outgoing> take_outgoing();
  [[nodiscard]] const Ballot& ballot() const { return ballot_; }

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] bool may_write(Instant now) const;
  /// See tenure_rules.
  [[nodiscard]] bool may_acknowledge(Instant now) const;
  /// A commit has to wait until the other site has it. Stays as it was when the tenure ends: a commit that was waiting
  /// then must not be let go.
  [[nodiscard]] bool needs_standby() const { return needs_standby_; }
  /// What the standby had confirmed before this may be gone there: its machine was started anew, or 0.
  [[nodiscard]] Instant standby_restarted_at() const { return standby_restarted_at_; }
  /// The newest epoch that this member has promised: replication from the holder of an older one is not taken any more.
  [[nodiscard]] std::uint64_t epoch() const { return ballot_.promised; }
  [[nodiscard]] const std::optional<Tenure>& tenure() const { return tenure_; }
  /// Of the newest campaign, won or not.
  [[nodiscard]] Cause cause() const { return cause_; }
  [[nodiscard]] bool has_order() const { return order_.has_value(); }
  /// What the other members said to the newest campaign that was lost; by member.
  [[nodiscard]] const std::array<std::optional<Answer>, kMembers>& refusals() const { return refusals_; }

 private:
  /// Why a request of `from` for `site` is not looked into.
  [[nodiscard]] Refusal unheard(std::size_t from, const std::string& site, const Timing& timing) const;
  void take_vote_request(std::size_t from, const VoteRequest& message, Instant now);
  void take_renew_request(std::size_t from, const RenewRequest& message, Instant now);
  void take_vote_answer(std::size_t from, const VoteAnswer& message, Instant now);
  void take_renew_answer(std::size_t from, const RenewAnswer& message, Instant now);
  void take_hand_over(std::size_t from, const HandOver& message, Instant now);
  void lead(Instant now, const Local& local);
  void follow(Instant now, const Local& local);
  void inquire(Instant now);
  [[nodiscard]] std::optional<Cause> reason(Instant now) const;
  void campaign(Cause cause, Instant now);
  void lose_campaign(Instant now);
  void end_what_is_overtaken();
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
  Cause cause_ = Cause::again;
  std::array<std::optional<Answer>, kMembers> refusals_{};
  std::optional<Tenure> tenure_;
  std::optional<Order> order_;
  Instant order_until_{0};
  std::array<std::optional<Answer>, kMembers> heard_{};  ///< for the choice of an epoch
  bool needs_standby_ = false;
  std::uint64_t restart_ = 0;          ///< names this start, where Ballot::restarted holds
  std::uint64_t standby_restart_ = 0;  ///< of the other site, that was heard of last
  Instant standby_restarted_at_{0};
  bool standby_restarted_ = false;        ///< and a majority still counts on it
  std::optional<std::uint64_t> invited_;  ///< the holder of this epoch has handed over to this site
  Instant closing_since_{0};
  Instant closing_until_{0};
  Instant rest_until_{0};  ///< no campaign before
  std::optional<Instant> inquired_at_;
  std::uint64_t random_ = 0;
  std::vector<Outgoing> outgoing_;
};

}  // namespace slipway::site
