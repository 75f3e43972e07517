#include "services/desk/page_list.hpp"

#include <algorithm>

#include "services/webui/show.hpp"

namespace slipway::desk::pages {
namespace {

using nlohmann::json;

std::string link(const Visit& visit, ListAddress address) {
  address.cursor.clear();
  return visit.base() + list_path(address);
}

json views(const Visit& visit, const ListAddress& current) {
  struct View {
    std::string_view key;
    std::string_view icon;
    ListAddress address;
  };
  std::vector<View> all;
  all.push_back({"active", "inbox", {.statuses = kActiveStatuses}});
  if (is_staff(visit.person().role)) {
    all.push_back({"mine", "person", {.statuses = kActiveStatuses, .assignee = "me"}});
    all.push_back({"unassigned", "new", {.statuses = kActiveStatuses, .assignee = "none"}});
    all.push_back({"waiting", "suspended", {.statuses = {CaseStatus::suspended}}});
  }
  all.push_back({"resolved", "resolved", {.statuses = {CaseStatus::resolved}}});
  all.push_back({"closed", "closed", {.statuses = {CaseStatus::closed}}});
  all.push_back({"all", "list", {}});
  ListAddress compared = current;
  compared.sort = {};
  compared.cursor.clear();
  json values = json::array();
  for (const View& view : all)
    values.push_back({{"name", visit.text("view." + std::string(view.key))},
                      {"icon", view.icon},
                      {"url", link(visit, view.address)},
                      {"current", view.address == compared}});
  return values;
}

std::string title(const Visit& visit, const json& shown_views) {
  for (const json& view : shown_views)
    if (view["current"]) return view["name"].get<std::string>();
  return visit.text("list.title");
}

json headings(const Visit& visit, const ListAddress& address) {
  struct Heading {
    std::string_view key;
    std::string_view text;
    std::optional<Sort> first;  ///< the order that a first click gives
    bool staff_only = false;
  };
  static const std::vector<Heading> kHeadings = {{"number", "list.number", Sort{SortField::number, true}},
                                                 {"subject", "list.subject", std::nullopt},
                                                 {"severity", "list.severity", Sort{SortField::severity, false}},
                                                 {"status", "list.status", Sort{SortField::status, false}},
                                                 {"who", "list.assignee", std::nullopt, true},
                                                 {"when", "list.updated", Sort{SortField::updated, true}}};
  json values = json::array();
  for (const Heading& heading : kHeadings) {
    if (heading.staff_only && !is_staff(visit.person().role)) continue;
    json value = {{"key", heading.key},
                  {"name", visit.text(heading.text)},
                  {"url", nullptr},
                  {"sorted", nullptr},
                  {"arrow", nullptr}};
    if (heading.first) {
      const bool current = address.sort.field == heading.first->field;
      ListAddress clicked = address;
      clicked.sort = current ? Sort{address.sort.field, !address.sort.descending} : *heading.first;
      value["url"] = link(visit, clicked);
      if (current) {
        value["sorted"] = address.sort.descending ? "descending" : "ascending";
        value["arrow"] = address.sort.descending ? "down" : "up";
      }
    }
    values.push_back(std::move(value));
  }
  return values;
}

json rows(const Visit& visit, const std::vector<RequestSummary>& found) {
  json values = json::array();
  for (const RequestSummary& row : found)
    values.push_back({{"number", row.number},
                      {"url", visit.base() + "/requests/" + std::to_string(row.number)},
                      {"subject", row.subject},
                      {"status", status_value(visit, row.status)},
                      {"severity", severity_value(visit, row.severity)},
                      {"requester", row.requester.display_name},
                      {"assignee", row.assignee ? json(row.assignee->display_name) : json()},
                      {"gone", gone_text(visit, row)},
                      {"updated", visit.time(row.updated_at)}});
  return values;
}

// Each active filter with the address of the list without it.
json chips(const Visit& visit, const ListAddress& address, const Choosers& choosers) {
  json values = json::array();
  const auto add = [&](const std::string& name, const ListAddress& without) {
    values.push_back({{"name", name}, {"url", link(visit, without)}});
  };
  const auto without = [&](auto change) {
    ListAddress changed = address;
    change(changed);
    return changed;
  };
  if (!address.search.empty())
    add(visit.text("list.search_chip", address.search), without([](auto& a) { a.search.clear(); }));
  for (const CaseStatus status : address.statuses)
    add(visit.text("status." + std::string(to_text(status))),
        without([&](auto& a) { std::erase(a.statuses, status); }));
  for (const int severity : address.severities)
    add(visit.text("severity." + std::to_string(severity)),
        without([&](auto& a) { std::erase(a.severities, severity); }));
  const auto no_assignee = without([](auto& a) { a.assignee.clear(); });
  if (address.assignee == "me") add(visit.text("view.mine"), no_assignee);
  if (address.assignee == "none") add(visit.text("view.unassigned"), no_assignee);
  for (const auto& person : choosers.staff)
    if (std::to_string(person.id) == address.assignee) add(person.display_name, no_assignee);
  for (const auto& team : choosers.teams)
    if (std::to_string(team.id) == address.team) add(team.name, without([](auto& a) { a.team.clear(); }));
  return values;
}

json option(const std::string& value, const std::string& name, const std::string& current) {
  return {{"value", value}, {"name", name}, {"selected", value == current}};
}

void add_choices(const Visit& visit, const ListAddress& address, const Choosers& choosers, json& list) {
  list["statuses"] = json::array();
  for (const CaseStatus status : kCaseStatuses)
    list["statuses"].push_back({{"status", status_value(visit, status)},
                                {"checked", std::ranges::find(address.statuses, status) != address.statuses.end()}});
  list["severities"] = json::array();
  for (int severity = kLeastSeverity; severity <= kMostSeverity; ++severity)
    list["severities"].push_back(
        {{"severity", severity_value(visit, severity)},
         {"checked", std::ranges::find(address.severities, severity) != address.severities.end()}});
  list["assignees"] = json::array({option("", visit.text("list.anybody"), address.assignee),
                                   option("me", visit.text("list.me"), address.assignee),
                                   option("none", visit.text("list.nobody"), address.assignee)});
  for (const auto& person : choosers.staff)
    list["assignees"].push_back(option(std::to_string(person.id), person.display_name, address.assignee));
  list["teams"] = json::array({option("", visit.text("list.any_team"), address.team)});
  for (const auto& team : choosers.teams)
    list["teams"].push_back(option(std::to_string(team.id), team.name, address.team));
  list["sorts"] = json::array();
  for (const char* sort : {"-updated", "updated", "-created", "created", "-number", "number", "severity", "-severity",
                           "status", "-status"})
    list["sorts"].push_back(option(sort, visit.text(std::string("sort.") + sort), to_text(address.sort)));
}

}  // namespace

json status_value(const Visit& visit, CaseStatus status) {
  const std::string key(to_text(status));
  return {{"key", key}, {"text", visit.text("status." + key)}};
}

json severity_value(const Visit& visit, int severity) {
  return {{"level", severity}, {"text", visit.text("severity." + std::to_string(severity))}};
}

json gone_text(const Visit& visit, const RequestSummary& row) {
  if (row.merged_into) return visit.text("list.merged", std::to_string(*row.merged_into));
  if (row.deleted) return visit.text("list.deleted");
  return nullptr;
}

Result<http::Response> show_list(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto address, read_list_address(request, visit.person().role));
  SLIPWAY_TRY(const auto found, visit.desk->list(visit.person(), list_query(address, visit.person())));
  Choosers choosers;
  SLIPWAY_TRY(choosers.staff, visit.desk->staff(visit.person()));
  SLIPWAY_TRY(choosers.teams, visit.desk->teams(visit.person()));
  const auto page_link = [&](const std::string& cursor) -> json {
    if (cursor.empty()) return nullptr;
    ListAddress there = address;
    there.cursor = cursor;
    return visit.base() + list_path(there);
  };
  const json shown_views = views(visit, address);
  const bool is_view = std::ranges::any_of(shown_views, [](const json& view) { return view["current"].get<bool>(); });
  const json shown_chips = is_view ? json::array() : chips(visit, address, choosers);
  json list = {{"title", title(visit, shown_views)},
               {"views", shown_views},
               {"has_views", true},
               {"staff", is_staff(visit.person().role)},
               {"q", address.search},
               {"chips", shown_chips},
               {"has_chips", !shown_chips.empty()},
               {"headings", headings(visit, address)},
               {"rows", rows(visit, found.rows)},
               {"has_rows", !found.rows.empty()},
               {"filtered", !(address == ListAddress{})},
               {"count", found.rows.size()},
               {"next", page_link(found.next)},
               {"previous", page_link(found.previous)}};
  add_choices(visit, address, choosers, list);
  json values = {{"title", list["title"]}, {"nav", {{"list", true}}}, {"list", std::move(list)}};
  return render(visit, "list", std::move(values));
}

}  // namespace slipway::desk::pages
