#include "services/desk/page_ticket.hpp"

#include <algorithm>
#include <charconv>

#include "services/desk/page_list.hpp"
#include "services/webui/message_text.hpp"
#include "services/webui/show.hpp"

namespace slipway::desk::pages {
namespace {

using nlohmann::json;

std::string ticket_path(const Visit& visit, std::int64_t number) {
  return visit.base() + "/requests/" + std::to_string(number);
}

json files(const Visit& visit, const std::vector<AttachmentInfo>& attachments) {
  json values = json::array();
  for (const auto& file : attachments)
    values.push_back({{"name", file.file_name},
                      {"type", file.media_type},
                      {"size", webui::file_size(webui::Texts::built_in(), visit.language, file.size_bytes)},
                      {"url", visit.base() + "/attachments/" + std::to_string(file.id)}});
  return values;
}

json message_entry(const Visit& visit, const Message& message) {
  const bool internal = message.visibility == Visibility::internal;
  json shown_files = files(visit, message.attachments);
  const bool has_files = !shown_files.empty();
  json value = {{"id", message.id},
                {"author", message.author.display_name},
                {"initials", webui::initials(message.author.display_name)},
                {"label", visit.text(internal ? "ticket.note_of" : "ticket.message_of", message.author.display_name)},
                {"staff", message.from_staff},
                {"internal", internal},
                {"written", visit.time(message.written_at)},
                {"blocks", message_values(message.body, message.is_html)},
                {"files", std::move(shown_files)},
                {"has_files", has_files}};
  return {{"message", std::move(value)}, {"event", nullptr}};
}

std::string event_text(const Visit& visit, const Event& event, const Choosers& choosers) {
  if (event.kind == "opened") return visit.text("event.opened");
  if (event.kind == "status") return visit.text("event.status", visit.text("status." + event.new_value));
  if (event.kind == "severity") return visit.text("event.severity", visit.text("severity." + event.new_value));
  const bool own = event.actor && std::to_string(event.actor->id) == event.new_value;
  if (event.kind == "assignee" && own) return visit.text("event.taken");
  if (event.kind == "assignee")
    return event.new_value.empty() ? visit.text("event.unassigned") : visit.text("event.assignee", event.detail);
  if (event.kind == "team") {
    const auto team =
        std::ranges::find(choosers.teams, event.new_value, [](const TeamRef& t) { return std::to_string(t.id); });
    if (event.new_value.empty()) return visit.text("event.no_team");
    return visit.text("event.team", team == choosers.teams.end() ? event.new_value : team->name);
  }
  // Kinds of a migrated desk have no text of ours: what was recorded, as it was.
  std::string recorded = event.kind;
  if (!event.old_value.empty() || !event.new_value.empty())
    recorded.append(" ").append(event.old_value).append(" → ").append(event.new_value);
  if (!event.detail.empty()) recorded.append(" ").append(event.detail);
  return visit.text("event.other", recorded);
}

json event_entry(const Visit& visit, const Event& event, const Choosers& choosers) {
  const bool status = event.kind == "status" && parse_status(event.new_value).has_value();
  return {{"message", nullptr},
          {"event",
           {{"icon", status                     ? event.new_value
                     : event.kind == "assignee" ? "person"
                                                : "dot"},
            {"actor", event.actor ? event.actor->display_name : visit.text("event.system")},
            {"text", event_text(visit, event, choosers)},
            {"at", visit.time(event.happened_at)}}}};
}

// Messages and events as one story; events that only say that a message was written are the message.
json entries(const Visit& visit, const RequestDetail& detail, const Choosers& choosers) {
  json values = json::array();
  auto message = detail.messages.begin();
  for (const Event& event : detail.events) {
    if (event.kind == "opened" || event.kind == "answered" || event.kind == "noted") continue;
    for (; message != detail.messages.end() && message->written_at <= event.happened_at; ++message)
      values.push_back(message_entry(visit, *message));
    values.push_back(event_entry(visit, event, choosers));
  }
  for (; message != detail.messages.end(); ++message) values.push_back(message_entry(visit, *message));
  return values;
}

std::string move_name(const Visit& visit, CaseStatus from, CaseStatus to) {
  if (to == CaseStatus::open && from == CaseStatus::resolved) return visit.text("move.reopen");
  if (to == CaseStatus::in_progress && from == CaseStatus::suspended) return visit.text("move.resume");
  return visit.text("move." + std::string(to_text(to)));
}

json moves(const Visit& visit, const RequestDetail& detail, const std::optional<Refused>& refused) {
  json values = json::array();
  for (const CaseStatus to : detail.moves) {
    json choices = json::array();
    if (to == CaseStatus::resolved)
      for (const Solution solution : kSolutions)
        choices.push_back(
            {{"value", to_text(solution)}, {"name", visit.text("solution." + std::string(to_text(solution)))}});
    json solutions = choices.empty() ? json() : json{{"choices", std::move(choices)}};
    values.push_back({{"to", to_text(to)},
                      {"name", move_name(visit, detail.summary.status, to)},
                      {"plain", to != CaseStatus::resolved && to != CaseStatus::closed},
                      {"reason", to == CaseStatus::closed},
                      {"solutions", std::move(solutions)},
                      {"open", refused && refused->form.text("to") == to_text(to)}});
  }
  return values;
}

json links(const Visit& visit, const std::vector<Link>& found) {
  json values = json::array();
  for (const Link& link : found) {
    const bool outside_link = link.url.starts_with("https://") || link.url.starts_with("http://");
    json value = {{"kind", visit.text("link." + link.kind + (link.outgoing ? ".out" : ".in"))},
                  {"url", nullptr},
                  {"name", link.url}};
    if (link.number) {
      value["url"] = ticket_path(visit, *link.number);
      value["name"] = std::string("#").append(std::to_string(*link.number)).append(" ").append(link.subject);
    } else if (outside_link) {
      value["url"] = link.url;
    }
    values.push_back(std::move(value));
  }
  return values;
}

json option(const std::string& value, const std::string& name, bool selected) {
  return {{"value", value}, {"name", name}, {"selected", selected}};
}

void add_choosers(const Visit& visit, const RequestSummary& summary, const Choosers& choosers, json& ticket) {
  ticket["assignees"] = json::array();
  for (const auto& person : choosers.staff)
    ticket["assignees"].push_back(
        option(std::to_string(person.id), person.display_name, summary.assignee && summary.assignee->id == person.id));
  ticket["teams"] = json::array({option("", visit.text("list.no_team"), !summary.team)});
  for (const auto& team : choosers.teams)
    ticket["teams"].push_back(option(std::to_string(team.id), team.name, summary.team && summary.team->id == team.id));
  ticket["severities"] = json::array();
  for (int severity = kLeastSeverity; severity <= kMostSeverity; ++severity)
    ticket["severities"].push_back(option(std::to_string(severity), visit.text("severity." + std::to_string(severity)),
                                          summary.severity == severity));
}

void add_lists(const Visit& visit, const RequestDetail& detail, json& ticket) {
  ticket["fields"] = json::array();
  for (const auto& field : detail.custom_values)
    ticket["fields"].push_back({{"name", field.name}, {"value", field.value}});
  ticket["has_fields"] = !detail.custom_values.empty();
  ticket["links"] = links(visit, detail.links);
  ticket["has_links"] = !detail.links.empty();
  ticket["watchers"] = json::array();
  for (const auto& watcher : detail.watchers)
    ticket["watchers"].push_back({{"name", watcher.person.display_name}, {"agent", watcher.agent_copy}});
  ticket["has_watchers"] = !detail.watchers.empty();
}

json gone_value(const Visit& visit, const RequestSummary& summary) {
  if (summary.merged_into)
    return {{"text", visit.text("ticket.merged")},
            {"url", ticket_path(visit, *summary.merged_into)},
            {"number", *summary.merged_into}};
  if (summary.deleted) return {{"text", visit.text("ticket.deleted")}, {"url", nullptr}};
  return nullptr;
}

json ticket_values(const Visit& visit, const RequestDetail& detail, const Choosers& choosers,
                   const std::optional<Refused>& refused) {
  const RequestSummary& summary = detail.summary;
  const bool staff = is_staff(visit.person().role);
  const bool changeable = check_changeable(summary.status).has_value() && !summary.deleted && !summary.merged_into;
  const bool can_take = staff && changeable && summary.status != CaseStatus::resolved &&
                        (!summary.assignee || summary.assignee->id != visit.person().id);
  json ticket = {
      {"number", summary.number},
      {"url", ticket_path(visit, summary.number)},
      {"subject", summary.subject},
      {"status", status_value(visit, summary.status)},
      {"severity", severity_value(visit, summary.severity)},
      {"requester", summary.requester.display_name},
      {"assignee", summary.assignee ? json(summary.assignee->display_name) : json()},
      {"team", summary.team ? json(summary.team->name) : json()},
      {"show_team", summary.team || !choosers.teams.empty()},
      {"created", visit.time(summary.created_at)},
      {"updated", visit.time(summary.updated_at)},
      {"solution", detail.solution ? json(visit.text("solution." + std::string(to_text(*detail.solution)))) : json()},
      {"close_reason", detail.close_reason},
      {"gone", gone_value(visit, summary)},
      {"staff", staff},
      {"can_take", can_take},
      {"can_edit", staff && changeable},
      {"can_edit_team", staff && changeable && !choosers.teams.empty()},
      {"can_answer", changeable},
      {"moves", changeable ? moves(visit, detail, refused) : json::array()},
      {"has_actions", can_take || (changeable && !detail.moves.empty())},
      {"left_out", detail.older_messages_left_out},
      {"entries", entries(visit, detail, choosers)},
      {"file_limit", webui::file_size(webui::Texts::built_in(), visit.language, visit.site.attachment_limit)}};
  add_choosers(visit, summary, choosers, ticket);
  add_lists(visit, detail, ticket);
  return ticket;
}

}  // namespace

json message_values(const std::string& body, bool is_html) {
  json values = json::array();
  for (const auto& block : webui::message_blocks(is_html ? webui::text_of_html(body) : body)) {
    json lines = json::array();
    for (const auto& line : block.lines) {
      json pieces = json::array();
      for (const auto& piece : line)
        pieces.push_back({{"text", piece.text}, {"url", piece.url.empty() ? json() : json(piece.url)}});
      lines.push_back({{"pieces", std::move(pieces)}, {"more", &line != &block.lines.back()}});
    }
    values.push_back({{"quoted", block.quoted}, {"lines", std::move(lines)}});
  }
  return values;
}

Result<std::int64_t> ticket_number(const http::Request& request) {
  const std::string& text = request.parameters.at("number");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number <= 0)
    return Error{Code::not_found, "request: no such number"};
  return number;
}

Result<http::Response> show_ticket(Visit& visit, std::int64_t number, const std::optional<Refused>& refused) {
  SLIPWAY_TRY(const auto detail, visit.desk->get(visit.person(), number));
  Choosers choosers;
  SLIPWAY_TRY(choosers.staff, visit.desk->staff(visit.person()));
  SLIPWAY_TRY(choosers.teams, visit.desk->teams(visit.person()));
  json values = {{"title", std::string("#").append(std::to_string(number)).append(" ").append(detail.summary.subject)},
                 {"ticket", ticket_values(visit, detail, choosers, refused)}};
  if (!refused) return render(visit, "ticket", std::move(values));
  values["error"] = form_error(visit, refused->error);
  if (!refused->form.uploads.empty()) values["error"]["hint"] = visit.text("wrong.files");
  values["form"] = {{"body", refused->form.text("body")}, {"internal", refused->form.text("visibility") == "internal"}};
  return render(visit, "ticket", std::move(values), traits(refused->error.code).http_status);
}

Result<http::Response> show_ticket(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto number, ticket_number(request));
  return show_ticket(visit, number, std::nullopt);
}

}  // namespace slipway::desk::pages
