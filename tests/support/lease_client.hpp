// A client of two sites that remembers what was acknowledged to it.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "appliance/base/boot_clock.hpp"
#include "appliance/sql/connection.hpp"
#include "tests/support/two_sites.hpp"

namespace slipway::test {

struct Acknowledged {
  std::int64_t id = 0;  ///< of desk.written; later ones are greater at each site
  std::size_t site = 0;
  std::uint64_t epoch = 0;
  Instant began{0};
  Instant ended{0};
};

/// Writes at both sites at once as Slipway's programs do: while the lease runs; and believes a commit only while it
/// still does.
class LeaseClient {
 public:
  explicit LeaseClient(const TwoSites& sites);
  ~LeaseClient() { stop(); }
  LeaseClient(const LeaseClient&) = delete;
  LeaseClient& operator=(const LeaseClient&) = delete;

  void stop();
  [[nodiscard]] std::size_t count() const { return count_; }
  /// In the order in which they were acknowledged.
  [[nodiscard]] std::vector<Acknowledged> acknowledged() const;

 private:
  void run(const std::stop_token& asked, std::size_t site);
  bool write(std::size_t site, std::optional<sql::Connection>& connection, std::int64_t id);

  /// Taken once: the sites are changed while it writes.
  std::array<sql::Endpoint, 2> servers_;
  std::array<std::filesystem::path, 2> pages_;
  mutable std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;
  std::atomic<std::size_t> count_ = 0;
  std::array<std::jthread, 2> threads_;
};

/// Between the first and the last acknowledgement of an epoch nothing is acknowledged in another one: which epoch
/// breaks that; empty: none.
[[nodiscard]] std::string overlap_in(const std::vector<Acknowledged>& all);

/// How many of these are not on the site's server.
[[nodiscard]] std::size_t missing_on(const TwoSites& sites, std::size_t site, const std::vector<Acknowledged>& all);

}  // namespace slipway::test
