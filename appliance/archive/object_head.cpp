#include "appliance/archive/object_head.hpp"

#include <cstdint>
#include <cstdlib>

#include "appliance/archive/big_endian.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::archive {
namespace {

// Like PNG's: the first byte is no text, and the line ends show a transfer that changed them.
constexpr std::string_view kMagic = "\x89SLP\r\n\x1A\n";
constexpr unsigned char kVersion = 1;
constexpr std::size_t kPrefixBytes = 7;
constexpr std::size_t kKeyIdDigits = 8;
constexpr std::size_t kSaltBytes = 32;

}  // namespace

std::string encode(const ObjectHead& head) {
  if (head.nonce_prefix.size() != kPrefixBytes || head.key_id.size() != kKeyIdDigits ||
      head.salt.size() != kSaltBytes || head.label.size() > ObjectHead::kLongestLabel)
    std::abort();
  std::string bytes(kMagic);
  bytes += static_cast<char>(kVersion);
  bytes += head.nonce_prefix;
  bytes += big_endian(static_cast<std::uint32_t>(std::stoul(head.key_id, nullptr, 16)));
  bytes += big_endian(static_cast<std::uint32_t>(head.label.size()));
  return bytes + head.salt + head.label;
}

Result<FixedPart> decode_fixed_part(std::string_view bytes, const std::string& object) {
  if (bytes.size() != ObjectHead::kFixedBytes || !bytes.starts_with(kMagic))
    return Error{Code::corrupt, object + ": does not begin like a sealed object",
                 "fetch it again, or use another copy"};
  const auto version = static_cast<unsigned char>(bytes[kMagic.size()]);
  if (version > kVersion)
    return Error{Code::unsupported,
                 object + ": has form " + std::to_string(version) + ", this program reads up to form " +
                     std::to_string(kVersion),
                 "use the version of slipway that wrote it, or a later one"};
  if (version != kVersion)
    return Error{Code::corrupt, object + ": has form 0, which there never was", "fetch it again, or use another copy"};
  FixedPart part{};
  part.head.nonce_prefix = bytes.substr(9, kPrefixBytes);
  part.head.key_id = crypto::hex(bytes.substr(16, 4));
  part.label_bytes = from_big_endian(bytes.substr(20, 4));
  part.head.salt = bytes.substr(24, kSaltBytes);
  if (part.label_bytes > ObjectHead::kLongestLabel)
    return Error{Code::corrupt, object + ": its label would be longer than 64 KiB",
                 "fetch it again, or use another copy"};
  return part;
}

}  // namespace slipway::archive
