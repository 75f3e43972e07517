// One thing that was looked at: its value, why it could not be had, or why there is nothing of the kind here. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace slipway::doctor {

/// It could not be had. The way out is how to have it.
struct Unknown {
  std::string reason;
  std::string way_out = "run it again as root: sudo slipway doctor";
};

/// There is nothing of the kind on this machine, and need not be.
struct Absent {
  std::string reason;
};

template <typename T>
class Fact {
 public:
  Fact() : unknown_(Unknown{"it was not looked at"}) {}
  Fact(T value) : value_(std::move(value)) {}              // NOLINT: reads as the value
  Fact(Unknown unknown) : unknown_(std::move(unknown)) {}  // NOLINT
  Fact(Absent absent) : absent_(std::move(absent)) {}      // NOLINT

  [[nodiscard]] bool known() const { return value_.has_value(); }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] T* operator->() { return &*value_; }
  [[nodiscard]] const std::optional<Unknown>& unknown() const { return unknown_; }
  [[nodiscard]] const std::optional<Absent>& absent() const { return absent_; }

  /// The same absence or ignorance, of another type. Only when it is not known.
  template <typename Other>
  [[nodiscard]] Fact<Other> as() const {
    return absent_ ? Fact<Other>(*absent_) : Fact<Other>(unknown_.value_or(Unknown{"it was not looked at"}));
  }

 private:
  std::optional<T> value_;
  std::optional<Unknown> unknown_;
  std::optional<Absent> absent_;
};

}  // namespace slipway::doctor
