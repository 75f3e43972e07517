// The files of a database server that give way to others, cut off anywhere (F7, D8).
#include "appliance/setup/data_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/support/temp_directory.hpp"

namespace slipway::setup {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

struct Cut {};  // in the place of a kill

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  if (!fs::exists(directory)) return names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename());
  return names;
}

class DataExchangeTest : public ::testing::Test {
 protected:
  DataExchangeTest() {
    for (const char* name : {"mysql/user", "ibdata1", "slipway/person"}) write(places.data / name, "old");
    for (const char* name : {"mysql/user", "ibdata1", "binlog.000001"}) write(places.incoming / name, "new");
  }

  /// As one process: to its end, or to where it is cut off.
  void exchange(const std::function<void(std::string_view)>& passed) const {
    const DataExchange files(places, passed);
    ASSERT_TRUE(files.announce());
    ASSERT_TRUE(files.take_out());
    ASSERT_TRUE(files.bring_in());
    ASSERT_TRUE(files.finish());
  }

  test::TempDirectory directory;
  DataExchange::Places places{directory / "data", directory / "incoming", directory / "outgoing"};
};

// F7, D8
TEST_F(DataExchangeTest, CutOffAnywhereIsFinishedByTheNextCall) {
  std::vector<std::string> points;
  {
    const test::TempDirectory elsewhere;
    write(elsewhere / "data/mysql/user", "old");
    write(elsewhere / "incoming/mysql/user", "new");
    const DataExchange files({elsewhere / "data", elsewhere / "incoming", elsewhere / "outgoing"},
                             [&](std::string_view point) { points.emplace_back(point); });
    ASSERT_TRUE(files.announce());
    ASSERT_TRUE(files.take_out());
    ASSERT_TRUE(files.bring_in());
    EXPECT_TRUE(files.begun());
    EXPECT_TRUE(files.coming());
  }
  EXPECT_THAT(points, ElementsAre("leaving", "one-left", "left", "coming", "one-came", "came"));
  // The last process is cut off at every place in turn, each going on where the one before was.
  for (const std::string& point : points) try {
      exchange([&](std::string_view passed) {
        if (passed == point) throw Cut{};
      });
      FAIL() << "nothing was cut off at " << point;
    } catch (const Cut&) {
      // Neither the server nor who makes an empty database starts.
      EXPECT_THAT(names_in(places.data), Contains(".being-restored")) << point;
    }
  exchange([](std::string_view) {});
  EXPECT_EQ(names_in(places.data), (std::set<std::string>{"mysql", "ibdata1", "binlog.000001"}));
  EXPECT_EQ(names_in(places.outgoing), (std::set<std::string>{"mysql", "ibdata1", "slipway"}));
  EXPECT_TRUE(names_in(places.incoming).empty());
}

// F7, D8: without the system's tables a server does not start, so a half-exchanged directory never looks whole.
TEST_F(DataExchangeTest, MovesTheSystemsTablesOutFirstAndInLast) {
  try {
    exchange([](std::string_view passed) {
      if (passed == "one-left") throw Cut{};
    });
  } catch (const Cut&) {
    EXPECT_EQ(names_in(places.outgoing), std::set<std::string>{"mysql"});
  }
  int came = 0;
  try {
    exchange([&](std::string_view passed) {
      if (passed == "one-came" && ++came == 2) throw Cut{};
    });
  } catch (const Cut&) {
    EXPECT_THAT(names_in(places.data), Not(Contains("mysql")));
  }
  EXPECT_EQ(came, 2);
}

// F7
TEST_F(DataExchangeTest, LeavesTheMarkOfAnEmptyDatabaseWhereItIs) {
  write(places.data / kBeingMade, "");
  exchange([](std::string_view) {});
  EXPECT_THAT(names_in(places.data), Contains(kBeingMade));
  EXPECT_THAT(names_in(places.outgoing), Not(Contains(kBeingMade)));
}

}  // namespace
}  // namespace slipway::setup
