// The request list: validates the query, finds the position, reads one row more than asked to know whether more follow.
#include <algorithm>

#include "appliance/base/utf8.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/desk/desk.hpp"
#include "services/desk/list_store.hpp"

namespace slipway::desk {
namespace {

constexpr std::size_t kMostSearchBytes = 1000;

Error invalid(std::string_view parameter, std::string message, std::string hint) {
  return {Code::invalid_argument, std::move(message), std::move(hint), {{"parameter", std::string(parameter)}}};
}

std::int64_t sort_value(SortField field, const RequestSummary& row) {
  switch (field) {
    case SortField::updated:
      return row.updated_at.time_since_epoch().count();
    case SortField::created:
      return row.created_at.time_since_epoch().count();
    case SortField::number:
      return row.number;
    case SortField::severity:
      return row.severity;
    case SortField::status:
      return static_cast<std::int64_t>(row.status) + 1;
  }
  return 0;
}

std::string cursor_at(const Secret& key, Sort sort, const RequestSummary& row, bool backwards) {
  const auto text = encode_position({sort, backwards, sort_value(sort.field, row), row.number});
  return text + '.' + crypto::hmac(key, "cursor " + text);
}

Result<Position> read_cursor(const Secret& key, const std::string& cursor, Sort sort) {
  const auto dot = cursor.rfind('.');
  const auto text = cursor.substr(0, dot);
  if (dot != std::string::npos &&
      crypto::equal_constant_time(cursor.substr(dot + 1), crypto::hmac(key, "cursor " + text)))
    if (const auto position = decode_position(text); position && position->sort == sort) return *position;
  return invalid("cursor", "cursor: not one of a page of this list and order", "start again from the first page");
}

Status check_query(const ListQuery& query) {
  if (query.max_rows < 1 || query.max_rows > kMostRows)
    return invalid("max_rows", "max_rows: must be 1 to 500", "follow the next link for more rows");
  if (query.search.size() > kMostSearchBytes || !is_utf8(query.search))
    return invalid("search", "search: must be text of at most 1000 bytes", "use fewer words");
  for (const int severity : query.severities)
    if (severity < kLeastSeverity || severity > kMostSeverity)
      return invalid("severity", "severity: must be 1 to 4", "1 is blocking, 4 is information");
  return {};
}

}  // namespace

Result<RequestPage> Desk::list(const Person& person, const ListQuery& query) {
  SLIPWAY_CHECK(check_query(query));
  std::optional<Position> position;
  if (!query.cursor.empty()) {
    SLIPWAY_TRY(position, read_cursor(settings_.cursor_key, query.cursor, query.sort));
  }
  const auto terms = parse_search(query.search);
  RequestPage page;
  // Words were asked for, but only punctuation: nothing can match.
  if (terms.empty() && query.search.find_first_not_of(" \t\r\n") != std::string::npos) return page;

  SLIPWAY_TRY(auto db, pool_->lend());
  SLIPWAY_TRY(page.rows, list_store::select_page(*db, {person, query, terms, position, query.max_rows + 1}));
  const bool more = page.rows.size() > static_cast<std::size_t>(query.max_rows);
  if (more) page.rows.pop_back();
  if (page.rows.empty()) return page;
  const bool backwards = position && position->backwards;
  if (backwards) std::ranges::reverse(page.rows);
  if (more || backwards) page.next = cursor_at(settings_.cursor_key, query.sort, page.rows.back(), false);
  if (backwards ? more : position.has_value())
    page.previous = cursor_at(settings_.cursor_key, query.sort, page.rows.front(), true);
  return page;
}

}  // namespace slipway::desk
