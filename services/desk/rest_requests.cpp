#include "services/desk/rest_requests.hpp"

#include <charconv>

#include "services/desk/rest_body.hpp"
#include "services/desk/rest_json.hpp"
#include "services/desk/rest_query.hpp"

namespace slipway::desk {
namespace {

/// Room for the largest text with every character escaped.
constexpr std::uint64_t kMostJsonBytes = 8U << 20U;

/// A number in the URL. What is no number names nothing: not_found.
Result<std::int64_t> path_number(const http::Request& request, const std::string& parameter, const char* what) {
  const auto found = request.parameters.find(parameter);
  const auto text = found == request.parameters.end() ? std::string() : found->second;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || number < 1)
    return Error{Code::not_found, std::string(what) + ": not found", "check the number in the address"};
  return number;
}

bool has_media_type(const http::Request& request, std::string_view type) {
  auto sent = request.header("content-type");
  sent.resize(std::min(sent.find_first_of("; \t"), sent.size()));
  for (auto& c : sent)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return sent == type;
}

Result<JsonBody> read_json(http::Request& request) {
  if (!has_media_type(request, "application/json"))
    return Error{Code::unsupported, "request body: its Content-Type must be application/json",
                 "see /api/v1/openapi.json for what each call takes"};
  SLIPWAY_TRY(const auto text, request.body(kMostJsonBytes));
  return JsonBody::parse(text);
}

/// A multipart form: the fields of the JSON body as text, files as "attachments". Fields nobody asked for are faults.
class FormBody {
 public:
  explicit FormBody(http::Form form) : form_(std::move(form)) {}
  std::optional<std::string> text(const std::string& name) {
    asked_.insert(name);
    const auto found = form_.fields.find(name);
    if (found == form_.fields.end()) return std::nullopt;
    if (form_.fields.count(name) > 1) faults_.add(name, "is there twice");
    return found->second;
  }
  std::optional<std::int64_t> integer(const std::string& name) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error == std::errc{} && end == value->data() + value->size()) return number;
    faults_.add(name, "must be an integer");
    return std::nullopt;
  }
  template <typename Parse>
  auto choice(const std::string& name, Parse read, const char* choices) -> decltype(read("")) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    auto parsed = read(*value);
    if (!parsed) faults_.add(name, std::string("must be one of ") + choices);
    return parsed;
  }
  void require(const std::string& name) {
    if (!form_.fields.contains(name)) faults_.add(name, "is missing");
  }
  std::vector<http::Upload>& uploads() { return form_.uploads; }
  Status finish() {
    for (const auto& [name, value] : form_.fields)
      if (!asked_.contains(name)) faults_.add(name.substr(0, 100), "is not known here");
    for (const auto& upload : form_.uploads)
      if (upload.field != "attachments") faults_.add(upload.field.substr(0, 100), "is not known here");
    return faults_.status();
  }

 private:
  http::Form form_;
  std::set<std::string> asked_;
  ParameterFaults faults_;
};

template <typename Body>
Result<NewRequest> read_new_request(Body& body) {
  NewRequest out;
  body.require("subject");
  body.require("description");
  out.subject = body.text("subject").value_or("");
  out.description = body.text("description").value_or("");
  out.requester_email = body.text("requester_email").value_or("");
  // A number that is no int at all is out of range too.
  const auto severity = body.integer("severity").value_or(kUsualSeverity);
  out.severity = severity >= kLeastSeverity && severity <= kMostSeverity ? static_cast<int>(severity) : 0;
  out.team_id = body.integer("team");
  SLIPWAY_CHECK(body.finish());
  return out;
}

template <typename Body>
Result<Answer> read_answer(Body& body) {
  Answer out;
  out.body = body.text("body").value_or("");
  out.visibility = body.choice("visibility", parse_visibility, "public, internal").value_or(Visibility::everyone);
  SLIPWAY_CHECK(body.finish());
  return out;
}

/// Reads what `read` takes from a JSON or a multipart body; the latter's files become its attachments.
template <typename T>
Result<T> read_message(const RestCall& call, Result<T> (*from_json)(JsonBody&), Result<T> (*from_form)(FormBody&)) {
  if (!has_media_type(call.request, "multipart/form-data")) {
    SLIPWAY_TRY(auto body, read_json(call.request));
    return from_json(body);
  }
  SLIPWAY_TRY(auto form, call.request.form(call.site.body_limit));
  FormBody body(std::move(form));
  SLIPWAY_TRY(auto message, from_form(body));
  message.attachments = std::move(body.uploads());
  return message;
}

std::string request_url(const RestCall& call, std::int64_t number) {
  return "/api/v1/" + call.request.parameters["account"] + "/requests/" + std::to_string(number);
}

}  // namespace

Result<http::Response> rest_list(const RestCall& call) {
  SLIPWAY_TRY(const auto wanted, read_list_query(call.request, call.person));
  SLIPWAY_TRY(const auto page, call.desk.list(call.person, wanted.query));
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : page.rows) rows.push_back(summary_json(row, wanted.fields));
  nlohmann::ordered_json body{{"requests", std::move(rows)}, {"next", nullptr}, {"previous", nullptr}};
  std::string links;
  const auto link = [&](const char* relation, const char* member, const std::string& cursor) {
    if (cursor.empty()) return;
    const auto url = list_url(call.request, cursor);
    body[member] = url;
    links += (links.empty() ? "<" : ", <") + url + ">; rel=\"" + relation + '"';
  };
  link("next", "next", page.next);
  link("prev", "previous", page.previous);
  auto response = http::Response::json(to_text(body));
  if (!links.empty()) response.with("Link", links);
  return response;
}

Result<http::Response> rest_get(const RestCall& call) {
  SLIPWAY_TRY(const auto number, path_number(call.request, "number", "request"));
  SLIPWAY_TRY(const auto fields, read_detail_query(call.request));
  SLIPWAY_TRY(const auto detail, call.desk.get(call.person, number));
  return http::Response::json(to_text(detail_json(detail, fields)));
}

Result<http::Response> rest_open(const RestCall& call) {
  SLIPWAY_CHECK(read_no_query(call.request));
  SLIPWAY_TRY(const auto wanted,
              read_message<NewRequest>(call, read_new_request<JsonBody>, read_new_request<FormBody>));
  SLIPWAY_TRY(const auto number, call.desk.open(call.person, wanted, call.site.clock.now()));
  SLIPWAY_TRY(const auto detail, call.desk.get(call.person, number));
  return http::Response::json(to_text(detail_json(detail, {})), 201).with("Location", request_url(call, number));
}

Result<http::Response> rest_answer(const RestCall& call) {
  SLIPWAY_TRY(const auto number, path_number(call.request, "number", "request"));
  SLIPWAY_CHECK(read_no_query(call.request));
  SLIPWAY_TRY(const auto answer, read_message<Answer>(call, read_answer<JsonBody>, read_answer<FormBody>));
  SLIPWAY_TRY(const auto id, call.desk.answer(call.person, number, answer, call.site.clock.now()));
  const nlohmann::ordered_json body{{"id", id}, {"request", number}};
  return http::Response::json(to_text(body), 201).with("Location", request_url(call, number));
}

Result<http::Response> rest_move(const RestCall& call) {
  SLIPWAY_TRY(const auto number, path_number(call.request, "number", "request"));
  SLIPWAY_CHECK(read_no_query(call.request));
  SLIPWAY_TRY(auto body, read_json(call.request));
  constexpr const char* kStatuses = "new, open, suspended, in_progress, resolved, closed";
  body.require("from");
  body.require("to");
  const auto from = body.choice("from", parse_status, kStatuses);
  const auto to = body.choice("to", parse_status, kStatuses);
  const auto reason = body.text("reason").value_or("");
  const auto solution = body.choice("solution", parse_solution,
                                    "information, workaround, fix, works_as_designed, misuse_or_other_product");
  SLIPWAY_CHECK(body.finish());
  SLIPWAY_CHECK(call.desk.move(call.person, number, {*from, *to, reason, solution}, call.site.clock.now()));
  SLIPWAY_TRY(const auto detail, call.desk.get(call.person, number));
  return http::Response::json(to_text(detail_json(detail, {})));
}

Result<http::Response> rest_attachment(const RestCall& call) {
  SLIPWAY_TRY(const auto id, path_number(call.request, "attachment", "attachment"));
  SLIPWAY_CHECK(read_no_query(call.request));
  SLIPWAY_TRY(auto file, call.desk.attachment(call.person, id));
  return attachment_response(std::move(file));
}

}  // namespace slipway::desk
