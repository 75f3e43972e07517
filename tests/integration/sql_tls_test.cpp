// Connections over TLS to a real server with a certificate for localhost and 127.0.0.1; 127.0.0.2 is the wrong name.
#include <gtest/gtest.h>

#include "appliance/crypto/crypto.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/sql/connection.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer_server.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

class SqlTls : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"server", "stranger"}) {
      const auto made = crypto::make_loopback_certificate(
          directory_ / (std::string(name) + ".pem"), directory_ / (std::string(name) + ".key"), std::chrono::hours(24));
      ASSERT_TRUE(made.has_value()) << to_text(made.error());
    }
    {
      auto server = test::start_scratch_server(directory_ / "db");
      ASSERT_TRUE(server.has_value()) << to_text(server.error());
      ASSERT_TRUE(test::connect(server->administrator())
                      .run_script("CREATE USER visitor@'%' IDENTIFIED BY 'pass'; CREATE USER strict@'%' IDENTIFIED BY "
                                  "'pass' REQUIRE SSL")
                      .has_value());
    }
    ASSERT_NO_FATAL_FAILURE(start());
  }

  // The same data directory with TCP and TLS.
  void start() {
    const embedded::DatabaseOptions options{
        .directory = directory_ / "db", .buffer_pool_bytes = 32U << 20U, .durable = false};
    process::Command command = embedded::server_command(options);
    port_ = test::free_port();
    for (const std::string& option :
         {std::string("--skip-networking=0"), std::string("--bind-address=127.0.0.1,127.0.0.2"),
          "--port=" + std::to_string(port_), "--ssl-cert=" + (directory_ / "server.pem").string(),
          "--ssl-key=" + (directory_ / "server.key").string()})
      command.argv.push_back(option);
    auto spawned = process::Child::spawn(command);
    ASSERT_TRUE(spawned.has_value()) << to_text(spawned.error());
    server_.emplace(std::move(spawned).value());
    ASSERT_TRUE(test::eventually(std::chrono::seconds(60), [&] {
      return open("127.0.0.1", TlsMode::off, "").has_value();
    })) << test::read_file(embedded::server_log(options));
  }

  Result<Connection> open(const std::string& host, TlsMode mode, const std::string& authority,
                          const char* user = "visitor") {
    Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = port_;
    endpoint.user = user;
    endpoint.password = Secret("pass");
    endpoint.tls = mode;
    if (!authority.empty()) endpoint.tls_ca_file = (directory_ / authority).string();
    return Connection::open(endpoint);
  }

  static std::string tls_version(Connection& connection) {
    return connection.query("SHOW STATUS LIKE 'Ssl_version'").value().front().text(1);
  }

  test::TempDirectory directory_;
  std::uint16_t port_ = 0;
  std::optional<process::Child> server_;
};

// A3
TEST_F(SqlTls, ChecksWhoTheServerIs) {
  auto plain = open("127.0.0.1", TlsMode::off, "");
  ASSERT_TRUE(plain.has_value()) << to_text(plain.error());
  EXPECT_EQ(tls_version(*plain), "");
  EXPECT_FALSE(open("127.0.0.1", TlsMode::off, "", "strict").has_value());

  auto encrypted = open("127.0.0.1", TlsMode::required, "", "strict");
  ASSERT_TRUE(encrypted.has_value()) << to_text(encrypted.error());
  EXPECT_EQ(tls_version(*encrypted), "TLSv1.3");

  for (const char* right_name : {"127.0.0.1", "localhost"}) {
    auto verified = open(right_name, TlsMode::verify_identity, "server.pem");
    ASSERT_TRUE(verified.has_value()) << right_name << to_text(verified.error());
    EXPECT_EQ(tls_version(*verified), "TLSv1.3");
  }

  struct Case {
    const char* what;
    const char* host;
    const char* authority;
  };
  for (const Case& wrong :
       {Case{"name", "127.0.0.2", "server.pem"}, Case{"authority", "127.0.0.1", "stranger.pem"},
        Case{"system authorities", "127.0.0.1", ""}, Case{"missing file", "127.0.0.1", "none.pem"}}) {
    const auto refused = open(wrong.host, TlsMode::verify_identity, wrong.authority);
    ASSERT_FALSE(refused.has_value()) << wrong.what;
    EXPECT_EQ(refused.error().code, Code::unauthenticated) << wrong.what;
  }
}

// A3
TEST_F(SqlTls, RefusesAServerWithoutTls) {
  Endpoint endpoint = test::TestServer::instance().administrator();
  endpoint.tls = TlsMode::required;
  const auto refused = Connection::open(endpoint);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unauthenticated) << to_text(refused.error());
}

}  // namespace
}  // namespace slipway::sql
