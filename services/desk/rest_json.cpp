#include "services/desk/rest_json.hpp"

namespace slipway::desk {
namespace {

using Json = nlohmann::ordered_json;

// Declared first: the templates below find only what stands before them.
Json json_of(std::int64_t number);
Json json_of(CaseStatus status);
Json json_of(const PersonRef& person);
Json json_of(const TeamRef& team);
Json json_of(const AttachmentInfo& file);
Json json_of(const Message& message);
Json json_of(const Event& event);
Json json_of(const Link& link);
Json json_of(const CustomValue& value);
Json json_of(const Watcher& watcher);

template <typename T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json();
}

template <typename T>
Json list_of(const std::vector<T>& items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(json_of(item));
  return out;
}

Json json_of(const PersonRef& person) { return {{"id", person.id}, {"name", person.display_name}}; }

Json json_of(const TeamRef& team) { return {{"id", team.id}, {"name", team.name}}; }
Json json_of(std::int64_t number) { return number; }

Json json_of(const AttachmentInfo& file) {
  return {
      {"id", file.id}, {"file_name", file.file_name}, {"media_type", file.media_type}, {"size_bytes", file.size_bytes}};
}

Json json_of(const Message& message) {
  return {{"id", message.id},
          {"author", json_of(message.author)},
          {"from_staff", message.from_staff},
          {"visibility", to_text(message.visibility)},
          {"format", message.is_html ? "html" : "plain"},
          {"body", message.body},
          {"written_at", to_iso8601(message.written_at)},
          {"attachments", list_of(message.attachments)}};
}

Json json_of(const Event& event) {
  return {{"happened_at", to_iso8601(event.happened_at)},
          {"actor", json_of(event.actor)},
          {"kind", event.kind},
          {"old_value", event.old_value},
          {"new_value", event.new_value},
          {"detail", event.detail}};
}

Json json_of(const Link& link) {
  return {{"kind", link.kind},
          {"outgoing", link.outgoing},
          {"number", json_of(link.number)},
          {"subject", link.subject},
          {"url", link.url}};
}

Json json_of(const CustomValue& value) { return {{"name", value.name}, {"kind", value.kind}, {"value", value.value}}; }
Json json_of(const Watcher& watcher) {
  return {{"person", json_of(watcher.person)}, {"agent_copy", watcher.agent_copy}};
}
Json json_of(CaseStatus status) { return to_text(status); }

bool wanted(const FieldSet& fields, std::string_view name) { return fields.empty() || fields.contains(name); }

/// Puts a member when it was asked for; `make` is not called otherwise.
template <typename Make>
void put(Json& json, const FieldSet& fields, const char* name, Make make) {
  if (wanted(fields, name)) json[name] = make();
}

void put_summary(Json& json, const RequestSummary& request, const FieldSet& fields) {
  put(json, fields, "number", [&] { return request.number; });
  put(json, fields, "subject", [&] { return request.subject; });
  put(json, fields, "status", [&] { return to_text(request.status); });
  put(json, fields, "severity", [&] { return request.severity; });
  put(json, fields, "requester", [&] { return json_of(request.requester); });
  put(json, fields, "assignee", [&] { return json_of(request.assignee); });
  put(json, fields, "team", [&] { return json_of(request.team); });
  put(json, fields, "created_at", [&] { return to_iso8601(request.created_at); });
  put(json, fields, "updated_at", [&] { return to_iso8601(request.updated_at); });
  put(json, fields, "deleted", [&] { return request.deleted; });
  put(json, fields, "merged_into", [&] { return json_of(request.merged_into); });
}

}  // namespace

const std::vector<std::string_view>& summary_members() {
  static const std::vector<std::string_view> names = {"number",     "subject",  "status",     "severity",
                                                      "requester",  "assignee", "team",       "created_at",
                                                      "updated_at", "deleted",  "merged_into"};
  return names;
}

const std::vector<std::string_view>& detail_members() {
  static const auto names = [] {
    auto all = summary_members();
    for (const auto* name : {"solution", "close_reason", "moves", "messages", "older_messages_left_out", "events",
                             "links", "custom_values", "watchers"})
      all.emplace_back(name);
    return all;
  }();
  return names;
}

Json summary_json(const RequestSummary& request, const FieldSet& fields) {
  Json json = Json::object();
  put_summary(json, request, fields);
  return json;
}

Json detail_json(const RequestDetail& request, const FieldSet& fields) {
  Json json = Json::object();
  put_summary(json, request.summary, fields);
  put(json, fields, "solution", [&] { return request.solution ? Json(to_text(*request.solution)) : Json(); });
  put(json, fields, "close_reason", [&] { return request.close_reason; });
  put(json, fields, "moves", [&] { return list_of(request.moves); });
  put(json, fields, "messages", [&] { return list_of(request.messages); });
  put(json, fields, "older_messages_left_out", [&] { return request.older_messages_left_out; });
  put(json, fields, "events", [&] { return list_of(request.events); });
  put(json, fields, "links", [&] { return list_of(request.links); });
  put(json, fields, "custom_values", [&] { return list_of(request.custom_values); });
  put(json, fields, "watchers", [&] { return list_of(request.watchers); });
  return json;
}

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace slipway::desk
