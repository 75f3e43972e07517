// The chunked transfer coding, decoded as the bytes come.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::http {

/// One body. Trailers are read and dropped, chunk extensions ignored; both are bounded.
class ChunkedDecoder {
 public:
  /// Takes bytes off the front of `input` and gives data to `sink(std::string_view) -> Status`. Returns when `input` is
  /// used up or the body is complete (see done()); what follows the body stays in `input`. Errors: invalid_argument;
  /// the sink's.
  template <typename Sink>
  [[nodiscard]] Status decode(std::string_view& input, Sink&& sink) {
    while (!input.empty() && !done()) {
      if (state_ == State::data) {
        const auto piece = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
        SLIPWAY_CHECK(sink(piece));
        input.remove_prefix(piece.size());
        left_ -= piece.size();
        if (left_ == 0) state_ = State::data_end;
      } else {
        SLIPWAY_CHECK(take(input.front()));
        input.remove_prefix(1);
      }
    }
    return {};
  }
  [[nodiscard]] bool done() const { return state_ == State::done; }

 private:
  enum class State {
    size,
    extension,
    size_end,
    data,
    data_end,
    data_end_lf,
    trailer_start,
    trailer,
    trailer_lf,
    last_lf,
    done
  };
  [[nodiscard]] Status take(char c);
  [[nodiscard]] Status take_size(char c);
  State state_ = State::size;
  std::uint64_t left_ = 0;
  int digits_ = 0;
  std::size_t overhead_ = 0;  ///< bytes of extensions or trailers
};

}  // namespace slipway::http
