#include "tests/support/test_platform.hpp"

#include <cstdio>
#include <cstdlib>

#include "appliance/crypto/crypto.hpp"

namespace slipway::test {
namespace {

template <typename T>
T demand(Result<T> result, const char* what) {
  if (result.has_value()) return std::move(result).value();
  std::fprintf(stderr, "%s: %s\n", what, to_text(result.error()).c_str());
  std::abort();
}

}  // namespace

TestPlatform::TestPlatform()
    : key_(crypto::random_token()),
      programs_{{"slipway_web", crypto::random_token()}, {"slipway_job", crypto::random_token()}} {
  auto root = connect(TestServer::instance().administrator());
  if (const Status done = account::provision_platform(root, programs_); !done) {
    std::fprintf(stderr, "provisioning the platform: %s\n", to_text(done.error()).c_str());
    std::abort();
  }
}

TestPlatform& TestPlatform::instance() {
  static TestPlatform platform;
  return platform;
}

sql::Connection TestPlatform::administrator() const {
  sql::Endpoint endpoint = TestServer::instance().administrator();
  endpoint.database = account::kPlatformDatabase;
  return connect(endpoint);
}

sql::Endpoint TestPlatform::program(const std::string& user) const {
  sql::Endpoint endpoint = TestServer::instance().administrator();
  endpoint.database = account::kPlatformDatabase;
  endpoint.user = user;
  for (const auto& program : programs_)
    if (program.name == user) endpoint.password = program.password;
  return endpoint;
}

account::NewAccount TestPlatform::account(const std::string& name) const {
  auto admin = administrator();
  account::Administration administration(admin, key_);
  return demand(
      administration.create(demand(AccountName::parse(name), "account name"), "Account " + name, account::Kind::other),
      "creating an account");
}

sql::Endpoint TestPlatform::account_user(const std::string& name) const {
  sql::Pool pool(program("slipway_web"));
  account::Directory directory(pool, key_);
  return demand(directory.pool(demand(AccountName::parse(name), "account name")), "account pool")->endpoint();
}

}  // namespace slipway::test
