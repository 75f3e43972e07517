#include "services/site/site_agent.hpp"

#include <utility>

#include "appliance/telemetry/log.hpp"

namespace slipway::site {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestReason = 1000;

std::int64_t milliseconds_of(Instant span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

std::string_view name_of_role(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::candidate:
      return "candidate";
    case Role::holder:
      return "holder";
    case Role::closing:
      return "closing";
  }
  return "";
}

std::string_view name_of_weight(Weight weight) {
  if (weight == Weight::obstacle) return "obstacle";
  return weight == Weight::warning ? "warning" : "fact";
}

ordered_json to_json(const PromotionDecision& decision) {
  ordered_json reasons = ordered_json::array();
  for (const Reason& reason : decision.reasons)
    reasons.push_back({{"weight", std::string(name_of_weight(reason.weight))},
                       {"name", std::string(reason.name)},
                       {"words", reason.words}});
  return {{"possible", decision.go}, {"reasons", std::move(reasons)}};
}

ordered_json to_json(const WardenState& state) {
  const DatabaseFacts& facts = state.facts;
  ordered_json json{{"runs", facts.runs},         {"read_only", facts.read_only},
                    {"position", facts.position}, {"waits_for_standby", facts.waits_for_standby},
                    {"standbys", facts.standbys}, {"replication", nullptr},
                    {"quarantine", nullptr},      {"step", std::string(name_of(state.step))},
                    {"fault", state.fault}};
  if (state.quarantined)
    json["quarantine"] = {{"folder", state.quarantined->folder.string()},
                          {"transactions", state.quarantined->transactions},
                          {"rows", state.quarantined->rows}};
  if (facts.replica)
    json["replication"] = {{"from", facts.replica->source.host + ":" + std::to_string(facts.replica->source.port)},
                           {"connected", facts.replica->connected},
                           {"applying", facts.replica->applying},
                           {"applied_all", facts.replica->applied_all},
                           {"fault", facts.replica->fault},
                           {"fault_number", facts.replica->fault_number}};
  return json;
}

Status check_order(const OrderText& order) {
  if (order.by.empty() || order.because.empty())
    return Error{Code::invalid_argument, "order: says not who gives it and why", "give --by and --because"};
  if (order.by.size() > kLongestName || order.because.size() > kLongestReason)
    return Error{Code::invalid_argument, "order: name or reason is too long",
                 "at most " + std::to_string(kLongestName) + " and " + std::to_string(kLongestReason) + " bytes"};
  return {};
}

}  // namespace

SiteAgent::SiteAgent(SiteSettings settings) : settings_(std::move(settings)) {}
SiteAgent::~SiteAgent() { stop(); }

Result<std::unique_ptr<SiteAgent>> SiteAgent::start(SiteSettings settings, sql::Endpoint server,
                                                    std::function<void(const Error&)> ended) {
  auto agent = std::unique_ptr<SiteAgent>(new SiteAgent(std::move(settings)));
  if (agent->settings_.warden) {
    agent->settings_.warden->server = std::move(server);
    agent->warden_ = std::make_unique<Warden>(*agent->settings_.warden);
  }
  const Warden* warden = agent->warden_.get();
  SLIPWAY_TRY(agent->node_, Node::start(
                                agent->settings_.node,
                                [warden] { return warden != nullptr ? warden->local() : Local(); }, std::move(ended)));
  if (agent->warden_) agent->warden_->start(*agent->node_);
  return agent;
}

PromotionFacts SiteAgent::promotion_facts(const NodeState& state, Instant now) const {
  PromotionFacts facts;
  facts.names = settings_.node.setup.names;
  facts.self = settings_.node.setup.self;
  facts.role = state.role;
  facts.ballot = state.ballot;
  for (std::size_t member = 0; member < kMembers; ++member)
    if (state.heard.at(member) > Instant{0}) facts.heard_ago.at(member) = now - state.heard.at(member);
  const WardenState database = warden_->state();
  facts.database = database.facts;
  facts.database_fault = database.fault;
  return facts;
}

ordered_json SiteAgent::members_json(const NodeState& state, Instant now) const {
  ordered_json members = ordered_json::array();
  for (std::size_t member = 0; member < kMembers; ++member) {
    const bool self = member == settings_.node.setup.self;
    ordered_json one{{"name", settings_.node.setup.names.at(member)},
                     {"witness", member == kWitness},
                     {"self", self},
                     {"heard_ms_ago", nullptr},
                     {"refused", nullptr}};
    if (!self && state.heard.at(member) > Instant{0})
      one["heard_ms_ago"] = milliseconds_of(now - state.heard.at(member));
    const auto& answer = state.refusals.at(member);
    if (answer && !answer->granted()) one["refused"] = std::string(in_words(answer->refusal));
    members.push_back(std::move(one));
  }
  return members;
}

ordered_json SiteAgent::status() const {
  const NodeState state = node_->state();
  const Instant now = boot_clock();
  const bool writes = now < state.lease.write_until;
  ordered_json json{{"member", settings_.self()},
                    {"witness", settings_.is_witness()},
                    {"role", std::string(name_of_role(state.role))},
                    {"epoch", state.ballot.accepted.epoch},
                    {"promised", state.ballot.promised},
                    {"holder", state.ballot.accepted.holder},
                    {"standby", state.ballot.accepted.standby},
                    {"lease_ms", writes ? milliseconds_of(state.lease.write_until - now) : 0},
                    {"ordered", state.ordered},
                    {"learning", state.ballot.learning},
                    {"restarted", state.ballot.restarted},
                    {"members", members_json(state, now)}};
  if (!warden_) return json;
  const WardenState database = warden_->state();
  json["writes_here"] = writes && database.facts.runs && !database.facts.read_only;
  json["database"] = to_json(database);
  json["promotion"] = to_json(decide_promotion(promotion_facts(state, now), now, settings_.node.setup.timing));
  return json;
}

Status SiteAgent::health() const {
  if (!warden_) return {};
  const WardenState database = warden_->state();
  if (!database.facts.runs) return Error{Code::unavailable, "database: " + database.fault};
  if (!database.fault.empty()) return Error{Code::unavailable, "database: " + database.fault};
  const auto& replica = database.facts.replica;
  if (replica && (replica->cannot_apply || !replica->connected))
    return Error{Code::unavailable, "replication: " + (replica->fault.empty() ? "not connected" : replica->fault)};
  return {};
}

Status SiteAgent::promote(const OrderText& order) {
  SLIPWAY_CHECK(check_order(order));
  if (!warden_)
    return Error{Code::unsupported, "member '" + settings_.self() + "': is the witness and has no database"};
  const Instant now = boot_clock();
  const NodeState state = node_->state();
  PromotionFacts facts = promotion_facts(state, now);
  facts.accepts_loss = order.accepts_loss;
  const auto decision = decide_promotion(facts, now, settings_.node.setup.timing);
  if (!decision.go) {
    Error error{Code::conflict, "site '" + settings_.self() + "': cannot take over: " + decision.reasons.front().words};
    for (const Reason& reason : decision.reasons) error.context.emplace_back(std::string(reason.name), reason.words);
    return error;
  }
  const std::uint64_t seen = state.ballot.accepted.epoch;
  telemetry::log(telemetry::Level::warning, "site.order.promote",
                 {{"by", order.by}, {"because", order.because}, {"accepts_loss", order.accepts_loss}});
  warden_->note({.at = clock_.now(),
                 .kind = "promote",
                 .by = order.by,
                 .because = order.because,
                 .seen_epoch = seen,
                 .accepts_loss = order.accepts_loss});
  node_->order({.seen = seen, .accept_loss = order.accepts_loss});
  return {};
}

Status SiteAgent::demote(const OrderText& order) {
  SLIPWAY_CHECK(check_order(order));
  const NodeState state = node_->state();
  if (!warden_ || state.role != Role::holder)
    return Error{Code::conflict,
                 "member '" + settings_.self() + "': does not have the writes" +
                     (state.ballot.accepted.holder.empty() ? "" : "; '" + state.ballot.accepted.holder + "' has"),
                 "give the order where the writes are"};
  const DatabaseFacts database = warden_->state().facts;
  if (boot_clock() >= state.lease.write_until || !database.runs || database.read_only || database.replica)
    return Error{Code::conflict, "site '" + settings_.self() + "': is still taking over",
                 "give the order again when it has"};
  telemetry::log(telemetry::Level::warning, "site.order.demote", {{"by", order.by}, {"because", order.because}});
  SLIPWAY_CHECK(warden_->record({.at = clock_.now(),
                                 .kind = "demote",
                                 .by = order.by,
                                 .because = order.because,
                                 .seen_epoch = state.ballot.accepted.epoch,
                                 .accepts_loss = false}));
  node_->hand_over();
  return {};
}

void SiteAgent::stop() {
  if (warden_) warden_->stop();
  if (node_) node_->stop();
}

}  // namespace slipway::site
