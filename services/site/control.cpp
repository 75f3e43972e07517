#include "services/site/control.hpp"

#include <cstdio>

#include "appliance/http/client.hpp"

namespace slipway::site {
namespace {

using nlohmann::ordered_json;

Error refusal(const ordered_json& problem, int status) {
  Error error{status == 400 ? Code::invalid_argument : Code::conflict, problem.value("detail", "refused"),
              problem.value("hint", "")};
  for (const auto& row : code_table())
    if (problem.value("type", "") == "urn:slipway:problem:" + std::string(row.name)) error.code = row.code;
  return error;
}

Result<ordered_json> ask(const std::filesystem::path& socket, const http::ClientRequest& request) {
  const auto answer = http::fetch(request, {.unix_socket = socket, .limit = std::chrono::seconds(10)});
  if (!answer)
    return Error{answer.error().code, "slipway-sited: does not answer on " + socket.string(),
                 "systemctl status slipway-sited; the socket is root's and slipway-site's"};
  auto json = ordered_json::parse(answer->body, nullptr, false);
  if (json.is_discarded()) return Error{Code::internal, "slipway-sited: gave an answer that is not understood"};
  if (answer->status == 200) return json;
  return refusal(json, answer->status);
}

}  // namespace

Result<ordered_json> Control::status() const { return ask(socket_, {.url = "http://site/status"}); }

Result<ordered_json> Control::order(const std::string& verb, ordered_json body) const {
  return ask(socket_, {.method = "POST",
                       .url = "http://site/" + verb,
                       .headers = {{"Content-Type", "application/json"}},
                       .body = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace)});
}

Result<Control> control_of(const command::Context& context) {
  SLIPWAY_TRY(const auto config, context.configuration());
  if (config.text("site.member").empty())
    return Error{Code::not_found, "site: this machine is no member of two sites",
                 "one site alone needs no agent; two are set up by ansible/playbooks/site.yml"};
  return Control(config.path("site.socket"));
}

std::string seconds_text(std::int64_t ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ms) / 1000);
  return text;
}

}  // namespace slipway::site
