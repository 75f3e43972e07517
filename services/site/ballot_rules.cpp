#include "services/site/ballot_rules.hpp"

#include <algorithm>

namespace slipway::site {
namespace {

void promise(Ballot& ballot, std::uint64_t epoch, std::string_view site, Instant now, const Timing& timing) {
  ballot.promised = epoch;
  ballot.promised_to = site;
  ballot.lease = timing.lease;
  // A message of the same site that was overtaken must not shorten what a later one has been promised.
  ballot.free_at = std::max(ballot.free_at, now + timing.lease);
}

}  // namespace

Answer answered(const Ballot& ballot, Refusal refusal, Instant now) {
  return {refusal, ballot.promised, ballot.accepted, std::max(Instant{0}, ballot.free_at - now)};
}

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
    case Refusal::learning:
      return "this member has lost its record, and has heard no site that writes since";
    case Refusal::restarted:
      return "the machine of this site was started anew, and it may have lost some of what it had confirmed";
    case Refusal::other_timing:
      return "the two members count with different leases";
    case Refusal::not_the_sender:
      return "a site speaks for itself only";
  }
  return "";
}

bool has_every_write(const Holding& accepted, std::string_view site) {
  return accepted.epoch == 0 || accepted.holder == site || accepted.standby == site;
}

Answer vote(Ballot& ballot, const Vote& vote, Instant now, const Timing& timing) {
  if (ballot.learning) return answered(ballot, Refusal::learning, now);
  const bool same = vote.epoch == ballot.promised && vote.candidate == ballot.promised_to;
  if (vote.epoch <= ballot.promised && !same) return answered(ballot, Refusal::older_epoch, now);
  if (now < ballot.free_at && vote.candidate != ballot.promised_to) return answered(ballot, Refusal::lease_runs, now);
  const bool loss_accepted = vote.accepts_loss_of && ballot.accepted.epoch <= *vote.accepts_loss_of;
  if (!loss_accepted && !has_every_write(ballot.accepted, vote.candidate))
    return answered(ballot, Refusal::lacks_writes, now);
  promise(ballot, vote.epoch, vote.candidate, now, timing);
  return answered(ballot, Refusal::none, now);
}

Answer renew(Ballot& ballot, const Holding& holding, Instant now, const Timing& timing) {
  if (holding.epoch < ballot.promised) return answered(ballot, Refusal::older_epoch, now);
  if (holding.order(ballot.accepted) < 0) return answered(ballot, Refusal::older_revision, now);
  // Whoever had a promise in the time of a record that is lost may still rely on it.
  if (ballot.learning && now < ballot.free_at) return answered(ballot, Refusal::learning, now);
  // A holder for whom this member has not voted was elected by the two others. One of them had promised itself to
  // whomever this one is still promised to: that lease has ended; and of its epoch nobody else can be elected any more.
  if (holding.epoch > ballot.promised || holding.holder != ballot.promised_to) ballot.free_at = Instant{0};
  ballot.learning = false;
  ballot.accepted = holding;
  promise(ballot, holding.epoch, holding.holder, now, timing);
  return answered(ballot, Refusal::none, now);
}

void release(Ballot& ballot, const Release& release, Instant now) {
  if (release.epoch == ballot.promised && release.holder == ballot.promised_to)
    ballot.free_at = std::min(ballot.free_at, now);
}

Ballot reopened(Ballot durable, Instant now, const Timing& timing) {
  const bool promised = !durable.promised_to.empty() || durable.learning;
  durable.free_at = promised ? now + std::max(durable.lease, timing.lease) : Instant{0};
  return durable;
}

}  // namespace slipway::site
