// Requests as JSON, as openapi.json describes them.
#pragma once

#include <nlohmann/json.hpp>

#include "services/desk/rest_query.hpp"

namespace slipway::desk {

/// Names that `fields` may hold.
[[nodiscard]] const std::vector<std::string_view>& summary_members();
[[nodiscard]] const std::vector<std::string_view>& detail_members();

[[nodiscard]] nlohmann::ordered_json summary_json(const RequestSummary& request, const FieldSet& fields);
[[nodiscard]] nlohmann::ordered_json detail_json(const RequestDetail& request, const FieldSet& fields);

/// As text; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string to_text(const nlohmann::ordered_json& json);

}  // namespace slipway::desk
