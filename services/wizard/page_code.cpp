// Language and one-time code: the door of the wizard.
#include "appliance/base/secret_file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/http/session.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/wizard/pages.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSmallForm = 16U << 10U;

json message(const Visit& visit, std::string_view key, std::string_view value = "") {
  return {{"message", visit.text(key, value)}, {"hint", nullptr}};
}

http::Response code_page(Visit& visit, json error, int status) {
  json languages = json::array();
  for (const auto language : webui::kLanguages) {
    const std::string code(webui::to_text(language));
    languages.push_back(
        {{"value", code}, {"name", visit.text("language." + code)}, {"pressed", language == visit.language}});
  }
  return show(visit, "wizard_code",
              {{"title", visit.text("setup.title")}, {"error", std::move(error)}, {"languages", std::move(languages)}},
              status);
}

/// Only pages of ours, as they are written.
bool is_own_path(const std::string& path) {
  const std::string base = std::string("/") + kBase;
  return path.starts_with(base) && path.find("//") == std::string::npos && path.find('\\') == std::string::npos &&
         std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<http::Response> show_code(Visit& visit, http::Request& /*request*/) {
  if (visit.signed_in) return to_place(visit);
  return code_page(visit, nullptr, 200);
}

Result<http::Response> take_code(Visit& visit, http::Request& request) {
  const auto form = read_form(visit, request, kSmallForm);
  if (!form.has_value()) {
    if (form.error().code != Code::forbidden) return form.error();
    return code_page(visit, message(visit, "wrong.csrf"), 403);
  }
  State& state = visit.state;
  forget_old(state.failures, visit.now);
  if (const auto wait = attempt_wait(state.failures, request.client_address, visit.now); wait.count() > 0)
    return code_page(visit, message(visit, "setup.code.pause", std::to_string(wait.count())), 429)
        .with("Retry-After", std::to_string(wait.count()));
  SLIPWAY_TRY(const auto code, read_secret_file(state.places.machine.code));
  if (!crypto::equal_constant_time(normalised_code(form->text("code")), normalised_code(code.reveal()))) {
    state.failures.push_back({request.client_address, visit.now});
    telemetry::log(telemetry::Level::warning, "wizard.wrong_code", {{"address", request.client_address}});
    return code_page(visit, message(visit, "setup.code.wrong"), 401);
  }
  telemetry::log(telemetry::Level::info, "wizard.signed_in", {{"address", request.client_address}});
  open_session(visit);
  return go("");
}

Result<http::Response> take_preferences(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto form, read_form(visit, request, kSmallForm));
  const std::string back = form.text("return");
  auto response = is_own_path(back) ? http::Response::redirect(back) : go("");
  const std::string theme = form.text("theme");
  if (theme == "auto" || theme == "light" || theme == "dark")
    response.with("Set-Cookie", webui::preference_cookie("theme", theme));
  if (const auto language = webui::parse_language(form.text("language")))
    response.with("Set-Cookie", webui::preference_cookie("language", std::string(webui::to_text(*language))));
  return response;
}

}  // namespace slipway::wizard
