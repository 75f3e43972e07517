// The query parameters of the REST interface.
#pragma once

#include <set>

#include "appliance/http/message.hpp"
#include "services/desk/desk.hpp"

namespace slipway::desk {

/// Members asked for with `fields`; empty: all.
using FieldSet = std::set<std::string, std::less<>>;

struct RestListQuery {
  ListQuery query;
  FieldSet fields;
};

/// Reads max_rows, sort, fields, search, status, severity, assignee, requester, team, deleted, merged, cursor. Unknown
/// and repeated parameters are faults. Error: invalid_argument with every fault.
[[nodiscard]] Result<RestListQuery> read_list_query(const http::Request& request, const Person& person);

/// Reads `fields` of one request, the only parameter it takes.
[[nodiscard]] Result<FieldSet> read_detail_query(const http::Request& request);

/// Refuses every parameter.
[[nodiscard]] Status read_no_query(const http::Request& request);

/// path?query of the same list at another cursor.
[[nodiscard]] std::string list_url(const http::Request& request, const std::string& cursor);

}  // namespace slipway::desk
