// `slipway doctor` and `slipway support-bundle` on an embedded installation, as an operator runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "appliance/archive/zip.hpp"
#include "appliance/crypto/certificate_facts.hpp"
#include "appliance/crypto/crypto.hpp"
#include "tests/support/instance.hpp"

namespace slipway::doctor {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Goes on in any case: nothing may be left stopped.
class Stopped {
 public:
  explicit Stopped(int pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() { ::kill(pid_, SIGCONT); }

 private:
  int pid_;
};

nlohmann::json report_of(const process::Finished& finished) {
  const auto json = nlohmann::json::parse(finished.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << finished.out << finished.err;
  return json;
}

const nlohmann::json& finding(const nlohmann::json& report, const std::string& id) {
  static const nlohmann::json none;
  for (const auto& one : report.at("findings"))
    if (one.at("id") == id) return one;
  ADD_FAILURE() << id << " is not among the findings";
  return none;
}

int status_of(Code code) { return traits(code).exit_status; }

// F9
TEST(Doctor, FindsARunningInstallationInOrderAndNamesTheProgramThatHangs) {
  test::Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  const auto healthy = instance.slipway({"doctor", "--json"});
  EXPECT_EQ(healthy.exit_status, 0) << healthy.out;
  const auto report = report_of(healthy);
  EXPECT_GE(report.at("findings").size(), 100U);
  EXPECT_EQ(report.at("embedded"), true);
  for (const auto& one : report.at("findings")) {
    if (one.at("area") != "database" && one.at("area") != "programs") continue;
    EXPECT_THAT(one.at("outcome"), testing::AnyOf("ok", "not_applicable")) << one;
  }
  for (const char* id :
       {"programs.webd.health", "programs.jobd.ready", "database.schema.accounts", "tls.served", "tls.protocol.older",
        "tls.certificate.key", "files.secret.account_key", "files.secrets_differ"})
    EXPECT_EQ(finding(report, id).at("outcome"), "ok") << finding(report, id);
  EXPECT_EQ(finding(report, "network.filter.input_v4").at("outcome"), "not_applicable");

  const Stopped stopped(instance.pid("slipway-webd"));
  const auto hanging = instance.slipway({"doctor", "--area", "programs", "--json"});
  EXPECT_EQ(hanging.exit_status, status_of(Code::unavailable));
  const auto worse = report_of(hanging);
  EXPECT_EQ(worse.at("result"), "failure");
  EXPECT_EQ(finding(worse, "programs.webd.health").at("outcome"), "failure");
  EXPECT_EQ(finding(worse, "programs.jobd.health").at("outcome"), "ok");
  for (const auto& one : worse.at("findings")) EXPECT_EQ(one.at("area"), "programs");
}

// F9
TEST(Doctor, TellsOfAStoppedInstallationWhatIsMissing) {
  test::Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  instance.down();
  ASSERT_EQ(::chmod((instance / "secrets/account.key").c_str(), 0644), 0);
  const auto finished = instance.slipway({"doctor", "--json"});
  EXPECT_EQ(finished.exit_status, status_of(Code::unavailable));
  const auto report = report_of(finished);
  for (const char* id :
       {"programs.webd.active", "programs.mariadb.active", "database.answers", "files.secret.account_key"})
    EXPECT_EQ(finding(report, id).at("outcome"), "failure") << finding(report, id);
  EXPECT_EQ(finding(report, "database.sql_mode").at("outcome"), "unknown");

  const auto failures = instance.slipway({"doctor", "--failures"});
  EXPECT_THAT(failures.out, HasSubstr("programs.webd.active"));
  EXPECT_THAT(failures.out, Not(HasSubstr("database.sql_mode")));
  EXPECT_THAT(failures.out, Not(HasSubstr("\033"))) << "colours where no person reads";
}

TEST(Doctor, ListsItsChecksAndKnowsItsAreas) {
  test::Instance instance;
  const auto list = nlohmann::json::parse(instance.slipway({"doctor", "--list", "--json"}).out, nullptr, false);
  EXPECT_GE(list.size(), 100U);
  EXPECT_EQ(instance.slipway({"doctor", "--area", "nonsense"}).exit_status, status_of(Code::invalid_argument));
  const test::TempDirectory empty;
  EXPECT_EQ(instance.slipway({"doctor", "--config", (empty / "none.toml").string()}).exit_status,
            status_of(Code::not_found));
}

// F9
TEST(SupportBundle, HoldsWhatHelpsAndNoSecret) {
  test::Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  const std::string letters = "kq8Zt3vBn5";
  const std::vector<std::string> planted{letters + "1", letters + "2", letters + "3", letters + "4",
                                         letters + "5", letters + "6", letters + "7", letters + "8"};
  std::ofstream log(instance / "log/slipway-webd.log", std::ios::app);
  log << "Authorization: Bearer " << planted[0] << "\npassword=" << planted[1] << "\n{\"token\":\"" << planted[2]
      << "\"}\nmysql://reader:" << planted[3] << "@old/rt5\n-----BEGIN PRIVATE KEY-----\n"
      << planted[4] << "\n-----END PRIVATE KEY-----\nCREATE USER x IDENTIFIED BY '" << planted[5]
      << "'\nCookie: s=" << planted[6] << "\nrun --password " << planted[7] << "\nsaid "
      << test::read_file(instance / "secrets/session.key") << "mail to jane.doe@example.org\nkept line\n";
  log.close();

  const test::TempDirectory folder;
  const auto file = folder / "bundle.zip";
  const auto made = instance.slipway({"support-bundle", "--out", file.string(), "--since", "1h", "--json"});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);

  const auto entries = archive::read_zip(test::read_file(file), 256U << 20U);
  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  std::vector<std::string> secrets = planted;
  secrets.emplace_back("jane.doe");
  for (const auto& entry : std::filesystem::directory_iterator(instance / "secrets")) {
    std::string secret = test::read_file(entry.path());
    while (!secret.empty() && secret.back() == '\n') secret.pop_back();
    secrets.push_back(std::move(secret));
  }
  std::string all;
  for (const auto& entry : *entries) {
    all += entry.name + "\n";
    for (const std::string& secret : secrets) EXPECT_EQ(entry.bytes.find(secret), std::string::npos) << entry.name;
    if (entry.name == "log/slipway-webd.log") {
      EXPECT_THAT(entry.bytes, HasSubstr("kept line"));
    } else if (entry.name == "doctor.json") {
      EXPECT_TRUE(nlohmann::json::parse(entry.bytes, nullptr, false).is_object());
    }
  }
  for (const char* name :
       {"manifest.json", "README.txt", "doctor.json", "configuration/settings.json", "metrics/slipway-webd.txt",
        "database/variables.txt", "log/mariadbd.log", "system/disks.txt"})
    EXPECT_THAT(all, HasSubstr(std::string(name) + "\n"));
  const auto manifest = nlohmann::json::parse(entries->front().bytes, nullptr, false);
  EXPECT_EQ(manifest.at("files").size() + 2, entries->size());
  for (const auto& one : manifest.at("files")) EXPECT_FALSE(one.at("why").get<std::string>().empty());

  EXPECT_EQ(instance.slipway({"support-bundle", "--out", file.string()}).exit_status, status_of(Code::conflict));
  EXPECT_EQ(instance.slipway({"support-bundle", "--out", (folder / "no/x.zip").string()}).exit_status,
            status_of(Code::not_found));
  EXPECT_EQ(instance.slipway({"support-bundle", "--out", (folder / "x.zip").string(), "--since", "soon"}).exit_status,
            status_of(Code::invalid_argument));
}

// A3
TEST(CertificateFacts, AreThoseOfTheFile) {
  const test::TempDirectory folder;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(folder / "c.pem", folder / "k.pem", std::chrono::hours(24)).has_value());
  ASSERT_TRUE(
      crypto::make_loopback_certificate(folder / "d.pem", folder / "l.pem", std::chrono::hours(24)).has_value());
  const std::string pem = test::read_file(folder / "c.pem");
  const auto facts = crypto::inspect_chain(pem + test::read_file(folder / "d.pem"));
  ASSERT_TRUE(facts.has_value()) << facts.error().message;
  ASSERT_EQ(facts->certificates.size(), 2U);
  const auto& leaf = facts->certificates.front();
  EXPECT_EQ(leaf.subject, "CN=localhost");
  EXPECT_THAT(leaf.names, testing::ElementsAre("localhost", "127.0.0.1", "::1"));
  EXPECT_EQ(leaf.key_kind, "EC");
  EXPECT_EQ(leaf.key_bits, 256);
  EXPECT_EQ(leaf.digest, "SHA256");
  EXPECT_TRUE(leaf.self_signed);
  EXPECT_FALSE(leaf.signed_by_next);
  EXPECT_FALSE(facts->trusted);
  EXPECT_EQ(leaf.not_after - leaf.not_before, std::chrono::hours(25));
  EXPECT_TRUE(crypto::key_belongs_to(folder / "k.pem", pem).value_or(false));
  EXPECT_FALSE(crypto::key_belongs_to(folder / "l.pem", pem).value_or(true));
  EXPECT_EQ(crypto::key_belongs_to(folder / "c.pem", pem).error().code, Code::corrupt);
  EXPECT_EQ(crypto::key_belongs_to(folder / "none", pem).error().code, Code::not_found);
  EXPECT_EQ(crypto::inspect_chain("no certificate").error().code, Code::corrupt);
}

}  // namespace
}  // namespace slipway::doctor
