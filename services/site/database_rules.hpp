// What a site does with its database, given what its agent permits. Pure.
//
//   may not write:  stop writes ─▶ follow the other site while that is the holder; receive nothing from it any more
//                                  once a newer epoch is promised
//   may write:      receive nothing any more ─▶ apply what was received ─▶ forget the other site ─▶ commits wait for
//                                  it, or do not, as the agent says ─▶ allow writes
//
// One step at a time, and the facts are gathered anew behind each: whatever happens in between, the next step fits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/site/agent_rules.hpp"

namespace slipway::site {

/// Where a database server listens.
struct Address {
  std::string host;
  std::uint16_t port = 3306;

  bool operator==(const Address&) const = default;
};

/// What a server that replicates says of it.
struct Replica {
  Address source;
  bool receiving = false;     ///< the thread that receives is on, connected or not
  bool connected = false;     ///< it is connected
  bool applying = false;      ///< the thread that applies is on
  bool applied_all = false;   ///< what was received is applied, to the last byte
  bool idle = false;          ///< it waits for more: what is left over, if anything, is the beginning of a transaction
  std::string applied = {};   ///< how far it has come, in words of the server's
  std::string fault = {};     ///< why a thread has ended or cannot connect; empty: nothing
  bool cannot_apply = false;  ///< the fault is of the thread that applies
  int fault_number = 0;       ///< the server's error number of that
};

/// Replica::fault_number: the other server does not have what comes behind here, or has other things in its place.
inline constexpr int kNotThere = 1236;  // ER_MASTER_FATAL_ERROR_READING_BINLOG

struct DatabaseFacts {
  bool runs = false;               ///< it answers
  bool read_only = false;          ///< it takes no writes, and none is under way
  bool waits_for_standby = false;  ///< a commit returns when a standby has it
  bool waiting_works = false;      ///< the server has not given up waiting by itself
  int standbys = 0;                ///< that are connected and confirm what they receive
  int waiting = 0;                 ///< sessions whose commits wait for a standby
  std::uint64_t confirmed = 0;     ///< commits that a standby has confirmed, since the server started
  bool all_sent = false;           ///< one of them has been sent everything
  std::optional<Replica> replica = {};
  std::string position = {};  ///< GTIDs that it has, its own and others'
  bool half_undone = false;   ///< what only this site has is being undone: the data are of no moment
  std::uint64_t uptime_s = 0;
};

/// What the agent permits at this moment.
struct Permit {
  bool writes = false;         ///< new writes may begin
  bool opened = false;         ///< the epoch of the lease is recorded
  bool tenure = false;         ///< this site is the holder, and its lease runs
  bool needs_standby = false;  ///< see Agent
  Instant confirmed_after{0};  ///< what the standby has confirmed counts from here on: Agent::standby_restarted_at
  bool counted_on = false;     ///< this site is recorded as having everything
  bool restarted = false;      ///< see Ballot: what was received may be torn
  Role role = Role::follower;
  std::uint64_t promised = 0;
  Holding accepted = {};
};

enum class Step {
  none,
  stop_writes,       ///< read-only; ends the sessions of whoever does not stop by himself
  follow,            ///< replicate from the other site, from where this one is
  stop_receiving,    ///< and go on applying
  start_applying,    ///< what was received
  forget_source,     ///< ends replication; nothing that was received is left
  wait_for_standby,  ///< from now on no commit returns before a standby has it
  stop_waiting,
  allow_writes
};

/// For logs: "stop_writes".
[[nodiscard]] std::string_view name_of(Step step);

/// What is to be done next. `other`: where the other site's database is. `tail_given_up`: what is left over of what was
/// received has not changed for long enough: its rest will not come.
[[nodiscard]] Step next_step(const DatabaseFacts& facts, const Permit& permit, const std::string& other_site,
                             const Address& other, bool tail_given_up);

/// What the holder has seen of the standby over time. Instants of looks; a probe is a commit of the agent's own.
struct Watch {
  Instant waits_since{0};              ///< commits have waited for the standby since; 0: they do not
  Instant stopped_since{0};            ///< writes have been stopped since; 0: they are not
  Instant confirmed{0};                ///< when the newest probe began that has returned
  std::optional<Instant> stuck_since;  ///< commits wait, and none has got through since
  std::optional<Instant> gone_since;   ///< no standby has been connected since
};

/// Goes on watching. `earlier`: the facts before these, of the same server.
void watch(Watch& watch, const DatabaseFacts& earlier, const DatabaseFacts& facts, Instant looked_at);

/// A server that listens and does not answer.
struct Hang {
  std::optional<Instant> since;
  std::optional<Instant> told;  ///< when its end was asked for
};

/// So long it may be busy. MariaDB can lock itself up where a standby leaves and comes back while commits wait for it
/// (MDEV-36934 is one way), and nothing but its end helps then.
inline constexpr Instant kHung = std::chrono::seconds(30);
/// One whose end did not help, or was not brought about, is not told of more often.
inline constexpr Instant kToldOfHang = std::chrono::minutes(5);

/// Goes on watching. `deaf`: it listens, and the look had no answer in time. Whether it has to be ended now.
[[nodiscard]] bool must_be_ended(Hang& hang, bool deaf, Instant looked_at);

/// Whether a probe has to show that the standby has what was committed before it: once since commits wait, and once
/// more behind the last write of a hand-over. Not more often: what is written while the other site is cut off would be
/// there in excess.
[[nodiscard]] bool needs_probe(const DatabaseFacts& facts, const Watch& watch, const Permit& permit);

/// What the agent gets to know. `semi_synchronous`: commits shall wait for the other site whenever it keeps up; else
/// only while the site is being handed over. `patience`: how long commits wait before they do without.
[[nodiscard]] Local local_view(const DatabaseFacts& facts, const Watch& watch, const Permit& permit,
                               bool semi_synchronous, Instant looked_at, Instant patience);

}  // namespace slipway::site
