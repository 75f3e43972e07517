// Reads a JSON body strictly: what is not expected is a fault, not something to ignore.
#pragma once

#include <nlohmann/json.hpp>
#include <set>

#include "services/desk/rest_problem.hpp"

namespace slipway::desk {

/// One JSON object. Members are asked for by name and type; finish() reports every fault and every member nobody asked
/// for.
class JsonBody {
 public:
  /// Error: invalid_argument when the text is no JSON object, holds a name twice, is nested deeper than 8 or is not
  /// UTF-8.
  [[nodiscard]] static Result<JsonBody> parse(std::string_view text);

  [[nodiscard]] std::optional<std::string> text(const std::string& name);
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& name);
  /// A text that `read` knows; `choices` is told when it does not.
  template <typename Parse>
  [[nodiscard]] auto choice(const std::string& name, Parse read, const char* choices) -> decltype(read("")) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    auto parsed = read(*value);
    if (!parsed) faults_.add(name, std::string("must be one of ") + choices);
    return parsed;
  }
  /// Reports a member that must be there and is not.
  void require(const std::string& name);
  [[nodiscard]] Status finish();

 private:
  explicit JsonBody(nlohmann::json object) : object_(std::move(object)) {}
  nlohmann::json object_;
  std::set<std::string> asked_;
  ParameterFaults faults_;
};

}  // namespace slipway::desk
