// Changing requests. Every use case reads: lock the request, decide by the rules, write state and event in one
// transaction.
#include "services/desk/change_store.hpp"
#include "services/desk/content_store.hpp"
#include "services/desk/desk.hpp"
#include "services/desk/text_rules.hpp"

namespace slipway::desk {
namespace {

namespace store = change_store;

Error invalid(std::string_view parameter, std::string message, std::string hint) {
  return {Code::invalid_argument, std::move(message), std::move(hint), {{"parameter", std::string(parameter)}}};
}

std::string request_name(std::int64_t number) { return "request " + std::to_string(number); }

Status check_staff(const Person& person, const char* what) {
  if (is_staff(person.role)) return {};
  return Error{Code::forbidden, std::string(what) + ": reserved to agents", "ask for it in an answer"};
}

/// What a change needs to know, under the row lock. `at` is the time to write: never before the last change, so that
/// the order of messages and events is the order in which they were made.
struct Turn {
  store::Locked request;
  Timestamp at;
};

Result<Turn> take_turn(sql::Connection& db, const Person& person, std::int64_t number, Timestamp now) {
  SLIPWAY_TRY(auto locked, store::lock_request(db, number, person.id));
  if (!locked || !may_see({person.role, locked->requester_id == person.id, locked->watched, locked->deleted}))
    return Error{Code::not_found, request_name(number) + ": not found", "check the number"};
  if (locked->deleted) return Error{Code::conflict, request_name(number) + ": it was deleted", "open a new request"};
  if (locked->merged_into)
    return Error{Code::conflict, request_name(number) + ": it was merged into " + std::to_string(*locked->merged_into),
                 "go on there"};
  const auto at = std::max(now, locked->updated_at);
  return Turn{*locked, at};
}

Status check_attachments(const std::vector<http::Upload>& attachments, std::uint64_t limit) {
  if (attachments.size() > kMostAttachments)
    return invalid("attachments", "attachments: more than 20 in one message", "send several messages, or an archive");
  for (const auto& file : attachments)
    if (file.size > limit)
      return Error{Code::too_large,
                   "attachment '" + file.file_name + "': larger than " + std::to_string(limit) + " bytes",
                   "send it in parts",
                   {{"parameter", "attachments"}}};
  return {};
}

Status add_message(sql::Connection& db, const store::MessageRow& row, const std::vector<http::Upload>& attachments,
                   Timestamp at, std::int64_t& id) {
  SLIPWAY_TRY(id, store::insert_message(db, row, at));
  for (const auto& file : attachments) SLIPWAY_CHECK(content_store::attach(db, id, file));
  return {};
}

Status check_new_request(const Person& person, const NewRequest& request) {
  SLIPWAY_CHECK(check_subject(request.subject));
  SLIPWAY_CHECK(check_text("description", request.description, kMostTextBytes));
  if (is_blank(request.description)) return invalid("description", "description: empty", "say what happened");
  if (request.severity < kLeastSeverity || request.severity > kMostSeverity)
    return invalid("severity", "severity: must be 1 to 4", "1 is blocking, 4 is information");
  if (!request.requester_email.empty()) {
    SLIPWAY_CHECK(check_email(request.requester_email));
    if (request.requester_email != person.email) SLIPWAY_CHECK(check_staff(person, "a request for somebody else"));
  }
  if (request.team_id) SLIPWAY_CHECK(check_staff(person, "choosing a team"));
  return {};
}

Status check_team(sql::Connection& db, std::optional<std::int64_t> team) {
  if (!team) return {};
  SLIPWAY_TRY(const auto found, store::find_active_team(db, *team));
  if (!found) return invalid("team", "team " + std::to_string(*team) + ": not found", "choose one of the list");
  return {};
}

/// Takes the request: assignee and, from new, open (B3).
Status take(sql::Connection& db, const Person& person, std::int64_t number, const Turn& turn,
            const PersonRef& assignee) {
  if (turn.request.assignee_id != assignee.id) {
    SLIPWAY_CHECK(store::set_assignee(db, number, assignee.id, turn.at));
    SLIPWAY_CHECK(store::insert_event(
        db,
        {number, person.id, "assignee", turn.request.assignee_id ? std::to_string(*turn.request.assignee_id) : "",
         std::to_string(assignee.id), assignee.display_name},
        turn.at));
  }
  if (turn.request.status != CaseStatus::fresh) return {};
  SLIPWAY_CHECK(store::set_status(db, number, {CaseStatus::open, {}, {}}, turn.at));
  return store::insert_event(db, {number, person.id, "status", "new", "open"}, turn.at);
}

}  // namespace

Result<std::int64_t> Desk::open(const Person& person, const NewRequest& request, Timestamp now) {
  SLIPWAY_CHECK(check_new_request(person, request));
  SLIPWAY_CHECK(check_attachments(request.attachments, settings_.attachment_limit));
  std::int64_t number = 0;
  SLIPWAY_TRY(auto connection, pool_->lend());
  SLIPWAY_CHECK(sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_CHECK(check_team(db, request.team_id));
    auto requester = person.id;
    if (!request.requester_email.empty() && request.requester_email != person.email) {
      SLIPWAY_TRY(requester, store::requester_by_email(db, request.requester_email, now));
    }
    SLIPWAY_TRY(number,
                store::insert_request(
                    db, {request.subject, request.description, request.severity, requester, request.team_id}, now));
    std::int64_t message = 0;
    SLIPWAY_CHECK(add_message(db, {number, person.id, Visibility::everyone, request.description}, request.attachments,
                              now, message));
    return store::insert_event(db, {number, person.id, "opened", "", "new"}, now);
  }));
  return number;
}

Result<std::int64_t> Desk::answer(const Person& person, std::int64_t number, const Answer& answer, Timestamp now) {
  SLIPWAY_CHECK(check_text("body", answer.body, kMostTextBytes));
  if (is_blank(answer.body) && answer.attachments.empty())
    return invalid("body", "body: empty", "write an answer or attach a file");
  if (answer.visibility == Visibility::internal) SLIPWAY_CHECK(check_staff(person, "an internal note"));
  SLIPWAY_CHECK(check_attachments(answer.attachments, settings_.attachment_limit));
  std::int64_t message = 0;
  SLIPWAY_TRY(auto connection, pool_->lend());
  SLIPWAY_CHECK(sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto turn, take_turn(db, person, number, now));
    SLIPWAY_CHECK(check_changeable(turn.request.status));
    SLIPWAY_CHECK(
        add_message(db, {number, person.id, answer.visibility, answer.body}, answer.attachments, turn.at, message));
    const bool everyone = answer.visibility == Visibility::everyone;
    if (everyone && !is_blank(answer.body)) SLIPWAY_CHECK(store::add_search_text(db, number, answer.body));
    SLIPWAY_CHECK(store::touch(db, number, turn.at));
    return store::insert_event(db, {number, person.id, everyone ? "answered" : "noted", "", std::to_string(message)},
                               turn.at);
  }));
  return message;
}

Status Desk::move(const Person& person, std::int64_t number, const Move& move, Timestamp now) {
  SLIPWAY_CHECK(check_text("reason", move.reason, 500));
  SLIPWAY_TRY(auto connection, pool_->lend());
  return sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto turn, take_turn(db, person, number, now));
    const auto from = turn.request.status;
    if (from != move.expected)
      return Error{Code::conflict,
                   request_name(number) + ": its status is now " + std::string(to_text(from)),
                   "look at it again before moving it",
                   {{"current_status", std::string(to_text(from))}}};
    SLIPWAY_CHECK(check_move({person.role, from, move.to, move.reason, move.solution}));
    if (from == CaseStatus::fresh) {
      if (!turn.request.assignee_id) return take(db, person, number, turn, {person.id, person.display_name});
    }
    const auto reason = move.to == CaseStatus::closed ? std::optional(move.reason) : std::nullopt;
    SLIPWAY_CHECK(store::set_status(db, number, {move.to, move.solution, reason}, turn.at));
    return store::insert_event(
        db, {number, person.id, "status", std::string(to_text(from)), std::string(to_text(move.to)), move.reason},
        turn.at);
  });
}

Status Desk::assign(const Person& person, std::int64_t number, std::int64_t assignee, Timestamp now) {
  SLIPWAY_CHECK(check_staff(person, "assigning a request"));
  SLIPWAY_TRY(auto connection, pool_->lend());
  return sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto turn, take_turn(db, person, number, now));
    SLIPWAY_CHECK(check_changeable(turn.request.status));
    SLIPWAY_TRY(const auto found, store::find_active_staff(db, assignee));
    if (!found)
      return invalid("assignee", "assignee " + std::to_string(assignee) + ": no active agent",
                     "choose one of the list");
    return take(db, person, number, turn, *found);
  });
}

Status Desk::set_team(const Person& person, std::int64_t number, std::optional<std::int64_t> team, Timestamp now) {
  SLIPWAY_CHECK(check_staff(person, "choosing a team"));
  SLIPWAY_TRY(auto connection, pool_->lend());
  return sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto turn, take_turn(db, person, number, now));
    SLIPWAY_CHECK(check_changeable(turn.request.status));
    SLIPWAY_CHECK(check_team(db, team));
    if (turn.request.team_id == team) return {};
    SLIPWAY_CHECK(store::set_team(db, number, team, turn.at));
    const auto name = [](std::optional<std::int64_t> id) { return id ? std::to_string(*id) : std::string(); };
    return store::insert_event(db, {number, person.id, "team", name(turn.request.team_id), name(team)}, turn.at);
  });
}

Status Desk::set_severity(const Person& person, std::int64_t number, int severity, Timestamp now) {
  SLIPWAY_CHECK(check_staff(person, "changing the severity"));
  if (severity < kLeastSeverity || severity > kMostSeverity)
    return invalid("severity", "severity: must be 1 to 4", "1 is blocking, 4 is information");
  SLIPWAY_TRY(auto connection, pool_->lend());
  return sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto turn, take_turn(db, person, number, now));
    SLIPWAY_CHECK(check_changeable(turn.request.status));
    if (turn.request.severity == severity) return {};
    SLIPWAY_CHECK(store::set_severity(db, number, severity, turn.at));
    return store::insert_event(
        db, {number, person.id, "severity", std::to_string(turn.request.severity), std::to_string(severity)}, turn.at);
  });
}

}  // namespace slipway::desk
