// The way of a program through the lease: asked before a write begins, and once more before it is acknowledged. (F5)
#pragma once

#include <memory>
#include <mutex>

#include "appliance/config/config.hpp"
#include "appliance/lease/lease_page.hpp"

namespace slipway::lease {

/// Thread-safe.
class WriteGate {
 public:
  /// `page`: where the site agent keeps it; empty: there is one site, and the gate stands open.
  explicit WriteGate(std::filesystem::path page) : file_(std::move(page)) {}

  /// As the options under `site.` say.
  [[nodiscard]] static WriteGate of(const config::Config& config);

  /// A write that may begin.
  class Pass {
   public:
    explicit Pass(std::uint64_t epoch) : epoch_(epoch) {}

   private:
    friend class WriteGate;
    std::uint64_t epoch_;
  };

  /// Error: unavailable where this site does not have the writes; context page=read_only.
  [[nodiscard]] Result<Pass> enter() const;
  /// Whether what was committed since may be acknowledged. Otherwise it may be there or not: the other site decides.
  [[nodiscard]] bool confirms(const Pass& pass) const;

 private:
  [[nodiscard]] std::optional<Lease> read() const;
  [[nodiscard]] bool is_open() const { return file_.empty(); }

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const LeasePage> page_;
};

/// What a client is told whose write was begun and cannot be confirmed; context page=unknown_outcome.
[[nodiscard]] Error unknown_outcome();

}  // namespace slipway::lease
