// Which part of a mail is the message, and which are its attachments. Knows no database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// A node of a message's tree of MIME parts, as the source stores it.
struct Part {
  std::int64_t id = 0;
  std::int64_t parent = 0;  ///< 0: a root
  std::string media_type;   ///< lower case, without parameters
  std::string file_name;
  std::string headers;
  std::string encoding;
  std::uint64_t size_bytes = 0;  ///< as stored, before decoding
};

/// A container holds other parts and no bytes of its own.
[[nodiscard]] bool is_container(const Part& part);

/// The part that is the message's body, as Request Tracker itself chooses it: the first text that is not a file,
/// text/plain before others within an alternative; index into `parts`, which are in the order of their ids. Nothing: no
/// body.
[[nodiscard]] std::optional<std::size_t> choose_body(const std::vector<Part>& parts);

/// The value of one header field, unfolded; empty when absent. Names are case-insensitive.
[[nodiscard]] std::string header_field(std::string_view headers, std::string_view name);

/// A name for an attachment that has none: "part-12.html".
[[nodiscard]] std::string made_up_name(const Part& part);

/// An IPv4 or IPv6 address without the leading zeros that some products store ("192.000.002.007" → "192.0.2.7").
[[nodiscard]] std::string plain_address(std::string_view text);

}  // namespace slipway::migrate
