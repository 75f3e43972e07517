#include "migrate/engine/chunk_rules.hpp"

#include <algorithm>

namespace slipway::migrate {

std::vector<Chunk> cut(const TableSize& size, std::uint64_t chunk_bytes, std::size_t most) {
  if (!size.least_key || !size.greatest_key || *size.greatest_key <= *size.least_key) return {Chunk{}};
  // Unsigned difference: right for any two signed keys.
  const auto span = static_cast<std::uint64_t>(*size.greatest_key) - static_cast<std::uint64_t>(*size.least_key);
  const std::uint64_t wanted = size.bytes / std::max<std::uint64_t>(chunk_bytes, 1) + 1;
  const std::uint64_t count = std::min({wanted, span, static_cast<std::uint64_t>(std::max<std::size_t>(most, 1))});
  if (count <= 1) return {Chunk{}};
  const std::uint64_t width = span / count + 1;
  std::vector<Chunk> chunks;
  std::optional<std::int64_t> from;
  for (std::uint64_t i = 1; i < count && i * width <= span; ++i) {
    const auto bound = static_cast<std::int64_t>(static_cast<std::uint64_t>(*size.least_key) + i * width);
    chunks.push_back({from, bound});
    from = bound;
  }
  chunks.push_back({from, std::nullopt});
  return chunks;
}

}  // namespace slipway::migrate
