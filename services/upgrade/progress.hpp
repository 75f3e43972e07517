// How far the phase under way is: for who follows, not for who resumes.
#pragma once

#include <chrono>
#include <optional>

#include "services/upgrade/places.hpp"

namespace slipway::upgrade {

struct Progress {
  std::uint64_t bytes = 0;
  std::uint64_t total = 0;
  std::uint64_t elapsed_ms = 0;
};

/// Writes it at most four times a second. A failure is nobody's business.
class ProgressFile {
 public:
  ProgressFile(const Places& places, std::uint64_t total) : places_(places), total_(total) {}
  void tell(std::uint64_t bytes);

 private:
  const Places& places_;
  std::uint64_t total_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_ = {};
};

/// What was written last, or nothing.
[[nodiscard]] std::optional<Progress> read_progress(const Places& places);

}  // namespace slipway::upgrade
