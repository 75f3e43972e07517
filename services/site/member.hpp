// A member whose record is on the disk: an agent, and the rule that nothing leaves it before the record does.
#pragma once

#include <filesystem>
#include <vector>

#include "appliance/base/file_lock.hpp"
#include "appliance/base/result.hpp"
#include "services/site/agent_rules.hpp"

namespace slipway::site {

/// Not thread-safe.
class Member {
 public:
  /// Makes the record of a member that joins. `lost`: it was a member before, and what it promised is not known any
  /// more; it votes again when it has heard the site that writes. Errors: conflict when there is one; of file.hpp.
  [[nodiscard]] static Status make_record(const std::filesystem::path& record, bool lost);

  /// From now on the member's data are older than what it has confirmed: it keeps its promises, and is no candidate
  /// before it has heard the site that writes. Without an agent alone. Errors: of open().
  [[nodiscard]] static Status forget_writes(const std::filesystem::path& record);

  /// `record` must lie on storage that keeps what was synced; another process that has it open is an error (in_use),
  /// since two would promise twice. `machine_restarted`: see Agent; kept before this returns. Errors: not_found,
  /// corrupt, permission naming the file; no_space.
  [[nodiscard]] static Result<Member> open(Setup setup, std::filesystem::path record, Instant now,
                                           bool machine_restarted = false);

  /// See Agent; what has to be sent. After an error the record is older than what the agent has promised: the program
  /// has to end, without sending or publishing anything more.
  [[nodiscard]] Result<std::vector<Outgoing>> tick(Instant now, const Local& local, std::uint64_t random);
  [[nodiscard]] Result<std::vector<Outgoing>> receive(std::size_t from, const Message& message, Instant now);

  void order(const Order& order, Instant now) { agent_.order(order, now); }
  void hand_over(Instant now) { agent_.hand_over(now); }
  [[nodiscard]] const Agent& agent() const { return agent_; }

 private:
  Member(FileLock lock, Agent agent, std::filesystem::path record, std::string kept)
      : lock_(std::move(lock)), agent_(std::move(agent)), record_(std::move(record)), kept_(std::move(kept)) {}
  [[nodiscard]] Result<std::vector<Outgoing>> keep();

  FileLock lock_;
  Agent agent_;
  std::filesystem::path record_;
  std::string kept_;
};

}  // namespace slipway::site
