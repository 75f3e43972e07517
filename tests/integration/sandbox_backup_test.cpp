// Backups of one account, on request: `slipway backup run --account`, and what becomes of them.
#include "services/backup/sandbox_backup.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "appliance/embedded/data_directory.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json parsed(const process::Finished& finished) {
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  return json::parse(finished.out, nullptr, false);
}

class SandboxBackup : public ::testing::Test {
 protected:
  void SetUp() override {
    instance_.up();
    parsed(instance_.slipway({"backup", "key", "new", "--json"}));
  }

  [[nodiscard]] process::Finished run(const std::vector<std::string>& more = {},
                                      const std::map<std::string, std::string>& environment = {}) const {
    std::vector<std::string> arguments{"backup", "run", "--account", "sandbox", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    process::Finished done;
    // Two in one second have one name.
    EXPECT_TRUE(eventually(std::chrono::seconds(20), [&] {
      done = instance_.slipway(arguments, environment);
      return done.exit_status != traits(Code::in_use).exit_status;
    }));
    return done;
  }
  [[nodiscard]] std::string take(const std::vector<std::string>& more = {}) const { return parsed(run(more))["id"]; }

  /// The name of every person, which is what a test changes.
  [[nodiscard]] std::string names(const std::string& account) {
    auto admin = connect(embedded::server_administrator({.directory = instance_ / "database"}));
    const auto row =
        admin.query_one("SELECT GROUP_CONCAT(display_name ORDER BY person_id) FROM " + database(account) + ".person");
    EXPECT_TRUE(row.has_value()) << to_text(row.error());
    return row ? (*row)->optional_text(0).value_or("") : "";
  }
  void change(const std::string& account, const std::string& word) {
    auto admin = connect(embedded::server_administrator({.directory = instance_ / "database"}));
    const auto done = admin.run_script("UPDATE " + database(account) +
                                       ".person SET display_name = CONCAT(display_name, '" + word + "');\n");
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }
  [[nodiscard]] std::string database(const std::string& account) const {
    return parsed(instance_.slipway({"account", "show", account, "--json"}))["database"];
  }

  Instance instance_;
};

// A36 A25
TEST_F(SandboxBackup, BringsTheAccountBackInItsPlaceOrBesideIt) {
  const std::string before = names("sandbox");
  const auto taken = parsed(run());
  EXPECT_EQ(taken["kind"], "sandbox");
  EXPECT_EQ(taken["proof"]["outcome"], "proven");
  EXPECT_GT(taken["table_sums"].size(), 15U);
  const std::string id = taken["id"];
  change("sandbox", " spoilt");
  ASSERT_NE(names("sandbox"), before);

  const auto planned = parsed(instance_.slipway({"restore", "--to", id, "--json"}));
  EXPECT_EQ(planned["executed"], false);
  EXPECT_EQ(planned["account"], "sandbox");
  EXPECT_THAT(instance_.slipway({"restore", "--to", id, "--into", "production"}).err, HasSubstr("is there already"));
  EXPECT_NE(names("sandbox"), before);
  const auto beside = parsed(instance_.slipway({"restore", "--to", id, "--into", "earlier", "--execute", "--json"}));
  EXPECT_EQ(beside["tables_compared"], taken["table_sums"].size());
  EXPECT_EQ(names("earlier"), before);
  EXPECT_EQ(parsed(instance_.slipway({"account", "show", "earlier", "--json"}))["kind"], "sandbox");
  EXPECT_NE(names("sandbox"), before);
  const auto in_place =
      parsed(instance_.slipway({"restore", "--to", id, "--account", "sandbox", "--execute", "--json"}));
  EXPECT_EQ(names("sandbox"), before);
  EXPECT_EQ(in_place["set_aside"], "acct_sandbox_1");
  EXPECT_EQ(parsed(instance_.slipway({"account", "show", "sandbox", "--json"}))["state"], "active");

  // An account that is gone comes back too.
  parsed(instance_.slipway({"account", "delete", "earlier", "--confirm", "earlier", "--json"}));
  parsed(instance_.slipway({"restore", "--to", id, "--into", "earlier", "--execute", "--json"}));
  EXPECT_EQ(names("earlier"), before);
}

// A36
TEST_F(SandboxBackup, FiveAreKeptAndOneIsReplacedWhenItIsNamed) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(take());
  const auto sixth = run();
  EXPECT_EQ(sixth.exit_status, traits(Code::conflict).exit_status);
  EXPECT_THAT(sixth.err, HasSubstr("--replace " + ids.front()));
  EXPECT_THAT(run({"--replace", "20260101t000000z-sandbox"}).err, HasSubstr("is none of account 'sandbox'"));
  // Not the oldest: the one that is named.
  const auto replacing = parsed(run({"--replace", ids[2]}));
  EXPECT_EQ(replacing["replaced"], ids[2]);
  ids.erase(ids.begin() + 2);
  ids.push_back(replacing["id"]);
  std::vector<std::string> listed;
  const auto list = parsed(instance_.slipway({"backup", "list", "--json"}));
  for (const auto& backup : list["backups"]) listed.push_back(backup["id"]);
  EXPECT_THAT(listed, ::testing::UnorderedElementsAreArray(ids));
  EXPECT_EQ(parsed(instance_.slipway({"backup", "verify", "--json"}))["unreferenced"].size(), 0U);
  const auto plan = parsed(instance_.slipway({"backup", "prune", "--json"}));
  EXPECT_EQ(plan["backups"].size(), 5U);
  for (const auto& decision : plan["backups"]) EXPECT_EQ(decision["keep"], true) << decision;
}

// A36
TEST_F(SandboxBackup, IsNoneOfTheServersBackups) {
  const auto full = parsed(instance_.slipway({"backup", "run", "--json"}));
  const std::string id = take();
  const auto incremental = instance_.slipway({"backup", "run", "--incremental", "--json"});
  EXPECT_EQ(parsed(incremental)["parent"], full["id"]);
  EXPECT_NE(parsed(instance_.slipway({"restore", "--account", "sandbox", "--json"}))["chain"].back(), id);
  EXPECT_EQ(parsed(instance_.slipway({"backup", "prove", id, "--json"}))["outcome"], "proven");
}

TEST_F(SandboxBackup, SaysWhatIsWrongAndTheWayOut) {
  const auto production = instance_.slipway({"backup", "run", "--account", "production"});
  EXPECT_THAT(production.err, HasSubstr("slipway restore --account production"));
  EXPECT_THAT(instance_.slipway({"backup", "run", "--account", "nobody"}).err, HasSubstr("nobody"));
  EXPECT_NE(instance_.slipway({"backup", "run", "--account", "sandbox", "--incremental"}).exit_status, 0);
  EXPECT_NE(instance_.slipway({"backup", "run", "--replace", "20260101t000000z-sandbox"}).exit_status, 0);
  const std::string id = take();
  EXPECT_THAT(instance_.slipway({"restore", "--to", id, "--account", "production"}).err, HasSubstr("not 'production'"));
  EXPECT_THAT(instance_.slipway({"restore", "--to", id, "--in-place"}).err, HasSubstr("no server"));
  EXPECT_THAT(instance_.slipway({"restore", "--to", id, "--into", "production", "--execute"}).err,
              HasSubstr("account 'production': is there already"));
  EXPECT_THAT(instance_.slipway({"restore", "--to", "20260101t000000z-sandbox"}).err, HasSubstr("slipway backup list"));
}

// A36 F1: killed anywhere there is a whole backup or none, and the account is as it was.
TEST_F(SandboxBackup, KilledLeavesAWholeOneOrNone) {
  const std::string before = names("sandbox");
  for (const char* point : {"take.piece_begun", "take.piece_stored", "take.streamed", "take.published"}) {
    SCOPED_TRACE(point);
    const auto killed = run({}, {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", point}});
    EXPECT_EQ(killed.exit_status, 128 + SIGKILL) << killed.err;
    EXPECT_THAT(parsed(instance_.slipway({"backup", "verify", "--json"}))["faults"], IsEmpty());
    const auto listed = parsed(instance_.slipway({"backup", "list", "--json"}))["backups"];
    EXPECT_EQ(listed.size(), std::string_view(point) == "take.published" ? 1U : 0U);
  }
  const std::string id = take();
  change("sandbox", " spoilt");
  parsed(instance_.slipway({"restore", "--to", id, "--execute", "--json"}));
  EXPECT_EQ(names("sandbox"), before);
}

// F1: what is damaged is never served.
TEST_F(SandboxBackup, ADamagedOneIsFoundAndTheLivingAccountStays) {
  const std::string id = take();
  const fs::path piece = instance_ / "backups/even/backups" / id / "data.0001";
  std::string bytes = read_file(piece);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(piece, bytes);
  change("sandbox", " later");
  const std::string now = names("sandbox");
  EXPECT_EQ(instance_.slipway({"restore", "--to", id, "--execute"}).exit_status, traits(Code::corrupt).exit_status);
  EXPECT_EQ(names("sandbox"), now);
  EXPECT_EQ(parsed(instance_.slipway({"account", "show", "sandbox", "--json"}))["state"], "active");
  EXPECT_EQ(instance_.slipway({"backup", "prove", id}).exit_status, traits(Code::corrupt).exit_status);
  EXPECT_EQ(instance_.slipway({"backup", "verify"}).exit_status, traits(Code::corrupt).exit_status);
}

// A36: one moment of all tables, whoever writes.
TEST(SandboxBackupUnderWrites, HoldsOneMomentAndItsChecksums) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  auto server = start_logging_server(directory / "server");
  auto admin = connect(server.administrator());
  ASSERT_TRUE(admin
                  .run_script("CREATE DATABASE acct_busy_1;\nUSE acct_busy_1;\n"
                              "CREATE TABLE a (id INT PRIMARY KEY, n INT, filler LONGTEXT);\n"
                              "CREATE TABLE z (id INT PRIMARY KEY, n INT);\n"
                              "INSERT INTO a SELECT seq, 0, REPEAT(MD5(seq), 300) FROM seq_1_to_500;\n"
                              "INSERT INTO z SELECT seq, 0 FROM seq_1_to_500;\n")
                  .has_value());
  // Always as much in one table as in the other.
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    auto session = connect(server.administrator());
    for (int i = 0; !stop; ++i) {
      const std::string id = std::to_string(i % 500 + 1);
      const auto done = session.run_script("BEGIN;\nUPDATE acct_busy_1.a SET n = n + 1 WHERE id = " + id +
                                           ";\nUPDATE acct_busy_1.z SET n = n + 1 WHERE id = " + id + ";\nCOMMIT;\n");
      if (!done) ADD_FAILURE() << to_text(done.error());
      ++written;
    }
  });
  const SystemClock clock;
  std::vector<backup::Manifest> taken;
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return written > 0; }));
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (taken.size() < 5 && std::chrono::steady_clock::now() < until) {
    const int before = written;
    auto backup = backup::take_sandbox_backup(
        repositories.even(),
        {.server = server.administrator(), .account = {"busy", "acct_busy_1"}, .work = directory / "work"}, clock,
        [](std::uint64_t, std::uint64_t) {});
    if (!backup && backup.error().code == Code::in_use) continue;  // two in one second have one name
    if (!backup) ADD_FAILURE() << to_text(backup.error());
    if (!backup) break;
    EXPECT_GT(written, before);
    taken.push_back(*std::move(backup));
  }
  stop = true;
  writer.join();
  for (const auto& backup : taken) {
    const auto proof = backup::prove_sandbox_backup(repositories.even(), backup, directory / "scratch", clock, nullptr);
    ASSERT_TRUE(proof.has_value()) << to_text(proof.error());
    EXPECT_EQ(proof->outcome, backup::ProofOutcome::proven) << to_text(*proof);
  }
  // The last one, loaded by hand: both tables are of the same moment.
  ASSERT_EQ(taken.size(), 5U);
  ASSERT_TRUE(admin.run_script("CREATE DATABASE again;\n").has_value());
  sql::Endpoint again = server.administrator();
  again.database = "again";
  auto target = connect(again);
  const auto tables =
      backup::load_sandbox_backup(repositories.even(), taken.back(), target, directory / "work", nullptr);
  ASSERT_TRUE(tables.has_value()) << to_text(tables.error());
  EXPECT_EQ(*tables, 2U);
  const auto sums = target.query_one("SELECT (SELECT SUM(n) FROM a), (SELECT SUM(n) FROM z)");
  ASSERT_TRUE(sums.has_value());
  EXPECT_EQ((*sums)->text(0), (*sums)->text(1));
  EXPECT_GT((*sums)->natural(0), 0U);
}

}  // namespace
}  // namespace slipway::test
