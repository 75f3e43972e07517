#include "services/desk/list_store.hpp"

#include <algorithm>

namespace slipway::desk::list_store {
namespace {

// How a page stays cheap on a large account: the filter is cut into *arms*, each an equality on the leading columns of
// one index whose last column is the order. An arm reads as many index entries as the page has rows; the arms are
// merged by a sort of a few hundred rows. One query with IN (…) would read and sort everything it matches.

/// A piece of SQL with its parameters.
struct Clause {
  std::string text;
  sql::Values values;

  void require(std::string_view condition, const sql::Values& parameters = {}) {
    text.append(" AND ").append(condition);
    values.insert(values.end(), parameters.begin(), parameters.end());
  }
  void add(const Clause& other) {
    text += other.text;
    values.insert(values.end(), other.values.begin(), other.values.end());
  }
};

using Alternatives = std::vector<Clause>;

Clause condition(std::string_view text, const sql::Values& parameters = {}) {
  Clause clause;
  clause.require(text, parameters);
  return clause;
}

/// Every arm with every alternative appended.
Alternatives cross(const Alternatives& arms, const Alternatives& alternatives) {
  Alternatives out;
  out.reserve(arms.size() * alternatives.size());
  for (const auto& arm : arms)
    for (const auto& alternative : alternatives) {
      out.push_back(arm);
      out.back().add(alternative);
    }
  return out;
}

std::string_view order_expression(SortField field) {
  switch (field) {
    case SortField::updated:
      return "r.updated_at";
    case SortField::created:
      return "r.created_at";
    case SortField::number:
      return "r.number";
    case SortField::severity:
      return "r.severity";
    case SortField::status:
      return "r.status + 0";
  }
  return {};
}

bool runs_down(const Selection& s) { return s.query.sort.descending != (s.position && s.position->backwards); }

/// Rows after the position, for arms that are not cut by the sort value.
Clause after_position(const Selection& s) {
  if (!s.position) return {};
  const auto& at = *s.position;
  const std::string than = runs_down(s) ? " < ?" : " > ?";
  if (at.sort.field == SortField::number) return condition("r.number" + than, {at.number});
  const bool is_time = at.sort.field == SortField::updated || at.sort.field == SortField::created;
  const auto value = is_time ? sql::Value(Timestamp(std::chrono::microseconds(at.value))) : sql::Value(at.value);
  const std::string expression(order_expression(at.sort.field));
  // The first half is redundant and lets the index begin at the position.
  return condition(
      expression + (runs_down(s) ? " <= ?" : " >= ?") + " AND (" + expression + than + " OR r.number" + than + ")",
      {value, value, at.number});
}

/// One arm for each of `values` of a column that is also the sort: those before the position are left out.
template <typename T, typename ToOrder, typename ToValue>
Alternatives sorted_arms(const Selection& s, const std::vector<T>& values, const char* equality, ToOrder order,
                         ToValue value) {
  Alternatives arms;
  for (const auto& candidate : values) {
    auto arm = condition(equality, {value(candidate)});
    if (s.position) {
      const std::int64_t place = order(candidate);
      if (runs_down(s) ? place > s.position->value : place < s.position->value) continue;
      if (place == s.position->value) arm.require(runs_down(s) ? "r.number < ?" : "r.number > ?", {s.position->number});
    }
    arms.push_back(std::move(arm));
  }
  return arms;
}

std::int64_t status_place(CaseStatus status) { return static_cast<std::int64_t>(status) + 1; }
std::string status_value(CaseStatus status) { return std::string(to_text(status)); }

template <typename T, typename ToValue>
Clause one_of(std::string_view column, const std::vector<T>& values, ToValue value) {
  std::string list;
  sql::Values parameters;
  for (const auto& each : values) {
    list += list.empty() ? "?" : ", ?";
    parameters.emplace_back(value(each));
  }
  return condition(std::string(column) + " IN (" + list + ")", parameters);
}

/// The wanted values, each once; all when none is named.
template <typename T, typename All>
std::vector<T> wanted(std::vector<T> values, const All& all) {
  if (values.empty()) values.assign(std::begin(all), std::end(all));
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

constexpr std::array kSeverities = {1, 2, 3, 4};

std::vector<CaseStatus> wanted_statuses(const Selection& s) { return wanted(s.query.statuses, kCaseStatuses); }
std::vector<int> wanted_severities(const Selection& s) { return wanted(s.query.severities, kSeverities); }

/// A search or one requester's list is small already: no arms.
bool is_narrow(const Selection& s) {
  return !s.terms.empty() || !is_staff(s.viewer.role) || s.query.requester_id.has_value();
}

/// True when the arms give the sort value itself, so that within one only the number orders.
bool cut_by_order(const Selection& s) {
  return !is_narrow(s) && (s.query.sort.field == SortField::severity || s.query.sort.field == SortField::status);
}

/// The index whose columns are an arm's equalities and then the order. Named in the query: the optimiser now and then
/// prefers to intersect two others and sort what is left. "" when there is none, then it is free.
std::string_view order_index(const Selection& s) {
  const auto& query = s.query;
  if (is_narrow(s)) return "";
  const bool any_person = query.assignee.kind == AssigneeFilter::Kind::any && !query.team_id;
  const bool any_status = wanted_statuses(s).size() == kCaseStatuses.size();
  const bool any_severity = wanted_severities(s).size() == kSeverities.size();
  if (query.sort.field == SortField::updated) {
    if (query.assignee.kind != AssigneeFilter::Kind::any) return "request_assignee_updated";
    if (query.team_id) return "request_team_updated";
    if (!any_severity) return "request_severity_updated";
    return any_status ? "request_updated" : "request_status_updated";
  }
  if (!any_person || (!any_severity && !any_status)) return "";
  switch (query.sort.field) {
    case SortField::created:
      return !any_severity ? "" : any_status ? "request_created" : "request_status_created";
    case SortField::number:
      return !any_severity ? "request_severity" : any_status ? "PRIMARY" : "request_status";
    case SortField::severity:
      return any_status ? "request_severity" : "";
    case SortField::status:
      return any_severity ? "request_status" : "";
    case SortField::updated:
      break;
  }
  return "";
}

/// How status, severity and position cut the list.
Alternatives ordered_arms(const Selection& s) {
  const auto statuses = wanted_statuses(s);
  const auto severities = wanted_severities(s);
  const bool some_statuses = statuses.size() < kCaseStatuses.size();
  const bool some_severities = severities.size() < kSeverities.size();
  const auto same = [](int value) { return std::int64_t{value}; };

  const auto status_filter = some_statuses ? one_of("r.status", statuses, status_value) : Clause{};
  const auto severity_filter = some_severities ? one_of("r.severity", severities, same) : Clause{};
  const auto each_status = [&] {
    Alternatives arms;
    for (const auto status : statuses) arms.push_back(condition("r.status = ?", {status_value(status)}));
    return arms;
  };
  const auto each_severity = [&] {
    Alternatives arms;
    for (const auto severity : severities) arms.push_back(condition("r.severity = ?", {severity}));
    return arms;
  };

  if (is_narrow(s)) return cross(cross({status_filter}, {severity_filter}), {after_position(s)});
  if (s.query.sort.field == SortField::severity)
    return cross(sorted_arms(s, severities, "r.severity = ?", same, same), {status_filter});
  if (s.query.sort.field == SortField::status)
    return cross(sorted_arms(s, statuses, "r.status = ?", status_place, status_value), {severity_filter});

  const bool leading_filter = s.query.assignee.kind != AssigneeFilter::Kind::any || s.query.team_id;
  const bool cut_severity = some_severities && !leading_filter;
  // The indexes on people and severity hold the status before the last change.
  const bool status_between = s.query.sort.field == SortField::updated && (leading_filter || cut_severity);
  Alternatives arms = {after_position(s)};
  arms = cross(arms, cut_severity ? each_severity() : Alternatives{severity_filter});
  if (some_statuses || status_between) arms = cross(arms, each_status());
  return arms;
}

Alternatives search_arms(const SearchTerms& terms) {
  Alternatives arms;
  if (terms.number) arms.push_back(condition("r.number = ?", {*terms.number}));
  if (!terms.full_text.empty()) {
    auto arm = condition("MATCH (r.subject, r.search_text) AGAINST (? IN BOOLEAN MODE)", {terms.full_text});
    if (terms.number) arm.require("r.number <> ?", {*terms.number});
    arms.push_back(std::move(arm));
  } else if (!terms.number && !terms.short_words.empty()) {
    Clause arm;
    for (const auto& word : terms.short_words) arm.require("r.subject LIKE ?", {like_contains(word)});
    arms.push_back(std::move(arm));
  }
  if (arms.empty()) arms.emplace_back();
  return arms;
}

Alternatives visible_arms(const Person& viewer) {
  if (is_staff(viewer.role)) return {Clause{}};
  return {
      condition("r.requester_id = ?", {viewer.id}),
      condition("r.requester_id <> ? AND r.number IN (SELECT w.number FROM request_watcher w WHERE w.person_id = ?)",
                {viewer.id, viewer.id})};
}

Clause plain_filters(const Selection& s) {
  const auto& query = s.query;
  Clause clause;
  if (query.assignee.kind == AssigneeFilter::Kind::nobody) clause.require("r.assignee_id IS NULL");
  if (query.assignee.kind == AssigneeFilter::Kind::person)
    clause.require("r.assignee_id = ?", {query.assignee.person_id});
  if (query.team_id) clause.require("r.team_id = ?", {*query.team_id});
  if (query.requester_id) clause.require("r.requester_id = ?", {*query.requester_id});
  if (!query.include_deleted || !is_staff(s.viewer.role)) clause.require("r.deleted_at IS NULL");
  if (!query.include_merged) clause.require("r.merged_into IS NULL");
  return clause;
}

}  // namespace

RequestSummary summary_of(const sql::Row& row) {
  RequestSummary out;
  out.number = row.integer(0);
  out.subject = row.text(1);
  out.status = parse_status(row.text(2)).value_or(CaseStatus::fresh);
  out.severity = static_cast<int>(row.integer(3));
  out.requester = {row.integer(4), row.text(5)};
  if (!row.is_null(6)) out.assignee = PersonRef{row.integer(6), row.text(7)};
  if (!row.is_null(8)) out.team = TeamRef{row.integer(8), row.text(9)};
  out.created_at = row.time(10);
  out.updated_at = row.time(11);
  out.deleted = row.boolean(12);
  out.merged_into = row.optional_integer(13);
  return out;
}

Result<std::vector<RequestSummary>> select_page(sql::Connection& db, const Selection& selection) {
  const auto arms =
      cross(cross(cross(visible_arms(selection.viewer), search_arms(selection.terms)), ordered_arms(selection)),
            {plain_filters(selection)});
  if (arms.empty()) return std::vector<RequestSummary>{};

  const std::string direction = runs_down(selection) ? " DESC" : " ASC";
  const std::string expression(order_expression(selection.query.sort.field));
  const auto index = order_index(selection);
  // Where the choice is free, the table of merges is still no way in: nearly every request has merged_into NULL.
  const std::string from = " AS place FROM request r " + (index.empty() ? std::string("IGNORE INDEX (request_merged)")
                                                                        : "FORCE INDEX (" + std::string(index) + ")");
  const std::string order = cut_by_order(selection) ? "" : expression + direction + ", ";
  Clause statement;
  for (const auto& arm : arms) {
    statement.text.append(statement.text.empty() ? "(" : " UNION ALL (");
    statement.text.append("SELECT r.number, ").append(expression).append(from).append(" WHERE TRUE");
    statement.add(arm);
    statement.text.append(" ORDER BY ").append(order).append("r.number").append(direction).append(" LIMIT ?)");
    statement.values.emplace_back(selection.rows);
  }
  statement.text = "SELECT " + std::string(kSummaryColumns) + " FROM (" + statement.text + " ORDER BY place" +
                   direction + ", number" + direction + " LIMIT ?) page JOIN request r ON r.number = page.number" +
                   std::string(kSummaryJoins) + " ORDER BY page.place" + direction + ", page.number" + direction;
  statement.values.emplace_back(selection.rows);

  SLIPWAY_TRY(const auto rows, db.query(statement.text, statement.values));
  std::vector<RequestSummary> page;
  page.reserve(rows.size());
  for (const auto& row : rows) page.push_back(summary_of(row));
  return page;
}

}  // namespace slipway::desk::list_store
