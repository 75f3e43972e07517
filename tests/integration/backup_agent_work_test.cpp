// What an agent does by itself, in this process and with intervals of a test.
#include <gmock/gmock.h>

#include <thread>

#include "appliance/account/platform.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/backup/agent.hpp"
#include "services/backup/catalog.hpp"
#include "services/backup/document.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

/// On a thread of its own, until the end of its scope.
class RunningAgent {
 public:
  RunningAgent(backup::AgentOptions options, const backup::Repositories& repositories)
      : agent_(std::move(options), repositories, clock_), thread_([this] { outcome_ = agent_.run(); }) {}
  RunningAgent(const RunningAgent&) = delete;
  RunningAgent& operator=(const RunningAgent&) = delete;
  ~RunningAgent() {
    agent_.stop();
    thread_.join();
    EXPECT_TRUE(outcome_.has_value()) << to_text(outcome_.error());
  }

  [[nodiscard]] bool says(const std::string& name) const {
    for (const auto& alert : agent_.status().alerts)
      if (alert.name == name) return true;
    return false;
  }

 private:
  SystemClock clock_;
  backup::Agent agent_;
  Status outcome_;
  std::thread thread_;
};

class BackupAgentWork : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(start_logging_server(directory_ / "server"));
    admin_.emplace(connect(server_->administrator()));
    const std::vector<account::ProgramUser> programs{{"slipway_web", crypto::random_token()}};
    ASSERT_TRUE(account::provision_platform(*admin_, programs).has_value());
    run("CREATE DATABASE acct_desk_1;\nCREATE TABLE acct_desk_1.note (id INT PRIMARY KEY AUTO_INCREMENT, text "
        "TEXT);\n");
    for (const char* name : {"even", "customer"}) std::filesystem::create_directory(directory_ / name);
    ASSERT_TRUE(archive::Key::make().write_file(directory_ / "key").has_value());
    write_file(directory_ / "slipway.toml", "[backup]\nenabled = true\neven = \"file://" +
                                                (directory_ / "even").string() + "\"\nmonthly = \"file://" +
                                                (directory_ / "customer").string() + "\"\nkey_file = \"" +
                                                (directory_ / "key").string() + "\"\n");
    const auto config = config::Config::load(directory_ / "slipway.toml", true, {}, {});
    ASSERT_TRUE(config.has_value()) << to_text(config.error());
    auto repositories = backup::Repositories::open(*config);
    ASSERT_TRUE(repositories.has_value()) << to_text(repositories.error());
    repositories_.emplace(*std::move(repositories));
    options_.server = server_->administrator();
    options_.server.database = account::kPlatformDatabase;
    options_.server_id = 900;
    options_.data = directory_ / "server/data";
    options_.work = directory_ / "work";
    options_.schedule = backup::schedule_policy(*config);
    options_.schedule.log_proof_every = std::chrono::minutes(0);
    options_.log = RunningArchiver::fast();
  }

  void run(const std::string& script) {
    const auto done = admin_->run_script(script);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }

  /// The last proof of a window of the log, once there is one that is as it should be.
  [[nodiscard]] std::optional<backup::Proof> proof_that(
      const std::function<bool(const backup::Proof&)>& matches) const {
    std::optional<backup::Proof> found;
    EXPECT_TRUE(eventually(std::chrono::seconds(150), [&] {
      const auto last = backup::last_window_proof(*repositories_->all().front());
      found = last ? *last : std::nullopt;
      return found && matches(*found);
    }));
    return found;
  }

  TempDirectory directory_;
  std::optional<embedded::Database> server_;
  std::optional<sql::Connection> admin_;
  std::optional<backup::Repositories> repositories_;
  backup::AgentOptions options_;
};

// F1
TEST_F(BackupAgentWork, ProvesTheLogAndAFailureStaysAnAlertOverARestart) {
  {
    const RunningAgent agent(options_, *repositories_);
    const auto first = proof_that([](const backup::Proof&) { return true; });
    ASSERT_TRUE(first);
    EXPECT_EQ(first->outcome, backup::ProofOutcome::proven) << to_text(*first);
    run("INSERT INTO acct_desk_1.note (text) VALUES ('a note');\n");
    const auto position = position_of(*admin_);
    const auto second = proof_that([&](const backup::Proof& proof) { return proof.position.covers(position); });
    ASSERT_TRUE(second);
    EXPECT_EQ(second->outcome, backup::ProofOutcome::proven) << to_text(*second);
    EXPECT_FALSE(agent.says("proof_failed"));

    // What the server holds and its log does not.
    run("SET sql_log_bin = 0;\nINSERT INTO acct_desk_1.note (text) VALUES ('unheard of');\n");
    EXPECT_TRUE(eventually(std::chrono::seconds(90), [&] { return agent.says("proof_failed"); }));
    const auto third = proof_that([](const backup::Proof&) { return true; });
    ASSERT_TRUE(third);
    EXPECT_EQ(third->outcome, backup::ProofOutcome::failed);
  }
  const RunningAgent agent(options_, *repositories_);
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return agent.says("proof_failed"); }));
}

// A35
TEST_F(BackupAgentWork, CopiesAProvenFullIntoTheCustomersRepositoryOnce) {
  const backup::Repository* const customer = repositories_->monthly();
  ASSERT_NE(customer, nullptr);
  options_.schedule.log_proof_every = std::chrono::minutes(60);
  const RunningAgent agent(options_, *repositories_);
  std::vector<backup::Manifest> copies;
  ASSERT_TRUE(eventually(std::chrono::seconds(150), [&] {
    auto listing = customer->backups();
    if (listing) copies = std::move(listing->backups);
    return !copies.empty();
  }));
  const auto proofs = customer->proofs(copies.front().id);
  ASSERT_TRUE(proofs.has_value() && !proofs->empty());
  EXPECT_EQ(proofs->back().outcome, backup::ProofOutcome::proven);
  const auto restored = restore_to({customer}, copies.front().id, directory_ / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto connection = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(connection), sums_of(*admin_));
  EXPECT_EQ(customer->storage().list("log/")->size(), 0U);
  EXPECT_EQ(customer->backups()->backups.size(), 1U);
}

// F2: two agents never write at once; the one of a machine that has died is waited for.
TEST_F(BackupAgentWork, WaitsForTheLeaseOfAnotherMachineToEnd) {
  const backup::Repository& repository = *repositories_->all().front();
  const SystemClock clock;
  const auto lease_elsewhere = [&](std::chrono::seconds life) {
    const nlohmann::ordered_json body{
        {"host", "another"}, {"boot", "b"}, {"pid", 1}, {"started", "1"}, {"until", to_iso8601(clock.now() + life)}};
    return repository.storage().replace("lease.json", backup::seal_document(repository.key(), "lease.json", body));
  };
  ASSERT_TRUE(lease_elsewhere(std::chrono::hours(1)).has_value());
  const RunningAgent agent(options_, *repositories_);
  EXPECT_TRUE(eventually(std::chrono::seconds(20), [&] { return agent.says("agent_elsewhere"); }));
  EXPECT_TRUE(repository.storage().list("log/")->empty());
  EXPECT_TRUE(repository.storage().list("backups/")->empty());
  ASSERT_TRUE(lease_elsewhere(std::chrono::seconds(0)).has_value());
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return !repository.backups()->backups.empty(); }));
  EXPECT_FALSE(agent.says("agent_elsewhere"));
}

}  // namespace
}  // namespace slipway::test
