// Writes requests, messages and events. Every call belongs into the caller's transaction.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/desk/desk.hpp"

namespace slipway::desk::change_store {

/// A request's state under its row lock.
struct Locked {
  CaseStatus status = CaseStatus::fresh;
  int severity = 0;
  std::int64_t requester_id = 0;
  std::optional<std::int64_t> assignee_id;
  std::optional<std::int64_t> team_id;
  Timestamp updated_at;
  bool deleted = false;
  std::optional<std::int64_t> merged_into;
  bool watched = false;  ///< by the person asking
};
[[nodiscard]] Result<std::optional<Locked>> lock_request(sql::Connection& db, std::int64_t number, std::int64_t person);

struct RequestRow {
  const std::string& subject;
  const std::string& search_text;
  int severity;
  std::int64_t requester_id;
  std::optional<std::int64_t> team_id;
};
[[nodiscard]] Result<std::int64_t> insert_request(sql::Connection& db, const RequestRow& row, Timestamp now);

struct MessageRow {
  std::int64_t number;
  std::int64_t author_id;
  Visibility visibility;
  const std::string& body;
};
[[nodiscard]] Result<std::int64_t> insert_message(sql::Connection& db, const MessageRow& row, Timestamp now);

struct EventRow {
  std::int64_t number;
  std::int64_t actor_id;
  std::string_view kind;
  std::string old_value = {};
  std::string new_value = {};
  std::string detail = {};
};
[[nodiscard]] Status insert_event(sql::Connection& db, const EventRow& row, Timestamp now);

/// Marks the request as changed and adds to what searches find.
[[nodiscard]] Status touch(sql::Connection& db, std::int64_t number, Timestamp now);
[[nodiscard]] Status add_search_text(sql::Connection& db, std::int64_t number, const std::string& text);

struct StatusRow {
  CaseStatus status;
  std::optional<Solution> solution;
  std::optional<std::string> close_reason;
};
/// Solution and reason are kept when absent here; opening again takes the solution away.
[[nodiscard]] Status set_status(sql::Connection& db, std::int64_t number, const StatusRow& row, Timestamp now);
[[nodiscard]] Status set_severity(sql::Connection& db, std::int64_t number, int severity, Timestamp now);
[[nodiscard]] Status set_assignee(sql::Connection& db, std::int64_t number, std::int64_t assignee, Timestamp now);
[[nodiscard]] Status set_team(sql::Connection& db, std::int64_t number, std::optional<std::int64_t> team,
                              Timestamp now);

[[nodiscard]] Result<std::optional<PersonRef>> find_active_staff(sql::Connection& db, std::int64_t person);
[[nodiscard]] Result<std::optional<TeamRef>> find_active_team(sql::Connection& db, std::int64_t team);
/// The person of this address (the oldest when there are several), made a requester when there is none.
[[nodiscard]] Result<std::int64_t> requester_by_email(sql::Connection& db, const std::string& email, Timestamp now);

}  // namespace slipway::desk::change_store
