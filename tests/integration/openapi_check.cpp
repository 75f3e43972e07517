#include "tests/integration/openapi_check.hpp"

// g++ 12 sees an overflow that is not there in the library's string concatenations (GCC bug 105651).
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wrestrict"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "embedded/openapi.hpp"

namespace slipway::desk::test {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

const json& description() {
  static const auto parsed = json::parse(embedded_files::openapi().front().bytes);
  return parsed;
}

std::vector<std::string> segments(std::string path) {
  path.resize(std::min(path.find('?'), path.size()));
  std::vector<std::string> out;
  for (std::size_t at = 0; at < path.size();) {
    const auto next = std::min(path.find('/', at + 1), path.size());
    out.push_back(path.substr(at + 1, next - at - 1));
    at = next;
  }
  return out;
}

/// The described operation of a path; null when there is none.
json operation(const std::string& method, const std::string& path) {
  const auto asked = segments(path);
  auto verb = method;
  std::ranges::transform(verb, verb.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  for (const auto& [pattern, item] : description()["paths"].items()) {
    const auto parts = segments(pattern);
    const bool fits = std::ranges::equal(parts, asked, [](const std::string& part, const std::string& segment) {
      return part.starts_with('{') || part == segment;
    });
    if (fits && item.contains(verb)) return item[verb];
  }
  return nullptr;
}

const json& resolved(const json& node) {
  if (!node.contains("$ref")) return node;
  return description().at(json::json_pointer(node["$ref"].get<std::string>().substr(1)));
}

std::string schema_fault(const json& schema, const json& value) {
  // References point into the whole description, so it becomes part of the schema.
  json whole = schema;
  whole["components"] = description()["components"];
  valijson::Schema compiled;
  valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(whole), compiled);
  valijson::ValidationResults results;
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  if (validator.validate(compiled, Adapter(value), &results)) return "";
  std::string text;
  for (const auto& result : results) {
    for (const auto& part : result.context) text += part;
    text.append(": ").append(result.description).append("\n");
  }
  return text.empty() ? "does not fit its schema" : text;
}

}  // namespace

std::string openapi_fault(const std::string& method, const std::string& path, const http::ClientAnswer& answer) {
  const auto described = operation(method, path);
  if (described.is_null()) {
    // No call of the interface: 404 or 405 as a problem all the same.
    if (answer.status < 400) return "an answer to a call that is not described";
    return schema_fault({{"$ref", "#/components/schemas/Problem"}}, json::parse(answer.body, nullptr, false));
  }
  const auto status = std::to_string(answer.status);
  const auto& responses = described["responses"];
  if (!responses.contains(status) && answer.status < 400) return std::string("undescribed status ").append(status);
  const auto& response = resolved(responses.contains(status) ? responses[status] : responses["default"]);
  const auto type = answer.headers.contains("content-type") ? answer.headers.at("content-type") : "";
  if (response["content"].contains("*/*")) return "";
  if (!response["content"].contains(type)) return std::string("undescribed media type ").append(type);
  const auto body = json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) return "the body is no JSON";
  return schema_fault(response["content"][type]["schema"], body);
}

}  // namespace slipway::desk::test
