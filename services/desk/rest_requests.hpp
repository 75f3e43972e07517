// The calls of the REST interface on requests; who calls is already known.
#pragma once

#include "services/desk/routes.hpp"

namespace slipway::desk {

/// A call by a person of the account in the URL.
struct RestCall {
  const Site& site;
  Desk& desk;
  const Person& person;
  http::Request& request;
};

[[nodiscard]] Result<http::Response> rest_list(const RestCall& call);
[[nodiscard]] Result<http::Response> rest_get(const RestCall& call);
[[nodiscard]] Result<http::Response> rest_open(const RestCall& call);
[[nodiscard]] Result<http::Response> rest_answer(const RestCall& call);
[[nodiscard]] Result<http::Response> rest_move(const RestCall& call);
[[nodiscard]] Result<http::Response> rest_attachment(const RestCall& call);

}  // namespace slipway::desk
