#include "services/desk/page_frame.hpp"

#include <algorithm>

#include "appliance/base/utf8.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/http/session.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/webui/frame.hpp"
#include "services/webui/show.hpp"

namespace slipway::desk::pages {
namespace {

using nlohmann::json;
using webui::Texts;

webui::Language visit_language(const Visit& visit) {
  if (visit.session)
    if (const auto own = webui::parse_language(visit.person().language)) return *own;
  return webui::browser_language(visit.request);
}

// Where the preferences' form comes back to: a page that can be fetched again.
std::string current_path(const Visit& visit) {
  const auto& request = visit.request;
  if (request.method != http::Method::get && request.method != http::Method::head) return visit.base() + "/requests";
  return webui::address_of(request);
}

std::string notice(const Visit& visit) {
  const auto key = visit.request.query_text("done").value_or("");
  return key.empty() ? "" : visit.text("notice." + key);  // "" for what is no notice of ours
}

webui::Frame frame_of(const Visit& visit, const json& values) {
  webui::Frame frame{.language = visit.language, .theme = webui::chosen_theme(visit.request), .began = visit.began};
  frame.title = values.value("title", "");
  frame.notice = notice(visit);
  frame.error = values.value("error", json());
  if (visit.account.empty()) return frame;
  frame.site = visit.face.title;
  if (visit.token.empty()) return frame;
  frame.csrf = http::csrf_token(visit.site.session_key, visit.token);
  frame.path = current_path(visit);
  frame.preferences_action = visit.base() + "/preferences";
  return frame;
}

// What people must know before they trust what they read: which kind of account, whose data, whether mail goes out.
std::string band(const Visit& visit) {
  const AccountFace& face = visit.face;
  std::string text = face.trial_at
                         ? visit.text("band.trial", webui::date_text(Texts::built_in(), visit.language, *face.trial_at))
                         : visit.text("band." + face.kind);
  if (face.sends_mail) return text;
  return text + (text.empty() ? "" : " · ") + visit.text("band.no_mail");
}

json account_values(const Visit& visit) {
  if (visit.account.empty()) return nullptr;
  return {{"base", visit.base()}, {"title", visit.face.title}, {"kind", visit.face.kind}, {"band", band(visit)}};
}

json person_values(const Visit& visit) {
  if (!visit.session || visit.account.empty()) return nullptr;
  const Person& person = visit.person();
  return {{"name", person.display_name},
          {"initials", webui::initials(person.display_name)},
          {"staff", is_staff(person.role)},
          {"administrator", person.role == Role::administrator},
          {"login", person.login},
          {"email", person.email},
          {"role", visit.text("role." + std::string(to_text(person.role)))}};
}

// Texts exist for these; other codes use the nearest.
int shown_status(int status) {
  switch (status) {
    case 400:
    case 401:
    case 403:
    case 404:
    case 405:
    case 409:
    case 413:
    case 422:
    case 429:
    case 500:
      return status;
    default:
      return status < 500 ? 400 : 503;
  }
}

// What the message says is for people who can do something about it; faults of ours are in the log.
bool tells_detail(Code code) {
  return code == Code::invalid_argument || code == Code::conflict || code == Code::unsupported ||
         code == Code::too_large;
}

Status open_visit(Visit& visit, Access access) {
  const auto found = visit.request.parameters.find("account");
  const auto name = AccountName::parse(found == visit.request.parameters.end() ? "" : found->second);
  if (!name.has_value()) return Error{Code::not_found, "account: no such name"};
  SLIPWAY_TRY(visit.face, visit.site.faces(*name));
  visit.account = name->text();
  if (auto token = http::session_token(visit.request)) visit.token = *std::move(token);
  SLIPWAY_TRY(visit.desk, visit.site.desk(visit.account));
  if (!visit.token.empty()) {
    auto session = visit.desk->session(visit.token, visit.now);
    if (session.has_value())
      visit.session = std::move(session).value();
    else if (session.error().code != Code::unauthenticated)
      return std::move(session).error();
  } else {
    visit.token = crypto::random_token();
    visit.new_token = true;
  }
  visit.language = visit_language(visit);
  if (access == Access::signed_in && !visit.session) return Error{Code::unauthenticated, "nobody is signed in"};
  return {};
}

http::Response to_sign_in(const Visit& visit) {
  std::string path = visit.base() + "/sign-in";
  if (visit.request.method == http::Method::get) path += "?return=" + webui::url_encoded(current_path(visit));
  return http::Response::redirect(path);
}

http::Response answer(const Site& site, http::Request& request, Access access, const Page& page) {
  Visit visit{site, request};
  visit.now = site.clock.now();
  visit.language = visit_language(visit);
  if (const auto opened = open_visit(visit, access); !opened.has_value()) {
    if (opened.error().code == Code::unauthenticated) return to_sign_in(visit);
    return error_page(visit, opened.error());
  }
  const bool changing = request.path == visit.base() + "/sign-out" || request.path.starts_with(visit.base() + "/p");
  if (access == Access::signed_in && visit.session->must_change_password && !changing)
    return http::Response::redirect(visit.base() + "/profile");
  auto made = page(visit, request);
  http::Response response = made.has_value() ? std::move(made).value() : error_page(visit, made.error());
  if (visit.new_token) response.with("Set-Cookie", http::session_cookie(visit.account, visit.token));
  return response;
}

}  // namespace

std::string Visit::text(std::string_view key) const { return std::string(Texts::built_in().text(language, key)); }
std::string Visit::text(std::string_view key, std::string_view value) const {
  return Texts::built_in().text(language, key, value);
}
json Visit::time(Timestamp then) const { return webui::time_value(Texts::built_in(), language, now, then); }

http::Handler account_page(const Site& site, Access access, Page page) {
  return
      [&site, access, page = std::move(page)](http::Request& request) { return answer(site, request, access, page); };
}

http::Handler free_page(const Site& site, Page page) {
  return [&site, page = std::move(page)](http::Request& request) {
    Visit visit{site, request};
    visit.now = site.clock.now();
    visit.language = visit_language(visit);
    auto made = page(visit, request);
    return made.has_value() ? std::move(made).value() : error_page(visit, made.error());
  };
}

Result<http::Form> read_form(Visit& visit, http::Request& request) {
  SLIPWAY_TRY(auto form, request.form(visit.site.body_limit));
  if (!http::csrf_valid(visit.site.session_key, visit.token, request, form))
    return Error{Code::forbidden, "form: its token does not belong to this session", "", {{"reason", "csrf"}}};
  for (const auto& [name, value] : form.fields)
    if (!is_utf8(name) || !is_utf8(value)) return Error{Code::invalid_argument, "form: not UTF-8 text"};
  return form;
}

http::Response render(Visit& visit, const std::string& name, json values, int status) {
  if (!values.contains("nav")) values["nav"] = json::object();
  if (!values.contains("form")) values["form"] = json::object();
  values["account"] = account_values(visit);
  values["person"] = person_values(visit);
  const auto frame = frame_of(visit, values);
  return webui::render(frame, name, std::move(values), status);
}

http::Response go(const Visit& visit, const std::string& path, std::string_view notice) {
  std::string target = visit.base() + path;
  const auto hash = std::min(target.find('#'), target.size());
  if (!notice.empty()) {
    const std::string_view separator = target.find('?') < hash ? "&done=" : "?done=";
    target.insert(hash, std::string(separator).append(notice));
  }
  return http::Response::redirect(target);
}

json form_error(const Visit& visit, const Error& error) {
  const auto fact = [&](std::string_view name) {
    for (const auto& [key, value] : error.context)
      if (key == name) return value;
    return std::string();
  };
  const auto say = [&](std::string_view key) { return json{{"message", visit.text(key)}, {"hint", nullptr}}; };
  if (!fact("current_status").empty()) return say("wrong.faster");
  if (error.code == Code::too_large) return say("wrong.too_large");
  if (const auto wait = fact("retry_after_seconds"); !wait.empty())
    return {{"message", visit.text("wrong.throttled", wait)}, {"hint", nullptr}};
  if (const auto parameter = fact("parameter"); !parameter.empty() && !visit.text("wrong." + parameter).empty())
    return say("wrong." + parameter);
  json other = say("wrong.other");
  if (tells_detail(error.code)) other["hint"] = error.message;
  return other;
}

std::string own_path(const Visit& visit, const std::string& path) {
  const bool encoded = std::all_of(path.begin(), path.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return encoded && path.starts_with(visit.base() + "/") && path.find("//") == std::string::npos ? path : "";
}

http::Response error_page(Visit& visit, const Error& error) {
  const int status = traits(error.code).http_status;
  if (status >= 500) telemetry::log_error("page.failed", error, {{"path", visit.request.route}});
  std::string key = "error." + std::to_string(shown_status(status));
  // What a person has to do is another thing where nothing was saved, and where that is not known.
  for (const auto& [name, value] : error.context)
    if (name == "page") key = "error." + value;
  const bool expired = !error.context.empty() && error.context.front().second == "csrf";
  json values = {{"title", visit.text(key)},
                 {"error", nullptr},
                 {"refusal",
                  {{"status", status},
                   {"title", visit.text(key)},
                   {"text", visit.text(expired ? "wrong.csrf" : key + ".text")},
                   {"detail", tells_detail(error.code) ? json(error.message) : json()},
                   {"request_id", visit.request.id}}}};
  return render(visit, "error", std::move(values), status);
}

}  // namespace slipway::desk::pages

namespace slipway::desk {

http::Response error_response(const Site& site, const http::Request& request, const Error& error) {
  if (request.path.starts_with("/api/")) return http::Response::problem(error, request.id);
  pages::Visit visit{site, request};
  visit.now = site.clock.now();
  visit.language = pages::visit_language(visit);
  return pages::error_page(visit, error);
}

}  // namespace slipway::desk
