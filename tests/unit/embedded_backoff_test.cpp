#include <gtest/gtest.h>

#include "appliance/embedded/supervisor.hpp"

namespace slipway::embedded {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesUpToTheMost) {
  const Backoff backoff;
  std::vector<std::int64_t> pauses;
  milliseconds pause{0};
  for (int i = 0; i < 8; ++i) {
    pause = backoff.next(pause, milliseconds(0));
    pauses.push_back(pause.count());
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{100, 200, 400, 800, 1600, 3200, 5000, 5000}));
}

TEST(Backoff, BeginsAnewAfterHealthyTime) {
  const Backoff backoff;
  EXPECT_EQ(backoff.next(seconds(5), backoff.healthy_after - milliseconds(1)), seconds(5));
  EXPECT_EQ(backoff.next(seconds(5), backoff.healthy_after), milliseconds(100));
}

}  // namespace
}  // namespace slipway::embedded
