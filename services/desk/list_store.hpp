// Reads one page of the request list.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/desk/desk.hpp"

namespace slipway::desk::list_store {

/// A validated list query: what to show, from where, how much.
struct Selection {
  const Person& viewer;
  const ListQuery& query;
  const SearchTerms& terms;
  std::optional<Position> position;
  int rows = 0;
};

/// Up to `rows` requests following the position in its direction; in reverse order when the position is backwards.
[[nodiscard]] Result<std::vector<RequestSummary>> select_page(sql::Connection& db, const Selection& selection);

/// Columns 0 to 13 of a query on `request r` with kSummaryJoins, and the row they make.
inline constexpr std::string_view kSummaryColumns =
    "r.number, r.subject, r.status, r.severity, r.requester_id, q.display_name, r.assignee_id, a.display_name,"
    " r.team_id, t.name, r.created_at, r.updated_at, r.deleted_at IS NOT NULL, r.merged_into";
inline constexpr std::string_view kSummaryJoins =
    " JOIN person q ON q.person_id = r.requester_id LEFT JOIN person a ON a.person_id = r.assignee_id"
    " LEFT JOIN team t ON t.team_id = r.team_id";
[[nodiscard]] RequestSummary summary_of(const sql::Row& row);

}  // namespace slipway::desk::list_store
