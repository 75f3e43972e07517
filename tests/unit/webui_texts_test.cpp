#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "embedded/webui.hpp"
#include "services/desk/case_rules.hpp"
#include "services/webui/texts.hpp"
#include "services/webui/webui.hpp"

namespace slipway::webui {
namespace {

std::set<std::string> keys(Language language) {
  std::set<std::string> found;
  for (const auto& [key, text] : Texts::built_in().all(language)) found.insert(key);
  return found;
}

std::set<std::string> keys_of_templates() {
  static const std::regex kTag(R"(\{\{t:([a-zA-Z0-9_.\-]+))");
  std::set<std::string> found;
  for (const auto& file : embedded_files::webui()) {
    if (!file.name.starts_with("templates/")) continue;
    const std::string text(file.bytes);
    for (auto at = std::sregex_iterator(text.begin(), text.end(), kTag); at != std::sregex_iterator(); ++at)
      found.insert((*at)[1]);
  }
  return found;
}

// Families of texts that the pages' code looks up; the part after the last point is chosen while running.
const std::set<std::string> kCodeFamilies = {
    "alert",        "backup_reason", "backup_state", "band",          "drill_alert", "drill_goal", "drill_phase",
    "drill_reason", "drill_seal",    "drill_state",  "drill_verdict", "drill_wrong", "error",      "event",
    "language",     "link",          "month",        "move",          "notice",      "proof",      "role",
    "severity",     "severity_help", "setup",        "size",          "solution",    "sort",       "status",
    "theme",        "time",          "view",         "work",          "wrong"};
const std::set<std::string> kCodeKeys = {"console.backups",    "console.together",
                                         "drill.chart_label",  "drill.chart_missed",
                                         "drill.not_measured", "drill.not_verified",
                                         "drill.title",        "drill.verified",
                                         "landing.wrong",      "list.any_team",
                                         "list.anybody",       "list.created",
                                         "list.deleted",       "list.me",
                                         "list.merged",        "list.number",
                                         "list.search_chip",   "list.subject",
                                         "list.title",         "profile.must_change",
                                         "ticket.deleted",     "ticket.merged",
                                         "ticket.message_of",  "ticket.note_of"};

TEST(Translations, HaveTheSameKeysAndPlaceholders) {
  EXPECT_EQ(keys(Language::en), keys(Language::fr));
  for (const auto& [key, english] : Texts::built_in().all(Language::en)) {
    const std::string_view french = Texts::built_in().text(Language::fr, key);
    EXPECT_FALSE(english.empty()) << key;
    EXPECT_FALSE(french.empty()) << key;
    EXPECT_EQ(english.find("%s") == std::string::npos, french.find("%s") == std::string_view::npos) << key;
    EXPECT_EQ(english.find('<'), std::string::npos) << key << ": markup is shown as text";
  }
}

TEST(Translations, HaveEveryKeyOfTheTemplatesAndNoOther) {
  const auto used = keys_of_templates();
  const auto known = keys(Language::en);
  ASSERT_GT(used.size(), 50U);
  for (const auto& key : used) EXPECT_TRUE(known.contains(key)) << key << ": used by a template, not translated";
  for (const auto& key : known) {
    const bool by_code = kCodeFamilies.contains(key.substr(0, key.find('.'))) || kCodeKeys.contains(key);
    EXPECT_TRUE(by_code || used.contains(key)) << key << ": translated, used nowhere";
  }
}

TEST(Translations, NameEveryValueOfTheRules) {
  const auto has = [](const std::string& key) {
    EXPECT_FALSE(Texts::built_in().text(Language::fr, key).empty()) << key;
  };
  for (const auto status : desk::kCaseStatuses) has("status." + std::string(desk::to_text(status)));
  for (const auto solution : desk::kSolutions) has("solution." + std::string(desk::to_text(solution)));
  for (const auto role : {desk::Role::requester, desk::Role::agent, desk::Role::administrator})
    has("role." + std::string(desk::to_text(role)));
  for (int severity = desk::kLeastSeverity; severity <= desk::kMostSeverity; ++severity)
    has("severity." + std::to_string(severity));
  for (const auto from : desk::kCaseStatuses)
    for (const auto to : desk::kCaseStatuses)
      if (desk::move_allowed(from, to)) has("move." + std::string(desk::to_text(to)));
  for (int month = 1; month <= 12; ++month) has("month." + std::to_string(month));
}

TEST(Translations, RefuseWhatIsNoListOfTexts) {
  EXPECT_FALSE(Texts::parse("[]").has_value());
  EXPECT_FALSE(Texts::parse("{\"a\": 1}").has_value());
  EXPECT_FALSE(Texts::parse("{").has_value());
}

TEST(WebTemplates, AreAllSound) {
  const auto parsed = parse_templates();
  EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
}

TEST(Language, IsNegotiatedByWeight) {
  EXPECT_EQ(negotiate_language("fr"), Language::fr);
  EXPECT_EQ(negotiate_language("fr-CA, en;q=0.8"), Language::fr);
  EXPECT_EQ(negotiate_language("en;q=0.7, fr;q=0.9"), Language::fr);
  EXPECT_EQ(negotiate_language("de, en-GB;q=0.5, fr;q=0.4"), Language::en);
  EXPECT_EQ(negotiate_language("de, fr;q=0"), Language::en);
  EXPECT_EQ(negotiate_language(""), Language::en);
  EXPECT_EQ(negotiate_language("*,;q=,fr;q=x"), Language::en);
}

}  // namespace
}  // namespace slipway::webui
