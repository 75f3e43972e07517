#include "services/desk/page_people.hpp"

#include "appliance/http/session.hpp"
#include "services/webui/frame.hpp"

namespace slipway::desk::pages {
namespace {

using nlohmann::json;

http::Response sign_in_page(Visit& visit, const std::string& login, const std::string& back, const json& error,
                            int status) {
  return render(
      visit, "sign_in",
      {{"title", visit.text("sign_in.title")}, {"error", error}, {"form", {{"login", login}, {"return", back}}}},
      status);
}

http::Response profile_page(Visit& visit, json error, int status) {
  if (error.is_null() && visit.session->must_change_password)
    error = {{"message", visit.text("profile.must_change")}, {"hint", nullptr}};
  return render(visit, "profile",
                {{"title", visit.text("profile.title")}, {"nav", {{"profile", true}}}, {"error", error}}, status);
}

json message(const Visit& visit, std::string_view key) { return {{"message", visit.text(key)}, {"hint", nullptr}}; }

// Keeps the language in the profile, and in the browser for the sign-in page.
Status keep_language(Visit& visit, webui::Language language, http::Response& response) {
  const std::string code(webui::to_text(language));
  if (visit.session) SLIPWAY_CHECK(visit.desk->set_language(visit.person(), code));
  response.with("Set-Cookie", webui::preference_cookie("language", code));
  return {};
}

}  // namespace

Result<http::Response> show_landing(Visit& visit, http::Request& request) {
  const std::string typed = request.query_text("account").value_or("");
  if (!typed.empty()) {
    if (const auto name = AccountName::parse(typed); name.has_value())
      return http::Response::redirect("/" + name->text() + "/sign-in");
  }
  const json form = {{"account", ""}, {"wrong", typed.empty() ? json() : json(visit.text("landing.wrong"))}};
  return render(visit, "landing", {{"title", visit.text("landing.title")}, {"form", form}}, typed.empty() ? 200 : 400);
}

Result<http::Response> show_sign_in(Visit& visit, http::Request& request) {
  const std::string back = own_path(visit, request.query_text("return").value_or(""));
  if (visit.session) return back.empty() ? go(visit, "/requests") : http::Response::redirect(back);
  return sign_in_page(visit, "", back, nullptr, 200);
}

Result<http::Response> sign_in(Visit& visit, http::Request& request) {
  const auto form = read_form(visit, request);
  if (!form.has_value()) {
    if (form.error().code != Code::forbidden) return form.error();
    return sign_in_page(visit, "", "", message(visit, "wrong.csrf"), 403);
  }
  const std::string back = own_path(visit, form->text("return"));
  auto signed_in =
      visit.desk->sign_in({form->text("login"), Secret(form->text("password")), request.client_address}, visit.now);
  if (!signed_in.has_value()) {
    const Error& error = signed_in.error();
    const int status = traits(error.code).http_status;
    if (status >= 500) return error;
    const json shown = error.code == Code::unauthenticated ? message(visit, "wrong.sign_in") : form_error(visit, error);
    return sign_in_page(visit, form->text("login"), back, shown, status);
  }
  visit.new_token = false;  // the pre-session ends here
  auto response = back.empty() ? go(visit, "/requests") : http::Response::redirect(back);
  return response.with("Set-Cookie", http::session_cookie(visit.account, signed_in->token));
}

Result<http::Response> sign_out(Visit& visit, http::Request& request) {
  SLIPWAY_CHECK(read_form(visit, request));
  SLIPWAY_CHECK(visit.desk->sign_out(visit.token));
  return go(visit, "/sign-in", "signed_out").with("Set-Cookie", http::expired_session_cookie(visit.account));
}

Result<http::Response> show_profile(Visit& visit, http::Request& /*request*/) {
  return profile_page(visit, nullptr, 200);
}

Result<http::Response> set_profile_language(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto form, read_form(visit, request));
  const auto language = webui::parse_language(form.text("language"));
  if (!language) return Error{Code::invalid_argument, "language: must be en or fr"};
  auto response = go(visit, "/profile", "saved");
  SLIPWAY_CHECK(keep_language(visit, *language, response));
  return response;
}

Result<http::Response> change_password(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto form, read_form(visit, request));
  if (form.text("new") != form.text("again")) return profile_page(visit, message(visit, "wrong.passwords_differ"), 400);
  const auto changed = visit.desk->change_password(visit.person(), Secret(form.text("old")), Secret(form.text("new")),
                                                   visit.token, visit.now);
  if (changed.has_value()) return go(visit, "/profile", "password");
  const int status = traits(changed.error().code).http_status;
  if (status >= 500) return changed.error();
  if (changed.error().code == Code::unauthenticated)
    return profile_page(visit, message(visit, "wrong.old_password"), 400);
  if (changed.error().code == Code::invalid_argument)
    return profile_page(visit, message(visit, "wrong.password_policy"), 400);
  return profile_page(visit, form_error(visit, changed.error()), status);
}

Result<http::Response> set_preferences(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(const auto form, read_form(visit, request));
  const std::string back = own_path(visit, form.text("return"));
  auto response = back.empty() ? go(visit, "/requests") : http::Response::redirect(back);
  const std::string theme = form.text("theme");
  if (theme == "auto" || theme == "light" || theme == "dark")
    response.with("Set-Cookie", webui::preference_cookie("theme", theme));
  if (const auto language = webui::parse_language(form.text("language")))
    SLIPWAY_CHECK(keep_language(visit, *language, response));
  return response;
}

}  // namespace slipway::desk::pages
