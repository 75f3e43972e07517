// Who may write: what one member of the three (two sites, a witness) has promised, and what it answers. Pure.
//
//            vote(epoch)                      renew(epoch)
//   free ───────────────▶ promised to a site ─────────────▶ accepted: that site holds the epoch
//     ▲                         │      ▲                          │
//     └─────────────────────────┘      └──────────────────────────┘
//        the lease has run out, or         each renewal begins the
//        its holder has given it back      lease anew
//
// A site may write while two of the three have renewed its lease. Two majorities share a member, and a member promises
// itself to one site at a time, so no two sites may write at one moment (F5). Which site has everything that was
// acknowledged is recorded by the same majority, so that no other site is elected unless a person accepts the loss.
//
// What is durable has to be on the disk before the answer leaves. Instants are of this machine alone, by a clock that
// also runs while the machine sleeps.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/boot_clock.hpp"

namespace slipway::site {

/// The same for all members: the agreement is unsafe where they differ, so a request says its sender's, and a member
/// refuses others.
struct Timing {
  std::chrono::milliseconds beat{1000};    ///< a holder renews its lease this often
  std::chrono::milliseconds lease{4000};   ///< how long a member stands by what it has promised
  std::chrono::milliseconds margin{200};   ///< the holder counts that much less: clocks run at different rates
  std::chrono::milliseconds fencing{800};  ///< before the lease ends, the holder begins to stop writes this early

  bool operator==(const Timing&) const = default;
};

/// Which site holds an epoch, and what it has said about the other one.
struct Holding {
  std::uint64_t epoch = 0;     ///< 0: no site has ever written
  std::string holder;          ///< the site that may write; empty with epoch 0
  std::uint64_t revision = 0;  ///< of `standby` within the epoch; 1 is the first
  std::string standby = {};    ///< the site that has all that was acknowledged as well; empty: the holder alone has it

  /// Newer is greater: by epoch, then by revision.
  [[nodiscard]] std::strong_ordering order(const Holding& other) const;
  bool operator==(const Holding&) const = default;
};

/// What a member has to remember. `free_at` is not durable: see `reopened`.
struct Ballot {
  std::uint64_t promised = 0;          ///< no member of an older epoch gets anything any more
  std::string promised_to;             ///< a site
  Holding accepted;                    ///< the newest that a holder has recorded here
  std::chrono::milliseconds lease{0};  ///< how long the newest promise holds
  /// Made in the place of a record that was lost: what had been promised is not known. It stands by a holder that it
  /// hears, and only then votes again.
  bool learning = false;
  /// Of a site whose machine was started anew: the newest of what its database had confirmed may be gone, since that is
  /// not synced one by one. Until a holder knows of it and does not count on this site, it is no candidate, and does
  /// not stand by one that does.
  bool restarted = false;
  Instant free_at{0};  ///< until then `promised_to` may rely on this member

  bool operator==(const Ballot&) const = default;
};

struct Vote {
  std::uint64_t epoch = 0;
  std::string candidate;
  /// A person has accepted that writes of epochs up to this one may be lost. Not of later ones: nobody has seen those.
  std::optional<std::uint64_t> accepts_loss_of = {};
};

/// Gives the lease back before it ends: the holder has stopped writing. Not durable.
struct Release {
  std::uint64_t epoch = 0;
  std::string holder;
};

enum class Refusal {
  none,
  older_epoch,     ///< another epoch has been promised since
  lease_runs,      ///< another site may still be writing
  lacks_writes,    ///< the candidate may lack what was acknowledged
  older_revision,  ///< a message that was overtaken
  learning,        ///< this member has lost its record and has heard no holder since
  restarted,       ///< the site named as standby may have lost some of what it had confirmed
  other_timing,    ///< the sender counts with another lease
  not_the_sender   ///< a site speaks for another one
};

struct Answer {
  Refusal refusal = Refusal::none;
  std::uint64_t promised = 0;
  Holding accepted;
  Instant left{0};  ///< how long the promise still runs; not negative

  [[nodiscard]] bool granted() const { return refusal == Refusal::none; }
};

/// For a person: "another site may still be writing".
[[nodiscard]] std::string_view in_words(Refusal refusal);

/// Answers a candidate. Changes the ballot only when it grants.
[[nodiscard]] Answer vote(Ballot& ballot, const Vote& vote, Instant now, const Timing& timing);
/// Answers a holder that renews its lease and records who has its writes.
[[nodiscard]] Answer renew(Ballot& ballot, const Holding& holding, Instant now, const Timing& timing);
void release(Ballot& ballot, const Release& release, Instant now);

/// An answer with what the ballot is at this moment.
[[nodiscard]] Answer answered(const Ballot& ballot, Refusal refusal, Instant now);

/// What was read from the disk. Nobody knows when the last promise was made, so it counts as made now, for as long as
/// it held then or would now.
[[nodiscard]] Ballot reopened(Ballot durable, Instant now, const Timing& timing);

/// Whether a site has everything that was acknowledged, as far as this record knows.
[[nodiscard]] bool has_every_write(const Holding& accepted, std::string_view site);

}  // namespace slipway::site
