// A member whose record is on the disk: an agent, and the rule that nothing leaves it before the record does.
#pragma once

#include <filesystem>
#include <vector>

#include "appliance/base/result.hpp"
#include "services/site/agent_rules.hpp"

namespace slipway::site {

/// Now, by the clock that also runs while the machine sleeps.
[[nodiscard]] Instant boot_clock();

/// Not thread-safe.
class Member {
 public:
  /// `record` is read where it is, else made: it must lie on storage that keeps what was synced. Errors: corrupt and
  /// permission naming the file, no_space.
  [[nodiscard]] static Result<Member> open(Setup setup, std::filesystem::path record, Instant now);

  /// See Agent; what has to be sent. After an error the record is older than what the agent has promised: the program
  /// has to end, without sending or publishing anything more.
  [[nodiscard]] Result<std::vector<Outgoing>> tick(Instant now, const Local& local, std::uint64_t random);
  [[nodiscard]] Result<std::vector<Outgoing>> receive(std::size_t from, const Message& message, Instant now);

  void order(const Order& order) { agent_.order(order); }
  void hand_over() { agent_.hand_over(); }
  [[nodiscard]] const Agent& agent() const { return agent_; }

 private:
  Member(Agent agent, std::filesystem::path record, std::string kept)
      : agent_(std::move(agent)), record_(std::move(record)), kept_(std::move(kept)) {}
  [[nodiscard]] Result<std::vector<Outgoing>> keep();

  Agent agent_;
  std::filesystem::path record_;
  std::string kept_;
};

}  // namespace slipway::site
