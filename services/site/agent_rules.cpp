#include "services/site/agent_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::site {

Agent::Agent(Setup setup, Ballot durable, Instant now)
    : setup_(std::move(setup)), ballot_(reopened(std::move(durable), now, setup_.timing)) {}

std::vector<Outgoing> Agent::take_outgoing() { return std::exchange(outgoing_, {}); }

/// To itself a message takes no time and cannot be lost.
void Agent::send(std::size_t to, Message message) { outgoing_.push_back({to, std::move(message)}); }

bool Agent::may_write(Instant now) const {
  return role_ == Role::holder && tenure_ && is_site() && site::may_write(*tenure_, now, setup_.timing);
}

bool Agent::may_acknowledge(Instant now) const {
  return (role_ == Role::holder || role_ == Role::closing) && tenure_ && site::may_acknowledge(*tenure_, now);
}

void Agent::tick(Instant now, const Local& local, std::uint64_t random) {
  if (!is_site()) return;
  if (role_ == Role::holder || role_ == Role::closing) {
    // Its lease has run out: whatever it thought of the standby may have been overtaken, so it begins as any other.
    if (now >= lease_end(*tenure_) && lease_end(*tenure_) > Instant{0}) step_down();
  }
  if (role_ == Role::holder || role_ == Role::closing) {
    if (!local.can_serve && role_ == Role::holder) {
      step_down();
      return;
    }
    watch_standby(local);
    close(local, now);
    if (role_ != Role::follower) renew_lease(now);
    return;
  }
  if (role_ == Role::candidate && now >= campaign_->began + setup_.timing.beat) lose_campaign(now, random);
  if (role_ != Role::follower || !local.can_serve || now < rest_until_) return;
  for (const auto& answer : heard_)
    if (order_ && answer && answer->accepted.epoch > order_->seen) order_.reset();
  const bool own_turn = setup_.armed && now >= ballot_.free_at;
  // A holder whose program was started anew has nobody to wait for but itself.
  const bool was_holder =
      ballot_.accepted.holder == setup_.names.at(setup_.self) && ballot_.promised_to == ballot_.accepted.holder;
  if (order_ || invited_ || own_turn || was_holder) campaign(now);
}

void Agent::campaign(Instant now) {
  heard_.at(setup_.self) = Answer{Refusal::none, ballot_.promised, ballot_.accepted, {}};
  Vote asked{next_epoch(heard_), setup_.names.at(setup_.self), {}};
  if (order_ && order_->accept_loss) asked.accepts_loss_of = order_->seen;
  role_ = Role::candidate;
  needs_standby_ = false;
  campaign_ = Campaign{asked, now, {}};
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, VoteRequest{asked, now});
  take_vote_answer(setup_.self, {asked.epoch, vote(ballot_, asked, now, setup_.timing)}, now);
}

void Agent::lose_campaign(Instant now, std::uint64_t random) {
  role_ = Role::follower;
  campaign_.reset();
  const auto beat = std::chrono::duration_cast<Instant>(setup_.timing.beat).count();
  rest_until_ = now + Instant{static_cast<Instant::rep>(random % static_cast<std::uint64_t>(beat))};
}

void Agent::take_vote_answer(std::size_t from, const VoteAnswer& message, Instant now) {
  heard_.at(from) = message.answer;
  if (role_ != Role::candidate || message.epoch != campaign_->vote.epoch) return;
  note(*campaign_, from, message.answer);
  const Outcome result = outcome(*campaign_);
  if (result == Outcome::lost) {
    lose_campaign(now, 0);
    invited_ = false;
    // Members that say no to an order say why; it is not repeated behind the person's back.
    order_.reset();
    rest_until_ = now + setup_.timing.beat;
  }
  if (result != Outcome::won) return;
  tenure_ = begin_tenure(*campaign_);
  campaign_.reset();
  role_ = Role::holder;
  invited_ = false;
  order_.reset();
  renew_lease(now);
}

void Agent::renew_lease(Instant now) {
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, RenewRequest{tenure_->holding, now});
  take_renew_answer(setup_.self, {tenure_->holding, now, renew(ballot_, tenure_->holding, now, setup_.timing)}, now);
}

void Agent::take_renew_answer(std::size_t from, const RenewAnswer& message, Instant now) {
  heard_.at(from) = message.answer;
  if (!tenure_) return;
  note(*tenure_, from, message.sent, message.renewed, message.answer, setup_.timing);
  if (!tenure_->deposed || (role_ != Role::holder && role_ != Role::closing)) return;
  step_down();
  rest_until_ = now;
}

void Agent::step_down() {
  role_ = Role::follower;
  tenure_.reset();
  needs_standby_ = false;
}

void Agent::watch_standby(const Local& local) {
  const std::string& other = setup_.names.at(other_site());
  if (!needs_standby_) {
    // Only when "alone" is what a majority knows: otherwise commits would already have to wait.
    needs_standby_ = local.standby_follows;
    return;
  }
  if (local.standby_lost)
    set_standby(*tenure_, "");
  else if (local.standby_has_all)
    set_standby(*tenure_, other);
  // Commits may do without the standby once nobody will elect it any more.
  if (local.standby_lost && tenure_->holding.standby.empty() && is_recorded(*tenure_)) needs_standby_ = false;
}

void Agent::hand_over() {
  if (role_ == Role::holder) role_ = Role::closing;
}

void Agent::close(const Local& local, Instant now) {
  if (role_ != Role::closing) return;
  const std::string& other = setup_.names.at(other_site());
  if (!local.standby_has_all || tenure_->holding.standby != other || !is_recorded(*tenure_)) return;
  const HandOver message{{tenure_->holding.epoch, setup_.names.at(setup_.self)}, other};
  step_down();
  rest_until_ = now + 2 * setup_.timing.lease;
  release(ballot_, message.release, now);
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, message);
}

void Agent::take_hand_over(const HandOver& message, Instant now) {
  release(ballot_, message.release, now);
  if (is_site() && message.successor == setup_.names.at(setup_.self) && message.release.epoch == ballot_.promised) {
    invited_ = true;
    rest_until_ = Instant{0};
  }
}

void Agent::receive(std::size_t from, const Message& message, Instant now) {
  if (const auto* asked = std::get_if<VoteRequest>(&message)) {
    send(from, VoteAnswer{asked->vote.epoch, vote(ballot_, asked->vote, now, setup_.timing)});
  } else if (const auto* renewal = std::get_if<RenewRequest>(&message)) {
    send(from, RenewAnswer{renewal->holding, renewal->sent, renew(ballot_, renewal->holding, now, setup_.timing)});
  } else if (const auto* voted = std::get_if<VoteAnswer>(&message)) {
    take_vote_answer(from, *voted, now);
  } else if (const auto* renewed = std::get_if<RenewAnswer>(&message)) {
    take_renew_answer(from, *renewed, now);
  } else if (const auto* handed = std::get_if<HandOver>(&message)) {
    take_hand_over(*handed, now);
  }
  // Whoever has promised a newer epoch to another is no holder any more; its own renewals would only tell it later.
  const std::string& self = setup_.names.at(setup_.self);
  if (tenure_ && (ballot_.promised != tenure_->holding.epoch || ballot_.promised_to != self)) step_down();
  if (role_ == Role::candidate && (ballot_.promised != campaign_->vote.epoch || ballot_.promised_to != self)) {
    role_ = Role::follower;
    campaign_.reset();
  }
}

}  // namespace slipway::site
