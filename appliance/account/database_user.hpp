// Databases and database users of accounts and programs: made, locked out, dropped. Inside this folder only.
// Every function is idempotent.
#pragma once

#include <string>

#include "appliance/base/secret.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::account {

/// A named lock of the database server, held until destruction or until the connection ends.
class NamedLock {
 public:
  /// Waits up to `limit`. Error: in_use saying that `what` is being changed by another program. A connection may hold a
  /// lock more than once.
  [[nodiscard]] static Result<NamedLock> take(sql::Connection& admin, const std::string& name, const std::string& what,
                                              std::chrono::milliseconds limit = std::chrono::seconds(20));
  NamedLock(NamedLock&& other) noexcept;
  NamedLock& operator=(NamedLock&&) = delete;
  NamedLock(const NamedLock&) = delete;
  NamedLock& operator=(const NamedLock&) = delete;
  ~NamedLock();

 private:
  NamedLock(sql::Connection& admin, std::string name) : admin_(&admin), name_(std::move(name)) {}
  sql::Connection* admin_;
  std::string name_;
};

/// Creates the user unless it exists, and gives it this password. Its rights are not touched.
[[nodiscard]] Status ensure_user(sql::Connection& admin, const std::string& user, const Secret& password);

/// Reading and writing rows of exactly this database, no definitions.
[[nodiscard]] Status grant_rows(sql::Connection& admin, const std::string& database, const std::string& user);

/// Refuses new sessions of the user, ends those there are and waits until the last has gone. Error: timeout after 30 s.
[[nodiscard]] Status lock_out(sql::Connection& admin, const std::string& user);
[[nodiscard]] Status let_in(sql::Connection& admin, const std::string& user);

/// Locks the user out and drops database and user.
[[nodiscard]] Status drop_database_and_user(sql::Connection& admin, const std::string& name);

}  // namespace slipway::account
