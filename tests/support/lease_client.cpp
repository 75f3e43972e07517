#include "tests/support/lease_client.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "appliance/lease/lease_page.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {

LeaseClient::LeaseClient(const TwoSites& sites)
    : servers_{sites.application(TwoSites::kNorth), sites.application(TwoSites::kSouth)},
      pages_{sites.lease_page(TwoSites::kNorth), sites.lease_page(TwoSites::kSouth)} {
  for (std::size_t site = 0; site < threads_.size(); ++site)
    threads_.at(site) = std::jthread([this, site](const std::stop_token& asked) { run(asked, site); });
}

void LeaseClient::stop() {
  for (auto& thread : threads_) thread.request_stop();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::vector<Acknowledged> LeaseClient::acknowledged() const {
  const std::scoped_lock lock(mutex_);
  return acknowledged_;
}

void LeaseClient::run(const std::stop_token& asked, std::size_t site) {
  std::optional<sql::Connection> connection;
  for (std::int64_t turn = 0; !asked.stop_requested(); ++turn)
    if (!write(site, connection, 2 * turn + static_cast<std::int64_t>(site)))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

bool LeaseClient::write(std::size_t site, std::optional<sql::Connection>& connection, std::int64_t id) {
  const auto page = lease::LeasePage::open(pages_.at(site));
  const auto lease = page ? page->read() : std::nullopt;
  const Instant began = boot_clock();
  if (!lease || began >= lease->write_until) return false;
  if (!connection) {
    auto opened = sql::Connection::open(servers_.at(site));
    if (!opened) return false;
    connection.emplace(std::move(*opened));
  }
  const auto written = connection->execute("INSERT INTO written (id, site) VALUES (?, ?)", {id, TwoSites::name(site)});
  if (!written) {
    connection.reset();
    return false;
  }
  const auto after = page->read();
  const Instant ended = boot_clock();
  if (!after || !acknowledges(*after, lease->epoch, ended)) return false;
  const std::scoped_lock lock(mutex_);
  acknowledged_.push_back({id, site, lease->epoch, began, ended});
  ++count_;
  return true;
}

std::string overlap_in(const std::vector<Acknowledged>& all) {
  std::map<std::uint64_t, std::pair<Instant, Instant>> spans;
  for (const auto& one : all) {
    const auto [span, first] = spans.try_emplace(one.epoch, one.began, one.ended);
    if (!first) span->second = {std::min(span->second.first, one.began), std::max(span->second.second, one.ended)};
  }
  Instant before{0};
  for (const auto& [epoch, span] : spans) {
    if (span.first < before) return "epoch " + std::to_string(epoch) + " began before the one before it had ended";
    before = span.second;
  }
  return "";
}

std::size_t missing_on(const TwoSites& sites, std::size_t site, const std::vector<Acknowledged>& all) {
  if (all.empty()) return 0;
  const auto oldest = std::ranges::min_element(all, {}, &Acknowledged::id);
  auto server = connect(sites.administrator(site));
  const auto rows = server.query("SELECT id FROM desk.written WHERE id >= ?", {oldest->id});
  if (!rows) return all.size();
  std::set<std::int64_t> there;
  for (const sql::Row& row : *rows) there.insert(row.integer(0));
  return static_cast<std::size_t>(
      std::ranges::count_if(all, [&](const Acknowledged& one) { return !there.contains(one.id); }));
}

}  // namespace slipway::test
