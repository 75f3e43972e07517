#include "tests/integration/desk_site.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/session.hpp"
#include "appliance/sql/schema.hpp"
#include "tests/integration/openapi_check.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::desk::test {
namespace {

template <typename T>
T need(Result<T> result) {
  if (!result) ADD_FAILURE() << to_text(result.error());
  return std::move(result).value();
}

const std::string& password_hash() {
  static const auto hash = need(crypto::hash_password(Secret(kPassword)));
  return hash;
}

Person add_person(sql::Connection& db, const std::string& name, const std::string& login, Role role) {
  const auto email = login + "@example.org";
  const auto id = need(db.execute("INSERT INTO person (display_name, email, login, role) VALUES (?, ?, ?, ?)",
                                  {name, email, login, to_text(role)}))
                      .last_insert_id;
  EXPECT_TRUE(db.execute("INSERT INTO credential (person_id, password_hash) VALUES (?, ?)", {id, password_hash()}));
  return {static_cast<std::int64_t>(id), name, email, login, role, "en"};
}

DeskSettings settings() { return {.cursor_key = Secret("cursor key of the tests"), .attachment_limit = 8U << 20U}; }

}  // namespace

TestAccount make_account() {
  const auto endpoint = slipway::test::fresh_database();
  auto db = slipway::test::connect(endpoint);
  need(sql::upgrade_schema(db, sql::account_schema()));
  TestAccount account;
  account.pool = std::make_shared<sql::Pool>(endpoint);
  account.administrator = add_person(db, "Ada Admin", "admin", Role::administrator);
  account.agent = add_person(db, "Alice Agent", "alice", Role::agent);
  account.requester = add_person(db, "Rita Requester", "rita", Role::requester);
  account.stranger = add_person(db, "Sam Stranger", "sam", Role::requester);
  return account;
}

Desk TestAccount::desk() const { return {pool, settings()}; }
sql::Connection TestAccount::connect() const { return slipway::test::connect(pool->endpoint()); }

std::string TestAccount::token(const Person& person, Timestamp now) const {
  return need(desk().create_api_token(person, "test", std::nullopt, now)).reveal();
}

std::int64_t TestAccount::open(const std::string& subject, Timestamp now) const {
  return need(desk().open(requester, {.subject = subject, .description = "It is broken."}, now));
}

http::Upload upload_of(const slipway::test::TempDirectory& directory, const std::string& name, const std::string& bytes,
                       const std::string& media_type) {
  static std::atomic<int> count{0};
  const auto path = directory.path() / ("upload" + std::to_string(count++));
  std::ofstream(path, std::ios::binary) << bytes;
  return {.field = "attachments", .file_name = name, .media_type = media_type, .path = path, .size = bytes.size()};
}

TestSite::TestSite(const std::filesystem::path& lease_page)
    : site_{.pools = [this](const AccountName& name) -> Result<std::shared_ptr<sql::Pool>> {
              if (name.text() == "north") return north.pool;
              if (name.text() == "south") return south.pool;
              return Error{Code::not_found, "account: does not exist"};
            },
            .clock = clock,
            .session_key = settings().cursor_key,
            .body_limit = 16U << 20U,
            .attachment_limit = settings().attachment_limit,
            .faces = [](const AccountName& name) -> Result<AccountFace> {
              if (name.text() != "north" && name.text() != "south")
                return Error{Code::not_found, "account: does not exist"};
              return AccountFace{name.text(), "production"};
            }},
      gate_(lease_page) {
  http::Router router;
  add_rest_routes(router, site_);
  add_page_routes(router, site_);
  router.set_guard(write_guard(site_, gate_));
  http::ServerOptions options;
  options.port = 0;
  options.threads = 4;
  server_ = need(http::Server::start(options, std::move(router)));
}

TestSite::~TestSite() { server_->stop(); }

TestSite::Browser TestSite::sign_in(const Person& person) const {
  const auto session = need(north.desk().sign_in({person.login, Secret(kPassword), "192.0.2.9"}, clock.now()));
  const auto cookie = http::session_cookie("north", session.token);
  return {cookie.substr(0, cookie.find(';')), http::csrf_token(site_.session_key, session.token)};
}

http::ClientAnswer TestSite::call(const std::string& method, const std::string& path, const std::string& token,
                                  const std::string& body, const std::string& content_type) {
  http::ClientRequest request{
      .method = method, .url = "http://127.0.0.1:" + std::to_string(port()) + path, .body = body};
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
  if (method == "POST") request.headers.emplace_back("Content-Type", content_type);
  auto answer = need(http::fetch(request));
  EXPECT_EQ(openapi_fault(method, path, answer), "") << method << ' ' << path << '\n' << answer.body.substr(0, 2000);
  return answer;
}

}  // namespace slipway::desk::test
