#include "services/desk/page_actions.hpp"

#include <algorithm>
#include <charconv>

#include "services/desk/page_list.hpp"
#include "services/desk/page_ticket.hpp"
#include "services/webui/show.hpp"

namespace slipway::desk::pages {
namespace {

using nlohmann::json;

// Browsers send CR LF; messages are kept with LF.
std::string with_plain_line_ends(std::string text) {
  std::erase(text, '\r');
  return text;
}

// An empty file field is sent as one file without name and bytes.
std::vector<http::Upload> chosen_files(const http::Form& form) {
  std::vector<http::Upload> files = form.uploads;
  std::erase_if(files, [](const http::Upload& file) { return file.size == 0 && file.file_name.empty(); });
  return files;
}

template <typename Number = std::int64_t>
Number number_or_zero(const std::string& text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// Reads the form, does it, and goes back to the request; a refusal shows the request with what was typed.
template <typename Do>
Result<http::Response> act(Visit& visit, http::Request& request, std::string_view notice, Do action) {
  SLIPWAY_TRY(const auto number, ticket_number(request));
  SLIPWAY_TRY(auto form, read_form(visit, request));
  const Status done = action(number, form);
  if (done.has_value()) return go(visit, "/requests/" + std::to_string(number), notice);
  if (traits(done.error().code).http_status >= 500 || done.error().code == Code::not_found) return done.error();
  return show_ticket(visit, number, Refused{done.error(), std::move(form)});
}

json new_values(const Visit& visit, const http::Form& form, const std::vector<TeamRef>& teams) {
  json severities = json::array();
  const auto chosen = form.fields.contains("severity") ? number_or_zero(form.text("severity")) : kUsualSeverity;
  for (int severity = kLeastSeverity; severity <= kMostSeverity; ++severity)
    severities.push_back({{"severity", severity_value(visit, severity)},
                          {"help", visit.text("severity_help." + std::to_string(severity))},
                          {"checked", chosen == severity}});
  json team_choices = json::array();
  team_choices.push_back(
      {{"value", ""}, {"name", visit.text("list.no_team")}, {"selected", form.text("team").empty()}});
  for (const auto& team : teams)
    team_choices.push_back({{"value", std::to_string(team.id)},
                            {"name", team.name},
                            {"selected", form.text("team") == std::to_string(team.id)}});
  return {{"subject", form.text("subject")},
          {"description", form.text("description")},
          {"requester", form.text("requester")},
          {"severities", std::move(severities)},
          {"staff", is_staff(visit.person().role)},
          {"teams", std::move(team_choices)},
          {"wrong", json::object()},
          {"file_limit", webui::file_size(webui::Texts::built_in(), visit.language, visit.site.attachment_limit)}};
}

Result<http::Response> new_page(Visit& visit, const http::Form& form, const std::optional<Error>& error) {
  SLIPWAY_TRY(const auto teams, visit.desk->teams(visit.person()));
  json values = {
      {"title", visit.text("new.title")}, {"nav", {{"create", true}}}, {"form", new_values(visit, form, teams)}};
  if (!error) return render(visit, "new", std::move(values));
  values["error"] = form_error(visit, *error);
  if (!chosen_files(form).empty()) values["error"]["hint"] = visit.text("wrong.files");
  for (const auto& [key, value] : error->context)
    if (key == "parameter") values["form"]["wrong"][value] = true;
  return render(visit, "new", std::move(values), traits(error->code).http_status);
}

}  // namespace

Result<http::Response> answer_ticket(Visit& visit, http::Request& request) {
  std::int64_t message = 0;
  bool internal = false;
  SLIPWAY_TRY(auto response,
              act(visit, request, "answered", [&](std::int64_t number, const http::Form& form) -> Status {
                internal = form.text("visibility") == "internal";
                const Answer answer{with_plain_line_ends(form.text("body")),
                                    internal ? Visibility::internal : Visibility::everyone, chosen_files(form)};
                SLIPWAY_TRY(message, visit.desk->answer(visit.person(), number, answer, visit.now));
                return {};
              }));
  if (response.status != 303) return response;
  SLIPWAY_TRY(const auto number, ticket_number(request));
  return go(visit, "/requests/" + std::to_string(number) + "#message-" + std::to_string(message),
            internal ? "noted" : "answered");
}

Result<http::Response> move_ticket(Visit& visit, http::Request& request) {
  return act(visit, request, "moved", [&](std::int64_t number, const http::Form& form) -> Status {
    const auto from = parse_status(form.text("from"));
    const auto to = parse_status(form.text("to"));
    if (!from || !to) return Error{Code::invalid_argument, "status: unknown"};
    return visit.desk->move(visit.person(), number,
                            {*from, *to, form.text("reason"), parse_solution(form.text("solution"))}, visit.now);
  });
}

Result<http::Response> assign_ticket(Visit& visit, http::Request& request) {
  return act(visit, request, "assigned", [&](std::int64_t number, const http::Form& form) -> Status {
    const std::string assignee = form.text("assignee");
    return visit.desk->assign(visit.person(), number, assignee == "me" ? visit.person().id : number_or_zero(assignee),
                              visit.now);
  });
}

Result<http::Response> set_ticket_team(Visit& visit, http::Request& request) {
  return act(visit, request, "saved", [&](std::int64_t number, const http::Form& form) -> Status {
    const std::string team = form.text("team");
    return visit.desk->set_team(visit.person(), number,
                                team.empty() ? std::nullopt : std::optional(number_or_zero(team)), visit.now);
  });
}

Result<http::Response> set_ticket_severity(Visit& visit, http::Request& request) {
  return act(visit, request, "saved", [&](std::int64_t number, const http::Form& form) -> Status {
    return visit.desk->set_severity(visit.person(), number, number_or_zero<int>(form.text("severity")), visit.now);
  });
}

Result<http::Response> show_new(Visit& visit, http::Request& /*request*/) { return new_page(visit, {}, std::nullopt); }

Result<http::Response> open_ticket(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto form, read_form(visit, request));
  NewRequest wanted;
  wanted.subject = form.text("subject");
  wanted.description = with_plain_line_ends(form.text("description"));
  wanted.severity = number_or_zero<int>(form.text("severity"));
  wanted.attachments = chosen_files(form);
  if (is_staff(visit.person().role)) {
    wanted.requester_email = form.text("requester");
    if (!form.text("team").empty()) wanted.team_id = number_or_zero(form.text("team"));
  }
  const auto number = visit.desk->open(visit.person(), wanted, visit.now);
  if (number.has_value()) return go(visit, "/requests/" + std::to_string(*number), "opened");
  if (traits(number.error().code).http_status >= 500) return number.error();
  return new_page(visit, form, number.error());
}

}  // namespace slipway::desk::pages
