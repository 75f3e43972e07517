#include "migrate/engine/session_lock.hpp"

namespace slipway::migrate {
namespace {

constexpr int kPatience = 60;  // seconds

/// Names of locks are short, those of databases need not be.
std::string lock_name(const std::string& part) { return "CONCAT('slipway_copy.', MD5(DATABASE()), '." + part + "')"; }

Result<bool> lock(sql::Connection& target, const std::string& part, int seconds) {
  SLIPWAY_TRY(const auto row,
              target.query_one("SELECT GET_LOCK(" + lock_name(part) + ", " + std::to_string(seconds) + ")"));
  return row && !row->is_null(0) && row->integer(0) == 1;
}

Error still_there(const sql::Connection& target) {
  return {Code::timeout, "database '" + target.endpoint().database + "': a session of an earlier copy does not end",
          "look at SHOW PROCESSLIST on the target, and try again when it has ended"};
}

}  // namespace

Status claim_target(sql::Connection& target) {
  SLIPWAY_TRY(const bool mine, lock(target, "copy", 5));
  if (!mine) {
    return Error{Code::in_use, "database '" + target.endpoint().database + "': another copy into it is running",
                 "wait until it has ended"};
  }
  for (std::size_t number = 0; number < 2 * kMostStreams; ++number) {
    const std::string part = std::to_string(number);
    SLIPWAY_TRY(const auto holder, target.query_one("SELECT IS_USED_LOCK(" + lock_name(part) + ")"));
    if (!holder || holder->is_null(0)) continue;
    const auto ended = target.execute_text("KILL " + std::to_string(holder->natural(0)));
    if (!ended && ended.error().code == Code::unavailable) return ended.error();
    SLIPWAY_TRY(const bool gone, lock(target, part, kPatience));
    if (!gone) return still_there(target);
    SLIPWAY_TRY([[maybe_unused]] const auto freed, target.query_one("SELECT RELEASE_LOCK(" + lock_name(part) + ")"));
  }
  return {};
}

Status mark_session(sql::Connection& target, std::size_t number) {
  SLIPWAY_TRY(const bool marked, lock(target, std::to_string(number), kPatience));
  if (!marked) return still_there(target);
  return {};
}

}  // namespace slipway::migrate
