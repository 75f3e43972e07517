#include "services/site/message_text.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace slipway::site {
namespace {

using nlohmann::ordered_json;
constexpr int kFormat = 1;

constexpr std::array<std::pair<Refusal, std::string_view>, 9> kRefusals{{{Refusal::none, "none"},
                                                                         {Refusal::older_epoch, "older_epoch"},
                                                                         {Refusal::lease_runs, "lease_runs"},
                                                                         {Refusal::lacks_writes, "lacks_writes"},
                                                                         {Refusal::older_revision, "older_revision"},
                                                                         {Refusal::learning, "learning"},
                                                                         {Refusal::restarted, "restarted"},
                                                                         {Refusal::other_timing, "other_timing"},
                                                                         {Refusal::not_the_sender, "not_the_sender"}}};

/// Of -1 the library would make the greatest epoch.
std::uint64_t count_of(const ordered_json& json) {
  if (!json.is_number_unsigned()) throw std::invalid_argument(json.dump() + " is no count");
  return json.get<std::uint64_t>();
}

Instant instant_of(const ordered_json& json) { return Instant{json.get<Instant::rep>()}; }

/// Exactly these: what is not known could be what matters.
void expect_keys(const ordered_json& json, std::initializer_list<std::string_view> keys) {
  for (const auto& [key, value] : json.items())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw std::invalid_argument("unknown member '" + key + "'");
}

ordered_json to_json(const Timing& timing) {
  return {{"beat_ms", timing.beat.count()},
          {"lease_ms", timing.lease.count()},
          {"margin_ms", timing.margin.count()},
          {"fencing_ms", timing.fencing.count()}};
}

std::chrono::milliseconds milliseconds_of(const ordered_json& json) {
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(count_of(json)));
}

Timing timing_of(const ordered_json& json) {
  expect_keys(json, {"beat_ms", "lease_ms", "margin_ms", "fencing_ms"});
  return {.beat = milliseconds_of(json.at("beat_ms")),
          .lease = milliseconds_of(json.at("lease_ms")),
          .margin = milliseconds_of(json.at("margin_ms")),
          .fencing = milliseconds_of(json.at("fencing_ms"))};
}

ordered_json to_json(const Holding& holding) {
  return {{"epoch", holding.epoch},
          {"holder", holding.holder},
          {"revision", holding.revision},
          {"standby", holding.standby}};
}

Holding holding_of(const ordered_json& json) {
  expect_keys(json, {"epoch", "holder", "revision", "standby"});
  return {.epoch = count_of(json.at("epoch")),
          .holder = json.at("holder"),
          .revision = count_of(json.at("revision")),
          .standby = json.at("standby")};
}

ordered_json to_json(const Answer& answer) {
  std::string_view refusal;
  for (const auto& [value, name] : kRefusals)
    if (value == answer.refusal) refusal = name;
  return {{"refusal", refusal},
          {"promised", answer.promised},
          {"accepted", to_json(answer.accepted)},
          {"left_ns", answer.left.count()}};
}

Answer answer_of(const ordered_json& json) {
  expect_keys(json, {"refusal", "promised", "accepted", "left_ns"});
  const std::string name = json.at("refusal");
  for (const auto& [value, known] : kRefusals)
    if (known == name)
      return {value, count_of(json.at("promised")), holding_of(json.at("accepted")), instant_of(json.at("left_ns"))};
  throw std::invalid_argument("unknown refusal '" + name + "'");
}

struct ToJson {
  ordered_json operator()(const VoteRequest& one) const {
    ordered_json json{{"kind", "vote"},
                      {"epoch", one.vote.epoch},
                      {"candidate", one.vote.candidate},
                      {"timing", to_json(one.timing)}};
    if (one.vote.accepts_loss_of) json["accepts_loss_of"] = *one.vote.accepts_loss_of;
    return json;
  }
  ordered_json operator()(const VoteAnswer& one) const {
    return {{"kind", "voted"}, {"epoch", one.epoch}, {"answer", to_json(one.answer)}};
  }
  ordered_json operator()(const RenewRequest& one) const {
    return {{"kind", "renew"},
            {"holding", to_json(one.holding)},
            {"sent_ns", one.sent.count()},
            {"timing", to_json(one.timing)},
            {"restart", one.restart}};
  }
  ordered_json operator()(const RenewAnswer& one) const {
    return {{"kind", "renewed"},
            {"renewed", to_json(one.renewed)},
            {"sent_ns", one.sent.count()},
            {"answer", to_json(one.answer)},
            {"restart", one.restart}};
  }
  ordered_json operator()(const HandOver& one) const {
    return {{"kind", "hand_over"},
            {"epoch", one.release.epoch},
            {"holder", one.release.holder},
            {"successor", one.successor}};
  }
  ordered_json operator()(const Inquiry&) const { return ordered_json::object({{"kind", "inquiry"}}); }
  ordered_json operator()(const InquiryAnswer& one) const {
    return {{"kind", "inquired"}, {"answer", to_json(one.answer)}};
  }
};

Message message_of(ordered_json json) {
  if (json.at("format") != kFormat) throw std::invalid_argument("of another version of Slipway");
  json.erase("format");
  const std::string kind = json.at("kind");
  json.erase("kind");
  if (kind == "vote") {
    expect_keys(json, {"epoch", "candidate", "timing", "accepts_loss_of"});
    Vote vote{count_of(json.at("epoch")), json.at("candidate"), {}};
    if (json.contains("accepts_loss_of")) vote.accepts_loss_of = count_of(json.at("accepts_loss_of"));
    return VoteRequest{std::move(vote), timing_of(json.at("timing"))};
  }
  if (kind == "voted") {
    expect_keys(json, {"epoch", "answer"});
    return VoteAnswer{count_of(json.at("epoch")), answer_of(json.at("answer"))};
  }
  if (kind == "renew") {
    expect_keys(json, {"holding", "sent_ns", "timing", "restart"});
    return RenewRequest{holding_of(json.at("holding")), instant_of(json.at("sent_ns")), timing_of(json.at("timing")),
                        count_of(json.at("restart"))};
  }
  if (kind == "renewed") {
    expect_keys(json, {"renewed", "sent_ns", "answer", "restart"});
    return RenewAnswer{holding_of(json.at("renewed")), instant_of(json.at("sent_ns")), answer_of(json.at("answer")),
                       count_of(json.at("restart"))};
  }
  if (kind == "hand_over") {
    expect_keys(json, {"epoch", "holder", "successor"});
    return HandOver{{count_of(json.at("epoch")), json.at("holder")}, json.at("successor")};
  }
  if (kind == "inquiry") {
    expect_keys(json, {});
    return Inquiry{};
  }
  if (kind == "inquired") {
    expect_keys(json, {"answer"});
    return InquiryAnswer{answer_of(json.at("answer"))};
  }
  throw std::invalid_argument("unknown kind '" + kind + "'");
}

}  // namespace

std::string message_text(const Message& message) {
  ordered_json json = std::visit(ToJson{}, message);
  json["format"] = kFormat;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<Message> parse_message(std::string_view text) {
  try {
    return message_of(ordered_json::parse(text));
  } catch (const std::exception& fault) {
    return Error{Code::invalid_argument, "a message between the sites: " + std::string(fault.what()),
                 "both sites and the witness need the same version of Slipway"};
  }
}

std::string ballot_text(const Ballot& ballot) {
  const ordered_json json{{"format", kFormat},
                          {"promised", ballot.promised},
                          {"promised_to", ballot.promised_to},
                          {"accepted", to_json(ballot.accepted)},
                          {"lease_ms", ballot.lease.count()},
                          {"learning", ballot.learning},
                          {"restarted", ballot.restarted}};
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<Ballot> parse_ballot(std::string_view text) {
  try {
    const auto json = ordered_json::parse(text);
    if (json.at("format") != kFormat) throw std::invalid_argument("of another version of Slipway");
    expect_keys(json, {"format", "promised", "promised_to", "accepted", "lease_ms", "learning", "restarted"});
    return Ballot{.promised = count_of(json.at("promised")),
                  .promised_to = json.at("promised_to"),
                  .accepted = holding_of(json.at("accepted")),
                  .lease = milliseconds_of(json.at("lease_ms")),
                  .learning = json.at("learning").get<bool>(),
                  .restarted = json.value("restarted", false)};
  } catch (const std::exception& fault) {
    return Error{Code::corrupt, "this member's record: " + std::string(fault.what())};
  }
}

}  // namespace slipway::site
