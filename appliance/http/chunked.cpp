#include "appliance/http/chunked.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kMostOverheadBytes = 8192;

Error malformed() { return {Code::invalid_argument, "request body: malformed chunked coding"}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Status ChunkedDecoder::take_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (++digits_ > 15) return malformed();
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (digits_ == 0) return malformed();
  if (c == ';' || c == ' ' || c == '\t') {
    state_ = State::extension;
  } else if (c == '\r') {
    state_ = State::size_end;
  } else {
    return malformed();
  }
  return {};
}

Status ChunkedDecoder::take(char c) {
  const auto expect = [&](char wanted, State next) -> Status {
    if (c != wanted) return malformed();
    state_ = next;
    return {};
  };
  switch (state_) {
    case State::size:
      return take_size(c);
    case State::extension:
      if (c == '\n' || ++overhead_ > kMostOverheadBytes) return malformed();
      if (c == '\r') state_ = State::size_end;
      return {};
    case State::size_end:
      digits_ = 0;
      return expect('\n', left_ == 0 ? State::trailer_start : State::data);
    case State::data_end:
      return expect('\r', State::data_end_lf);
    case State::data_end_lf:
      return expect('\n', State::size);
    case State::trailer_start:
      if (c == '\r') return expect('\r', State::last_lf);
      state_ = State::trailer;
      [[fallthrough]];
    case State::trailer:
      if (c == '\n' || ++overhead_ > kMostOverheadBytes) return malformed();
      if (c == '\r') state_ = State::trailer_lf;
      return {};
    case State::trailer_lf:
      return expect('\n', State::trailer_start);
    case State::last_lf:
      return expect('\n', State::done);
    case State::data:
    case State::done:
      break;
  }
  return malformed();
}

}  // namespace slipway::http
