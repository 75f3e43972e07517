// Places where a test ends this process as kill -9 would: for tests that kill and resume at every step. Inert unless
// the environment says SLIPWAY_TEST=1 and SLIPWAY_FAIL_POINT=name[:n]; then the n-th pass (the first without n) is the
// process's last. With SLIPWAY_FAIL_ACTION=stop it is stopped there (SIGSTOP) instead, until a SIGCONT. A setuid
// program never obeys.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace slipway {

/// The points of one part of the program: a constant at namespace scope, which every part that has points defines once.
class FailPoints {
 public:
  /// `names`: in the order in which the part passes them, different from those of other parts; must live as long.
  template <std::size_t count>
  explicit FailPoints(const std::array<std::string_view, count>& names) : FailPoints(std::span(names)) {}
  FailPoints(const FailPoints&) = delete;
  FailPoints& operator=(const FailPoints&) = delete;
  ~FailPoints() = default;

  [[nodiscard]] std::span<const std::string_view> names() const { return names_; }
  /// Ends or stops the process when the environment says so. `name` must be one of names(), and what the environment
  /// says must be a name of some part; else it aborts while SLIPWAY_TEST=1. Thread-safe.
  void pass(std::string_view name) const;

 private:
  explicit FailPoints(std::span<const std::string_view> names);
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] static bool any_has(std::string_view name);

  std::span<const std::string_view> names_;
  const FailPoints* next_;  ///< of another part
};

}  // namespace slipway
