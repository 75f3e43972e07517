#include "services/site/node.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

#include "appliance/http/client.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/site/message_text.hpp"

namespace slipway::site {
namespace {

constexpr std::uint64_t kMessageBytes = 16U << 10U;
constexpr std::string_view kPath = "/agree";

/// Messages for one other member, sent one after another on a thread of their own.
class Line {
 public:
  using Deliver = std::function<void(const Message&)>;

  Line(std::string url, http::ClientOptions options, Deliver deliver)
      : url_(std::move(url)), options_(std::move(options)), deliver_(std::move(deliver)), thread_([this] { run(); }) {}
  ~Line() { stop(); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// A newer message of a kind takes the place of one that still waits: what was asked before is not asked any more.
  void put(const Message& message) {
    {
      const std::scoped_lock lock(mutex_);
      const auto same = std::ranges::find(waiting_, message.index(), [](const Message& one) { return one.index(); });
      if (same != waiting_.end())
        *same = message;
      else
        waiting_.push_back(message);
    }
    news_.notify_one();
  }

  void stop() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    news_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    while (const auto message = next()) send(message_text(*message));
  }

  std::optional<Message> next() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return std::nullopt;
    Message message = std::move(waiting_.front());
    waiting_.pop_front();
    return message;
  }

  void send(const std::string& text) {
    const auto answer = http::fetch({.method = "POST",
                                     .url = url_ + std::string(kPath),
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = text},
                                    options_);
    // Said when it begins and when it ends, not every second.
    const bool reached = answer && answer->status == 200;
    if (reached != reached_ && !answer) telemetry::log_error("site.unreachable", answer.error(), {{"url", url_}});
    if (reached != reached_ && answer)
      telemetry::log(reached ? telemetry::Level::info : telemetry::Level::error,
                     reached ? "site.reached" : "site.refused",
                     {{"url", url_}, {"status", std::int64_t{answer->status}}});
    reached_ = reached;
    if (!reached || answer->body.empty()) return;
    const auto message = parse_message(answer->body);
    if (message)
      deliver_(*message);
    else
      telemetry::log_error("site.answer.unknown", message.error(), {{"url", url_}});
  }

  std::string url_;
  http::ClientOptions options_;
  Deliver deliver_;
  bool reached_ = true;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Message> waiting_;  ///< one of each kind at most
  bool stopping_ = false;
  std::thread thread_;
};

class RunningNode final : public Node {
 public:
  RunningNode(NodeOptions options, Member member, lease::LeasePage page, std::function<Local()> look,
              std::function<void(const Error&)> ended)
      : options_(std::move(options)),
        look_(std::move(look)),
        ended_(std::move(ended)),
        member_(std::move(member)),
        page_(std::move(page)) {}
  ~RunningNode() override { stop(); }

  Status begin() {
    http::Router router;
    router.add(
        http::Method::post, std::string(kPath), [this](http::Request& request) { return answer(request); },
        kMessageBytes);
    // Before anybody can ask: what is answered may have messages behind it.
    for (std::size_t member = 0; member < kMembers; ++member)
      if (member != options_.setup.self)
        lines_.at(member) = std::make_unique<Line>(
            options_.urls.at(member), client_options(options_.setup.names.at(member)),
            [this, member](const Message& message) { step([&](Instant now) { return heard(member, message, now); }); });
    auto server = http::Server::start(options_.server, std::move(router));
    if (!server) return server.error();
    server_ = std::move(*server);
    beat_ = std::jthread([this](const std::stop_token& asked) { run(asked); });
    return {};
  }

  void order(const Order& order) override {
    const std::scoped_lock lock(mutex_);
    member_.order(order, boot_clock());
  }
  void hand_over() override {
    const std::scoped_lock lock(mutex_);
    if (failed_) return;
    member_.hand_over(boot_clock());
    publish();
  }

  [[nodiscard]] NodeState state() const override {
    const std::scoped_lock lock(mutex_);
    const Agent& agent = member_.agent();
    return {.role = agent.role(),
            .ballot = agent.ballot(),
            .cause = agent.cause(),
            .ordered = agent.has_order(),
            .refusals = agent.refusals(),
            .needs_standby = agent.needs_standby(),
            .standby_restarted_at = agent.standby_restarted_at(),
            .standby = agent.tenure() ? agent.tenure()->holding.standby : std::string(),
            .lease = page_.read().value_or(lease::Lease{}),
            .heard = heard_};
  }

  void stop() override {
    const std::scoped_lock lock(stopping_);
    if (beat_.joinable()) {
      beat_.request_stop();
      beat_.join();
    }
    if (server_) server_->stop();
    for (auto& line : lines_)
      if (line) line->stop();
  }

 private:
  /// Knows the other end by its certificate, whatever address it is at.
  http::ClientOptions client_options(const std::string& name) const {
    return {.ca_file = options_.server.client_ca_file,
            .certificate_file = options_.server.certificate_file,
            .key_file = options_.server.key_file,
            .server_name = name,
            .limit = options_.setup.timing.beat,
            .answer_bytes = kMessageBytes};
  }

  void run(const std::stop_token& asked) {
    std::mt19937_64 random(std::random_device{}());
    std::mutex mutex;
    std::condition_variable_any sleep;
    while (!asked.stop_requested()) {
      Local local = look_();
      // What was seen long ago is not how it is: whoever looks hangs, or the server does.
      if (boot_clock() - local.looked_at > 2 * options_.setup.timing.lease) local.can_serve = false;
      step([&](Instant now) { return member_.tick(now, local, random()); });
      std::unique_lock lock(mutex);
      sleep.wait_for(lock, asked, options_.beat, [] { return false; });
    }
  }

  Result<std::vector<Outgoing>> heard(std::size_t from, const Message& message, Instant now) {
    heard_.at(from) = now;
    return member_.receive(from, message, now);
  }

  /// One step of the member: its messages leave and its lease is published only behind a record that was kept. What is
  /// for `asking` is given back.
  std::optional<Message> step(const std::function<Result<std::vector<Outgoing>>(Instant)>& action,
                              std::size_t asking = kMembers) {
    std::optional<Message> reply;
    std::optional<Error> failure;
    {
      const std::scoped_lock lock(mutex_);
      if (failed_) return std::nullopt;
      auto outgoing = action(boot_clock());
      if (outgoing) {
        publish();
        for (const auto& [to, message] : *outgoing) {
          if (to == asking && !reply)
            reply = message;
          else
            lines_.at(to)->put(message);
        }
      } else {
        failed_ = true;
        failure = outgoing.error();
      }
    }
    if (failure) ended_(*failure);
    return reply;
  }

  void publish() {
    const Agent& agent = member_.agent();
    lease::Lease lease;
    if (agent.tenure()) {
      lease.epoch = agent.tenure()->holding.epoch;
      lease.acknowledge_until = lease_end(*agent.tenure());
      if (agent.role() == Role::holder) lease.write_until = lease.acknowledge_until - options_.setup.timing.fencing;
    }
    page_.publish(lease);
  }

  http::Response answer(http::Request& request) {
    const auto& names = options_.setup.names;
    const auto from = std::find(names.begin(), names.end(), request.client_name);
    if (from == names.end() || request.client_name == names.at(options_.setup.self))
      return http::Response::problem(
          {Code::permission, "'" + request.client_name + "' is no other member of these sites",
           "the certificates of all three belong into the file of each"},
          request.id);
    auto body = request.body(kMessageBytes);
    if (!body) return http::Response::problem(body.error(), request.id);
    const auto message = parse_message(*body);
    if (!message) return http::Response::problem(message.error(), request.id);
    const auto index = static_cast<std::size_t>(from - names.begin());
    const auto reply = step([&](Instant now) { return heard(index, *message, now); }, index);
    return http::Response::json(reply ? message_text(*reply) : std::string());
  }

  NodeOptions options_;
  std::function<Local()> look_;
  std::function<void(const Error&)> ended_;
  std::mutex stopping_;
  mutable std::mutex mutex_;
  Member member_;
  lease::LeasePage page_;
  std::array<Instant, kMembers> heard_{};
  bool failed_ = false;
  std::array<std::unique_ptr<Line>, kMembers> lines_;
  std::unique_ptr<http::Server> server_;
  std::jthread beat_;
};

}  // namespace

Result<std::unique_ptr<Node>> Node::start(NodeOptions options, std::function<Local()> look,
                                          std::function<void(const Error&)> ended) {
  if (options.server.client_ca_file.empty() || options.server.certificate_file.empty())
    return Error{Code::invalid_argument, "site: members talk over TLS, with certificates, and know each other's",
                 "set certificate, key and authorities"};
  std::error_code ignored;
  const bool machine_restarted = !std::filesystem::exists(options.lease_page, ignored);
  // Before the page is made: an agent that is killed in between must not take this for its second start.
  SLIPWAY_TRY(Member member, Member::open(options.setup, options.record, boot_clock(), machine_restarted));
  SLIPWAY_TRY(lease::LeasePage page, lease::LeasePage::create(options.lease_page));
  auto node = std::make_unique<RunningNode>(std::move(options), std::move(member), std::move(page), std::move(look),
                                            std::move(ended));
  SLIPWAY_CHECK(node->begin());
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace slipway::site
