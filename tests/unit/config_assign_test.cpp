// What `slipway config set` makes of its words and of a file's text (E4).
#include <gtest/gtest.h>

#include "appliance/config/assign.hpp"

namespace slipway::config {
namespace {

Result<Assigned> assigned(std::string_view toml, const std::vector<std::string>& words) {
  SLIPWAY_TRY(const auto assignments, parse_assignments(words));
  return assign(toml, "slipway.toml", assignments);
}

std::string text_of(std::string_view toml, const std::vector<std::string>& words) {
  const auto result = assigned(toml, words);
  return result.has_value() ? result->toml : result.error().message;
}

// The changes in one line: "KEY BEFORE>AFTER", "*" behind a default.
std::string changes_of(std::string_view toml, const std::vector<std::string>& words) {
  const auto result = assigned(toml, words);
  if (!result.has_value()) return result.error().message;
  std::string line;
  for (const Change& change : result->changes)
    line += (line.empty() ? "" : ", ") + change.key + " " + change.before + (change.was_default ? "*" : "") + ">" +
            change.after;
  return line;
}

// E4
TEST(ConfigAssign, WritesEachTypeAsTomlWantsIt) {
  EXPECT_EQ(text_of("", {"web.port=08443"}), "[web]\nport = 8443\n");
  EXPECT_EQ(text_of("", {"backup.enabled=true"}), "[backup]\nenabled = true\n");
  EXPECT_EQ(text_of("", {"site.lease=30s"}), "[site]\nlease = \"30s\"\n");
  EXPECT_EQ(text_of("", {"web.body_limit=64MiB"}), "[web]\nbody_limit = \"64MiB\"\n");
  EXPECT_EQ(text_of("", {"log.level=debug"}), "[log]\nlevel = \"debug\"\n");
  EXPECT_EQ(text_of("", {"web.socket=/run/x.sock"}), "[web]\nsocket = \"/run/x.sock\"\n");
  EXPECT_EQ(text_of("", {R"(site.urls=a=b "c" \n)"}), "[site]\nurls = \"a=b \\\"c\\\" \\\\n\"\n");
  EXPECT_EQ(text_of("[site]\nmember = \"paris\"\n", {"site.member="}), "[site]\nmember = \"\"\n");
}

// E4
TEST(ConfigAssign, ComparesValuesAndNotTheirText) {
  const std::string toml =
      "[web]\nport = 8_443 # x\nidle_limit = 60000\nbody_limit = \"1024KiB\"\n[log]\nlevel = 'info'\n"
      "[backup]\nenabled = false\n";
  const std::vector<std::string> same{"web.port=8443", "web.idle_limit=1m", "web.body_limit=1MiB", "log.level=info",
                                      "backup.enabled=false"};
  EXPECT_EQ(changes_of(toml, same), "");
  EXPECT_EQ(text_of(toml, same), toml);
  EXPECT_EQ(changes_of(toml, {"web.port=8444", "web.idle_limit=61s", "web.body_limit=1025KiB", "log.level=error",
                              "backup.enabled=true"}),
            "web.port 8443>8444, web.idle_limit 60000>61s, web.body_limit 1024KiB>1025KiB, log.level info>error, "
            "backup.enabled false>true");
}

// E4
TEST(ConfigAssign, PinsADefaultThatTheFileDoesNotSet) {
  EXPECT_EQ(changes_of("[web]\n#port = 8443\n", {"web.port=8443"}), "web.port 8443*>8443");
  EXPECT_EQ(text_of("[web]\n#port = 8443\n", {"web.port=8443"}), "[web]\nport = 8443\n");
}

// E4
TEST(ConfigAssign, NamesEveryFaultOfItsWordsAtOnce) {
  EXPECT_EQ(
      text_of("", {"web.port", "=1", "web.prot=1", "web.port=70000", "web.port=1", "nothing.like.it=1",
                   "backup.enabled=yes", "site.member=a\nb", "site.urls=a\tb", "site.members=\xff", "web.socket=\x7f"}),
      "'web.port' is not KEY=VALUE\n"
      "'=1' is not KEY=VALUE\n"
      "unknown key 'web.prot'; did you mean 'web.port'?\n"
      "web.port must be 0 to 65535\n"
      "web.port is given twice\n"
      "unknown key 'nothing.like.it'\n"
      "backup.enabled is neither true nor false\n"
      "site.member must have no control characters\n"
      "site.urls must have no control characters\n"
      "site.members must be UTF-8\n"
      "web.socket must have no control characters");
  const auto refused = assigned("", {"web.prot=1"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

// E4
TEST(ConfigAssign, RefusesWhatALineCannotChange) {
  const std::string refusal = "slipway.toml: web.port stands there in a form that is not changed line by line";
  EXPECT_EQ(text_of("web.port = 1\n", {"web.port=2"}), refusal);
  EXPECT_EQ(text_of("web = { port = 1 }\n", {"web.port=2"}), refusal);
  EXPECT_EQ(text_of("[web]\n\"port\" = 1\n", {"web.port=2"}), refusal);
  EXPECT_EQ(text_of("[\"web\"]\nport = 1\n", {"log.level=debug", "web.port=2"}), refusal);
  // The line in the text would be taken for the key's.
  EXPECT_EQ(text_of("[web]\nsocket = \"\"\"\\\nport = 3\"\"\"\nport = 1\n", {"web.port=2"}), refusal);
  const auto refused = assigned("web.port = 1\n", {"web.port=2"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().hint.find("nothing was written"), std::string::npos);
}

}  // namespace
}  // namespace slipway::config
