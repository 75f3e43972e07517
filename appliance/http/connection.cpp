#include "appliance/http/connection.hpp"

#include <algorithm>
#include <array>

#include "appliance/http/target.hpp"

namespace slipway::http {
namespace {

constexpr std::chrono::seconds kDrainLimit{2};
constexpr std::uint64_t kDrainBytes = 64ULL << 20U;
constexpr int kMostPipelined = 100;  // answered in one go; then the connection is closed, so that others get a turn
constexpr std::size_t kKeptBytes = 4096;
constexpr int kMostReads = 64;  // then others get a turn, however fast this client sends
constexpr int kMostBlankLines = 8;

}  // namespace

Connection::Connection(Engine& engine, int descriptor, ssl_ctx_st* tls, std::string peer)
    : engine_(engine), channel_(descriptor, tls), peer_(std::move(peer)), now_(std::chrono::steady_clock::now()) {
  enter(tls != nullptr ? State::handshake : State::head);
}

void Connection::enter(State state) {
  state_ = state;
  mib_ = 0;
  const ServerOptions& options = engine_.options;
  std::chrono::milliseconds limit = options.body_limit;
  if (state == State::handshake) limit = options.header_limit;
  if (state == State::head) limit = in_.empty() ? options.idle_limit : options.header_limit;
  if (state == State::drain) {
    limit = kDrainLimit;
    drain_left_ = kDrainBytes;
  }
  deadline_ = now_ + limit;
}

/// Each further MiB of a body or an answer gets body_limit anew.
void Connection::renew_deadline(std::uint64_t moved) {
  if ((moved >> 20U) <= mib_) return;
  mib_ = moved >> 20U;
  deadline_ = now_ + engine_.options.body_limit;
}

Connection::Wait Connection::advance(bool hang_up) {
  now_ = std::chrono::steady_clock::now();
  drained_ = false;
  hang_up_ = hang_up;
  served_ = 0;
  reads_ = 0;
  return run();
}

Connection::Wait Connection::expire() {
  now_ = std::chrono::steady_clock::now();
  reads_ = 0;
  const bool under_way = (state_ == State::head && !in_.empty()) || state_ == State::body;
  if (!under_way) return Wait::closed;
  if (state_ == State::head) new_request();
  if (refuse(408, "request took too long to arrive") == Step::close) return Wait::closed;
  return run();
}

Connection::Wait Connection::run() {
  for (;;) {
    switch (step()) {
      case Step::again:
        break;
      case Step::wait_read:
        return Wait::read;
      case Step::wait_write:
        return Wait::write;
      case Step::close:
        return Wait::closed;
    }
  }
}

Connection::Step Connection::step() {
  switch (state_) {
    case State::handshake:
      return shake_hands();
    case State::head:
      return read_head();
    case State::body:
      return read_body();
    case State::answer:
      return write_answer();
    case State::drain:
      return drain();
  }
  return Step::close;
}

Connection::Step Connection::shake_hands() {
  switch (channel_.handshake()) {
    case Io::done:
      enter(State::head);
      return Step::again;
    case Io::wait_read:
      return Step::wait_read;
    case Io::wait_write:
      return Step::wait_write;
    case Io::closed:
      break;
  }
  return Step::close;
}

/// Receives once. A plain socket that gave less than it was asked for is known to be empty until there is news.
Connection::Step Connection::fill() {
  if (drained_) return Step::wait_read;
  if (++reads_ > kMostReads) return Step::wait_write;  // possible at once, but behind all others that are ready
  thread_local std::array<char, 64U << 10U> buffer;
  const Transfer transfer = channel_.read(buffer);
  switch (transfer.io) {
    case Io::done:
      break;
    case Io::wait_read:
      drained_ = !channel_.is_tls();
      return Step::wait_read;
    case Io::wait_write:
      return Step::wait_write;
    case Io::closed:
      return Step::close;
  }
  drained_ = transfer.drained && !hang_up_;
  if (state_ == State::drain) {
    drain_left_ -= std::min<std::uint64_t>(drain_left_, transfer.bytes);
    return drain_left_ > 0 ? Step::again : Step::close;
  }
  const bool first = in_.empty();
  in_.append(buffer.data(), transfer.bytes);
  if (first && state_ == State::head) enter(State::head);
  return Step::again;
}

Connection::Step Connection::read_head() {
  for (; in_.starts_with("\r\n"); in_.erase(0, 2)) {  // tolerated before a request line
    if (++blank_lines_ <= kMostBlankLines) continue;
    new_request();
    return refuse(400, "empty lines instead of a request");
  }
  const std::size_t end = in_.find("\r\n\r\n");
  const std::size_t size = end == std::string::npos ? in_.size() : end + 4;
  if (size > engine_.options.header_bytes) {
    new_request();
    return refuse(431, "request head is too large");
  }
  if (end == std::string::npos) return fill();

  new_request();
  Head head;
  const auto refusal = parse_head(std::string_view(in_).substr(0, size), head);
  if (refusal.has_value()) return refuse(refusal->status, refusal->reason);
  if (size == in_.size()) {
    in_.clear();
    if (in_.capacity() > kKeptBytes) in_ = {};
  } else {
    in_.erase(0, size);
  }
  return begin_request(head);
}

void Connection::new_request() {
  request_.emplace();
  request_->id = new_request_id();
  request_->client_address = peer_;
  request_->client_name = channel_.peer_name();
  received_ = now_;
  keep_alive_ = false;
  head_only_ = false;
  unread_ = false;
  route_ = nullptr;
  chunks_.reset();
  body_left_ = 0;
  blank_lines_ = 0;
}

Connection::Step Connection::begin_request(Head& head) {
  IncomingRequest& request = *request_;
  const auto method = parse_method(head.method);
  if (!method.has_value()) return refuse(501, "method not supported");
  request.method = *method;
  head_only_ = *method == Method::head;
  request.headers = std::move(head.headers);
  if (engine_.behind_proxy) adopt_proxy_headers(request);
  if (head.target == "*") return refuse(*method == Method::options ? 404 : 400, "request target: not a path");
  auto target = parse_target(head.target);
  if (!target.has_value()) return refuse(target.error());
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  if (const auto cookie = request.headers.find("cookie"); cookie != request.headers.end())
    request.cookies = parse_cookies(cookie->second);
  keep_alive_ = head.keep_alive && ++served_ < kMostPipelined;

  route_ = engine_.router.find(request);
  const std::uint64_t route_limit = route_ == nullptr ? 0 : route_->body_bytes;
  return begin_body(head, std::min(engine_.options.body_bytes, route_limit));
}

Connection::Step Connection::begin_body(const Head& head, std::uint64_t limit_bytes) {
  if (!head.chunked && head.content_length == 0) return handle();
  if (route_ == nullptr) {  // nobody wants this body: answer now, and close because it stays unread
    keep_alive_ = false;
    unread_ = true;
    return handle();
  }
  body_limit_bytes_ = limit_bytes;
  if (head.content_length > limit_bytes)
    return refuse(Error{Code::too_large, "request body: larger than " + std::to_string(limit_bytes) + " bytes"});
  body_left_ = head.content_length;
  if (head.chunked) chunks_.emplace();
  enter(State::body);
  if (head.expect_continue && in_.empty()) {
    static_cast<void>(outbox_.add("HTTP/1.1 100 Continue\r\n\r\n"));
    if (outbox_.flush(channel_) == Io::closed) return Step::close;
  }
  return Step::again;
}

Connection::Step Connection::read_body() {
  if (const Status taken = take_body(); !taken.has_value()) return refuse(taken.error());
  const bool complete = chunks_.has_value() ? chunks_->done() : body_left_ == 0;
  if (complete) return handle();
  renew_deadline(request_->spool().size());
  return fill();
}

Status Connection::take_body() {
  Spool& spool = request_->spool();
  if (chunks_.has_value()) {
    std::string_view input = in_;
    SLIPWAY_CHECK(chunks_->decode(input, [&](std::string_view data) -> Status {
      if (spool.size() + data.size() > body_limit_bytes_)
        return Error{Code::too_large, "request body: larger than " + std::to_string(body_limit_bytes_) + " bytes"};
      return spool.append(data);
    }));
    in_.erase(0, in_.size() - input.size());
    return {};
  }
  const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, in_.size()));
  SLIPWAY_CHECK(spool.append(std::string_view(in_).substr(0, take)));
  in_.erase(0, take);
  body_left_ -= take;
  return {};
}

Connection::Step Connection::drain() {
  return std::chrono::steady_clock::now() < deadline_ ? fill() : Step::close;  // a fast sender never lets fill() wait
}

}  // namespace slipway::http
