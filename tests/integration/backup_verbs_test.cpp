// `slipway backup` and `slipway restore` as operators use them.
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/http/client.hpp"
#include "services/backup/lease.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

json parsed(const process::Finished& finished) {
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  return json::parse(finished.out, nullptr, false);
}

class BackupVerbs : public ::testing::Test {
 protected:
  void SetUp() override { instance_.up(); }

  void make_key() { parsed(instance_.slipway({"backup", "key", "new", "--json"})); }

  Instance instance_;
};

// A37 F1
TEST_F(BackupVerbs, BringAnAccountBackBesideTheLivingOneOrInItsPlace) {
  make_key();
  const auto taken = parsed(instance_.slipway({"backup", "run", "--json"}));
  EXPECT_EQ(taken["kind"], "full");
  EXPECT_EQ(taken["accounts"].size(), 3U);
  const auto planned = parsed(instance_.slipway({"restore", "--account", "production", "--into", "earlier", "--json"}));
  EXPECT_EQ(planned["executed"], false);
  EXPECT_THAT(instance_.slipway({"account", "show", "earlier"}).err, HasSubstr("earlier"));

  const auto beside =
      parsed(instance_.slipway({"restore", "--account", "production", "--into", "earlier", "--execute", "--json"}));
  EXPECT_EQ(beside["executed"], true);
  EXPECT_GT(beside["tables_compared"], 15);
  const auto earlier = parsed(instance_.slipway({"account", "show", "earlier", "--json"}));
  EXPECT_EQ(earlier["state"], "active");
  EXPECT_EQ(earlier["sends_mail"], false);
  parsed(instance_.slipway({"account", "mail", "earlier", "on", "--json"}));
  EXPECT_EQ(parsed(instance_.slipway({"account", "show", "earlier", "--json"}))["sends_mail"], true);

  const auto in_place = parsed(instance_.slipway({"restore", "--account", "production", "--execute", "--json"}));
  EXPECT_EQ(in_place["set_aside"], "acct_production_1");
  EXPECT_EQ(parsed(instance_.slipway({"account", "show", "production", "--json"}))["generation"], 2);
  EXPECT_EQ(parsed(instance_.slipway({"account", "databases", "production", "--json"})).size(), 2U);
  const auto drop = [this](const std::string& database, const std::string& confirmation) {
    return instance_.slipway({"account", "drop-database", "production", database, "--confirm", confirmation});
  };
  EXPECT_EQ(drop("acct_production_1", "acct_production_2").exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_EQ(drop("acct_sandbox_1", "acct_sandbox_1").exit_status, traits(Code::not_found).exit_status);
  EXPECT_EQ(drop("acct_production_2", "acct_production_2").exit_status, traits(Code::conflict).exit_status);
  EXPECT_EQ(drop("acct_production_1", "acct_production_1").exit_status, 0);
  EXPECT_EQ(parsed(instance_.slipway({"account", "databases", "production", "--json"})).size(), 1U);

  for (const bool execute : {true, false}) {  // the plan looks at names, too
    std::vector<std::string> words{"restore", "--account", "production", "--into", "sandbox"};
    if (execute) words.emplace_back("--execute");
    const auto again = instance_.slipway(words);
    EXPECT_NE(again.exit_status, 0);
    EXPECT_THAT(again.err, HasSubstr("account 'sandbox': is there already"));
  }
  EXPECT_THAT(instance_.slipway({"restore", "--account", "nobody"}).err, HasSubstr("account 'nobody': is not on this"));
}

// A37: killed while it makes the new account, nobody is let in, and the same words finish it.
TEST_F(BackupVerbs, AnAccountBesideTheLivingOneIsFinishedByTheNextCall) {
  make_key();
  parsed(instance_.slipway({"backup", "run", "--json"}));
  for (const std::string point : {"account.made", "account.loaded", "account.published"}) {
    SCOPED_TRACE(point);
    const std::string name = point.substr(point.find('.') + 1);
    const std::vector<std::string> plan{"restore", "--account", "production", "--into", name, "--json"};
    std::vector<std::string> order = plan;
    order.emplace_back("--execute");
    const auto killed = instance_.slipway(order, {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", point}});
    EXPECT_EQ(killed.exit_status, 128 + SIGKILL) << killed.err;
    EXPECT_EQ(parsed(instance_.slipway({"account", "show", name, "--json"}))["state"], "suspended");
    EXPECT_EQ(parsed(instance_.slipway(plan))["executed"], false);
    EXPECT_EQ(parsed(instance_.slipway(order))["executed"], true);
    EXPECT_EQ(parsed(instance_.slipway({"account", "show", name, "--json"}))["state"], "active");
    EXPECT_EQ(parsed(instance_.slipway({"account", "databases", name, "--json"})).size(), 1U);
  }
}

// A35: the instance's own programs write nothing while nobody uses it.
TEST_F(BackupVerbs, TakeIncrementalsWithoutPiecesWhileNobodyUsesTheInstance) {
  make_key();
  parsed(instance_.slipway({"backup", "run", "--json"}));
  int quiet = 0;
  EXPECT_TRUE(eventually(std::chrono::seconds(90), [&] {
    const auto taken = instance_.slipway({"backup", "run", "--incremental", "--json"});
    // Two in one second have one name.
    if (taken.exit_status == 0) quiet = parsed(taken)["pieces"].empty() ? quiet + 1 : 0;
    return quiet == 2;
  }));
  EXPECT_EQ(instance_.slipway({"backup", "verify"}).exit_status, 0);
}

// F7
TEST_F(BackupVerbs, RestoreAServerOnANewMachineWithTheRecoveryKeyAlone) {
  make_key();
  const auto key = parsed(instance_.slipway({"backup", "key", "show", "--recovery", "--json"}));
  parsed(instance_.slipway({"backup", "run", "--json"}));
  const TempDirectory machine;
  write_file(machine / "slipway.toml", "[backup]\neven = \"file://" + (instance_ / "backups/even").string() +
                                           "\"\nkey_file = \"" + (machine / "key").string() + "\"\nwork_dir = \"" +
                                           (machine / "work").string() + "\"\n");
  const std::vector<std::string> base{program("slipway").string(), "--config", (machine / "slipway.toml").string()};
  const auto run = [&](std::vector<std::string> arguments, const std::string& input) {
    arguments.insert(arguments.begin(), base.begin(), base.end());
    return *process::run({.argv = arguments, .stdin_data = input});
  };
  EXPECT_THAT(run({"backup", "list"}, "").err, HasSubstr("backup key import"));
  const auto imported =
      parsed(run({"backup", "key", "import", "--json"}, key["recovery_key"].get<std::string>() + "\n\n"));
  EXPECT_EQ(imported["id"], key["id"]);
  const auto restored =
      parsed(run({"restore", "--directory", (machine / "server").string(), "--execute", "--json"}, ""));
  EXPECT_EQ(restored["data_dir"], (machine / "server/data").string());

  auto server = embedded::Database::start({.directory = machine / "server", .buffer_pool_bytes = 32U << 20U});
  ASSERT_TRUE(server.has_value()) << to_text(server.error());
  auto connection = connect(server->administrator());
  const auto accounts = connection.query("SELECT name FROM slipway.account ORDER BY name");
  ASSERT_TRUE(accounts.has_value()) << to_text(accounts.error());
  EXPECT_EQ(accounts->size(), 3U);
}

// A37
TEST_F(BackupVerbs, PutARestoredServerInThePlaceOfTheOneThatServes) {
  make_key();
  const auto taken = parsed(instance_.slipway({"backup", "run", "--json"}));
  for (const char* point : {"", "in_place.ready", "in_place.stopped", "in_place.exchanged", "in_place.set_aside"}) {
    SCOPED_TRACE(point);
    parsed(instance_.slipway({"account", "create", "later", "--json"}));
    const std::vector<std::string> restore{"restore", "--in-place", "--to", taken["id"], "--execute", "--json"};
    if (*point != '\0') {
      const auto killed = instance_.slipway(restore, {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", point}});
      EXPECT_EQ(killed.exit_status, 128 + SIGKILL) << killed.err;
    }
    const auto restored = parsed(instance_.slipway(restore));
    EXPECT_EQ(restored["restarted"], true);
    EXPECT_NE(instance_.slipway({"account", "show", "later"}).exit_status, 0);
    EXPECT_EQ(parsed(instance_.slipway({"account", "show", "production", "--json"}))["state"], "active");
    EXPECT_TRUE(std::filesystem::exists(restored["set_aside"].get<std::string>()));
    EXPECT_FALSE(std::filesystem::exists(instance_ / "database.restored"));
    instance_.up();
  }

  // Killed with the exchange done, then something else is wanted: what served before is not what is cleared away.
  parsed(instance_.slipway({"account", "create", "later", "--json"}));
  const std::vector<std::string> one{"restore", "--in-place", "--to", taken["id"], "--execute"};
  const auto kept = [this] {
    return std::ranges::count_if(std::filesystem::directory_iterator(instance_.directory()), [](const auto& entry) {
      return entry.path().filename().string().starts_with("database.before-");
    });
  };
  const auto before = kept();
  EXPECT_NE(instance_.slipway(one, {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "in_place.exchanged"}}).exit_status,
            0);
  instance_.up();
  parsed(instance_.slipway({"restore", "--in-place", "--execute", "--json"}));
  EXPECT_EQ(kept(), before + 2);
  // And what has served since is no exchange that is to be ended.
  parsed(instance_.slipway({"restore", "--in-place", "--execute", "--json"}));
  EXPECT_EQ(kept(), before + 3);
}

// F7: a restored server has passwords that another machine's key sealed.
TEST_F(BackupVerbs, AnAccountIsServedWithTheKeyOfAnotherMachine) {
  const auto page = [this] {
    const auto answer =
        http::fetch({.url = instance_.url() + "/production/sign-in"}, {.ca_file = instance_.certificate()});
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(page(), 200);
  instance_.down();
  const auto file = instance_ / "secrets/account.key";
  std::string key = read_file(file);
  key[0] = key[0] == 'a' ? 'b' : 'a';
  write_file(file, key);
  instance_.up();
  EXPECT_EQ(page(), 200);
}

TEST_F(BackupVerbs, SayWhatIsWrongAndTheWayOut) {
  EXPECT_THAT(instance_.slipway({"backup", "run"}).err, HasSubstr("slipway backup key new"));
  EXPECT_THAT(run_program("slipway", {"backup", "--help"}).out, HasSubstr("Example: slipway backup run"));
  make_key();
  EXPECT_NE(instance_.slipway({"backup", "key", "new"}).exit_status, 0);
  EXPECT_THAT(instance_.slipway({"backup", "list"}).out, HasSubstr("slipway backup run"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production"}).err, HasSubstr("there is no backup"));
  EXPECT_THAT(instance_.slipway({"restore"}).err, HasSubstr("--account NAME"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--to", "yesterday"}).err,
              HasSubstr("a time in UTC"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--to", "2026-11-29"}).err,
              HasSubstr("a date needs a time"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--to", "2999-01-01T00:00:00Z"}).err,
              HasSubstr("in the future"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--to", "2026-11-01T00:00:00.5Z"}).err,
              HasSubstr("whole seconds"));
  for (const char* into : {"", "production"})
    EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--into", into}).err,
                HasSubstr("is no new account"));
  EXPECT_THAT(instance_.slipway({"restore", "--account", "production", "--in-place"}).err, HasSubstr("two things"));
  EXPECT_THAT(instance_.slipway({"restore", "--directory", instance_.directory().string()}).err,
              HasSubstr("is not empty"));
  std::filesystem::rename(instance_ / "backups/even", instance_ / "backups/away");
  EXPECT_EQ(instance_.slipway({"backup", "list"}).exit_status, 0);
  std::filesystem::rename(instance_ / "backups/odd", instance_ / "backups/away too");
  for (const char* verb : {"list", "timeline", "verify"})
    EXPECT_EQ(instance_.slipway({"backup", verb}).exit_status, traits(Code::not_found).exit_status) << verb;
  std::filesystem::rename(instance_ / "backups/away", instance_ / "backups/even");
  EXPECT_THAT(instance_.slipway({"backup", "show", "nothing"}).err, HasSubstr("slipway backup list"));
}

TEST_F(BackupVerbs, RefuseToWorkWhereTheSameVerbIsAtWork) {
  make_key();
  const auto place = instance_ / "backups" / "work" / "by_hand";
  {
    std::filesystem::create_directories(place);
    const auto lock = FileLock::take(place / "backup-run.lock");
    ASSERT_TRUE(lock.has_value());
    const auto refused = instance_.slipway({"backup", "run"});
    EXPECT_NE(refused.exit_status, 0);
    EXPECT_THAT(refused.err, HasSubstr("'slipway backup run': is at work already"));
  }
  std::filesystem::create_directories(place / "backup-run");
  write_file(place / "backup-run/left by a killed run", "");
  parsed(instance_.slipway({"backup", "run", "--json"}));
  EXPECT_FALSE(std::filesystem::exists(place / "backup-run"));
}

// F1
TEST_F(BackupVerbs, VerifyNamesThePieceThatIsDamaged) {
  make_key();
  const auto taken = parsed(instance_.slipway({"backup", "run", "--json"}));
  EXPECT_EQ(instance_.slipway({"backup", "verify"}).exit_status, 0);
  const std::string piece = taken["pieces"][0]["name"];
  const auto file = instance_ / "backups/even" / piece;
  auto bytes = read_file(file);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  write_file(file, bytes);
  const auto verified = instance_.slipway({"backup", "verify"});
  EXPECT_NE(verified.exit_status, 0);
  EXPECT_THAT(verified.err, HasSubstr(piece));
  const auto restored = instance_.slipway({"restore", "--account", "production", "--into", "earlier", "--execute"});
  EXPECT_NE(restored.exit_status, 0);
  EXPECT_THAT(restored.err, HasSubstr(piece));
}

/// The repository "even" of an instance, as a program beside it sees it.
Result<backup::Repository> even_of(const Instance& instance) {
  SLIPWAY_TRY(auto key, archive::Key::read_file(instance / "secrets/backup.key"));
  SLIPWAY_TRY(auto storage, backup::open_storage({.url = "file://" + (instance / "backups/even").string()}));
  return backup::Repository::open("even", std::move(storage), std::move(key));
}

/// A backup of the days before, whose proof failed.
void add_failed(const backup::Repository& even, const backup::Manifest& like, std::chrono::days ago) {
  backup::Manifest old = like;
  old.taken_at = old.ended_at = like.taken_at - ago;
  old.id = backup::backup_id(old.taken_at, backup::Kind::full);
  old.pieces.clear();
  ASSERT_TRUE(even.write_document(backup::manifest_name(old.id), backup::to_json(old)).has_value());
  backup::Proof proof;
  proof.outcome = backup::ProofOutcome::failed;
  proof.backup = old.id;
  ASSERT_TRUE(even.add_proof(proof).has_value());
}

// A35
TEST_F(BackupVerbs, PruneShowsWhatItWouldRemoveAndDoesItOnlyWhileNoAgentWorks) {
  make_key();
  const std::string taken = parsed(instance_.slipway({"backup", "run", "--json"}))["id"];
  const auto even = even_of(instance_);
  ASSERT_TRUE(even.has_value()) << to_text(even.error());
  const auto manifest = even->backup(taken);
  ASSERT_TRUE(manifest.has_value()) << to_text(manifest.error());
  add_failed(*even, *manifest, std::chrono::days(3));
  add_failed(*even, *manifest, std::chrono::days(9));

  const auto plan = parsed(instance_.slipway({"backup", "prune", "--json"}));
  EXPECT_EQ(plan["executed"], false);
  ASSERT_EQ(plan["backups"].size(), 3U);
  EXPECT_EQ(plan["backups"][0]["keep"], false);
  EXPECT_THAT(plan["backups"][0]["reasons"][0].get<std::string>(), HasSubstr("failed its proof; older than 7 days"));
  EXPECT_EQ(plan["backups"][1]["keep"], true);
  EXPECT_EQ(plan["backups"][2]["keep"], true);
  EXPECT_EQ(plan["freed_bytes"], plan["backups"][0]["bytes"]);
  EXPECT_EQ(plan["logs"].size(), 2U);

  // This process is an agent that works there.
  const SystemClock clock;
  ASSERT_TRUE(backup::take_lease(*even, clock.now()).has_value());
  const auto refused = instance_.slipway({"backup", "prune", "--execute"});
  EXPECT_EQ(refused.exit_status, traits(Code::in_use).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("is used by process " + std::to_string(::getpid())));
  EXPECT_EQ(parsed(instance_.slipway({"backup", "prune", "--json"}))["backups"].size(), 3U);
  backup::drop_lease(*even, clock.now());

  EXPECT_EQ(parsed(instance_.slipway({"backup", "prune", "--execute", "--json"}))["executed"], true);
  const auto left = parsed(instance_.slipway({"backup", "list", "--json"}));
  ASSERT_EQ(left["backups"].size(), 2U);
  EXPECT_EQ(left["backups"][1]["id"], taken);
  EXPECT_FALSE(backup::agent_is_alive(*even, clock.now()));
  EXPECT_EQ(parsed(instance_.slipway({"backup", "prune", "--json"}))["freed_bytes"], 0);
}

}  // namespace
}  // namespace slipway::test
