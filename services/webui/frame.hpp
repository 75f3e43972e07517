// What stands around every page: the document's head, the footer with its choices, and the answer that carries them.
// Functions are pure and safe for all threads.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "appliance/http/message.hpp"
#include "services/webui/texts.hpp"

namespace slipway::webui {

/// One page's frame. `csrf` empty: the footer offers no choice of colours and language.
struct Frame {
  Language language = Language::en;
  std::string theme = {};  ///< see chosen_theme()
  std::string title = {};
  std::string site = "Slipway";
  std::string csrf = {};                ///< of the visitor's session
  std::string path = {};                ///< where the footer's form comes back to
  std::string preferences_action = {};  ///< where the footer's form goes
  std::string notice = {};              ///< what to say on arrival; "": nothing
  nlohmann::json error = {};            ///< {message, hint}, or null
  int refresh_s = 0;                    ///< browsers without scripts load the page again after this long; 0: never
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();  ///< for "page made in … ms"
};

/// The template with `values`, which get "page" out of the frame; with the policy that lets nothing foreign in.
[[nodiscard]] http::Response render(const Frame& frame, const std::string& name, nlohmann::json values,
                                    int status = 200);

/// The language that this browser chose in the footer, else the one it asks for.
[[nodiscard]] Language browser_language(const http::Request& request);

/// "light" or "dark" as chosen in the footer; "": as the browser's own.
[[nodiscard]] std::string chosen_theme(const http::Request& request);

/// Path and query of the request, written as an address; without "done", which is said once.
[[nodiscard]] std::string address_of(const http::Request& request);

/// The cookie that remembers "theme" or "language"; names nobody (A4).
[[nodiscard]] std::string preference_cookie(const std::string& name, const std::string& value);

/// The asset that route "/static/{file}" asks for; nothing when there is none.
[[nodiscard]] std::optional<http::Response> static_file(const http::Request& request);

}  // namespace slipway::webui
