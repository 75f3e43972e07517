// Values in the text of slipway.toml, and all that must stay beside them (E4).
#include <gtest/gtest.h>

#include "appliance/config/toml_edit.hpp"
#include "appliance/config/toml_file.hpp"

namespace slipway::config {
namespace {

// E4
TEST(SettingsText, ReplacesTheValueOfALineAndNothingElse) {
  EXPECT_EQ(settings_with("# top\n\n[web]\n  port = 1   # behind nginx\nthreads=2\n\n[log]\nlevel = \"info\"\n",
                          {{"web.port", "8443"}, {"log.level", "\"debug\""}}),
            "# top\n\n[web]\n  port = 8443   # behind nginx\nthreads=2\n\n[log]\nlevel = \"debug\"\n");
}

// E4
TEST(SettingsText, KeepsTheCommentBehindAValueThatHasAHashItself) {
  const auto even = [](std::string_view line) {
    return settings_with("[backup]\n" + std::string(line) + "\n", {{"backup.even", "\"new\""}});
  };
  EXPECT_EQ(even(R"(even = "a#b" # c)"), "[backup]\neven = \"new\" # c\n");
  EXPECT_EQ(even(R"(even = 'a"#b' # c)"), "[backup]\neven = \"new\" # c\n");
  EXPECT_EQ(even(R"(even = "a\"#\\" # "c")"), "[backup]\neven = \"new\" # \"c\"\n");
  EXPECT_EQ(even(R"(even = """a"#b""" # c)"), "[backup]\neven = \"new\" # c\n");
  EXPECT_EQ(even(R"(even = "")"), "[backup]\neven = \"new\"\n");
  EXPECT_EQ(even("even = \"a\"\r"), "[backup]\neven = \"new\"\r\n");
}

// E4
TEST(SettingsText, TakesTheLineThatHasTheKeyCommentedOutUnlessOneSetsIt) {
  EXPECT_EQ(settings_with("[backup]\n#even = \"sftp://x\"  # the first\n# odd = \"\"\n", {{"backup.even", "\"a\""}}),
            "[backup]\neven = \"a\"  # the first\n# odd = \"\"\n");
  EXPECT_EQ(settings_with("[backup]\n#even = \"sftp://x\"\neven = \"b\"\n", {{"backup.even", "\"a\""}}),
            "[backup]\n#even = \"sftp://x\"\neven = \"a\"\n");
}

// E4
TEST(SettingsText, LeavesACommentThatTellsOfAKeyInWords) {
  EXPECT_EQ(settings_with("[backup]\n# even = where the even days go\nodd = \"b\"\n", {{"backup.even", "\"a\""}}),
            "[backup]\n# even = where the even days go\nodd = \"b\"\neven = \"a\"\n");
}

// E4
TEST(SettingsText, AddsToTheEndOfItsSectionAboveTheCommentsOfTheNext) {
  EXPECT_EQ(
      settings_with("[web]\nport = 1\n\n# Who logs\n# and how\n[log]\nlevel = \"info\"\n", {{"web.key", "\"k\""}}),
      "[web]\nport = 1\nkey = \"k\"\n\n# Who logs\n# and how\n[log]\nlevel = \"info\"\n");
}

// E4
TEST(SettingsText, LooksForAKeyInItsOwnSectionAlone) {
  EXPECT_EQ(settings_with("[jobs]\nsocket = \"j\"\n[ web ] # pages\nsocket = \"w\"\n", {{"web.socket", "\"new\""}}),
            "[jobs]\nsocket = \"j\"\n[ web ] # pages\nsocket = \"new\"\n");
}

// E4
TEST(SettingsText, AddsASectionThatIsMissing) {
  EXPECT_EQ(settings_with("", {{"site.member", "\"paris\""}}), "[site]\nmember = \"paris\"\n");
  EXPECT_EQ(settings_with("[web]\nport = 1", {{"site.member", "\"paris\""}, {"site.port", "1"}}),
            "[web]\nport = 1\n\n[site]\nmember = \"paris\"\nport = 1\n");
}

// E4
TEST(SettingsText, QuotesWhatTomlReadsBackAsTheSame) {
  for (const std::string text : {"", "plain", R"(a "quoted" \ one)", "C:\\new\\table", "'#=[]", "\xc3\xa9t\xc3\xa9"}) {
    const auto content = parse_toml("key = " + toml_quoted(text), "quoted");
    ASSERT_TRUE(content.has_value()) << text;
    EXPECT_EQ(content->entries.at(0).text, text);
  }
}

}  // namespace
}  // namespace slipway::config
