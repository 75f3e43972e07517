// The site agent as a whole: node and warden together, what it shows, and the orders it takes.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "services/site/promotion_rules.hpp"
#include "services/site/settings.hpp"

namespace slipway::site {

/// A person's order. (A39, D7)
struct OrderText {
  std::string by;       ///< who orders it
  std::string because;  ///< why
  bool accepts_loss = false;
};

/// Thread-safe.
class SiteAgent {
 public:
  /// `server`: this site's, as the agent's user; not used by a witness. `ended` as of Node. Errors: of Node.
  [[nodiscard]] static Result<std::unique_ptr<SiteAgent>> start(SiteSettings settings, sql::Endpoint server,
                                                                std::function<void(const Error&)> ended);
  ~SiteAgent();
  SiteAgent(const SiteAgent&) = delete;
  SiteAgent& operator=(const SiteAgent&) = delete;

  /// {"member", "role", "epoch", "holder", "writes_here", "lease_ms", "members": […], "database": {…}, "promotion":
  /// {…}}
  [[nodiscard]] nlohmann::ordered_json status() const;
  /// Why it is not well; for /health.
  [[nodiscard]] Status health() const;

  /// Gives the order to take over; whether it comes to something, status() shows. Errors: conflict with the obstacles;
  /// invalid_argument without a name and a reason; unsupported on a witness.
  [[nodiscard]] Status promote(const OrderText& order);
  /// Hands over to the other site. Errors: conflict where this site does not have the writes; as promote().
  [[nodiscard]] Status demote(const OrderText& order);

  void stop();

 private:
  explicit SiteAgent(SiteSettings settings);
  [[nodiscard]] PromotionFacts promotion_facts(const NodeState& state, Instant now) const;
  [[nodiscard]] nlohmann::ordered_json members_json(const NodeState& state, Instant now) const;

  SiteSettings settings_;
  SystemClock clock_;
  std::unique_ptr<Warden> warden_;
  std::unique_ptr<Node> node_;
};

/// Its routes on a socket of the machine: /status, /promote, /demote, /health, /metrics.
[[nodiscard]] http::Router control_routes(SiteAgent& agent);

}  // namespace slipway::site
