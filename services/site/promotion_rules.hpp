// Whether a site may be ordered to take the writes, and what speaks for and against it. Pure. (D7, A39)
//
// The members decide by themselves; this says to a person beforehand what they will find, and refuses what cannot come
// to anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/site/database_rules.hpp"

namespace slipway::site {

/// What is known at the site that shall take over.
struct PromotionFacts {
  std::array<std::string, kMembers> names;
  std::size_t self = 0;
  Role role = Role::follower;
  Ballot ballot;                                             ///< of this site
  std::array<std::optional<Instant>, kMembers> heard_ago{};  ///< how long ago the other members were heard last
  DatabaseFacts database;
  std::string database_fault;  ///< why it does not answer
  bool accepts_loss = false;
};

enum class Weight {
  fact,     ///< to be known
  warning,  ///< the order is carried out, and this comes with it
  obstacle  ///< it is not
};

struct Reason {
  Weight weight = Weight::fact;
  std::string_view name;  ///< stable: "lacks_writes"
  std::string words;
};

struct PromotionDecision {
  bool go = false;
  std::vector<Reason> reasons;  ///< obstacles first
};

/// `now`: by this machine's clock. A member counts as reached when it was heard within two leases.
[[nodiscard]] PromotionDecision decide_promotion(const PromotionFacts& facts, Instant now, const Timing& timing);

}  // namespace slipway::site
