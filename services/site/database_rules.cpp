#include "services/site/database_rules.hpp"

#include <algorithm>

namespace slipway::site {
namespace {

/// The site that may write: nothing comes from the other one any more, and everything that came is in.
Step next_of_writer(const DatabaseFacts& facts, const Permit& permit, bool tail_given_up) {
  if (facts.half_undone) return Step::none;
  if (facts.replica) {
    const Replica& replica = *facts.replica;
    if (replica.receiving) return Step::stop_receiving;
    // A person has to look; of what may be torn one has accepted the loss.
    if (replica.cannot_apply && !replica.applied_all) return permit.restarted ? Step::forget_source : Step::none;
    if (!replica.applied_all && !replica.applying) return Step::start_applying;
    if (!replica.applied_all && !tail_given_up) return Step::none;
    return Step::forget_source;
  }
  if (permit.needs_standby && !facts.waits_for_standby) return Step::wait_for_standby;
  if (!permit.needs_standby && facts.waits_for_standby) return Step::stop_waiting;
  return facts.read_only || !permit.opened ? Step::allow_writes : Step::none;
}

/// A server that was started anew may hold what it has confirmed and not applied yet: that goes first, since to receive
/// again is to throw it away.
Step next_of_replica(const Replica& replica, const Permit& permit, bool tail_given_up) {
  const bool not_there = replica.fault_number == kNotThere;
  if (replica.receiving && replica.applying && !not_there) return Step::none;
  // What is left of before a start of the machine may be torn, and is there to be received again as long as nobody
  // counts on it here. Otherwise what could not be applied could not be applied again: a person has to look. A fault of
  // receiving stays there also when it is over.
  if (replica.cannot_apply) return replica.receiving || permit.counted_on ? Step::none : Step::follow;
  if (!replica.applying) return Step::start_applying;
  // Where the other site does not have what comes behind here, to follow anew begins with looking why.
  return replica.applied_all || tail_given_up ? Step::follow : Step::none;
}

Step next_of_follower(const DatabaseFacts& facts, const Permit& permit, const std::string& other_site,
                      const Address& other, bool tail_given_up) {
  const bool other_holds = permit.accepted.holder == other_site && permit.accepted.epoch == permit.promised;
  if (!other_holds) return facts.replica && facts.replica->receiving ? Step::stop_receiving : Step::none;
  // No session is left that could have a commit under way which waits.
  if (facts.waits_for_standby) return Step::stop_waiting;
  // The holder counts on something that may be gone here: it has to say first that it does not any more.
  if (permit.restarted) return Step::none;
  if (!facts.replica || facts.replica->source != other) return Step::follow;
  return next_of_replica(*facts.replica, permit, tail_given_up);
}

}  // namespace

std::string_view name_of(Step step) {
  switch (step) {
    case Step::none:
      return "none";
    case Step::stop_writes:
      return "stop_writes";
    case Step::follow:
      return "follow";
    case Step::stop_receiving:
      return "stop_receiving";
    case Step::start_applying:
      return "start_applying";
    case Step::forget_source:
      return "forget_source";
    case Step::wait_for_standby:
      return "wait_for_standby";
    case Step::stop_waiting:
      return "stop_waiting";
    case Step::allow_writes:
      return "allow_writes";
  }
  return "";
}

Step next_step(const DatabaseFacts& facts, const Permit& permit, const std::string& other_site, const Address& other,
               bool tail_given_up) {
  if (!facts.runs) return Step::none;
  if (permit.writes) return next_of_writer(facts, permit, tail_given_up);
  if (!facts.read_only) return Step::stop_writes;
  if (permit.role == Role::closing)
    return permit.needs_standby && !facts.waits_for_standby ? Step::wait_for_standby : Step::none;
  if (permit.role == Role::holder) return Step::none;
  return next_of_follower(facts, permit, other_site, other, tail_given_up);
}

void watch(Watch& watch, const DatabaseFacts& earlier, const DatabaseFacts& facts, Instant looked_at) {
  const bool waits = facts.runs && facts.waits_for_standby;
  if (!waits || !earlier.waits_for_standby || facts.uptime_s < earlier.uptime_s) watch.waits_since = Instant{0};
  if (waits && watch.waits_since == Instant{0}) watch.waits_since = looked_at;
  if (!facts.read_only) watch.stopped_since = Instant{0};
  if (facts.read_only && watch.stopped_since == Instant{0}) watch.stopped_since = looked_at;
  const bool stuck = waits && facts.waiting > 0 && facts.confirmed == earlier.confirmed;
  if (!stuck) watch.stuck_since.reset();
  if (stuck && !watch.stuck_since) watch.stuck_since = looked_at;
  const bool gone = waits && facts.standbys == 0;
  if (!gone) watch.gone_since.reset();
  if (gone && !watch.gone_since) watch.gone_since = looked_at;
}

bool must_be_ended(Hang& hang, bool deaf, Instant looked_at) {
  if (!deaf) {
    hang.since.reset();
    return false;
  }
  if (!hang.since) hang.since = looked_at;
  if (looked_at - *hang.since < kHung || (hang.told && looked_at - *hang.told < kToldOfHang)) return false;
  hang.told = looked_at;
  return true;
}

bool needs_probe(const DatabaseFacts& facts, const Watch& watch, const Permit& permit) {
  if (!facts.runs || !permit.tenure || watch.waits_since == Instant{0} || facts.standbys == 0) return false;
  const Instant since = std::max(watch.waits_since, permit.confirmed_after);
  if (permit.role == Role::closing && facts.read_only) return watch.confirmed <= std::max(watch.stopped_since, since);
  return watch.confirmed <= since && !facts.read_only;
}

Local local_view(const DatabaseFacts& facts, const Watch& watch, const Permit& permit, bool semi_synchronous,
                 Instant looked_at, Instant patience) {
  const bool wanted = semi_synchronous || permit.role == Role::closing;
  Local local;
  local.looked_at = looked_at;
  const bool stuck_in_applying =
      facts.replica && facts.replica->cannot_apply && !facts.replica->applied_all && !permit.restarted;
  local.can_serve = facts.runs && !facts.half_undone && !stuck_in_applying;
  local.writes_stopped = facts.read_only;
  local.standby_follows = wanted && facts.standbys > 0 && facts.all_sent;
  const bool confirmed =
      watch.waits_since > Instant{0} && watch.confirmed > std::max(watch.waits_since, permit.confirmed_after);
  const bool last_write_too = !facts.read_only || watch.confirmed > watch.stopped_since;
  local.standby_has_all = confirmed && last_write_too && facts.waiting_works && facts.standbys > 0;
  const bool stuck = watch.stuck_since && looked_at - *watch.stuck_since > patience;
  const bool gone = watch.gone_since && looked_at - *watch.gone_since > patience;
  local.standby_lost = facts.waits_for_standby && (stuck || gone || !facts.waiting_works || !wanted);
  return local;
}

}  // namespace slipway::site
