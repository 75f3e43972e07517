#include "appliance/lease/write_gate.hpp"

#include <utility>

namespace slipway::lease {

/// An agent that was installed anew has another file: the old page then says nothing any more.
std::optional<Lease> WriteGate::read() const {
  const std::scoped_lock lock(mutex_);
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!page_ || attempt > 0) {
      auto opened = LeasePage::open(file_);
      page_ = opened ? std::make_shared<const LeasePage>(*std::move(opened)) : nullptr;
    }
    const auto lease = page_ ? page_->read() : std::nullopt;
    if (lease && boot_clock() < lease->acknowledge_until) return lease;
  }
  return std::nullopt;
}

WriteGate WriteGate::of(const config::Config& config) {
  return WriteGate(config.text("site.member").empty() ? std::filesystem::path() : config.path("site.lease_page"));
}

Result<WriteGate::Pass> WriteGate::enter() const {
  if (is_open()) return Pass(0);
  const auto lease = read();
  if (lease && lease->epoch != 0 && boot_clock() < lease->write_until) return Pass(lease->epoch);
  return Error{Code::unavailable,
               "service desk: is read-only here at the moment",
               "the other site has the writes, or is about to; try again in a minute",
               {{"page", "read_only"}}};
}

bool WriteGate::confirms(const Pass& pass) const {
  if (is_open()) return true;
  const auto lease = read();
  return lease && acknowledges(*lease, pass.epoch_, boot_clock());
}

Error unknown_outcome() {
  return {Code::unavailable,
          "service desk: it is not known whether this was saved",
          "the site lost its writes meanwhile; look whether it is there before you do it again",
          {{"page", "unknown_outcome"}}};
}

}  // namespace slipway::lease
