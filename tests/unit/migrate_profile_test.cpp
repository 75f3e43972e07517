#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/products/charset_rules.hpp"
#include "migrate/products/manifest.hpp"
#include "migrate/products/mime_decode.hpp"
#include "migrate/products/profile_check.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kManifest = R"(name = "desk"
title = "A desk"
steps = ["0010_all.sql"]
checks = "checks.sql"
mapped = ["ticket"]
[[version]]
name = "1"
tables = ["ticket"]
[statuses]
query = "SELECT state FROM {{source}}.ticket"
)";

constexpr const char* kStatuses = "[[status]]\nfrom = \"New\"\nstatus = \"new\"\n";

/// A profile of these files; the faults of its manifest and files as they are shown.
std::vector<std::string> faults_of(const std::map<std::string, std::string>& changed) {
  std::map<std::string, std::string> files{{"profile.toml", kManifest},
                                           {"statuses.toml", kStatuses},
                                           {"0010_all.sql", "INSERT INTO {{target}}.team SELECT 1;\n"},
                                           {"checks.sql", "SELECT 'a', 1, 1;\n"}};
  for (const auto& [name, bytes] : changed) files[name] = bytes;
  ProfileFaults faults;
  Profile profile = read_manifest(files["profile.toml"], faults);
  profile.files = files;
  const ProfileFaults more = check_files(profile);
  faults.insert(faults.end(), more.begin(), more.end());
  std::vector<std::string> shown;
  for (const ProfileFault& fault : faults) shown.push_back(fault.describe());
  return shown;
}

std::string manifest_with(const std::string& from, const std::string& to) {
  std::string manifest = kManifest;
  return manifest.replace(manifest.find(from), from.size(), to);
}

// A27
TEST(ProfileFiles, AreTakenWhenNothingIsWrong) { EXPECT_THAT(faults_of({}), IsEmpty()); }

// A27
TEST(ProfileFiles, NameAnUnknownKeyWithItsLineAndTheNearestOne) {
  EXPECT_THAT(faults_of({{"profile.toml", manifest_with("mapped =", "maped =")}}),
              ElementsAre("profile.toml:5: unknown key 'maped'; did you mean 'mapped'?",
                          "profile.toml: table 'ticket' of version 1 is neither mapped nor left nor kept aside"));
}

// A27
TEST(ProfileFiles, ReportAllFaultsOfAManifestAtOnce) {
  const auto faults = faults_of({{"profile.toml", "title = 7\nsteps = [\"content\", 3]\nchecks = \"\"\n"}});
  EXPECT_THAT(faults, ::testing::IsSupersetOf(
                          {"profile.toml:1: 'title' must be a text", "profile.toml:2: 'steps' must be a list of texts",
                           "profile.toml:3: 'checks' is empty", "profile.toml:1: 'name' is missing",
                           "profile.toml:1: no [[version]]: nothing says how the product is recognised"}));
}

// A27
TEST(ProfileFiles, NameAMissingFileAndOneThatNobodyNames) {
  EXPECT_THAT(faults_of({{"profile.toml", manifest_with("0010_all.sql", "0010_al.sql")}}),
              ElementsAre("profile.toml:3: file '0010_al.sql' is missing; did you mean '0010_all.sql'?",
                          "0010_all.sql: no step names this file"));
}

// A27
TEST(ProfileFiles, KnowTwoPlaceholders) {
  EXPECT_THAT(
      faults_of({{"0010_all.sql", "SELECT 1;\nSELECT * FROM {{sauce}}.ticket;\n"}}),
      ElementsAre("0010_all.sql:2: unknown placeholder '{{sauce}}'; {{source}} and {{target}} are the known ones"));
}

// A27
TEST(ProfileFiles, ShowTheLineOfAQuoteThatIsNotClosed) {
  EXPECT_THAT(faults_of({{"0010_all.sql", "SELECT 1;\nSELECT 'x;\n"}}),
              ElementsAre("0010_all.sql: line 2: quote is not closed"));
}

// A27
TEST(ProfileFiles, HaveChecksThatOnlyRead) {
  EXPECT_THAT(faults_of({{"checks.sql", "SELECT 'a', 1, 1;\nDELETE FROM {{target}}.team;\n"}}),
              ElementsAre("checks.sql:2: must be a SELECT, and begins with DELETE"));
  EXPECT_THAT(faults_of({{"checks.sql", "-- none yet\n"}}), ElementsAre("checks.sql: holds no statement"));
}

// A27
TEST(ProfileFiles, SayOneThingAboutATable) {
  const std::string twice = std::string(kManifest) + "[[left]]\ntable = \"ticket\"\nreason = \"old\"\n";
  EXPECT_THAT(faults_of({{"profile.toml", twice}}),
              ElementsAre("profile.toml:11: table 'ticket' is said to be left, and to be mapped or kept aside too"));
}

// A27
TEST(ProfileFiles, MakeThePartsBeforeTheyAreDecoded) {
  EXPECT_THAT(faults_of({{"profile.toml", manifest_with("[\"0010_all.sql\"]", "[\"content\", \"0010_all.sql\"]")}}),
              ElementsAre("profile.toml:3: step \"content\" reads slipway_part, which no step before it makes"));
}

// A27
TEST(ProfileFiles, HaveADigestOfWhatMakesRowsAndNotOfItsChecks) {
  Profile profile;
  profile.checks = "checks.sql";
  profile.files = {{"0010_all.sql", "SELECT 1"}, {"statuses.toml", kStatuses}, {"checks.sql", "SELECT 'a', 1, 1"}};
  const std::string before = digest_of_steps(profile);
  profile.files["checks.sql"] = "SELECT 'b', 2, 2";
  EXPECT_EQ(digest_of_steps(profile), before);
  profile.files["0010_all.sql"] = "SELECT 2";
  EXPECT_NE(digest_of_steps(profile), before);
}

// A27
TEST(ProfileFiles, HaveAStatusMap) {
  EXPECT_THAT(faults_of({{"statuses.toml", "[[status]]\nfrom = \"a\"\nstatus = \"closed\"\n"}}),
              ElementsAre("statuses.toml:1: status 'a': closed needs a reason"));
  EXPECT_THAT(faults_of({{"statuses.toml", "[[statsu]]\nfrom = \"a\"\n"}}),
              ElementsAre("statuses.toml:1: unknown key 'statsu'; did you mean 'status'?",
                          "statuses.toml: holds no [[status]] row: nothing says what a status becomes"));
}

// A27
TEST(ProfileTables, AreNamedWhenTheProfileDoesNotKnowThem) {
  ProfileFaults none;
  const Profile profile = read_manifest(kManifest, none);
  Catalog catalog;
  for (const char* name : {"tickets", "extra"}) {
    catalog.tables.emplace_back();
    catalog.tables.back().name = name;
  }
  std::vector<std::string> shown;
  for (const ProfileFault& fault : check_tables(profile, catalog)) shown.push_back(fault.describe());
  const std::string how = "' of the source is named nowhere; say it in mapped, [[left]], [[aside]] or [reasons]";
  EXPECT_THAT(shown, ElementsAre("profile.toml: table 'tickets" + how, "profile.toml: table 'extra" + how,
                                 "profile.toml:5: the source has no table 'ticket'; did you mean 'tickets'?"));
}

// A27
TEST(StatusMap, KeepsTheLaterRowAndIgnoresCase) {
  StatusMap map;
  ProfileFaults faults;
  read_status_map(kStatuses, "a", map, faults);
  read_status_map("[[status]]\nfrom = \"NEW\"\nstatus = \"open\"\n[[severity]]\npriority = -5\nseverity = 1\n", "b",
                  map, faults);
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_EQ(map.statuses.at("new").status, "open");
  EXPECT_EQ(map.severities.at(-5), 1);
}

// A27
TEST(StatusMap, TakesRowsAboutPeople) {
  StatusMap map;
  ProfileFaults faults;
  read_status_map(
      "[[person]]\nfrom = \"Ann\"\nrole = \"agent\"\nactive = false\n[[person]]\nfrom = \"bob\"\nrole = \"king\"\n",
      "m", map, faults);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults.front().describe(), "m:5: person 'bob': its role must be requester, agent or administrator");
  EXPECT_EQ(map.people.at("ann").role, "agent");
  EXPECT_EQ(map.people.at("ann").active, false);
  EXPECT_EQ(map.people.at("ann").email, std::nullopt);
}

// A27
TEST(Profiles, ThatAreCompiledInHaveNoFault) {
  for (const Profile& profile : profiles()) {
    EXPECT_THAT(check_files(profile), IsEmpty()) << profile.name;
    EXPECT_FALSE(profile.versions.empty()) << profile.name;
  }
  EXPECT_FALSE(profiles().front().transform) << "our own product comes first";
}

// A27
TEST(TwiceEncodedText, BecomesWhatItWas) {
  EXPECT_EQ(once_encoded("Ã©tÃ©"), "été");
  EXPECT_EQ(once_encoded("â‚¬ 5 â€“ â€œquotedâ€\xC2\x9D"), "€ 5 – “quoted”");
  EXPECT_EQ(once_encoded("plain ASCII"), "plain ASCII");
  EXPECT_EQ(once_encoded(""), "");
}

// A27
TEST(TwiceEncodedText, IsLeftAloneWhenItWasRight) {
  for (const char* text : {"été", "Привет", "日本語 😀", "Ã", "half: Ã© and é"}) EXPECT_EQ(once_encoded(text), text);
}

// A27
TEST(TextOfAPart, KnowsItsCharsetFromTheSource) {
  EXPECT_EQ(text_of("latin1", "", "\xE9t\xE9"), "été");
  EXPECT_EQ(text_of("utf-8 twice", "", "Ã©"), "é");
  EXPECT_EQ(text_of("", "text/plain; charset=iso-8859-1", "\xE9"), "é");
  EXPECT_EQ(text_of("no-such-charset", "", "a\xE9"), "a\\xE9") << "nothing is dropped";
}

}  // namespace
}  // namespace slipway::migrate
