#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "appliance/crypto/crypto.hpp"
#include "tests/integration/desk_site.hpp"

namespace slipway::desk::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;

const std::string kRequests = "/api/v1/north/requests";

std::string path_of(std::int64_t number) { return std::string(kRequests).append("/").append(std::to_string(number)); }

std::vector<std::string> invalid_names(const http::ClientAnswer& answer) {
  std::vector<std::string> names;
  const auto problem = json::parse(answer.body);
  for (const auto& each : problem.value("invalid_parameters", json::array())) names.push_back(each["name"]);
  return names;
}

class DeskRest : public ::testing::Test {
 protected:
  http::ClientAnswer get(const std::string& path) { return site.call("GET", path, agent); }
  http::ClientAnswer post(const std::string& path, const json& body) {
    return site.call("POST", path, agent, body.dump());
  }

  TestSite site;
  std::string agent = site.north.token(site.north.agent, site.clock.now());
  std::string requester = site.north.token(site.north.requester, site.clock.now());
};

// A7
TEST_F(DeskRest, OpensListsShowsAnswersAndMovesARequest) {
  const auto opened = site.call("POST", kRequests, requester,
                                R"({"subject":"Écran noir 打印机","description":"Il est noir.","severity":2})");
  ASSERT_EQ(opened.status, 201) << opened.body;
  const auto number = json::parse(opened.body)["number"].get<std::int64_t>();
  EXPECT_EQ(opened.headers.at("location"), path_of(number));

  const auto answered = post(path_of(number) + "/messages", {{"body", "On arrive."}});
  EXPECT_EQ(answered.status, 201);
  const auto moved = post(path_of(number) + "/status", {{"from", "new"}, {"to", "open"}});
  EXPECT_EQ(moved.status, 200);
  EXPECT_EQ(json::parse(moved.body)["assignee"]["name"], "Alice Agent");

  const auto shown = json::parse(get(path_of(number)).body);
  EXPECT_EQ(shown["subject"], "Écran noir 打印机");
  EXPECT_EQ(shown["messages"].size(), 2U);
  EXPECT_EQ(shown["messages"][1]["body"], "On arrive.");
  const auto listed = json::parse(get(kRequests).body);
  EXPECT_EQ(listed["requests"].size(), 1U);
  EXPECT_EQ(listed["next"], nullptr);
}

// A7
TEST_F(DeskRest, PagesByLinksAndGivesTheFieldsAskedFor) {
  for (int i = 0; i < 5; ++i) (void)site.north.open("request", site.clock.now());
  std::string path = std::string(kRequests).append("?max_rows=2&sort=number&fields=number,status&search=request");
  std::vector<std::int64_t> seen;
  for (int guard = 0; guard < 10; ++guard) {
    const auto answer = get(path);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto page = json::parse(answer.body);
    for (const auto& row : page["requests"]) {
      EXPECT_EQ(row.size(), 2U);
      seen.push_back(row["number"]);
    }
    if (page["next"].is_null()) break;
    path = page["next"];
    EXPECT_THAT(answer.headers.at("link"), HasSubstr(std::string("<").append(path).append(">; rel=\"next\"")));
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(json::parse(get(path_of(1) + "?fields=messages").body).size(), 1U);
}

TEST_F(DeskRest, NamesEveryWrongQueryParameter) {
  const std::map<std::string, std::string> wrong = {{"max_rows=0", "max_rows"},
                                                    {"max_rows=501", "max_rows"},
                                                    {"max_rows=ten", "max_rows"},
                                                    {"max_rows=1&max_rows=2", "max_rows"},
                                                    {"sort=subject", "sort"},
                                                    {"sort=updated,-number", "sort"},
                                                    {"fields=password", "fields"},
                                                    {"status=gone", "status"},
                                                    {"severity=0", "severity"},
                                                    {"severity=1,9", "severity"},
                                                    {"assignee=everyone", "assignee"},
                                                    {"deleted=maybe", "deleted"},
                                                    {"cursor=n.-updated.1.1.x", "cursor"},
                                                    {"unknown=1", "unknown"},
                                                    {"team=x", "team"},
                                                    {"sort=number'%20OR%201=1", "sort"}};
  for (const auto& [query, name] : wrong) {
    const auto answer = get(kRequests + "?" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(invalid_names(answer), Contains(name)) << query;
  }
  EXPECT_THAT(invalid_names(get(kRequests + "?max_rows=0&sort=x&what=1")),
              ::testing::UnorderedElementsAre("max_rows", "sort", "what"));
  for (const char* good :
       {"sort=-updated,-number", "sort=severity,number", "assignee=me", "assignee=none", "requester=me",
        "status=open,new&severity=1,2", "deleted=true&merged=true", "search=", "team=7"})
    EXPECT_EQ(get(kRequests + "?" + good).status, 200) << good;
}

TEST_F(DeskRest, RefusesMalformedBodies) {
  const auto number = site.north.open("request", site.clock.now());
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::vector<std::string> malformed = {"",
                                              "null",
                                              "[]",
                                              "\"text\"",
                                              "7",
                                              "{",
                                              "}",
                                              "{\"subject\":}",
                                              "{\"subject\":\"a\",}",
                                              "{'subject':'a'}",
                                              "{subject:\"a\"}",
                                              "{\"subject\":\"a\"} trailing",
                                              "{\"subject\":\"\xFF\"}",
                                              "{\"subject\":\"\\ud800\"}",
                                              "{\"subject\":\"\\x\"}",
                                              "{\"subject\":\"line\nbreak\"}",
                                              "{\"a\":NaN}",
                                              "{\"a\":01}",
                                              "{\"a\":1e999}",
                                              deep,
                                              "{\"a\":" + deep + "}",
                                              "{\"subject\":\"a\",\"subject\":\"b\",\"description\":\"c\"}",
                                              "\xEF\xBB\xBF{",
                                              std::string("{\"subject\":\"a\0b\"}", 17),
                                              "/* comment */ {}",
                                              "<xml/>"};
  for (const auto& body : malformed)
    for (const auto& path : {kRequests, path_of(number) + "/messages", path_of(number) + "/status"}) {
      const auto answer = site.call("POST", path, agent, body);
      EXPECT_EQ(answer.status, 400) << body.substr(0, 80);
      EXPECT_EQ(json::parse(answer.body)["status"], 400);
    }
  EXPECT_EQ(json::parse(get(kRequests).body)["requests"].size(), 1U);
}

TEST_F(DeskRest, NamesEveryWrongMember) {
  const std::vector<std::pair<json, std::string>> wrong = {
      {{{"description", "d"}}, "subject"},
      {{{"subject", "s"}}, "description"},
      {{{"subject", 7}, {"description", "d"}}, "subject"},
      {{{"subject", nullptr}, {"description", "d"}}, "subject"},
      {{{"subject", {"s"}}, {"description", "d"}}, "subject"},
      {{{"subject", std::string(501, 'x')}, {"description", "d"}}, "subject"},
      {{{"subject", "two\nlines"}, {"description", "d"}}, "subject"},
      {{{"subject", "s"}, {"description", " "}}, "description"},
      {{{"subject", "s"}, {"description", "d\u0007"}}, "description"},
      {{{"subject", "s"}, {"description", "d"}, {"severity", 0}}, "severity"},
      {{{"subject", "s"}, {"description", "d"}, {"severity", 4294967297}}, "severity"},
      {{{"subject", "s"}, {"description", "d"}, {"severity", "1"}}, "severity"},
      {{{"subject", "s"}, {"description", "d"}, {"severity", 1.5}}, "severity"},
      {{{"subject", "s"}, {"description", "d"}, {"team", 18446744073709551615U}}, "team"},
      {{{"subject", "s"}, {"description", "d"}, {"team", 999}}, "team"},
      {{{"subject", "s"}, {"description", "d"}, {"status", "closed"}}, "status"},
      {{{"subject", "s"}, {"description", "d"}, {"requester_email", "nobody"}}, "requester"}};
  for (const auto& [body, name] : wrong) {
    const auto answer = post(kRequests, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_THAT(invalid_names(answer), Contains(name)) << body;
  }
  const auto number = site.north.open("request", site.clock.now());
  EXPECT_THAT(invalid_names(post(path_of(number) + "/messages", {{"body", ""}})), Contains("body"));
  EXPECT_THAT(invalid_names(post(path_of(number) + "/messages", {{"body", "b"}, {"visibility", "secret"}})),
              Contains("visibility"));
  EXPECT_THAT(invalid_names(post(path_of(number) + "/status", {{"from", "new"}})), Contains("to"));
  EXPECT_THAT(invalid_names(post(path_of(number) + "/status", {{"from", "NEW"}, {"to", "open"}})), Contains("from"));
  EXPECT_EQ(site.call("POST", kRequests, agent, "a=b", "application/x-www-form-urlencoded").status, 422);
  EXPECT_EQ(site.call("POST", kRequests, agent, std::string((8U << 20U) + 1, ' ')).status, 413);
}

TEST_F(DeskRest, KeepsSqlAndMarkupAsTheTextTheyAre) {
  for (const char* text :
       {"'; DROP TABLE request; --", "\" OR \"\"=\"", "1); DELETE FROM person; /*", "\\'; SELECT SLEEP(9) #",
        "<script>alert(1)</script>", "${jndi:ldap://x}", "%00%27", "{{7*7}}", "😀 \\u0000 \\x27"}) {
    const auto opened =
        post(kRequests, {{"subject", text}, {"description", text}, {"requester_email", site.north.requester.email}});
    ASSERT_EQ(opened.status, 201) << text;
    const auto number = json::parse(opened.body)["number"].get<std::int64_t>();
    ASSERT_EQ(post(path_of(number) + "/messages", {{"body", text}, {"visibility", "internal"}}).status, 201);
    ASSERT_EQ(post(path_of(number) + "/status", {{"from", "new"}, {"to", "open"}, {"reason", text}}).status, 200);
    ASSERT_EQ(post(path_of(number) + "/status", {{"from", "open"}, {"to", "closed"}, {"reason", text}}).status, 200);
    const auto shown = json::parse(get(path_of(number)).body);
    EXPECT_EQ(shown["subject"], text);
    EXPECT_EQ(shown["close_reason"], text);
    for (const auto& message : shown["messages"]) EXPECT_EQ(message["body"], text);
    std::string encoded;
    for (const char* c = text; *c != 0; ++c) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      encoded.append("%")
          .append(1, digits[static_cast<unsigned char>(*c) >> 4U])
          .append(1, digits[static_cast<unsigned char>(*c) & 15U]);
    }
    EXPECT_EQ(get(kRequests + "?search=" + encoded).status, 200);
    for (const char* name :
         {"sort", "fields", "status", "severity", "assignee", "requester", "team", "cursor", "max_rows", "deleted"})
      EXPECT_EQ(get(kRequests + "?" + name + "=" + encoded).status, 400) << name;
    EXPECT_EQ(get(kRequests + "/" + encoded).status / 100, 4);
    EXPECT_EQ(site.call("GET", "/api/v1/" + encoded + "/requests", agent).status / 100, 4);
    EXPECT_EQ(site.call("GET", kRequests, encoded).status, 401);
  }
  EXPECT_EQ(json::parse(get(kRequests).body)["requests"].size(), 9U);
}

// A1
TEST_F(DeskRest, KnowsNobodyWithoutATokenOfTheAccount) {
  const auto number = site.north.open("request", site.clock.now());
  const auto foreign = site.south.token(site.south.administrator, site.clock.now());
  const auto session =
      site.north.desk().sign_in({"alice", Secret(kPassword), "192.0.2.1"}, site.clock.now())->token.reveal();
  std::string first;
  for (const auto& token :
       {std::string(), foreign, session, std::string("x"), std::string(5000, 'x'), crypto::sha256_hex(agent)})
    for (const auto& path : {kRequests, path_of(number), std::string("/api/v1/nowhere/requests"),
                             std::string("/api/v1/north/attachments/1"), std::string("/api/v1/NORTH/requests")}) {
      const auto answer = site.call("GET", path, token);
      EXPECT_EQ(answer.status, 401) << path;
      EXPECT_THAT(answer.headers.at("www-authenticate"), HasSubstr("Bearer"));
      auto problem = json::parse(answer.body);
      problem.erase("request_id");
      if (first.empty()) first = problem.dump();
      EXPECT_EQ(problem.dump(), first) << "an answer that tells more than the others";
    }
  // The foreign token is good at home, and numbers of one account say nothing in the other.
  EXPECT_EQ(site.call("GET", "/api/v1/south/requests", foreign).status, 200);
  EXPECT_EQ(site.call("GET", "/api/v1/south/requests/" + std::to_string(number), foreign).status, 404);
  // Cookies never open this door.
  const auto answer = http::fetch({.method = "GET",
                                   .url = "http://127.0.0.1:" + std::to_string(site.port()) + kRequests,
                                   .headers = {{"Cookie", "__Secure-slipway=" + session}}});
  EXPECT_EQ(answer->status, 401);
}

// A20
TEST_F(DeskRest, HidesOthersRequestsFromRequesters) {
  const auto number = site.north.open("request", site.clock.now());
  const auto stranger = site.north.token(site.north.stranger, site.clock.now());
  EXPECT_EQ(site.call("GET", path_of(number), requester).status, 200);
  EXPECT_EQ(site.call("GET", path_of(number), stranger).status, 404);
  EXPECT_EQ(site.call("POST", path_of(number) + "/messages", stranger, R"({"body":"hello"})").status, 404);
  EXPECT_EQ(json::parse(site.call("GET", kRequests, stranger).body)["requests"].size(), 0U);
  EXPECT_EQ(site.call("POST", path_of(number) + "/status", requester, R"({"from":"new","to":"open"})").status, 403);
  EXPECT_EQ(
      site.call("POST", path_of(number) + "/messages", requester, R"({"body":"x","visibility":"internal"})").status,
      403);
}

// B4
TEST_F(DeskRest, MovesOnlyAsTheSupportProcessAllows) {
  const std::map<std::string, std::vector<std::string>> ways = {{"new", {}},
                                                                {"open", {"open"}},
                                                                {"suspended", {"open", "suspended"}},
                                                                {"in_progress", {"open", "in_progress"}},
                                                                {"resolved", {"open", "resolved"}},
                                                                {"closed", {"open", "closed"}}};
  const auto move = [&](std::int64_t number, const std::string& from, const std::string& to) {
    json body{{"from", from}, {"to", to}};
    if (to == "closed") body["reason"] = "done";
    if (to == "resolved") body["solution"] = "fix";
    return post(path_of(number) + "/status", body);
  };
  for (const auto& [from, way] : ways)
    for (const auto& [to, unused] : ways) {
      const auto number = site.north.open("request", site.clock.now());
      std::string at = "new";
      for (const auto& step : way) {
        ASSERT_EQ(move(number, at, step).status, 200);
        at = step;
      }
      const bool allowed = move_allowed(*parse_status(from), *parse_status(to));
      EXPECT_EQ(move(number, from, to).status, allowed ? 200 : 409) << from << " to " << to;
      EXPECT_EQ(json::parse(get(path_of(number) + "?fields=status").body)["status"], allowed ? to : from);
    }
  const auto number = site.north.open("request", site.clock.now());
  ASSERT_EQ(move(number, "new", "open").status, 200);
  const auto late = move(number, "new", "open");
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(json::parse(late.body)["current_status"], "open");
}

TEST_F(DeskRest, TakesAndGivesAttachmentsAndTrustsNoFileName) {
  const auto number = site.north.open("request", site.clock.now());
  const std::string bytes = std::string("\x89PNG\r\n\0\xFF", 8) + std::string(100'000, 'x');
  const auto part = [](const std::string& head, const std::string& body) {
    return std::string("--limit\r\nContent-Disposition: form-data; ")
        .append(head)
        .append("\r\n\r\n")
        .append(body)
        .append("\r\n");
  };
  const std::string form =
      part("name=\"body\"", "see files") +
      part("name=\"attachments\"; filename=\"../../../etc/passwd\"\r\nContent-Type: image/png", bytes) +
      part("name=\"attachments\"; filename=\"page.html\"\r\nContent-Type: text/html", "<script>") + "--limit--\r\n";
  const auto answered =
      site.call("POST", path_of(number) + "/messages", requester, form, "multipart/form-data; boundary=limit");
  ASSERT_EQ(answered.status, 201) << answered.body;
  const auto files = json::parse(get(path_of(number)).body)["messages"][1]["attachments"];
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0]["file_name"], "passwd");
  const auto address = [&](std::size_t index) {
    return "/api/v1/north/attachments/" + std::to_string(files[index]["id"].get<int>());
  };

  const auto image = get(address(0));
  EXPECT_EQ(image.status, 200);
  EXPECT_TRUE(image.body == bytes);
  EXPECT_EQ(image.headers.at("content-type"), "image/png");
  EXPECT_EQ(image.headers.at("content-disposition"), "attachment; filename=\"passwd\"");
  const auto page = get(address(1));
  EXPECT_EQ(page.headers.at("content-type"), "application/octet-stream");
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_THAT(page.headers.at("content-security-policy"), HasSubstr("sandbox"));

  EXPECT_EQ(site.call("GET", address(0), site.north.token(site.north.stranger, site.clock.now())).status, 404);
  const auto foreign = site.south.token(site.south.administrator, site.clock.now());
  EXPECT_EQ(site.call("GET", address(0), foreign).status, 401);
  EXPECT_EQ(site.call("GET", "/api/v1/south/attachments/1", foreign).status, 404);
  for (const char* id : {"0", "-1", "1e9", "99999999999999999999", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                         "../requests", "1/../../south"})
    EXPECT_GE(get(std::string("/api/v1/north/attachments/").append(id)).status, 400) << id;

  const auto unknown = part("name=\"body\"", "x") + part("name=\"other\"", "y") + "--limit--\r\n";
  EXPECT_THAT(invalid_names(site.call("POST", path_of(number) + "/messages", agent, unknown,
                                      "multipart/form-data; boundary=limit")),
              Contains("other"));
}

// A7
TEST_F(DeskRest, DescribesItself) {
  const auto answer = site.call("GET", "/api/v1/openapi.json", "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["openapi"], "3.1.0");
}

TEST_F(DeskRest, AnswersThatTheDatabaseIsAway) {
  site.north.pool->close();
  const auto answer = get(kRequests);
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_TRUE(answer.headers.contains("retry-after"));
  EXPECT_EQ(site.call("GET", "/api/v1/south/requests", site.south.token(site.south.agent, site.clock.now())).status,
            200);
}

}  // namespace
}  // namespace slipway::desk::test
