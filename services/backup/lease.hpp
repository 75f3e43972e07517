// One agent per repository: a lease that survives neither its owner nor a reboot.
#pragma once

#include "services/backup/repository.hpp"

namespace slipway::backup {

/// How long a lease counts after it was last renewed.
inline constexpr std::chrono::seconds kLeaseLife{60};

/// Who holds a lease.
struct LeaseHolder {
  std::string host;
  std::string boot;  ///< of the kernel: another after a reboot
  int pid = 0;
  std::string started;  ///< of the process, in the kernel's clock ticks: a number that is used again is another process
  Timestamp until;
};

/// Of this process.
[[nodiscard]] LeaseHolder this_process(Timestamp until);

/// Whether the holder may still be at work: on this machine, as long as the process lives; on another one, until the
/// lease ends. Reads /proc.
[[nodiscard]] bool is_alive(const LeaseHolder& holder, Timestamp now);

/// Takes or renews the lease. Error: in_use, naming the holder and until when; those of the storage.
[[nodiscard]] Status take_lease(const Repository& repository, Timestamp now);
/// Whether somebody, this process or another, holds the repository's lease.
[[nodiscard]] bool agent_is_alive(const Repository& repository, Timestamp now);
/// Gives it back, if it is ours.
void drop_lease(const Repository& repository, Timestamp now);

/// The leases of all that answer. Error: in_use, of one that somebody else holds.
[[nodiscard]] Status take_leases(const std::vector<const Repository*>& repositories, Timestamp now);
void drop_leases(const std::vector<const Repository*>& repositories, Timestamp now);

}  // namespace slipway::backup
