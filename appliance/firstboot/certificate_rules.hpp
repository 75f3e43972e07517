// Whether a customer's own certificate may be used (A3): it must chain, not be signed by itself, match the machine's
// name and outlive the contract; a bad one is refused with every reason. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/time.hpp"
#include "appliance/firstboot/fault.hpp"

namespace slipway::firstboot {

/// What was read of the answer's chain and key.
struct SeenCertificate {
  struct Link {
    std::string subject;
    std::string issuer;
    Timestamp not_before;
    Timestamp not_after;
    std::vector<std::string> names;
    std::string key_kind;  ///< "RSA", "EC", …
    int key_bits = 0;
    std::string digest;  ///< of its signature; may be empty
    bool self_signed = false;
    bool signed_by_next = false;
  };
  bool readable = false;
  std::vector<Link> links = {};
  bool trusted = false;               ///< leads to an authority that the machine knows
  std::optional<bool> key_matches{};  ///< nothing: the key cannot be read
};

/// A name of a certificate, which may be a pattern such as "*.example.org", speaks for this one (RFC 6125: an asterisk
/// stands for one whole label, the first).
[[nodiscard]] bool covers(std::string_view pattern, std::string_view name);

/// "2027-12-31" as the first moment after that day, UTC.
[[nodiscard]] std::optional<Timestamp> parse_day_end(std::string_view text);

/// `name` is the machine's full name, `contract_end` a day or empty (then it must last 30 days). Empty: it may be used.
[[nodiscard]] std::vector<Fault> check_certificate(const SeenCertificate& seen, std::string_view name,
                                                   std::string_view contract_end, Timestamp now);

}  // namespace slipway::firstboot
