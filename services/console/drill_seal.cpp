#include "services/console/drill_seal.hpp"

#include <algorithm>

#include "appliance/crypto/crypto.hpp"

namespace slipway::console {
namespace {

constexpr std::size_t kDigest = 64;

bool is_digest(std::string_view text) {
  return text.size() == kDigest && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::map<std::string, std::string, std::less<>> read_sums(std::string_view text) {
  std::map<std::string, std::string, std::less<>> sums;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    // "<digest>  <name>", or with an asterisk for the second space.
    if (line.size() < kDigest + 3 || !is_digest(line.substr(0, kDigest)) || line[kDigest] != ' ') return {};
    const std::string_view name = line.substr(kDigest + 2);
    if (!sums.emplace(name, line.substr(0, kDigest)).second) return {};  // one file, two digests
  }
  return sums;
}

Seal seal_of(std::string_view sums, std::string_view signature, const std::vector<crypto::PublicKey>& keys) {
  if (sums.empty() || signature.empty()) return Seal::missing;
  if (keys.empty()) return Seal::no_key;
  const auto signer = [&](const crypto::PublicKey& key) { return key.has_signed(sums, signature); };
  return std::ranges::any_of(keys, signer) ? Seal::good : Seal::forged;
}

bool as_signed(std::string_view sums, std::string_view file, std::string_view bytes) {
  const auto known = read_sums(sums);
  const auto found = known.find(file);
  return found != known.end() && found->second == crypto::sha256_hex(bytes);
}

}  // namespace slipway::console
