// Lanes of any table of numbers cover every key exactly once.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "migrate/engine/key_rules.hpp"

namespace slipway::migrate {
namespace {

TEST(Lanes, CoverEveryKeyOnceInOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    auto a = static_cast<std::int64_t>(random() >> (random() % 63));
    auto b = static_cast<std::int64_t>(random() >> (random() % 63));
    if (random() % 4 == 0) a = -a;
    if (round == 0) a = std::numeric_limits<std::int64_t>::min(), b = std::numeric_limits<std::int64_t>::max();
    const std::int64_t least = std::min(a, b);
    const std::int64_t greatest = std::max(a, b);
    const std::uint64_t lanes = 1 + random() % 1000;
    const auto bounds = even_bounds(least, greatest, lanes);
    ASSERT_LT(bounds.size(), lanes);
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      ASSERT_GE(bounds[i], least);
      ASSERT_LT(bounds[i], greatest);
      if (i > 0) {
        ASSERT_LT(bounds[i - 1], bounds[i]);
      }
    }
    // Enough of them: no lane is wider than twice its share.
    const auto span = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
    if (span >= lanes) {
      EXPECT_GE(2 * (bounds.size() + 1), lanes);
    }
  }
}

}  // namespace
}  // namespace slipway::migrate
