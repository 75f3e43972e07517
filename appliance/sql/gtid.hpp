// Global transaction ids of MariaDB, and positions: the last transaction of each domain. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::sql {

/// "domain-server-sequence", such as 0-1-4711.
struct Gtid {
  std::uint32_t domain = 0;
  std::uint32_t server = 0;
  std::uint64_t sequence = 0;

  friend bool operator==(const Gtid&, const Gtid&) = default;

  /// Error: invalid_argument, with an example.
  [[nodiscard]] static Result<Gtid> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;
};

/// Up to where a server, or an archive, has the history: "0-1-4711,1-5-12"; empty at the beginning.
class GtidPosition {
 public:
  /// Error: invalid_argument (a part that is no GTID, a domain twice).
  [[nodiscard]] static Result<GtidPosition> parse(std::string_view text);
  [[nodiscard]] std::string to_text() const;  ///< by domain

  /// The transaction is now the last of its domain.
  void advance(const Gtid& gtid) { last_[gtid.domain] = gtid; }
  /// Whether the transaction, or one after it in its domain, is in.
  [[nodiscard]] bool covers(const Gtid& gtid) const;
  /// Whether everything of `other` is in.
  [[nodiscard]] bool covers(const GtidPosition& other) const;
  [[nodiscard]] bool empty() const { return last_.empty(); }
  [[nodiscard]] const std::map<std::uint32_t, Gtid>& domains() const { return last_; }

  friend bool operator==(const GtidPosition&, const GtidPosition&) = default;

 private:
  std::map<std::uint32_t, Gtid> last_;
};

}  // namespace slipway::sql
