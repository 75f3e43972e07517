// Accounts with people in them and, when wanted, their REST interface on a free port.
#pragma once

#include "appliance/http/client.hpp"
#include "appliance/http/server.hpp"
#include "appliance/sql/pool.hpp"
#include "services/desk/routes.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::desk::test {

/// A clock that stands until it is moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return Timestamp(std::chrono::microseconds(micros_.load())); }
  void advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_{1'795'000'000'000'000};  // November 2026
};

inline const std::string kPassword = "Correct-Horse-7";

/// An account's database of its own with four people; all have kPassword.
struct TestAccount {
  std::shared_ptr<sql::Pool> pool;
  Person administrator;  ///< login "admin"
  Person agent;          ///< login "alice"
  Person requester;      ///< login "rita"
  Person stranger;       ///< login "sam", another requester

  [[nodiscard]] Desk desk() const;
  /// A connection of the test's own.
  [[nodiscard]] sql::Connection connect() const;
  /// A token for REST.
  [[nodiscard]] std::string token(const Person& person, Timestamp now) const;
  /// Opens a request of `requester`.
  [[nodiscard]] std::int64_t open(const std::string& subject, Timestamp now) const;
};
[[nodiscard]] TestAccount make_account();

/// A file as an upload.
[[nodiscard]] http::Upload upload_of(const slipway::test::TempDirectory& directory, const std::string& name,
                                     const std::string& bytes, const std::string& media_type);

/// Accounts "north" and "south" behind a web server: pages and REST.
class TestSite {
 public:
  /// `lease_page`: where there are two sites; see WriteGate.
  explicit TestSite(const std::filesystem::path& lease_page = {});
  ~TestSite();

  ManualClock clock;
  TestAccount north = make_account();
  TestAccount south = make_account();

  /// Sends a request as bearer of `token` ("" none) and checks the answer against openapi.json.
  http::ClientAnswer call(const std::string& method, const std::string& path, const std::string& token,
                          const std::string& body = "", const std::string& content_type = "application/json");
  /// Signs a person of `north` in. What a browser would keep and send.
  struct Browser {
    std::string cookie;  ///< header Cookie
    std::string csrf;    ///< field of forms
  };
  [[nodiscard]] Browser sign_in(const Person& person) const;
  /// What its pages are made of.
  [[nodiscard]] const Site& parts() const { return site_; }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  Site site_;
  lease::WriteGate gate_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace slipway::desk::test
