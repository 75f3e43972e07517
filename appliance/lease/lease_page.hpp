// The lease, for other programs of the host: a page of memory in /run that the agent writes and everybody else reads,
// so that an agent that hangs or has been killed prolongs nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "appliance/base/boot_clock.hpp"
#include "appliance/base/result.hpp"

namespace slipway::lease {

/// What a host knows of its permission to write.
struct Lease {
  std::uint64_t epoch = 0;       ///< that this site holds; 0: none
  Instant write_until{0};        ///< new writes may begin before this
  Instant acknowledge_until{0};  ///< what was committed may be acknowledged before this
};

/// Whether a write may be acknowledged that was begun in `epoch`: asked after the commit. A later epoch of the same
/// site does not count: in between the other one may have written, without this write.
[[nodiscard]] inline bool acknowledges(const Lease& lease, std::uint64_t epoch, Instant now) {
  return epoch != 0 && lease.epoch == epoch && now < lease.acknowledge_until;
}

/// Thread-safe; one writer, any number of readers in any process.
class LeasePage {
 public:
  /// Makes the file (0644) or takes over the one that is there, which then grants nothing. Errors: permission,
  /// no_space.
  [[nodiscard]] static Result<LeasePage> create(const std::filesystem::path& file);
  /// Errors: not_found when there is none: the host is no site, or its agent has never run; corrupt.
  [[nodiscard]] static Result<LeasePage> open(const std::filesystem::path& file);
  ~LeasePage();
  LeasePage(LeasePage&& other) noexcept;
  LeasePage& operator=(LeasePage&&) = delete;

  void publish(const Lease& lease);
  /// A whole one: never half of one and half of the next. Nothing while the writer stays in the middle of one, as when
  /// it was killed there: then nothing is allowed.
  [[nodiscard]] std::optional<Lease> read() const;

 private:
  struct Words;
  explicit LeasePage(Words* words) : words_(words) {}
  Words* words_;
};

}  // namespace slipway::lease
