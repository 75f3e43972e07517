#include "services/site/agent_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::site {

Agent::Agent(Setup setup, Ballot durable, Instant now, bool machine_restarted)
    : setup_(std::move(setup)), ballot_(reopened(std::move(durable), now, setup_.timing)) {
  if (machine_restarted && is_site() && ballot_.accepted.epoch != 0) ballot_.restarted = true;
  if (ballot_.restarted) restart_ = static_cast<std::uint64_t>(std::max(now, Instant{1}).count());
}

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::order:
      return "order";
    case Cause::hand_over:
      return "hand_over";
    case Cause::again:
      return "again";
    case Cause::armed:
      return "armed";
  }
  return "";
}

std::vector<Outgoing> Agent::take_outgoing() { return std::exchange(outgoing_, {}); }

void Agent::send(std::size_t to, Message message) { outgoing_.push_back({to, std::move(message)}); }

bool Agent::may_write(Instant now) const {
  return role_ == Role::holder && tenure_ && site::may_write(*tenure_, now, setup_.timing);
}

bool Agent::may_acknowledge(Instant now) const { return tenure_ && site::may_acknowledge(*tenure_, now); }

void Agent::order(const Order& order, Instant now) {
  order_ = order;
  order_until_ = now + 2 * setup_.timing.lease;
}

void Agent::hand_over(Instant now, Instant patience) {
  if (role_ != Role::holder) return;
  role_ = Role::closing;
  closing_since_ = now;
  closing_until_ = now + patience;
}

void Agent::tick(Instant now, const Local& local, std::uint64_t random) {
  random_ = random;
  if (!is_site()) return;
  // An order is judged at once, or not at all: nobody knows what a later moment would make of it.
  if (order_ && (now >= order_until_ || ballot_.accepted.epoch > order_->seen)) order_.reset();
  if (tenure_) lead(now, local);
  if (tenure_) return;
  follow(now, local);
  inquire(now);
}

void Agent::lead(Instant now, const Local& local) {
  const Instant end = lease_end(*tenure_);
  // Its lease has run out: whatever it thought of the standby may have been overtaken, so it begins as any other.
  if ((now >= end && end > Instant{0}) || !local.can_serve) {
    step_down();
    return;
  }
  watch_standby(local);
  close(local, now);
  if (tenure_) renew_lease(now);
}

void Agent::follow(Instant now, const Local& local) {
  if (role_ == Role::candidate && now >= campaign_->began + setup_.timing.beat) lose_campaign(now);
  // Who is learning would not get its own vote: it disturbs nobody with a campaign.
  if (role_ != Role::follower || !local.can_serve || ballot_.learning || now < rest_until_) return;
  // With the first write of its epoch a holder has all that was before in its own log, synced, and each one behind it.
  if (ballot_.accepted.holder == setup_.names.at(setup_.self) && local.recorded == ballot_.accepted.epoch)
    ballot_.restarted = false;
  if (ballot_.restarted && !(order_ && order_->accept_loss)) return;
  if (const auto cause = reason(now)) campaign(*cause, now);
}

void Agent::inquire(Instant now) {
  if (inquired_at_ && now - *inquired_at_ < setup_.timing.beat) return;
  inquired_at_ = now;
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, Inquiry{});
}

std::optional<Cause> Agent::reason(Instant now) const {
  const bool free = now >= ballot_.free_at;
  const std::string& self = setup_.names.at(setup_.self);
  if (order_) return Cause::order;
  if (invited_ && *invited_ == ballot_.accepted.epoch) return Cause::hand_over;
  // Who held the newest epoch needs nobody's leave to go on: its program was started anew, or a hand-over came to
  // nothing.
  if (ballot_.accepted.holder == self && (ballot_.promised_to == self || free)) return Cause::again;
  // Who would not get its own vote would keep the others' promises from whoever does.
  if (!has_every_write(ballot_.accepted, self)) return std::nullopt;
  return setup_.armed && free ? std::optional(Cause::armed) : std::nullopt;
}

/// Its own vote comes behind the first of another: who hears nobody promises nothing, and disturbs nobody when it is
/// back.
void Agent::campaign(Cause cause, Instant now) {
  cause_ = cause;
  heard_.at(setup_.self) = answered(ballot_, Refusal::none, now);
  Vote asked{next_epoch(heard_), setup_.names.at(setup_.self), {}};
  if (order_ && order_->accept_loss) asked.accepts_loss_of = order_->seen;
  role_ = Role::candidate;
  campaign_ = Campaign{asked, now, {}};
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, VoteRequest{asked, setup_.timing});
}

void Agent::lose_campaign(Instant now) {
  role_ = Role::follower;
  refusals_ = campaign_->answers;
  campaign_.reset();
  const auto beat = static_cast<std::uint64_t>(Instant(setup_.timing.beat).count());
  rest_until_ = now + Instant{static_cast<Instant::rep>(random_ % beat)};
}

Refusal Agent::unheard(std::size_t from, const std::string& site, const Timing& timing) const {
  if (site != setup_.names.at(from)) return Refusal::not_the_sender;
  return timing != setup_.timing ? Refusal::other_timing : Refusal::none;
}

void Agent::take_vote_request(std::size_t from, const VoteRequest& message, Instant now) {
  const Refusal refusal = unheard(from, message.vote.candidate, message.timing);
  send(from, VoteAnswer{message.vote.epoch, refusal == Refusal::none ? vote(ballot_, message.vote, now, setup_.timing)
                                                                     : answered(ballot_, refusal, now)});
}

void Agent::take_renew_request(std::size_t from, const RenewRequest& message, Instant now) {
  Refusal refusal = unheard(from, message.holding.holder, message.timing);
  const bool counts_on_this = message.holding.standby == setup_.names.at(setup_.self);
  if (refusal == Refusal::none && ballot_.restarted && (counts_on_this || message.restart != restart_))
    refusal = Refusal::restarted;
  const Answer answer =
      refusal == Refusal::none ? renew(ballot_, message.holding, now, setup_.timing) : answered(ballot_, refusal, now);
  if (answer.granted()) ballot_.restarted = false;
  send(from, RenewAnswer{message.holding, message.sent, answer, refusal == Refusal::restarted ? restart_ : 0});
}

void Agent::take_vote_answer(std::size_t from, const VoteAnswer& message, Instant now) {
  heard_.at(from) = message.answer;
  if (role_ != Role::candidate || message.epoch != campaign_->vote.epoch) return;
  note(*campaign_, from, message.answer);
  const bool voted = campaign_->answers.at(setup_.self).has_value();
  if (message.answer.granted() && !voted)
    note(*campaign_, setup_.self, vote(ballot_, campaign_->vote, now, setup_.timing));
  const Outcome result = outcome(*campaign_);
  if (result == Outcome::lost) {
    lose_campaign(now);
    // Members that refuse an order say why; it is not repeated behind the person's back.
    order_.reset();
  }
  if (result != Outcome::won) return;
  tenure_ = begin_tenure(*campaign_);
  campaign_.reset();
  role_ = Role::holder;
  needs_standby_ = false;
  standby_restarted_ = false;
  invited_.reset();
  order_.reset();
  renew_lease(now);
}

void Agent::renew_lease(Instant now) {
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self)
      send(member, RenewRequest{tenure_->holding, now, setup_.timing, member == other_site() ? standby_restart_ : 0});
  const Holding said = tenure_->holding;
  take_renew_answer(setup_.self, {said, now, renew(ballot_, said, now, setup_.timing), 0}, now);
}

void Agent::take_renew_answer(std::size_t from, const RenewAnswer& message, Instant now) {
  heard_.at(from) = message.answer;
  if (!tenure_) return;
  if (message.restart != 0 && message.restart != standby_restart_) {
    standby_restart_ = message.restart;
    standby_restarted_at_ = now;
    standby_restarted_ = true;
  }
  note(*tenure_, from, message.sent, message.renewed, message.answer, setup_.timing);
  if (!tenure_->deposed) return;
  step_down();
  rest_until_ = now;
}

void Agent::step_down() {
  role_ = Role::follower;
  tenure_.reset();
}

void Agent::watch_standby(const Local& local) {
  if (!needs_standby_) {
    // "Alone" is what a majority knows already, or commits would have to wait.
    needs_standby_ = local.standby_follows;
    return;
  }
  if (local.standby_lost || standby_restarted_)
    set_standby(*tenure_, "");
  else if (local.standby_has_all && local.looked_at > standby_restarted_at_)
    set_standby(*tenure_, setup_.names.at(other_site()));
  if (!tenure_->holding.standby.empty() || !is_recorded(*tenure_)) return;
  standby_restarted_ = false;
  // Commits may do without the standby once nobody will elect it any more.
  if (local.standby_lost) needs_standby_ = false;
}

void Agent::close(const Local& local, Instant now) {
  if (role_ != Role::closing) return;
  const std::string& self = setup_.names.at(setup_.self);
  const std::string& other = setup_.names.at(other_site());
  const bool stopped = local.writes_stopped && local.looked_at > closing_since_;
  if (!stopped || !local.standby_has_all || tenure_->holding.standby != other || !is_recorded(*tenure_)) {
    if (now >= closing_until_) role_ = Role::holder;
    return;
  }
  const HandOver message{{tenure_->holding.epoch, self}, other};
  step_down();
  rest_until_ = now + 2 * setup_.timing.lease;
  release(ballot_, message.release, now);
  for (std::size_t member = 0; member < kMembers; ++member)
    if (member != setup_.self) send(member, message);
}

void Agent::take_hand_over(std::size_t from, const HandOver& message, Instant now) {
  if (message.release.holder != setup_.names.at(from)) return;
  release(ballot_, message.release, now);
  if (!is_site() || message.successor != setup_.names.at(setup_.self)) return;
  invited_ = message.release.epoch;
  rest_until_ = Instant{0};
}

/// Whoever has promised a newer epoch to another is no holder any more; its own renewals would only tell it later.
void Agent::end_what_is_overtaken() {
  const bool own = ballot_.promised_to == setup_.names.at(setup_.self);
  if (tenure_ && (ballot_.promised != tenure_->holding.epoch || !own)) step_down();
  if (role_ == Role::candidate && ballot_.promised >= campaign_->vote.epoch && !own) {
    role_ = Role::follower;
    campaign_.reset();
  }
}

void Agent::receive(std::size_t from, const Message& message, Instant now) {
  if (const auto* asked = std::get_if<VoteRequest>(&message))
    take_vote_request(from, *asked, now);
  else if (const auto* renewal = std::get_if<RenewRequest>(&message))
    take_renew_request(from, *renewal, now);
  else if (const auto* voted = std::get_if<VoteAnswer>(&message))
    take_vote_answer(from, *voted, now);
  else if (const auto* renewed = std::get_if<RenewAnswer>(&message))
    take_renew_answer(from, *renewed, now);
  else if (const auto* handed = std::get_if<HandOver>(&message))
    take_hand_over(from, *handed, now);
  else if (std::holds_alternative<Inquiry>(message))
    send(from, InquiryAnswer{answered(ballot_, Refusal::none, now)});
  else if (const auto* told = std::get_if<InquiryAnswer>(&message))
    heard_.at(from) = told->answer;
  end_what_is_overtaken();
}

}  // namespace slipway::site
