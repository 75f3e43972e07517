// A proof whose server is ended from outside: a service manager tells all processes of a unit to end at once.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <utility>

#include "services/backup/catalog.hpp"
#include "services/backup/prove.hpp"
#include "tests/support/backed_up_server.hpp"

namespace slipway::test {
namespace {

/// Ends every database server whose data are below the directory.
void end_servers_below(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string words{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (words.find("mariadbd") != std::string::npos && words.find(directory.string()) != std::string::npos)
      ::kill(std::stoi(entry.path().filename().string()), SIGTERM);
  }
}

// F1
TEST(BackupProofStop, SaysNothingOfTheBackupAndTheSameEndWithoutOneDoes) {
  const SystemClock clock;
  const TempDirectory directory;
  const TwoRepositories repositories{directory / "repositories"};
  auto server = start_logging_server(directory / "server");
  auto admin = connect(server.administrator());
  ASSERT_TRUE(admin
                  .run_script("CREATE DATABASE acct_desk_1;\nCREATE TABLE acct_desk_1.note (id INT PRIMARY KEY);\n"
                              "INSERT INTO acct_desk_1.note VALUES (1);\n")
                  .has_value());
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
  ASSERT_TRUE(archiver.caught_up());
  const auto full = take_full(repositories.even(), server, directory / "server", archiver->status().line);
  const auto oracle = backup::take_oracle(server.administrator(), {});
  ASSERT_TRUE(oracle.has_value()) << to_text(oracle.error());
  ASSERT_TRUE(archiver->wait_for(oracle->position, std::chrono::seconds(20)));
  for (const bool stopped : {true, false}) {
    bool ended = false;
    backup::ProofOptions options{.directory = directory / "scratch", .gently = false};
    options.progress = [&](const std::string& step, std::uint64_t, std::uint64_t) {
      if (step == "check" && !std::exchange(ended, true)) end_servers_below(options.directory);
    };
    options.interrupted = [stopped] { return stopped; };
    const auto proof = backup::prove_backup(repositories.all(), repositories.even(), full, *oracle, options, clock);
    ASSERT_TRUE(proof.has_value()) << to_text(proof.error());
    EXPECT_TRUE(ended);
    EXPECT_EQ(proof->outcome, stopped ? backup::ProofOutcome::could_not_try : backup::ProofOutcome::failed);
    EXPECT_EQ(repositories.even().proofs(full.id)->size(), stopped ? 0U : 1U);
  }
}

}  // namespace
}  // namespace slipway::test
