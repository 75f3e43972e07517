// How the answers are carried out. The page loads itself again until there is nothing more to wait for.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "appliance/base/file.hpp"
#include "appliance/base/utf8.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/wizard/pages.hpp"
#include "services/wizard/progress.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSmallForm = 16U << 10U;
constexpr int kRefreshSeconds = 3;
constexpr std::size_t kMostRefusalBytes = 16U << 10U;

/// What the page tells: the first boot's stage, and what happens to the answers before it begins.
enum class Standing { open, handed_over, refused, running, failed, done };

struct Situation {
  Standing standing = Standing::open;
  Progress progress = {};
  std::string refusal = {};
};

std::string refusal_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > kMostRefusalBytes) text.resize(kMostRefusalBytes);
  return is_utf8(text) ? text : std::string();
}

Result<Situation> look(Visit& visit) {
  const Places& places = visit.state.places;
  Situation now;
  SLIPWAY_TRY(now.progress, read_progress(places.state_dir));
  if (now.progress.stage == Progress::Stage::done) now.standing = Standing::done;
  if (now.progress.stage == Progress::Stage::running) now.standing = Standing::running;
  if (now.standing != Standing::open) {
    visit.state.handed_over = false;
    return now;
  }
  std::error_code failure;
  if (std::filesystem::exists(places.answers_file, failure)) {
    now.standing = Standing::handed_over;
    return now;
  }
  now.refusal = refusal_text(places.refusal_file);
  if (!now.refusal.empty()) {
    now.standing = Standing::refused;
    visit.state.handed_over = false;
  } else if (now.progress.stage == Progress::Stage::failed) {
    now.standing = Standing::failed;
  } else if (visit.state.handed_over) {
    now.standing = Standing::handed_over;
  }
  return now;
}

std::string_view to_text(Standing standing) {
  switch (standing) {
    case Standing::open:
    case Standing::handed_over:
      return "handed_over";
    case Standing::refused:
      return "refused";
    case Standing::running:
      return "running";
    case Standing::failed:
      return "failed";
    case Standing::done:
      return "done";
  }
  return "";
}

json step_values(const Visit& visit, const Progress& progress) {
  json steps = json::array();
  for (const Step& step : progress.steps) {
    std::string title = visit.text("setup.step." + step.name);
    steps.push_back({{"title", title.empty() ? step.name : title},
                     {"state", visit.text("setup.state." + step.state)},
                     {"class", step.state},
                     {"done", step.state == "done"},
                     {"running", step.state == "running"},
                     {"failed", step.state == "failed"}});
  }
  return steps.empty() ? json() : json{{"list", std::move(steps)}};
}

}  // namespace

bool can_answer(Visit& visit) {
  const auto now = look(visit);
  // Where the state cannot be read, the page of the progress says so.
  if (!now) return false;
  return now->standing == Standing::open || now->standing == Standing::refused || now->standing == Standing::failed;
}

http::Response to_place(Visit& visit) {
  const auto now = look(visit);
  const bool open = now && now->standing == Standing::open;
  return go(open ? std::string("/").append(to_text(Page::machine)) : "/progress");
}

Result<http::Response> show_progress(Visit& visit, http::Request& /*request*/) {
  SLIPWAY_TRY(const Situation now, look(visit));
  if (now.standing == Standing::open) return go("");
  const std::string name(to_text(now.standing));
  const bool waiting = now.standing == Standing::handed_over || now.standing == Standing::running;
  const bool done = now.standing == Standing::done;
  if (done && !visit.state.ready_shown) visit.state.ready_shown = visit.now;
  const std::string& hostname = visit.state.draft.typed.hostname;
  return show(visit, "wizard_progress",
              {{"title", visit.text("setup.stage." + name)},
               {"refresh", waiting ? kRefreshSeconds : 0},
               {"waiting", waiting},
               {"stage", {{"title", visit.text("setup.stage." + name)}, {"text", visit.text("setup.stage." + name + ".text")}}},
               {"steps", step_values(visit, now.progress)},
               {"failed", now.standing == Standing::failed
                              ? json{{"what", now.progress.what}, {"way_out", now.progress.way_out}}
                              : json()},
               {"refused", now.standing == Standing::refused ? json(now.refusal) : json()},
               {"can_answer", now.standing == Standing::failed || now.standing == Standing::refused},
               {"done", done},
               {"named", done && !hostname.empty() ? json{{"url", "https://" + hostname + "/"}} : json()},
               {"addresses", waiting ? new_addresses(visit) : json()}});
}

Result<http::Response> try_again(Visit& visit, http::Request& request) {
  SLIPWAY_CHECK(read_form(visit, request, kSmallForm));
  SLIPWAY_TRY(const Situation now, look(visit));
  if (now.standing != Standing::failed) return go("/progress");
  SLIPWAY_CHECK(replace_file(visit.state.places.again_file, "", 0600));
  visit.state.handed_over = true;
  telemetry::log(telemetry::Level::info, "wizard.again", {{"address", request.client_address}});
  return go("/progress");
}

}  // namespace slipway::wizard
