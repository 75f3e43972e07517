// Chunks of any table cover every key exactly once.
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "migrate/engine/chunk_rules.hpp"

namespace slipway::migrate {
namespace {

TEST(Chunks, CoverEveryKeyOnceInOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    auto a = static_cast<std::int64_t>(random() >> (random() % 63));
    auto b = static_cast<std::int64_t>(random() >> (random() % 63));
    if (random() % 4 == 0) a = -a;
    if (round == 0) a = std::numeric_limits<std::int64_t>::min(), b = std::numeric_limits<std::int64_t>::max();
    const TableSize size{random() % 100'000, random() >> (random() % 63), std::min(a, b), std::max(a, b)};
    const auto chunks = cut(size, 1 + random() % (64U << 20U), 1000);
    ASSERT_FALSE(chunks.empty());
    ASSERT_LE(chunks.size(), 1000U);
    EXPECT_FALSE(chunks.front().from.has_value());
    EXPECT_FALSE(chunks.back().to.has_value());
    for (std::size_t i = 1; i < chunks.size(); ++i) {
      ASSERT_TRUE(chunks[i].from.has_value() && chunks[i - 1].to.has_value());
      EXPECT_EQ(*chunks[i].from, *chunks[i - 1].to);
      if (chunks[i].to) {
        EXPECT_LT(*chunks[i].from, *chunks[i].to);
      }
    }
  }
}

}  // namespace
}  // namespace slipway::migrate
