#include "services/webui/frame.hpp"

#include <array>
#include <cstdio>

#include "services/webui/assets.hpp"
#include "services/webui/show.hpp"
#include "services/webui/webui.hpp"

namespace slipway::webui {
namespace {

using nlohmann::json;

// Stands where the time is shown until the page is made; the last one in the page is the footer's.
constexpr std::string_view kTook = "@@took@@";

std::string cookie(const http::Request& request, const std::string& name) {
  const auto found = request.cookies.find(name);
  return found == request.cookies.end() ? std::string() : found->second;
}

json preferences(const Frame& frame) {
  const auto text = [&](const std::string& key) { return Texts::built_in().text(frame.language, key); };
  json themes = json::array();
  for (const std::string name : {"auto", "light", "dark"}) {
    const bool pressed = name == frame.theme || (name == "auto" && frame.theme.empty());
    themes.push_back({{"value", name}, {"name", text("theme." + name)}, {"pressed", pressed}});
  }
  json languages = json::array();
  for (const auto language : kLanguages) {
    const std::string code(to_text(language));
    const bool chosen = language == frame.language;
    languages.push_back({{"value", code}, {"name", text("language." + code)}, {"pressed", chosen}, {"chosen", chosen}});
  }
  return {{"action", frame.preferences_action}, {"themes", themes}, {"languages", languages}};
}

json page_values(const Frame& frame) {
  json page = {{"language", to_text(frame.language)},
               {"theme", frame.theme},
               {"title", frame.title},
               {"site", frame.site},
               {"style", asset_path("slipway.css")},
               {"script", asset_path("slipway.js")},
               {"icons", asset_path("icons.svg")},
               {"mark", asset_path("mark.svg")},
               {"took", kTook},
               {"notice", frame.notice},
               {"error", frame.error},
               {"refresh", frame.refresh_s == 0 ? json() : json(frame.refresh_s)},
               {"csrf", nullptr},
               {"path", nullptr},
               {"preferences", nullptr}};
  if (!frame.csrf.empty()) {
    page["csrf"] = frame.csrf;
    page["path"] = frame.path;
    page["preferences"] = preferences(frame);
  }
  return page;
}

void set_took(std::string& page, std::chrono::steady_clock::time_point began) {
  const auto place = page.rfind(kTook);
  if (place == std::string::npos) return;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), took.count() < 10 ? "%.1f" : "%.0f", took.count());
  page.replace(place, kTook.size(), text.data());
}

}  // namespace

http::Response render(const Frame& frame, const std::string& name, json values, int status) {
  values["page"] = page_values(frame);
  auto body = templates().render(name, values, Texts::built_in().translator(frame.language));
  set_took(body, frame.began);
  return http::Response::html(std::move(body), status)
      .with("Content-Language", std::string(to_text(frame.language)))
      .with("Vary", "Cookie, Accept-Language")
      .with("Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

Language browser_language(const http::Request& request) {
  if (const auto chosen = parse_language(cookie(request, "slipway-language"))) return *chosen;
  return negotiate_language(request.header("accept-language"));
}

std::string chosen_theme(const http::Request& request) {
  const std::string chosen = cookie(request, "slipway-theme");
  return chosen == "light" || chosen == "dark" ? chosen : "";
}

std::string address_of(const http::Request& request) {
  std::string path;  // written anew: the request's is decoded
  for (const char c : request.path) path += c == '/' ? "/" : url_encoded(std::string_view(&c, 1));
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    if (name == "done") continue;
    path += separator + url_encoded(name) + "=" + url_encoded(value);
    separator = '&';
  }
  return path;
}

std::string preference_cookie(const std::string& name, const std::string& value) {
  return "slipway-" + name + "=" + value + "; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax";
}

std::optional<http::Response> static_file(const http::Request& request) {
  const auto* asset = find_asset(request.parameters.at("file"));
  if (asset == nullptr) return std::nullopt;
  const bool gzip = request.header("accept-encoding").find("gzip") != std::string::npos;
  http::Response response{.body = gzip ? asset->gzip : asset->bytes};
  response.with("Content-Type", std::string(asset->media_type))
      .with("Cache-Control", "public, max-age=31536000, immutable")
      .with("Vary", "Accept-Encoding");
  if (gzip) response.with("Content-Encoding", "gzip");
  return response;
}

}  // namespace slipway::webui
