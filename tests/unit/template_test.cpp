#include "appliance/template/template.hpp"

#include <gtest/gtest.h>

#include "appliance/template/escape.hpp"

namespace slipway::page {
namespace {

std::string_view words(std::string_view key) {
  if (key == "greeting") return "Good morning, %s!";
  if (key == "save") return "Save & close";
  return "";
}

std::string render(std::string_view text, const nlohmann::json& values,
                   const std::map<std::string, std::string_view>& others = {}) {
  auto files = others;
  files.emplace("page.html", text);
  auto templates = Templates::parse(files);
  if (!templates.has_value()) return "error: " + templates.error().message;
  return templates->render("page.html", values, words);
}

std::string error_of(std::string_view text, const std::map<std::string, std::string_view>& others = {}) {
  auto files = others;
  files.emplace("page.html", text);
  const auto templates = Templates::parse(files);
  return templates.has_value() ? "accepted" : templates.error().message;
}

TEST(Template, PutsValuesInPlace) {
  const nlohmann::json values = {{"name", "Ada"}, {"n", 3}, {"person", {{"mail", "a@b.c"}}}, {"none", nullptr}};
  EXPECT_EQ(render("<p>{{name}} {{n}} {{person.mail}}{{none}}{{absent}}{{person.absent.more}}</p>", values),
            "<p>Ada 3 a@b.c</p>");
}

TEST(Template, RepeatsSectionsAndLooksOutwards) {
  const nlohmann::json values = {{"a", {{{"x", 1}}, {{"x", 2}}}}, {"y", "Y"}, {"words", {"p", "q"}}};
  EXPECT_EQ(render("{{#a}}{{x}}{{y}};{{/a}}", values), "1Y;2Y;");
  EXPECT_EQ(render("{{#words}}({{.}}){{/words}}", values), "(p)(q)");
}

TEST(Template, KnowsWhatIsEmpty) {
  for (const nlohmann::json& empty :
       {nlohmann::json(nullptr), nlohmann::json(false), nlohmann::json(""), nlohmann::json(0), nlohmann::json::array()})
    EXPECT_EQ(render("{{#v}}yes{{/v}}{{^v}}no{{/v}}", {{"v", empty}}), "no") << empty;
  EXPECT_EQ(render("{{#v}}yes{{/v}}{{^v}}no{{/v}}", nlohmann::json::object()), "no");
  EXPECT_EQ(render("{{#v}}yes{{/v}}{{^v}}no{{/v}}", {{"v", true}}), "yes");
  EXPECT_EQ(render("{{#v}}yes{{/v}}{{^v}}no{{/v}}", {{"v", {{"k", 1}}}}), "yes");
}

TEST(Template, NullHidesTheOuterValueOfTheSameName) {
  EXPECT_EQ(render("{{#items}}{{#url}}link{{/url}}{{/items}}", {{"url", "/x"}, {"items", {{{"url", nullptr}}}}}), "");
}

TEST(Template, IncludesOthersAndTranslates) {
  EXPECT_EQ(render("{{>part}}", {{"who", "A&B"}}, {{"part", "<b>{{t:greeting who}}</b>"}}),
            "<b>Good morning, A&amp;B!</b>");
  EXPECT_EQ(render("<i title=\"{{t:save}}\">{{t:unknown.key}}</i>", {}),
            "<i title=\"Save &amp; close\">unknown.key</i>");
}

TEST(Template, LeavesNoEmptyLineForBlockTags) {
  EXPECT_EQ(render("<ul>\n  {{#a}}\n  <li>{{.}}</li>\n  {{/a}}\n{{! a comment }}\n</ul>\n", {{"a", {1, 2}}}),
            "<ul>\n  <li>1</li>\n  <li>2</li>\n</ul>\n");
}

// A4: nothing that a person types becomes markup, wherever it is shown.
TEST(Template, EscapesInEveryPosition) {
  const std::string attack = "\"'><script>alert(1)</script>&";
  const std::string escaped = "&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;";
  const nlohmann::json values = {{"v", attack}, {"list", {attack}}};
  EXPECT_EQ(render("<p>{{v}}</p>", values), "<p>" + escaped + "</p>");
  EXPECT_EQ(render("<p title=\"{{v}}\">", values), "<p title=\"" + escaped + "\">");
  EXPECT_EQ(render("<p title='{{v}}'>", values), "<p title='" + escaped + "'>");
  EXPECT_EQ(render("<textarea>{{v}}</textarea>", values), "<textarea>" + escaped + "</textarea>");
  EXPECT_EQ(render("<title>{{v}}</title>", values), "<title>" + escaped + "</title>");
  EXPECT_EQ(render("{{#list}}{{.}}{{/list}}", values), escaped);
  EXPECT_EQ(render("{{t:greeting v}}", values), "Good morning, " + escaped + "!");
  EXPECT_EQ(render("{{>part}}", values, {{"part", "{{v}}"}}), escaped);
  EXPECT_EQ(render("<a href=\"/x?q={{v}}\">", values), "<a href=\"/x?q=" + escaped + "\">");
}

// A4
TEST(Template, RefusesValuesWhereEscapingDoesNotProtect) {
  EXPECT_EQ(error_of("<p>\n<a title={{v}}>"), "page.html:2: the attribute value has no quotes");
  EXPECT_EQ(error_of("<a title=x{{v}}>"), "page.html:1: the attribute value has no quotes");
  EXPECT_EQ(error_of("<a {{v}}>"), "page.html:1: a value cannot stand inside a tag");
  EXPECT_EQ(error_of("<{{v}}>"), "page.html:1: a value cannot stand inside a tag");
  EXPECT_EQ(error_of("<!-- {{v}} -->"), "page.html:1: a value cannot stand in an HTML comment");
  EXPECT_EQ(error_of("<script>var a = '{{v}}'</script>"), "page.html:1: a value cannot stand in a script or style");
  EXPECT_EQ(error_of("<STYLE>p { color: {{v}} }</STYLE>"), "page.html:1: a value cannot stand in a script or style");
  EXPECT_EQ(error_of("<script/>{{v}}"), "page.html:1: a value cannot stand in a script or style");
  for (const char* attribute : {"onclick", "ONLOAD", "style", "srcdoc"})
    EXPECT_EQ(error_of("<p class=\"a\" " + std::string(attribute) + " = \"{{v}}\">"),
              "page.html:1: a value cannot stand in an attribute that is run as a program or style");
  EXPECT_EQ(error_of("<script src=\"/a.js\"></script><p>{{v}}</p>"), "accepted");
  EXPECT_EQ(error_of("<p class=\"a{{#b}} b{{/b}}\" {{#c}}hidden{{/c}}>{{v}}</p>"), "accepted");
}

// A4
TEST(Template, DisarmsDangerousAddresses) {
  const auto link = [](const std::string& address) { return render("<a href=\"{{u}}\">", {{"u", address}}); };
  EXPECT_EQ(link("https://example.com/a?b=1&c=2"), "<a href=\"https://example.com/a?b=1&amp;c=2\">");
  EXPECT_EQ(link("mailto:a@example.com"), "<a href=\"mailto:a@example.com\">");
  EXPECT_EQ(link("/acme/requests?sort=a:b"), "<a href=\"/acme/requests?sort=a:b\">");
  for (const char* bad : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
                          "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", ":x", "\\\\host\\share"})
    EXPECT_EQ(link(bad), "<a href=\"#\">") << bad;
  EXPECT_EQ(render("<form action='{{#a}}{{u}}{{/a}}{{u}}'>", {{"u", "javascript:x"}}), "<form action='#'>");
}

TEST(Template, NamesFileAndLineOfAFault) {
  EXPECT_EQ(error_of("a\n\n{{#x}}\n"), "page.html:3: section 'x' is not closed");
  EXPECT_EQ(error_of("{{#x}}\n{{/y}}"), "page.html:2: section 'x' is closed as 'y'");
  EXPECT_EQ(error_of("\n{{/y}}"), "page.html:2: section 'y' was not opened");
  EXPECT_EQ(error_of("\n\n{{name"), "page.html:3: '{{' has no '}}'");
  EXPECT_EQ(error_of("{{{name}}}"), "page.html:1: there is no unescaped form");
  EXPECT_EQ(error_of("{{&name}}"), "page.html:1: there is no unescaped form");
  EXPECT_EQ(error_of("{{a b}}"), "page.html:1: 'a b' is not a name");
  EXPECT_EQ(error_of("{{t:}}"), "page.html:1: 't:' is not a key and a name");
  EXPECT_EQ(error_of("\n{{>missing}}"), "page.html:2: there is no template 'missing'");
  EXPECT_EQ(error_of("{{>a}}", {{"a", "\n{{>b}}"}, {"b", "{{>a}}"}}), "b:1: template 'a' includes itself");
  EXPECT_EQ(error_of("<p title=\""), "page.html:1: the file ends inside a tag, comment or script");
  EXPECT_EQ(error_of("{{#x}}<p title=\"{{/x}}\">"),
            "page.html:1: section 'x' does not end at the place in the page where it began");
}

TEST(Template, PassesMarkupThatCodeMadeSafe) {
  EXPECT_EQ(render("{{body}}", {{"body", {{"safe_html", "<b>x</b>"}}}}), "<b>x</b>");
  EXPECT_EQ(render("{{body}}", {{"body", {{"safe_html", "<b>x</b>"}, {"more", 1}}}}), "");
  EXPECT_EQ(render("<a href=\"{{body}}\">", {{"body", {{"safe_html", "\"><b>"}}}}), "<a href=\"\">");
}

TEST(TemplateDeathTest, AbortsOnAnUnknownName) {
  const auto templates = Templates::parse({});
  ASSERT_TRUE(templates.has_value());
  EXPECT_DEATH((void)templates->render("nothing", {}, words), "");
}

}  // namespace
}  // namespace slipway::page
