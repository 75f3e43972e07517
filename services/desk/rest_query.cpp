#include "services/desk/rest_query.hpp"

#include <algorithm>
#include <charconv>

#include "services/desk/rest_json.hpp"
#include "services/desk/rest_problem.hpp"

namespace slipway::desk {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// Takes parameters out of a query one by one; what is left at the end is unknown.
class QueryReader {
 public:
  explicit QueryReader(const http::Request& request) : request_(request) {}

  std::optional<std::string> text(const std::string& name) {
    asked_.insert(name);
    if (request_.query.count(name) > 1) faults.add(name, "is there twice");
    return request_.query_text(name);
  }
  std::optional<std::int64_t> integer(const std::string& name) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    auto number = parse_integer(*value);
    if (!number) faults.add(name, "must be an integer");
    return number;
  }
  bool flag(const std::string& name) {
    const auto value = text(name);
    if (value && *value != "true" && *value != "false") faults.add(name, "must be true or false");
    return value == "true";
  }
  FieldSet fields(const std::vector<std::string_view>& known) {
    FieldSet out;
    const auto value = text("fields");
    if (!value) return out;
    for (auto& name : split_commas(*value)) {
      if (std::ranges::find(known, name) == known.end())
        faults.add("fields", std::string("'").append(name, 0, 100).append("' is not a member"));
      else
        out.insert(std::move(name));
    }
    return out;
  }
  Status finish() {
    for (const auto& [name, value] : request_.query)
      if (!asked_.contains(name)) faults.add(name.substr(0, 100), "is not known here");
    return faults.status();
  }

  ParameterFaults faults;

 private:
  const http::Request& request_;
  std::set<std::string> asked_;
};

void read_statuses(QueryReader& reader, ListQuery& query) {
  const auto value = reader.text("status");
  if (!value) return;
  for (const auto& name : split_commas(*value)) {
    if (const auto status = parse_status(name))
      query.statuses.push_back(*status);
    else
      reader.faults.add("status", "must be of new, open, suspended, in_progress, resolved, closed");
  }
}

void read_severities(QueryReader& reader, ListQuery& query) {
  const auto value = reader.text("severity");
  if (!value) return;
  for (const auto& text : split_commas(*value)) {
    const auto severity = parse_integer(text);
    if (severity && *severity >= kLeastSeverity && *severity <= kMostSeverity)
      query.severities.push_back(static_cast<int>(*severity));
    else
      reader.faults.add("severity", "must be of 1, 2, 3, 4");
  }
}

/// "-updated" or "-updated,-number": the number always breaks ties, in the direction of the sort.
void read_sort(QueryReader& reader, ListQuery& query) {
  const auto value = reader.text("sort");
  if (!value) return;
  const auto keys = split_commas(*value);
  const auto sort = parse_sort(keys.front());
  const bool tie_fits =
      keys.size() == 1 || (sort && keys.size() == 2 && keys[1] == to_text(Sort{SortField::number, sort->descending}));
  if (sort && tie_fits)
    query.sort = *sort;
  else
    reader.faults.add("sort", "must be updated, created, number, severity or status, with - for descending");
}

void read_people(QueryReader& reader, const Person& person, ListQuery& query) {
  using Kind = AssigneeFilter::Kind;
  const auto person_of = [&](const std::string& name, const std::string& value) -> std::optional<std::int64_t> {
    if (value == "me") return person.id;
    auto id = parse_integer(value);
    if (!id) reader.faults.add(name, "must be me or the id of a person");
    return id;
  };
  if (const auto value = reader.text("assignee")) {
    if (*value == "none")
      query.assignee = {Kind::nobody, 0};
    else if (const auto id = person_of("assignee", *value))
      query.assignee = {Kind::person, *id};
  }
  if (const auto value = reader.text("requester")) query.requester_id = person_of("requester", *value);
  query.team_id = reader.integer("team");
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

}  // namespace

Result<RestListQuery> read_list_query(const http::Request& request, const Person& person) {
  QueryReader reader(request);
  RestListQuery out;
  auto& query = out.query;
  if (const auto rows = reader.integer("max_rows")) {
    if (*rows < 1 || *rows > kMostRows)
      reader.faults.add("max_rows", "must be 1 to 500");
    else
      query.max_rows = static_cast<int>(*rows);
  }
  read_sort(reader, query);
  out.fields = reader.fields(summary_members());
  query.search = reader.text("search").value_or("");
  read_statuses(reader, query);
  read_severities(reader, query);
  read_people(reader, person, query);
  query.include_deleted = reader.flag("deleted");
  query.include_merged = reader.flag("merged");
  query.cursor = reader.text("cursor").value_or("");
  SLIPWAY_CHECK(reader.finish());
  return out;
}

Result<FieldSet> read_detail_query(const http::Request& request) {
  QueryReader reader(request);
  auto fields = reader.fields(detail_members());
  SLIPWAY_CHECK(reader.finish());
  return fields;
}

Status read_no_query(const http::Request& request) { return QueryReader(request).finish(); }

std::string list_url(const http::Request& request, const std::string& cursor) {
  std::string url = request.path + "?cursor=" + percent_encoded(cursor);
  for (const auto& [name, value] : request.query)
    if (name != "cursor") url.append("&").append(percent_encoded(name)).append("=").append(percent_encoded(value));
  return url;
}

}  // namespace slipway::desk
