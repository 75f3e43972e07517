// Whether a server's log goes on from where a copy ends, with a real server.
#include <gtest/gtest.h>

#include "services/site/continuation.hpp"
#include "tests/support/backed_up_server.hpp"

namespace slipway::test {
namespace {

// D6
TEST(SiteContinuation, ACopyOfAnotherHistoryOrFromBeforeTheLogIsToldFromOneThatCatchesUp) {
  const TempDirectory directory;
  auto server = start_logging_server(directory.path(), 1, {"--gtid-strict-mode=1"});
  auto admin = connect(server.administrator());
  const auto run = [&](const std::string& script) {
    const auto done = admin.run_script(script);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  };
  const auto outcome = [&](const std::string& gtid) {
    const auto goes_on = site::check_log_goes_on(server.administrator(), *sql::GtidPosition::parse(gtid));
    return goes_on ? std::optional<Code>() : goes_on.error().code;
  };
  run("CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT);\n");
  const std::string early = position_of(admin).to_text();
  run("INSERT INTO desk.note VALUES ();\nINSERT INTO desk.note VALUES ();\n");
  const std::string late = position_of(admin).to_text();
  EXPECT_EQ(outcome(early), std::nullopt);
  EXPECT_EQ(outcome(late), std::nullopt);
  // The same number, given by another server.
  EXPECT_EQ(outcome("0-4711" + early.substr(early.rfind('-'))), Code::conflict);
  run("FLUSH BINARY LOGS;\nINSERT INTO desk.note VALUES ();\nFLUSH BINARY LOGS;\n");
  run("PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY;\n");
  EXPECT_EQ(outcome(early), Code::not_found);
}

}  // namespace
}  // namespace slipway::test
