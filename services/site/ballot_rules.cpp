#include "services/site/ballot_rules.hpp"

#include <algorithm>

namespace slipway::site {
namespace {

Answer answer_of(const Ballot& ballot, Instant now, Refusal refusal) {
  return {refusal, ballot.promised, ballot.accepted, std::max(Instant{0}, ballot.free_at - now)};
}

void promise(Ballot& ballot, std::uint64_t epoch, std::string_view site, Instant now, const Timing& timing) {
  ballot.promised = epoch;
  ballot.promised_to = site;
  // A message of the same site that was overtaken must not shorten what a later one has been promised.
  ballot.free_at = std::max(ballot.free_at, now + timing.lease);
}

}  // namespace

std::strong_ordering Holding::order(const Holding& other) const {
  if (const auto by_epoch = epoch <=> other.epoch; by_epoch != 0) return by_epoch;
  return revision <=> other.revision;
}

std::string_view in_words(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "granted";
    case Refusal::older_epoch:
      return "another epoch has been promised since";
    case Refusal::lease_runs:
      return "another site may still be writing";
    case Refusal::lacks_writes:
      return "the site may lack writes that were acknowledged";
    case Refusal::older_revision:
      return "the message was overtaken by a later one";
  }
  return "";
}

bool has_every_write(const Holding& accepted, std::string_view site) {
  return accepted.epoch == 0 || accepted.holder == site || accepted.standby == site;
}

Answer vote(Ballot& ballot, const Vote& vote, Instant now, const Timing& timing) {
  const bool same = vote.epoch == ballot.promised && vote.candidate == ballot.promised_to;
  if (vote.epoch <= ballot.promised && !same) return answer_of(ballot, now, Refusal::older_epoch);
  if (now < ballot.free_at && vote.candidate != ballot.promised_to) return answer_of(ballot, now, Refusal::lease_runs);
  const bool loss_accepted = vote.accepts_loss_of && ballot.accepted.epoch <= *vote.accepts_loss_of;
  if (!loss_accepted && !has_every_write(ballot.accepted, vote.candidate))
    return answer_of(ballot, now, Refusal::lacks_writes);
  promise(ballot, vote.epoch, vote.candidate, now, timing);
  return answer_of(ballot, now, Refusal::none);
}

Answer renew(Ballot& ballot, const Holding& holding, Instant now, const Timing& timing) {
  if (holding.epoch < ballot.promised || (holding.epoch == ballot.promised && holding.holder != ballot.promised_to))
    return answer_of(ballot, now, Refusal::older_epoch);
  if (holding.order(ballot.accepted) < 0) return answer_of(ballot, now, Refusal::older_revision);
  // A newer epoch that this member has not voted for was elected by the two others, and one of them had promised itself
  // to whomever this one is still promised to: that lease has ended.
  if (holding.epoch > ballot.promised) ballot.free_at = Instant{0};
  ballot.accepted = holding;
  promise(ballot, holding.epoch, holding.holder, now, timing);
  return answer_of(ballot, now, Refusal::none);
}

void release(Ballot& ballot, const Release& release, Instant now) {
  if (release.epoch == ballot.promised && release.holder == ballot.promised_to)
    ballot.free_at = std::min(ballot.free_at, now);
}

Ballot reopened(Ballot durable, Instant now, const Timing& timing) {
  durable.free_at = durable.promised_to.empty() ? Instant{0} : now + timing.lease;
  return durable;
}

}  // namespace slipway::site
