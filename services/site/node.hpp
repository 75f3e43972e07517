// A member that talks to the two others: HTTPS between programs that know each other's certificates, a beat, and the
// page of the lease for the programs beside it.
#pragma once

#include <functional>
#include <memory>

#include "appliance/http/server.hpp"
#include "appliance/lease/lease_page.hpp"
#include "services/site/member.hpp"

namespace slipway::site {

struct NodeOptions {
  Setup setup;
  std::filesystem::path record;  ///< see Member
  /// See lease::LeasePage; of a witness too, where it allows nothing. In memory (/run): where it is missing, the
  /// machine was started anew.
  std::filesystem::path lease_page;
  std::array<std::string, kMembers> urls;  ///< "https://host:port"; the own one is not used
  http::ServerOptions server;  ///< with certificate, key and the certificates of all members as authorities of clients
  std::chrono::milliseconds beat{250};  ///< how often it looks around
};

/// What others may know of a node. Instants by this machine's clock.
struct NodeState {
  Role role = Role::follower;
  Ballot ballot;
  Cause cause = Cause::again;                              ///< of the newest campaign
  bool ordered = false;                                    ///< an order stands
  std::array<std::optional<Answer>, kMembers> refusals{};  ///< of the newest campaign that was lost
  bool needs_standby = false;
  Instant standby_restarted_at{0};  ///< see Agent
  std::string standby;              ///< as recorded by this node while it is the holder
  lease::Lease lease;
  std::array<Instant, kMembers> heard{};  ///< last word of each other member; 0: none yet
};

/// Thread-safe.
class Node {
 public:
  /// `look` says what this site's database is like; called every beat from a thread of the node, and must not wait for
  /// longer than a beat. `ended` is called once when the record cannot be kept, from a thread of the node, so it may
  /// signal and not stop it: nothing is said any more from then on, and the program has to end. Errors: of Member, of
  /// the server, of the page.
  [[nodiscard]] static Result<std::unique_ptr<Node>> start(NodeOptions options, std::function<Local()> look,
                                                           std::function<void(const Error&)> ended);
  virtual ~Node() = default;

  virtual void order(const Order& order) = 0;
  virtual void hand_over() = 0;
  [[nodiscard]] virtual NodeState state() const = 0;
  /// Says nothing any more; what was promised runs out by itself.
  virtual void stop() = 0;
};

}  // namespace slipway::site
