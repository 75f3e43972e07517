// The second half of a connection's work: running the handler, answering, recording.
#include "appliance/http/connection.hpp"
#include "appliance/http/record.hpp"
#include "appliance/telemetry/log.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kCopiedBytes = 64U << 10U;  // up to here head and body leave in one write

/// Calls a handler or stream; what it throws is logged here, once.
template <typename Call>
auto guarded(const std::string& route, Call call) -> std::optional<decltype(call())> {
  try {
    return call();
  } catch (const std::exception& fault) {
    telemetry::log_error("http.handler_failed", {Code::internal, "route '" + route + "': " + fault.what()});
  } catch (...) {
    telemetry::log_error("http.handler_failed", {Code::internal, "route '" + route + "': unknown exception"});
  }
  return std::nullopt;
}

}  // namespace

Connection::Step Connection::handle() {
  telemetry::set_request_id(request_->id);
  if (route_ == nullptr || !route_->quick) engine_.seats.leave();
  auto response = guarded(request_->route, [&] { return engine_.router.dispatch(*request_, route_); });
  if (!response.has_value()) {
    const Error error{Code::internal, "the server met a fault", "report the request id " + request_->id};
    response = guarded(request_->route, [&] { return engine_.router.error_answer(*request_, error); });
    if (!response.has_value()) response = Response::problem(error, request_->id);
  }
  return answer(*response);
}

Connection::Step Connection::refuse(int status, std::string_view reason) {
  keep_alive_ = false;
  unread_ = true;
  return answer(status_problem(status, reason, request_->id));
}

Connection::Step Connection::refuse(const Error& error) {
  keep_alive_ = false;
  unread_ = true;
  auto response = guarded(request_->route, [&] { return engine_.router.error_answer(*request_, error); });
  if (!response.has_value()) response = Response::problem(error, request_->id);
  return answer(*response);
}

Connection::Step Connection::answer(const Response& response) {
  telemetry::set_request_id(request_->id);
  const Step step = compose(response);
  telemetry::set_request_id("");
  return step;
}

Connection::Step Connection::compose(const Response& response) {
  if (engine_.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  const bool has_body = status_has_body(response.status);
  const std::uint64_t length = response.stream ? response.stream_size : response.body.size();
  now_ = std::chrono::steady_clock::now();
  record({.method = request_->method,
          .route = request_->route,
          .status = response.status,
          .bytes = has_body && !head_only_ ? length : 0,
          .taken = now_ - received_});
  enter(State::answer);
  std::string& buffer = outbox_.buffer();
  engine_.answers.append_head(buffer, response,
                              {.request_id = request_->id, .keep_alive = keep_alive_, .content_length = length});
  if (!has_body || head_only_) return Step::again;
  if (response.stream) return answer_stream(response);
  if (response.body.size() <= kCopiedBytes) {
    buffer += response.body;
    return Step::again;
  }
  return outbox_.send(channel_, response.body).has_value() ? Step::again : Step::close;
}

/// The stream runs to its end here; what the client does not take at once waits in the outbox.
Connection::Step Connection::answer_stream(const Response& response) {
  std::uint64_t left = response.stream_size;
  const BodyWriter writer = [&](std::string_view piece) -> Status {
    if (piece.size() > left) return Error{Code::internal, "answer: longer than announced"};
    left -= piece.size();
    return outbox_.send(channel_, piece);
  };
  const auto streamed = guarded(request_->route, [&] { return response.stream(writer); });
  if (!streamed.has_value()) return Step::close;
  if (!streamed->has_value()) {
    if (streamed->error().code != Code::unavailable) telemetry::log_error("http.stream_failed", streamed->error());
    return Step::close;
  }
  if (left > 0) {
    telemetry::log_error("http.stream_failed",
                         {Code::internal, "route '" + request_->route + "': answer shorter than announced"});
    return Step::close;
  }
  return Step::again;
}

Connection::Step Connection::write_answer() {
  switch (outbox_.flush(channel_)) {
    case Io::done:
      break;
    case Io::wait_read:
      return Step::wait_read;
    case Io::wait_write:
      renew_deadline(outbox_.sent());
      return Step::wait_write;
    case Io::closed:
      return Step::close;
  }
  request_.reset();
  if (keep_alive_) {
    enter(State::head);
    return Step::again;
  }
  channel_.finish_writing();
  if (!unread_) return Step::close;
  in_.clear();
  enter(State::drain);
  return Step::again;
}

}  // namespace slipway::http
