// Huge values beside ordinary ones: they arrive, and the tool stays small.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/support/programs.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

constexpr long kMostMemoryKib = 200L << 10U;

struct Ended {
  int status = -1;
  long peak_kib = 0;
};

/// Runs a program to its end, and asks the kernel how much memory it had at most. Its report goes to `out`.
Ended run_and_weigh(std::vector<std::string> argv, const std::filesystem::path& out) {
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {1, 2})
    posix_spawn_file_actions_addopen(&actions, descriptor, out.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  Ended ended;
  pid_t child = 0;
  if (::posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0) {
    rusage usage{};
    ::wait4(child, &ended.status, 0, &usage);
    ended.peak_kib = usage.ru_maxrss;
  }
  posix_spawn_file_actions_destroy(&actions);
  return ended;
}

/// Count, bytes and a sum of every value, by the server.
std::string sums_of(const sql::Endpoint& endpoint) {
  auto session = test::connect(endpoint);
  std::string text;
  for (const char* query :
       {"SELECT CONCAT_WS(' ', COUNT(*), SUM(LENGTH(content)), SUM(CRC32(content)), SUM(CRC32(name))) FROM file",
        "SELECT CONCAT_WS(' ', COUNT(*), SUM(LENGTH(body)), SUM(CRC32(body)), SUM(LENGTH(j)), SUM(CRC32(j))) FROM note",
        "SELECT CONCAT_WS(' ', COUNT(*), SUM(LENGTH(content)), SUM(CRC32(content))) FROM keyless"}) {
    const auto row = session.query_one(query);
    EXPECT_TRUE(row.has_value()) << query;
    if (row) text += (*row)->text(0) + "\n";
  }
  return text;
}

/// Values of 64 MB, made by the server itself, whose packets bound what one function gives: two rows of 64,000,000
/// bytes of binary data, text of letters of two, three and four bytes, JSON, and ordinary rows between them.
void make_huge_values(const sql::Endpoint& endpoint) {
  auto session = test::connect(endpoint);
  const auto made = session.run_script(R"(
CREATE TABLE file (id INT PRIMARY KEY, name VARCHAR(50), content LONGBLOB);
CREATE TABLE note (id INT PRIMARY KEY, body LONGTEXT CHARACTER SET utf8mb4, j JSON);
CREATE TABLE keyless (content LONGBLOB);
INSERT INTO file SELECT seq * 2, CONCAT('file ', seq), REPEAT(MD5(seq), seq) FROM seq_1_to_2000;
INSERT INTO file VALUES (1001, 'huge', REPEAT(X'000A0D5C09271AFF', 8000000)), (1003, 'huge too', REPEAT('0123456', 9142857)),
  (1005, NULL, NULL), (99999, 'large', REPEAT(MD5(5), 200000));
INSERT INTO note SELECT seq, REPEAT('é', seq), JSON_ARRAY(seq) FROM seq_1_to_500;
INSERT INTO note VALUES (501, REPEAT('aé€😀', 4000000), JSON_ARRAY(REPEAT('ü', 12000000))), (502, NULL, NULL), (503, REPEAT('x', 4194305), '{}');
INSERT INTO keyless VALUES ('small'), (REPEAT('k', 20000000)))");
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
}

class HugeValues : public testing::Test {
 protected:
  void SetUp() override {
    make_huge_values(source_);
    const auto row = admin_.query_one("SELECT @@GLOBAL.max_allowed_packet");
    ASSERT_TRUE(row.has_value());
    packet_before_ = (*row)->text(0);
  }
  void TearDown() override { set_limits(packet_before_, 0); }

  void set_limits(const std::string& packet, int local_infile) {
    ASSERT_TRUE(admin_
                    .execute_text("SET GLOBAL max_allowed_packet = " + packet +
                                  ", local_infile = " + std::to_string(local_infile))
                    .has_value());
  }

  void expect_small_and_equal() {
    const auto address = [](const sql::Endpoint& endpoint) {
      return "socket=" + endpoint.socket + ",user=" + endpoint.user + ",db=" + endpoint.database;
    };
    const test::TempDirectory directory;
    const auto ended = run_and_weigh({test::program("slipway-migrate").string(), "copy", "--source", address(source_),
                                      "--target", address(target_), "--method", "sql"},
                                     directory / "log");
    EXPECT_EQ(ended.status, 0) << test::read_file(directory / "log");
    EXPECT_GT(ended.peak_kib, 1024);
    EXPECT_LT(ended.peak_kib, kMostMemoryKib);
    RecordProperty("peak_kib", std::to_string(ended.peak_kib));
    EXPECT_EQ(sums_of(target_), sums_of(source_));
  }

  sql::Connection admin_ = test::connect(test::TestServer::instance().administrator());
  std::string packet_before_;
  sql::Endpoint source_ = test::fresh_database();
  sql::Endpoint target_ = test::fresh_database();
};

// F6
TEST_F(HugeValues, TravelInPiecesWithinAFewMegabytesOfMemory) { expect_small_and_equal(); }

// F6
TEST_F(HugeValues, TravelThoughNoPacketOfEitherServerHoldsThem) {
  set_limits("1048576", 1);
  expect_small_and_equal();
}

}  // namespace
}  // namespace slipway::migrate
