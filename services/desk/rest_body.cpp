#include "services/desk/rest_body.hpp"

#include "appliance/base/utf8.hpp"

namespace slipway::desk {
namespace {

constexpr int kMostDepth = 8;

Error malformed(std::string message) {
  return {Code::invalid_argument,
          "request body: " + std::move(message),
          "send one JSON object, see /api/v1/openapi.json",
          {{"invalid:body", "malformed"}}};
}

}  // namespace

Result<JsonBody> JsonBody::parse(std::string_view text) {
  if (!is_utf8(text)) return malformed("not valid UTF-8");
  std::vector<std::set<std::string>> names;
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    too_deep = too_deep || depth > kMostDepth;
    if (too_deep) return false;
    if (event == Event::object_start) names.emplace_back();
    if (event == Event::object_end) names.pop_back();
    if (event == Event::key && !names.back().insert(value.get<std::string>()).second) twice = value.get<std::string>();
    return true;
  };
  auto object = nlohmann::json::parse(text.begin(), text.end(), watch, false);
  if (too_deep) return malformed("nested deeper than 8");
  if (object.is_discarded()) return malformed("no JSON");
  if (!object.is_object()) return malformed("no JSON object");
  if (!twice.empty()) return malformed(std::string("'").append(twice, 0, 100).append("' is there twice"));
  return JsonBody(std::move(object));
}

std::optional<std::string> JsonBody::text(const std::string& name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  if (found == object_.end()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  faults_.add(name, "must be a string");
  return std::nullopt;
}

std::optional<std::int64_t> JsonBody::integer(const std::string& name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  if (found == object_.end()) return std::nullopt;
  const bool fits = found->is_number_integer() &&
                    (!found->is_number_unsigned() || found->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (fits) return found->get<std::int64_t>();
  faults_.add(name, "must be an integer");
  return std::nullopt;
}

void JsonBody::require(const std::string& name) {
  if (!object_.contains(name)) faults_.add(name, "is missing");
}

Status JsonBody::finish() {
  for (const auto& [name, value] : object_.items())
    if (!asked_.contains(name)) faults_.add(name.substr(0, 100), "is not known here");
  return faults_.status();
}

}  // namespace slipway::desk
