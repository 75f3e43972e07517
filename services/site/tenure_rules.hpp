// What a site knows of its own election and of its lease. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "services/site/ballot_rules.hpp"

namespace slipway::site {

/// Two sites and a witness; a member is named by its place in the list that all of them have.
inline constexpr std::size_t kMembers = 3;

/// A candidate and the votes that it has.
struct Campaign {
  Vote vote;
  Instant began{0};
  std::array<std::optional<Answer>, kMembers> answers{};
};

/// Each member refuses by its own record of who has the writes. That is enough: what a majority has recorded, one of
/// any majority that votes knows.
enum class Outcome {
  open,  ///< a majority is still possible
  won,
  lost  ///< none can come of it
};

void note(Campaign& campaign, std::size_t member, const Answer& answer);
[[nodiscard]] Outcome outcome(const Campaign& campaign);
/// An epoch that nobody who has answered has promised.
[[nodiscard]] std::uint64_t next_epoch(const std::array<std::optional<Answer>, kMembers>& answers);

/// A site that was elected. It may write only while `may_write` says so, which a first renewal has to confirm.
struct Tenure {
  Holding holding;  ///< what it records now
  std::array<Instant, kMembers> relied_on_until{};
  std::array<Holding, kMembers> recorded{};
  bool deposed = false;  ///< a member has promised itself to a newer epoch: another election is needed
};

/// The tenure that a won campaign begins: alone, since nobody else is known to have anything.
[[nodiscard]] Tenure begin_tenure(const Campaign& campaign);

/// Another standby (empty: none) is recorded from the next renewal on; it counts when `is_recorded` says so.
void set_standby(Tenure& tenure, std::string_view standby);

/// An answer to a renewal that was sent at `sent` (this machine's clock) with `renewed`.
void note(Tenure& tenure, std::size_t member, Instant sent, const Holding& renewed, const Answer& answer,
          const Timing& timing);

/// Until when two of three stand by this site.
[[nodiscard]] Instant lease_end(const Tenure& tenure);
/// A majority knows what the tenure says now.
[[nodiscard]] bool is_recorded(const Tenure& tenure);
/// New writes may begin.
[[nodiscard]] bool may_write(const Tenure& tenure, Instant now, const Timing& timing);
/// What was written may still be acknowledged: asked after the commit, before the answer leaves.
[[nodiscard]] bool may_acknowledge(const Tenure& tenure, Instant now);

}  // namespace slipway::site
