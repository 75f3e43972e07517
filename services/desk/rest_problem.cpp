#include "services/desk/rest_problem.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "appliance/telemetry/log.hpp"

namespace slipway::desk {
namespace {

constexpr std::string_view kInvalidPrefix = "invalid:";

/// Faults of ours or of the machine: their text is for the log.
bool is_our_fault(Code code) {
  return code == Code::internal || code == Code::permission || code == Code::corrupt || code == Code::no_space;
}

nlohmann::ordered_json invalid_parameters(const Error& error) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [key, value] : error.context) {
    if (key == "parameter") list.push_back({{"name", value}, {"reason", error.message}});
    if (key.starts_with(kInvalidPrefix))
      list.push_back({{"name", key.substr(kInvalidPrefix.size())}, {"reason", value}});
  }
  return list;
}

std::string context_value(const Error& error, std::string_view key) {
  for (const auto& [name, value] : error.context)
    if (name == key) return value;
  return {};
}

}  // namespace

void ParameterFaults::add(std::string parameter, std::string reason) {
  constexpr std::size_t kMostFaults = 50;
  if (faults_.size() < kMostFaults) faults_.emplace_back(std::move(parameter), std::move(reason));
}

Status ParameterFaults::status() const {
  if (faults_.empty()) return {};
  Error error{Code::invalid_argument, "request: " + faults_.front().first + ": " + faults_.front().second,
              "see /api/v1/openapi.json"};
  for (const auto& [name, reason] : faults_) error.context.emplace_back(std::string(kInvalidPrefix) + name, reason);
  return error;
}

http::Response rest_problem(const Error& error, const std::string& request_id) {
  Error told = error;
  if (is_our_fault(error.code)) {
    telemetry::log_error("rest.failed", error);
    told = Error{Code::internal, "request: not carried out", "try again; give support the request_id"};
  } else if (error.code == Code::timeout || !context_value(error, "mysql_errno").empty()) {
    telemetry::log_error("rest.unavailable", error);
    told = Error{Code::unavailable, "account: its database does not answer at present", "try again in a few seconds"};
  }
  const auto& row = traits(told.code);
  std::string title(row.name);
  std::ranges::replace(title, '_', ' ');
  nlohmann::ordered_json body{{"type", "urn:slipway:problem:" + std::string(row.name)},
                              {"title", title},
                              {"status", row.http_status},
                              {"detail", told.message}};
  if (!told.hint.empty()) body["hint"] = told.hint;
  body["request_id"] = request_id;
  if (auto invalid = invalid_parameters(told); !invalid.empty()) body["invalid_parameters"] = std::move(invalid);
  if (auto status = context_value(told, "current_status"); !status.empty()) body["current_status"] = status;

  http::Response response{.status = row.http_status,
                          .headers = {{"Content-Type", "application/problem+json"}},
                          .body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
  if (told.code == Code::unauthenticated) response.with("WWW-Authenticate", "Bearer realm=\"slipway\"");
  if (auto wait = context_value(told, "retry_after_seconds"); !wait.empty())
    response.with("Retry-After", wait);
  else if (row.http_status == 503)
    response.with("Retry-After", "5");
  return response;
}

}  // namespace slipway::desk
