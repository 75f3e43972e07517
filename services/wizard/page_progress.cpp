// How the answers are carried out. The page loads itself again until there is nothing more to wait for.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "appliance/base/file.hpp"
#include "appliance/base/utf8.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/wizard/pages.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSmallForm = 16U << 10U;
constexpr int kRefreshSeconds = 3;
constexpr std::size_t kMostRefusalBytes = 16U << 10U;

/// Root's unit takes answers within seconds; one that does not come to it must not lock people out.
constexpr std::chrono::minutes kTakenWithin{2};

/// What the page tells: the first boot's phase, and what happens to the answers before it begins.
enum class Standing { open, handed_over, refused, running, failed, done };

struct Situation {
  Standing standing = Standing::open;
  firstboot::Progress progress = {};
  std::string refusal = {};
};

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

std::string refusal_text(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (text.size() > kMostRefusalBytes) text.resize(kMostRefusalBytes);
  return is_utf8(text) ? text : std::string();
}

/// Sent, and neither refused nor begun.
bool is_under_way(const Visit& visit, const firstboot::Progress& progress) {
  const Places& places = visit.state.places;
  if (is_there(places.answers_file) || is_there(places.again_file)) return true;
  const auto sent = visit.state.handed_over;
  if (!sent || visit.now - *sent >= kTakenWithin) return false;
  return !progress.failure || progress.failure->at <= *sent;
}

Result<Situation> look(Visit& visit) {
  using firstboot::Phase;
  Situation now;
  SLIPWAY_TRY(now.progress, firstboot::read_progress(visit.state.places.machine));
  const Phase phase = now.progress.phase;
  if (phase == Phase::done || phase == Phase::running) {
    now.standing = phase == Phase::done ? Standing::done : Standing::running;
    visit.state.handed_over.reset();
    return now;
  }
  now.refusal = refusal_text(visit.state.places.refusal_file);
  if (!now.refusal.empty() && !is_there(visit.state.places.answers_file))
    now.standing = Standing::refused;
  else if (is_under_way(visit, now.progress) || phase == Phase::pending)
    now.standing = Standing::handed_over;
  else if (phase == Phase::failed)
    now.standing = Standing::failed;
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

json step_values(const Visit& visit, const Situation& now) {
  if (now.standing == Standing::open || now.standing == Standing::handed_over || now.standing == Standing::refused)
    return nullptr;
  const auto language =
      visit.language == webui::Language::fr ? firstboot::Language::french : firstboot::Language::english;
  const auto& progress = now.progress;
  json steps = json::array();
  for (const auto step : firstboot::all_steps()) {
    std::string state = "pending";
    const bool finished = std::ranges::find(progress.finished, step) != progress.finished.end();
    if (finished || now.standing == Standing::done) state = "done";
    if (now.standing == Standing::running && progress.current == step) state = "running";
    if (now.standing == Standing::failed && progress.failure && progress.failure->step == step) state = "failed";
    steps.push_back({{"title", firstboot::title(step, language)},
                     {"state", visit.text("setup.state." + state)},
                     {"note", state == "running" ? progress.note : std::string()},
                     {"class", state},
                     {"done", state == "done"},
                     {"failed", state == "failed"}});
  }
  return {{"list", std::move(steps)}};
}

/// Answers that root has, and has not begun with, can still be replaced.
bool open_for_answers(const Visit& visit, const Situation& now) {
  if (now.standing == Standing::handed_over)
    return now.progress.phase == firstboot::Phase::pending && !is_under_way(visit, now.progress);
  return now.standing == Standing::open || now.standing == Standing::refused || now.standing == Standing::failed;
}

}  // namespace

bool can_answer(Visit& visit) {
  const auto now = look(visit);
  // Where the state cannot be read, the page of the progress says so.
  if (!now) return false;
  return open_for_answers(visit, *now);
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
  return show(
      visit, "wizard_progress",
      {{"title", visit.text("setup.stage." + name)},
       {"refresh", waiting ? kRefreshSeconds : 0},
       {"waiting", waiting},
       {"stage", {{"title", visit.text("setup.stage." + name)}, {"text", visit.text("setup.stage." + name + ".text")}}},
       {"steps", step_values(visit, now)},
       {"failed", now.standing == Standing::failed
                      ? json{{"what", now.progress.failure->message}, {"way_out", now.progress.failure->hint}}
                      : json()},
       {"refused", now.standing == Standing::refused ? json(now.refusal) : json()},
       {"can_answer", now.standing != Standing::open && open_for_answers(visit, now)},
       {"done", done},
       {"named", done && !hostname.empty() ? json{{"url", "https://" + hostname + "/"}} : json()},
       {"addresses", waiting ? new_addresses(visit) : json()}});
}

Result<http::Response> try_again(Visit& visit, http::Request& request) {
  SLIPWAY_CHECK(read_form(visit, request, kSmallForm));
  SLIPWAY_TRY(const Situation now, look(visit));
  if (now.standing != Standing::failed) return go("/progress");
  SLIPWAY_CHECK(replace_file(visit.state.places.again_file, "", 0600));
  visit.state.handed_over = visit.now;
  telemetry::log(telemetry::Level::info, "wizard.again", {{"address", request.client_address}});
  return go("/progress");
}

}  // namespace slipway::wizard
