#include "services/site/tenure_rules.hpp"

#include <algorithm>

namespace slipway::site {
namespace {

constexpr std::size_t kMajority = kMembers / 2 + 1;

}  // namespace

void note(Campaign& campaign, std::size_t member, const Answer& answer) { campaign.answers.at(member) = answer; }

Outcome outcome(const Campaign& campaign) {
  std::size_t granted = 0;
  std::size_t refused = 0;
  for (const auto& answer : campaign.answers)
    if (answer) ++(answer->granted() ? granted : refused);
  if (granted >= kMajority) return Outcome::won;
  return refused > kMembers - kMajority ? Outcome::lost : Outcome::open;
}

std::uint64_t next_epoch(const std::array<std::optional<Answer>, kMembers>& answers) {
  std::uint64_t newest = 0;
  for (const auto& answer : answers)
    if (answer) newest = std::max({newest, answer->promised, answer->accepted.epoch});
  return newest + 1;
}

Tenure begin_tenure(const Campaign& campaign) {
  Tenure tenure;
  tenure.holding = {.epoch = campaign.vote.epoch, .holder = campaign.vote.candidate, .revision = 1, .standby = {}};
  return tenure;
}

void set_standby(Tenure& tenure, std::string_view standby) {
  if (tenure.holding.standby == standby) return;
  tenure.holding.standby = standby;
  ++tenure.holding.revision;
}

void note(Tenure& tenure, std::size_t member, Instant sent, const Holding& renewed, const Answer& answer,
          const Timing& timing) {
  if (renewed.epoch != tenure.holding.epoch) return;  // of an earlier tenure
  if (!answer.granted()) {
    if (answer.promised > tenure.holding.epoch) tenure.deposed = true;
    return;
  }
  Instant& until = tenure.relied_on_until.at(member);
  until = std::max(until, sent + timing.lease - timing.margin);
  Holding& recorded = tenure.recorded.at(member);
  if (renewed.order(recorded) > 0) recorded = renewed;
}

Instant lease_end(const Tenure& tenure) {
  auto until = tenure.relied_on_until;
  std::ranges::sort(until, std::greater{});
  return until.at(kMajority - 1);
}

bool is_recorded(const Tenure& tenure) {
  const auto known = std::ranges::count_if(tenure.recorded, [&](const Holding& one) { return one == tenure.holding; });
  return static_cast<std::size_t>(known) >= kMajority;
}

bool may_write(const Tenure& tenure, Instant now, const Timing& timing) {
  return now < lease_end(tenure) - timing.fencing;
}

bool may_acknowledge(const Tenure& tenure, Instant now) { return now < lease_end(tenure); }

}  // namespace slipway::site
