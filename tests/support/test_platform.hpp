// The platform database on the test server, provisioned as an installation does it.
#pragma once

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {

/// Database `slipway` with its programs' users, made at first use; shared by the tests of a program, so accounts need
/// names of their own.
class TestPlatform {
 public:
  static TestPlatform& instance();

  /// A session of the administrator in the platform database.
  [[nodiscard]] sql::Connection administrator() const;
  /// The platform database as a program sees it: "slipway_web" or "slipway_job".
  [[nodiscard]] sql::Endpoint program(const std::string& user) const;
  /// The key that seals the accounts' passwords.
  [[nodiscard]] const Secret& key() const noexcept { return key_; }
  /// A new account, complete. Aborts when it cannot be made.
  [[nodiscard]] account::NewAccount account(const std::string& name) const;
  /// The endpoint of the account's own database user.
  [[nodiscard]] sql::Endpoint account_user(const std::string& name) const;

 private:
  TestPlatform();
  Secret key_;
  std::vector<account::ProgramUser> programs_;
};

}  // namespace slipway::test
