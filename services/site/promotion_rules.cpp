#include "services/site/promotion_rules.hpp"

#include <algorithm>
#include <utility>

namespace slipway::site {
namespace {

std::string seconds_text(Instant span) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(span).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

class Weighing {
 public:
  Weighing(const PromotionFacts& facts, Instant now, const Timing& timing)
      : facts_(facts), now_(now), limit_(2 * timing.lease) {}

  PromotionDecision result() {
    weigh_members();
    weigh_writes();
    weigh_database();
    std::ranges::stable_sort(reasons_, [](const Reason& a, const Reason& b) { return a.weight > b.weight; });
    const bool hindered = !reasons_.empty() && reasons_.front().weight == Weight::obstacle;
    return {!hindered, std::move(reasons_)};
  }

 private:
  void add(Weight weight, std::string_view name, std::string words) {
    reasons_.push_back({weight, name, std::move(words)});
  }
  [[nodiscard]] const std::string& self() const { return facts_.names.at(facts_.self); }
  [[nodiscard]] const std::string& other() const { return facts_.names.at(1 - facts_.self); }
  [[nodiscard]] bool reached(std::size_t member) const {
    const auto& ago = facts_.heard_ago.at(member);
    return ago && *ago <= limit_;
  }

  void weigh_members() {
    if (facts_.role == Role::holder) {
      add(Weight::obstacle, "holds_already", "'" + self() + "' has the writes already");
      return;
    }
    if (facts_.ballot.learning)
      add(Weight::obstacle, "learning",
          "'" + self() + "' has lost what it had promised or confirmed, and has heard no site that writes since");
    if (facts_.role == Role::closing)
      add(Weight::obstacle, "hands_over", "'" + self() + "' is handing over to '" + other() + "' at this moment");
    const bool other_reached = reached(1 - facts_.self);
    const bool witness_reached = reached(kWitness);
    if (!other_reached) add(Weight::fact, "other_site_silent", silence(1 - facts_.self));
    if (!witness_reached)
      add(other_reached ? Weight::warning : Weight::obstacle, "witness_silent",
          silence(kWitness) + (other_reached ? "" : "; alone this site is not two of the three"));
    const Instant left = facts_.ballot.free_at - now_;
    const bool other_leads = facts_.ballot.promised_to == other() && left > Instant{0};
    if (other_leads && other_reached)
      add(Weight::obstacle, "other_site_serves",
          "'" + other() + "' has the writes and answers: hand over there, without loss, by 'slipway site demote'");
    else if (other_leads)
      add(Weight::fact, "lease_runs", "'" + other() + "' may go on writing for " + seconds_text(left));
  }

  [[nodiscard]] std::string silence(std::size_t member) const {
    const auto& ago = facts_.heard_ago.at(member);
    const std::string& name = facts_.names.at(member);
    return ago ? "'" + name + "' was heard " + seconds_text(*ago) + " ago" : "'" + name + "' has not been heard yet";
  }

  void weigh_writes() {
    const Holding& accepted = facts_.ballot.accepted;
    if (accepted.epoch == 0 || facts_.role == Role::holder) return;
    const bool has_all = has_every_write(accepted, self());
    if (has_all && !facts_.ballot.restarted) {
      add(Weight::fact, "has_every_write", "'" + self() + "' has every write that was acknowledged");
      return;
    }
    const std::string words = "'" + self() + "' may lack " + (has_all ? "the newest writes" : "writes") + " that '" +
                              accepted.holder + "' acknowledged in epoch " + std::to_string(accepted.epoch) +
                              (facts_.ballot.restarted ? ": its machine was started anew, and it has not heard '" +
                                                             accepted.holder + "' since"
                                                       : "");
    add(facts_.accepts_loss ? Weight::warning : Weight::obstacle, "lacks_writes",
        words + (facts_.accepts_loss ? "; that is accepted" : "; to accept that, say --accept-loss"));
  }

  void weigh_database() {
    if (!facts_.database.runs) {
      add(Weight::obstacle, "database_down",
          "the database of '" + self() + "' does not answer" +
              (facts_.database_fault.empty() ? "" : ": " + facts_.database_fault));
      return;
    }
    if (facts_.database.half_undone)
      add(Weight::obstacle, "half_undone", "what only '" + self() + "' had is being undone, and half of it is");
    const auto& replica = facts_.database.replica;
    if (replica && !replica->applied_all)
      add(Weight::fact, "applies", "what was received is still being applied; it is waited for");
    if (replica && replica->cannot_apply)
      add(Weight::obstacle, "cannot_apply", "what was received cannot be applied: " + replica->fault);
  }

  const PromotionFacts& facts_;
  Instant now_;
  Instant limit_;
  std::vector<Reason> reasons_;
};

}  // namespace

PromotionDecision decide_promotion(const PromotionFacts& facts, Instant now, const Timing& timing) {
  return Weighing(facts, now, timing).result();
}

}  // namespace slipway::site
