// Result<T>: a value or an Error, named like std::expected (which g++ 12 lacks). For failures the environment can
// cause; broken invariants abort. A Result that is not looked at is a compiler error.
#pragma once

#include <cstdlib>
#include <utility>
#include <variant>

#include "appliance/base/error.hpp"

namespace slipway {

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit like std::expected
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit like std::unexpected

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }

  /// The value. Aborts when there is none: ask `has_value` first.
  [[nodiscard]] T& value() & { return get(*this); }
  [[nodiscard]] const T& value() const& { return get(*this); }
  [[nodiscard]] T&& value() && { return std::move(get(*this)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  /// The error. Aborts when there is none.
  [[nodiscard]] const Error& error() const& {
    if (has_value()) std::abort();
    return std::get<1>(state_);
  }
  [[nodiscard]] Error&& error() && {
    if (has_value()) std::abort();
    return std::get<1>(std::move(state_));
  }

  template <typename U>
  [[nodiscard]] T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  template <typename Self>
  static auto& get(Self& self) {
    if (!self.has_value()) std::abort();
    return std::get<0>(self.state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT: implicit like std::unexpected

  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] const Error& error() const& {
    if (!failed_) std::abort();
    return error_;
  }
  [[nodiscard]] Error&& error() && {
    if (!failed_) std::abort();
    return std::move(error_);
  }

 private:
  Error error_;
  bool failed_ = false;
};

using Status = Result<void>;

}  // namespace slipway

#define SLIPWAY_JOIN_(a, b) a##b
#define SLIPWAY_JOIN(a, b) SLIPWAY_JOIN_(a, b)
#define SLIPWAY_TRY_(name, declaration, expression)      \
  auto name = (expression);                              \
  if (!name.has_value()) return std::move(name).error(); \
  declaration = std::move(name).value()

#define SLIPWAY_CHECK_(name, expression)                                             \
  do {                                                                               \
    if (auto name = (expression); !name.has_value()) return std::move(name).error(); \
  } while (false)

// Names are counted, not numbered by line: a call that spans a lambda holds further calls on the "same" line.

/// `SLIPWAY_TRY(auto rows, connection.query(…));`: the value, or return the error from the enclosing function.
#define SLIPWAY_TRY(declaration, expression) \
  SLIPWAY_TRY_(SLIPWAY_JOIN(slipway_try_, __COUNTER__), declaration, expression)

/// `SLIPWAY_CHECK(write_file(…));`: continue on success, or return the error from the enclosing function.
#define SLIPWAY_CHECK(expression) SLIPWAY_CHECK_(SLIPWAY_JOIN(slipway_check_, __COUNTER__), expression)
