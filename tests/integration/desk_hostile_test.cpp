// SQL and ways out of a directory in every field, parameter and path: kept as the text they are or refused, and nothing
// else happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/webui/show.hpp"
#include "tests/integration/desk_site.hpp"
#include "tests/support/schema_picture.hpp"
#include "tests/support/wire.hpp"

namespace slipway::desk::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using webui::url_encoded;

// An open quote of either kind, a tautology, an order and a number that go on, a second statement, a pattern, a
// backslash that swallows a quote.
const std::vector<std::string> kSql = {"'",
                                       "\"`",
                                       "zzz' OR '1'='1",
                                       "1 OR 1=1",
                                       "number, (SELECT 1 FROM nothing)",
                                       "'; DROP TABLE request; --",
                                       "%' UNION SELECT password_hash FROM credential #",
                                       "\\' OR 1=1 /*"};

// The same in what looks like an e-mail address, which is all that its field lets through.
const std::string kSqlAddress = "'or'1'or'@example.org";

using Fields = std::map<std::string, std::string>;

struct Form {
  std::string path;
  Fields fields;  ///< what a browser would send
};

std::string encoded(const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields)
    body.append(body.empty() ? "" : "&").append(name).append("=").append(url_encoded(value));
  return body;
}

class DeskHostile : public ::testing::Test {
 protected:
  void SetUp() override {
    number = site.north.open("The printer is on fire", site.clock.now());
    (void)site.south.open("Not yours", site.clock.now());
    browser = site.sign_in(site.north.agent);
  }

  http::ClientAnswer get_page(const std::string& path, const std::string& more_cookies = "") {
    return sent({.url = path, .headers = {{"Cookie", browser.cookie + more_cookies}}});
  }
  http::ClientAnswer post(const std::string& path, const Fields& fields) {
    return sent({.method = "POST",
                 .url = path,
                 .headers = {{"Cookie", browser.cookie}, {"Content-Type", "application/x-www-form-urlencoded"}},
                 .body = encoded(fields)});
  }
  http::ClientAnswer sent(http::ClientRequest request) {
    request.url = "http://127.0.0.1:" + std::to_string(site.port()) + request.url;
    auto answer = http::fetch(request, {.limit = std::chrono::seconds(60)});
    EXPECT_TRUE(answer.has_value()) << request.url;
    return answer ? *std::move(answer) : http::ClientAnswer{};
  }

  [[nodiscard]] std::string ticket() const { return "/north/requests/" + std::to_string(number); }

  static std::string number_of(sql::Connection& db, const std::string& query) {
    const auto row = db.query_one(query);
    EXPECT_TRUE(row.has_value() && row->has_value()) << query;
    return row && *row ? (*row)->text(0) : "";
  }
  // The definitions and the rows of all tables.
  static std::string whole(const TestAccount& account) {
    auto db = account.connect();
    std::string picture = slipway::test::schema_picture(db);
    const auto tables = db.query("SHOW TABLES");
    EXPECT_TRUE(tables.has_value());
    for (const sql::Row& table : *tables) {
      const auto sum = db.query("CHECKSUM TABLE " + sql::quote_identifier(table.text(0)).value());
      EXPECT_TRUE(sum.has_value());
      picture += table.text(0) + " " + sum->front().text(1) + "\n";
    }
    return picture;
  }
  static std::string definitions(const TestAccount& account) {
    auto db = account.connect();
    return slipway::test::schema_picture(db);
  }

  TestSite site;
  std::int64_t number = 0;
  TestSite::Browser browser;
};

// A1
TEST_F(DeskHostile, SqlInEveryFieldOfEveryFormIsText) {
  const std::vector<Form> forms = {
      {"/north/requests/new",
       {{"subject", "s"}, {"description", "d"}, {"severity", "3"}, {"requester", "rita@example.org"}, {"team", ""}}},
      {ticket() + "/answer", {{"body", "b"}, {"visibility", "public"}}},
      {ticket() + "/severity", {{"severity", "3"}}},
      {ticket() + "/team", {{"team", ""}}},
      {ticket() + "/assign", {{"assignee", "me"}}},
      {ticket() + "/move", {{"from", "new"}, {"to", "open"}, {"reason", ""}, {"solution", ""}}},
      {"/north/preferences", {{"theme", "dark"}, {"language", "en"}, {"return", "/north/requests"}}},
      {"/north/profile/language", {{"language", "en"}}},
      {"/north/profile/password", {{"new", "Other-Horse-8"}, {"again", "Other-Horse-9"}, {"old", kPassword}}}};
  const std::string south = whole(site.south);
  const std::string tables = definitions(site.north);
  for (const auto& form : forms) {
    for (const auto& [field, usual] : form.fields) {
      for (const auto& text : kSql) {
        Fields fields = form.fields;
        fields["csrf"] = browser.csrf;
        fields[field] = text;
        const auto answer = post(form.path, fields);
        EXPECT_TRUE(answer.status == 303 || answer.status / 100 == 4)
            << answer.status << ": " << form.path << " " << field << " " << text;
      }
    }
    Fields forged = form.fields;
    forged["csrf"] = kSql[2];
    EXPECT_EQ(post(form.path, forged).status, 403) << form.path;
  }
  const auto opened = post("/north/requests/new", {{"csrf", browser.csrf},
                                                   {"subject", "by address"},
                                                   {"description", "d"},
                                                   {"severity", "3"},
                                                   {"requester", kSqlAddress}});
  EXPECT_EQ(opened.status, 303);
  EXPECT_EQ(definitions(site.north), tables);
  EXPECT_EQ(whole(site.south), south);
  auto db = site.north.connect();
  EXPECT_EQ(number_of(db, "SELECT COUNT(*) FROM person"), "5") << "the address is a new person's, and nobody else's";
  EXPECT_EQ(number_of(db,
                      "SELECT p.email FROM request r JOIN person p ON p.person_id = r.requester_id WHERE subject = "
                      "'by address'"),
            kSqlAddress);
  EXPECT_EQ(number_of(db, "SELECT COUNT(*) FROM credential"), "4");
  // What is text by its nature was kept verbatim, and is shown as text.
  for (const auto& text : kSql) {
    const auto kept = db.query_one("SELECT number FROM request WHERE subject = BINARY ?", {text});
    ASSERT_TRUE(kept.has_value() && kept->has_value()) << text;
    const auto answers =
        db.query_one("SELECT COUNT(*) FROM message WHERE number = ? AND body = BINARY ?", {number, text});
    ASSERT_TRUE(answers.has_value() && answers->has_value());
    EXPECT_EQ((*answers)->integer(0), 1) << text;
    const auto shown = json::parse(site.call("GET", "/api/v1/north/requests/" + (*kept)->text(0),
                                             site.north.token(site.north.agent, site.clock.now()))
                                       .body);
    EXPECT_EQ(shown["subject"], text);
  }
}

// A19
TEST_F(DeskHostile, SqlInTheSignInFormSignsNobodyIn) {
  for (const auto& text : kSql) {
    for (const char* field : {"login", "password", "return"}) {
      Fields fields = {{"login", "alice"}, {"password", "wrong"}, {"return", ""}, {"csrf", browser.csrf}};
      fields[field] = text;
      const auto answer = post("/north/sign-in", fields);
      EXPECT_TRUE(answer.status == 401 || answer.status == 429) << answer.status << " " << field << " " << text;
      EXPECT_FALSE(answer.headers.contains("set-cookie")) << text;
    }
    site.clock.advance(std::chrono::hours(48));  // the throttle forgets, so that the store is asked each time
    browser = site.sign_in(site.north.agent);
  }
}

// A1
TEST_F(DeskHostile, SqlInEveryParameterAndCookieIsText) {
  const std::string south = whole(site.south);
  const std::string tables = definitions(site.north);
  auto db = site.north.connect();
  for (const auto& text : kSql) {
    const std::string value = url_encoded(text);
    for (const char* name : {"q", "status", "severity", "assignee", "team", "sort", "at", "done", "all"}) {
      const auto answer = get_page(std::string("/north/requests?").append(name).append("=") + value);
      EXPECT_TRUE(answer.status == 200 || answer.status / 100 == 4) << answer.status << " " << name << " " << text;
      EXPECT_THAT(answer.body, Not(HasSubstr("argon2id")));
      EXPECT_THAT(answer.body, Not(HasSubstr("Not yours")));
    }
    EXPECT_EQ(get_page(ticket() + "?done=" + value).status, 200) << text;
    EXPECT_EQ(get_page("/?account=" + value).status, 400) << text;
    EXPECT_EQ(get_page("/north/sign-in?return=" + value).status, 303) << text;
    for (const auto& path : {"/north/requests/" + value, "/north/attachments/" + value, "/" + value + "/requests"})
      EXPECT_EQ(get_page(path).status / 100, 4) << path;
    EXPECT_EQ(get_page("/north/requests", "; slipway-theme=" + value + "; slipway-language=" + value).status, 200);
    const auto stranger = sent({.url = "/north/requests", .headers = {{"Cookie", "__Secure-slipway=" + text}}});
    EXPECT_EQ(stranger.status, 303) << text;
  }
  EXPECT_THAT(get_page("/north/requests?q=printer").body, HasSubstr("The printer is on fire"));
  EXPECT_THAT(get_page("/north/requests?q=" + url_encoded("zzz' OR '1'='1")).body,
              Not(HasSubstr("The printer is on fire")));
  EXPECT_EQ(definitions(site.north), tables);
  EXPECT_EQ(whole(site.south), south);
}

// A1, A7
TEST_F(DeskHostile, SqlInEveryMemberAndParameterOfRestIsTextOrRefused) {
  const std::string south = whole(site.south);
  const std::string tables = definitions(site.north);
  const auto token = site.north.token(site.north.agent, site.clock.now());
  const std::string requests = "/api/v1/north/requests";
  const std::string one = requests + "/" + std::to_string(number);
  const std::vector<std::pair<std::string, json>> calls = {
      {requests,
       {{"subject", "s"}, {"description", "d"}, {"severity", 3}, {"team", 1}, {"requester_email", "rita@example.org"}}},
      {one + "/messages", {{"body", "b"}, {"visibility", "public"}}},
      {one + "/status", {{"from", "new"}, {"to", "open"}, {"reason", "r"}, {"solution", "fix"}}}};
  for (const auto& text : kSql) {
    for (const auto& [path, body] : calls) {
      for (const auto& [member, usual] : body.items()) {
        json hostile = body;
        hostile[member] = text;
        const auto answer = site.call("POST", path, token, hostile.dump());
        EXPECT_TRUE(answer.status < 300 || answer.status / 100 == 4) << answer.status << " " << hostile;
      }
      json named = body;
      named[text] = "x";
      EXPECT_EQ(site.call("POST", path, token, named.dump()).status, 400) << text;
    }
    const std::string value = url_encoded(text);
    for (const char* name : {"max_rows", "sort", "fields", "status", "severity", "assignee", "requester", "team",
                             "deleted", "merged", "cursor"})
      EXPECT_EQ(site.call("GET", requests + "?" + name + "=" + value, token).status, 400) << name << " " << text;
    EXPECT_EQ(site.call("GET", requests + "?" + value + "=1", token).status, 400) << text;
    EXPECT_EQ(site.call("GET", requests + "?search=" + value, token).status, 200) << text;
    EXPECT_EQ(site.call("GET", one + "?fields=" + value, token).status, 400) << text;
    for (const auto& path : {requests + "/" + value, "/api/v1/north/attachments/" + value})
      EXPECT_EQ(site.call("GET", path, token).status / 100, 4) << path;
    EXPECT_EQ(site.call("GET", "/api/v1/" + value + "/requests", token).status / 100, 4) << text;
    EXPECT_EQ(site.call("GET", requests, text).status, 401) << text;
  }
  EXPECT_EQ(definitions(site.north), tables);
  EXPECT_EQ(whole(site.south), south);
}

// A1, A4
TEST_F(DeskHostile, ASessionOfOneAccountIsNobodyInAnother) {
  const std::string south = whole(site.south);
  for (const char* page : {"", "/requests", "/requests/new", "/requests/1", "/attachments/1", "/profile"}) {
    const auto answer = get_page(std::string("/south") + page);
    EXPECT_EQ(answer.status, 303) << page;
    EXPECT_THAT(answer.headers.at("location"), HasSubstr("/south/sign-in")) << page;
  }
  for (const char* action : {"/requests/new", "/requests/1/answer", "/requests/1/move", "/requests/1/assign",
                             "/requests/1/severity", "/profile/password", "/sign-out"}) {
    const auto answer = post(std::string("/south") + action, {{"csrf", browser.csrf},
                                                              {"subject", "s"},
                                                              {"description", "d"},
                                                              {"severity", "1"},
                                                              {"body", "b"},
                                                              {"from", "new"},
                                                              {"to", "open"},
                                                              {"assignee", "1"}});
    EXPECT_EQ(answer.status, 303) << action;
    EXPECT_THAT(answer.headers.at("location"), HasSubstr("/south/sign-in")) << action;
  }
  EXPECT_EQ(whole(site.south), south);
  EXPECT_EQ(get_page("/north/requests").status, 200);
}

// A1, A4
TEST_F(DeskHostile, NoPathLeadsOutOfItsPlace) {
  const auto token = site.north.token(site.north.agent, site.clock.now());
  const std::vector<std::string> places = {"/",
                                           "/static/",
                                           "/north/",
                                           "/north/requests/",
                                           "/north/attachments/",
                                           "/api/v1/",
                                           "/api/v1/north/requests/",
                                           "/api/v1/north/attachments/"};
  const std::vector<std::string> ways = {"../../../../etc/passwd",
                                         "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                                         "..%2f..%2f..%2fetc%2fpasswd",
                                         "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
                                         "..\\..\\etc\\passwd",
                                         "..%5c..%5cetc%5cpasswd",
                                         "..%00/etc/passwd",
                                         "1%00",
                                         "..;/..;/etc/passwd",
                                         "....//....//etc/passwd",
                                         "%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
                                         "..%ef%bc%8f..%ef%bc%8fetc%ef%bc%8fpasswd",
                                         "../south/requests",
                                         "%2e%2e/south/requests/1",
                                         "..%2fsouth%2frequests"};
  for (const auto& place : places)
    for (const auto& way : ways) {
      slipway::test::Wire wire(site.port());  // as it stands: a client library may tidy the path up
      const auto answer = wire.ask("GET " + place + way + " HTTP/1.1\r\nHost: x\r\nCookie: " + browser.cookie +
                                   "\r\nAuthorization: Bearer " + token + "\r\n\r\n");
      ASSERT_TRUE(answer.has_value()) << place << way;
      EXPECT_TRUE(answer->status == 400 || answer->status == 401 || answer->status == 404)
          << answer->status << ": " << place << way;
      EXPECT_THAT(answer->body, Not(HasSubstr("root:"))) << place << way;
      EXPECT_THAT(answer->body, Not(HasSubstr("Not yours"))) << place << way;
    }
  EXPECT_EQ(get_page("/north/requests").status, 200);
}

}  // namespace
}  // namespace slipway::desk::test
