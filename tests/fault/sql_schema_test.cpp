// The database server is killed while a schema is applied; after its recovery the next run completes it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "appliance/sql/schema.hpp"
#include "tests/support/schema_picture.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

embedded::Database start(const std::filesystem::path& directory) {
  auto started = test::start_scratch_server(directory);
  EXPECT_TRUE(started.has_value()) << to_text(started.error());
  return std::move(started).value();
}

TEST(SchemaFault, OutlivesAKilledServer) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto reference = test::connect(test::fresh_database());
  ASSERT_TRUE(upgrade_schema(reference, account_schema()).has_value());
  const std::string whole = test::schema_picture(reference);

  const test::TempDirectory directory;
  int killed_half_way = 0;
  for (int round = 0; round < 6; ++round) {
    Endpoint endpoint;
    {
      auto server = start(directory / "db");
      endpoint = server.administrator();
      const std::string name = "round_" + std::to_string(round);
      ASSERT_TRUE(test::connect(endpoint).execute_text("CREATE DATABASE " + name).has_value());
      endpoint.database = name;
      auto victim = test::connect(endpoint);
      bool completed = false;
      std::thread upgrading([&] { completed = upgrade_schema(victim, account_schema()).has_value(); });
      ::usleep(static_cast<useconds_t>(random() % 60'000));  // the moment of the kill
      server.kill();
      upgrading.join();
      killed_half_way += completed ? 0 : 1;
    }
    auto server = start(directory / "db");
    auto connection = test::connect(endpoint);
    const auto resumed = upgrade_schema(connection, account_schema());
    ASSERT_TRUE(resumed.has_value()) << to_text(resumed.error());
    EXPECT_EQ(test::schema_picture(connection), whole);
  }
  EXPECT_GT(killed_half_way, 0);
}

}  // namespace
}  // namespace slipway::sql
