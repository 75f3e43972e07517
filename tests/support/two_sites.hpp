// Two sites and a witness on this machine: real servers, real agents, as systemd runs them on three.
#pragma once

#include <nlohmann/json.hpp>

#include "appliance/embedded/embedded.hpp"
#include "appliance/process/process.hpp"
#include "tests/support/tcp_cutter.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Whatever fails in the tests' own machinery aborts, saying why. Not thread-safe.
class TwoSites {
 public:
  static constexpr std::size_t kNorth = 0, kSouth = 1, kWitness = 2;

  struct Options {
    bool armed = false;
    bool semi_synchronous = true;
    std::chrono::milliseconds lease{4000};
  };

  /// Both servers run, in step, and nobody has the writes yet.
  explicit TwoSites(const Options& options);
  TwoSites() : TwoSites(Options{}) {}

  [[nodiscard]] static const char* name(std::size_t member);

  void start_agent(std::size_t member);
  /// Does not wait until it answers.
  void spawn_agent(std::size_t member, const std::string& fail_point = {});
  void kill_agent(std::size_t member);
  /// Starts it to end at a fail point; whether it did.
  [[nodiscard]] bool agent_ends_at(std::size_t member, const std::string& point);
  [[nodiscard]] bool has_agent(std::size_t member) const { return agents_.at(member).has_value(); }
  /// SIGSTOP, SIGCONT.
  void pause_agent(std::size_t member, bool paused);
  void start_database(std::size_t site, const std::vector<std::string>& more = {});
  void kill_database(std::size_t site) { databases_.at(site)->kill(); }
  void pause_database(std::size_t site, bool paused);
  [[nodiscard]] bool has_database(std::size_t site) { return databases_.at(site)->running(); }
  /// Both programs end at once, what is in memory is gone, and so is the end of what was received: it was not synced.
  void lose_power(std::size_t site);
  /// Pulls the cable between two members, for their agents and their databases, or puts it back.
  void cut(std::size_t one, std::size_t other, bool apart);

  /// As the administrator, who may write at any time.
  [[nodiscard]] sql::Endpoint administrator(std::size_t site) const { return databases_.at(site)->administrator(); }
  /// As an application, which may write while the server lets it: database `desk`.
  [[nodiscard]] sql::Endpoint application(std::size_t site) const;
  [[nodiscard]] std::filesystem::path quarantine(std::size_t site) const { return path(site, "quarantine"); }
  [[nodiscard]] std::filesystem::path hung(std::size_t site) const { return path(site, "database-hung"); }
  [[nodiscard]] std::filesystem::path lease_page(std::size_t site) const { return path(site, "lease"); }

  /// `slipway … site <arguments> --json` at a member.
  [[nodiscard]] process::Finished command(std::size_t member, const std::vector<std::string>& arguments) const;
  /// What `slipway site status` says; null when the agent does not answer.
  [[nodiscard]] nlohmann::json status(std::size_t member) const;
  /// Waits until this site takes writes; with `in_step`, until the other site has everything as well.
  [[nodiscard]] bool serves(std::size_t site, bool in_step) const;

 private:
  [[nodiscard]] std::filesystem::path path(std::size_t member, const std::string& name) const;
  void write_configuration(std::size_t member, const Options& options) const;

  TempDirectory directory_;
  std::array<std::uint16_t, 3> ports_{};
  std::array<std::uint16_t, 2> database_ports_{};
  std::array<std::array<std::unique_ptr<TcpCutter>, 3>, 3> agent_cables_;  ///< from, to
  std::array<std::unique_ptr<TcpCutter>, 2> database_cables_;              ///< to the other site's
  std::array<std::optional<embedded::Database>, 2> databases_;
  std::array<std::optional<process::Child>, 3> agents_;
};

}  // namespace slipway::test
