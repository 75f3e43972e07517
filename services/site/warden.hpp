// Keeps the site's database as the agent permits: looks, takes one step, looks again. What it sees is what the agent
// gets to know.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "appliance/sql/connection.hpp"
#include "services/site/node.hpp"
#include "services/site/quarantine.hpp"
#include "services/site/site_store.hpp"

namespace slipway::site {

struct WardenOptions {
  sql::Endpoint server;  ///< this site's; the agent's user
  std::string self;
  std::string other;
  Address other_server;
  ReplicationUser replication;
  std::filesystem::path hung;        ///< made when the server hangs: whoever may end it does so; empty: nobody
  std::filesystem::path quarantine;  ///< where transactions are set aside that only this site has
  bool semi_synchronous = true;
  std::chrono::milliseconds patience{2000};  ///< how long commits wait for a standby that does not confirm
  std::chrono::milliseconds beat{100};       ///< how often it looks
};

/// The other site's server, as the user that replicates.
[[nodiscard]] sql::Endpoint endpoint_of_the_other(const WardenOptions& options);

struct WardenState {
  DatabaseFacts facts;
  std::string fault;       ///< why the server does not answer, or why the last step failed; empty: nothing
  Step step = Step::none;  ///< that is being taken, or was taken last and failed
  std::optional<Quarantined> quarantined;  ///< the newest since the agent started
};

/// Thread-safe.
class Warden {
 public:
  explicit Warden(WardenOptions options);
  ~Warden();
  Warden(const Warden&) = delete;
  Warden& operator=(const Warden&) = delete;

  /// Begins to look and to act. `node` must outlive stop().
  void start(const Node& node);
  /// What was seen last. Does not wait for the server.
  [[nodiscard]] Local local() const;
  [[nodiscard]] WardenState state() const;
  /// Written as soon as writes are allowed here.
  void note(const OrderRecord& order);
  /// Writes at once; only of the site that may write.
  [[nodiscard]] Status record(const OrderRecord& order);
  /// Stops writes unless that cannot be done at once, and acts no more.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::site
