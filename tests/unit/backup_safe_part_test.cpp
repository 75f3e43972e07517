// Which part of a log counts as safe.
#include <gtest/gtest.h>

#include <vector>

#include "services/backup/safe_part_rules.hpp"

namespace slipway::backup {
namespace {

using Safe = SafePart<int>;

// F2
TEST(SafePart, WhatIsSyncedIsSafeWhenNothingBeforeItWaits) {
  Safe safe;
  safe.begin(10);
  EXPECT_EQ(safe.end(), 10);
  safe.synced(12);
  EXPECT_EQ(safe.end(), 12);
}

// F2
TEST(SafePart, ASegmentInNoRepositoryHoldsBackThoseAfterIt) {
  Safe safe;
  safe.begin(10);
  safe.finished(1, 20);
  safe.finished(2, 30);
  safe.delivered(2);
  EXPECT_EQ(safe.end(), 10);
  safe.synced(35);
  EXPECT_EQ(safe.end(), 10);
  safe.delivered(1);
  EXPECT_EQ(safe.end(), 35);
}

// F2
TEST(SafePart, WhatWasSyncedOfASegmentEndsWithIt) {
  Safe safe;
  safe.begin(10);
  safe.finished(1, 20);
  safe.synced(25);
  safe.finished(2, 30);
  safe.delivered(1);
  EXPECT_EQ(safe.end(), 20);
  safe.delivered(2);
  EXPECT_EQ(safe.end(), 30);
}

// F2
TEST(SafePart, NamesTheSegmentsThatWait) {
  Safe safe;
  safe.begin(0);
  safe.finished(4, std::nullopt);
  safe.finished(5, 9);
  safe.delivered(5);
  std::vector<std::uint64_t> waiting;
  safe.each_waiting([&](std::uint64_t number) { waiting.push_back(number); });
  EXPECT_EQ(waiting, std::vector<std::uint64_t>{4});
  safe.delivered(4);
  EXPECT_EQ(safe.end(), 9);
}

}  // namespace
}  // namespace slipway::backup
