#include <algorithm>
#include <charconv>

#include "appliance/base/utf8.hpp"
#include "services/desk/page_list.hpp"
#include "services/webui/show.hpp"

namespace slipway::desk::pages {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Value>
void sort_without_repeats(std::vector<Value>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::string known_id(const std::string& text) { return parse_number<std::int64_t>(text) ? text : ""; }

}  // namespace

Result<ListAddress> read_list_address(const http::Request& request, Role role) {
  for (const auto& [name, value] : request.query)
    if (!is_utf8(name) || !is_utf8(value)) return Error{Code::invalid_argument, "address: not UTF-8 text"};
  ListAddress address;
  address.search = request.query_text("q").value_or("");
  const auto [first, last] = request.query.equal_range("status");
  for (auto at = first; at != last; ++at)
    if (const auto status = parse_status(at->second)) address.statuses.push_back(*status);
  const auto [from, to] = request.query.equal_range("severity");
  for (auto at = from; at != to; ++at)
    if (const auto severity = parse_number<int>(at->second); severity && *severity >= 1 && *severity <= 4)
      address.severities.push_back(*severity);
  sort_without_repeats(address.statuses);
  sort_without_repeats(address.severities);
  const std::string assignee = request.query_text("assignee").value_or("");
  address.assignee = assignee == "me" || assignee == "none" ? assignee : known_id(assignee);
  address.team = known_id(request.query_text("team").value_or(""));
  address.sort = parse_sort(request.query_text("sort").value_or("")).value_or(Sort{});
  address.cursor = request.query_text("at").value_or("");
  const bool chosen = std::ranges::any_of(request.query, [](const auto& pair) { return pair.first != "done"; });
  if (!chosen && is_staff(role)) address.statuses = kActiveStatuses;
  return address;
}

std::string list_path(const ListAddress& address) {
  std::string path = "/requests";
  const auto add = [&](std::string_view name, std::string_view value) {
    path += path.find('?') == std::string::npos ? '?' : '&';
    path.append(name).append("=").append(webui::url_encoded(value));
  };
  if (!address.search.empty()) add("q", address.search);
  for (const CaseStatus status : address.statuses) add("status", to_text(status));
  for (const int severity : address.severities) add("severity", std::to_string(severity));
  if (!address.assignee.empty()) add("assignee", address.assignee);
  if (!address.team.empty()) add("team", address.team);
  if (address.sort != Sort{}) add("sort", to_text(address.sort));
  if (!address.cursor.empty()) add("at", address.cursor);
  if (path == "/requests") add("all", "1");
  return path;
}

ListQuery list_query(const ListAddress& address, const Person& person) {
  ListQuery query;
  query.search = address.search;
  query.statuses = address.statuses;
  query.severities = address.severities;
  query.sort = address.sort;
  query.cursor = address.cursor;
  using Kind = AssigneeFilter::Kind;
  if (is_staff(person.role)) {
    if (address.assignee == "me")
      query.assignee = {Kind::person, person.id};
    else if (address.assignee == "none")
      query.assignee = {Kind::nobody, 0};
    else if (const auto id = parse_number<std::int64_t>(address.assignee))
      query.assignee = {Kind::person, *id};
    query.team_id = parse_number<std::int64_t>(address.team);
  }
  return query;
}

}  // namespace slipway::desk::pages
