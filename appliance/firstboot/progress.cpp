#include "appliance/firstboot/progress.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/base/secret_file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/firstboot/work_lock.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct StepRow {
  std::string_view name;
  std::array<std::string_view, 2> titles;
};
constexpr std::array<StepRow, kSteps> kStepTable{{
    {"host-name", {"Host name", "Nom de la machine"}},
    {"time-zone", {"Time zone", "Fuseau horaire"}},
    {"network", {"Network", "Réseau"}},
    {"management", {"Management networks", "Réseaux d'administration"}},
    {"keys", {"Operators' keys", "Clés des exploitants"}},
    {"certificate", {"Certificate", "Certificat"}},
    {"repositories", {"Site and repositories", "Site et dépôts"}},
    {"restore", {"Restore from a repository", "Restauration depuis un dépôt"}},
    {"setup", {"Secrets, databases, accounts", "Secrets, bases, comptes"}},
    {"migration", {"Migration from a server", "Migration depuis un serveur"}},
    {"administrator", {"Administrator", "Administrateur"}},
    {"serve", {"Start of the service desk", "Démarrage du service"}},
}};

constexpr std::array<std::string_view, 5> kPhases{"waiting", "pending", "running", "failed", "done"};

fs::path state_file(const Places& places) { return places.state / "state.json"; }

ordered_json time_or_null(const std::optional<Timestamp>& time) {
  return time ? ordered_json(to_iso8601(*time)) : ordered_json();
}

std::optional<Timestamp> time_of(const ordered_json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_string()) return std::nullopt;
  const auto time = parse_timestamp(json[key].get<std::string>());
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<Step> step_of(const ordered_json& json, const char* key) {
  return json.contains(key) && json[key].is_string() ? parse_step(json[key].get<std::string>()) : std::nullopt;
}

Progress from_json(const ordered_json& json) {
  Progress progress;
  for (const auto& name : json.value("finished", ordered_json::array()))
    if (const auto step = name.is_string() ? parse_step(name.get<std::string>()) : std::nullopt)
      progress.finished.push_back(*step);
  progress.current = step_of(json, "step");
  progress.note = json.value("note", "");
  progress.began_at = time_of(json, "began_at");
  progress.done_at = time_of(json, "done_at");
  if (json.contains("failure") && json["failure"].is_object()) {
    const auto& failure = json["failure"];
    if (const auto step = step_of(failure, "step"))
      progress.failure = {*step, failure.value("message", ""), failure.value("hint", ""),
                          time_of(failure, "at").value_or(Timestamp{})};
  }
  return progress;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

const std::array<Step, kSteps>& all_steps() {
  static const std::array<Step, kSteps> steps = [] {
    std::array<Step, kSteps> list{};
    for (std::size_t i = 0; i < kSteps; ++i) list[i] = static_cast<Step>(i);
    return list;
  }();
  return steps;
}

std::string_view to_text(Step step) { return kStepTable[static_cast<std::size_t>(step)].name; }

std::optional<Step> parse_step(std::string_view text) {
  for (const Step step : all_steps())
    if (to_text(step) == text) return step;
  return std::nullopt;
}

std::string_view title(Step step, Language language) {
  return kStepTable[static_cast<std::size_t>(step)].titles[static_cast<std::size_t>(language)];
}

std::string_view to_text(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

ordered_json to_json(const Progress& progress) {
  ordered_json finished = ordered_json::array();
  for (const Step step : progress.finished) finished.push_back(to_text(step));
  ordered_json json{{"phase", to_text(progress.phase)}, {"steps", kSteps}, {"finished", std::move(finished)}};
  json["step"] = progress.current ? ordered_json(to_text(*progress.current)) : ordered_json();
  json["number"] = progress.current ? ordered_json(static_cast<std::size_t>(*progress.current) + 1) : ordered_json();
  json["note"] = progress.note;
  json["failure"] = nullptr;
  if (progress.failure)
    json["failure"] = {{"step", to_text(progress.failure->step)},
                       {"message", progress.failure->message},
                       {"hint", progress.failure->hint},
                       {"at", to_iso8601(progress.failure->at)}};
  json["began_at"] = time_or_null(progress.began_at);
  json["done_at"] = time_or_null(progress.done_at);
  return json;
}

Result<Progress> read_progress(const Places& places) {
  Progress progress;
  const fs::path file = state_file(places);
  if (is_there(file)) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return file_error(file, "cannot be read", errno);
    const auto json = ordered_json::parse(stream, nullptr, false);
    if (!json.is_object())
      return Error{Code::corrupt, file.string() + ": is no state of a first boot",
                   "remove it: every step can be repeated"};
    progress = from_json(json);
  }
  const bool at_work = is_held(places.lock);
  // Open: done, and killed before its secrets were taken away; the next boot does that.
  if (is_done(places) && !at_work && !is_there(places.state / "open")) {
    progress.phase = Phase::done;
  } else if (at_work) {
    progress.phase = Phase::running;
  } else if (progress.failure) {
    progress.phase = Phase::failed;
  } else {
    progress.phase = is_there(places.answers) ? Phase::pending : Phase::waiting;
  }
  return progress;
}

Status write_progress(const Places& places, const Progress& progress) {
  return replace_file(state_file(places), to_json(progress).dump(2) + "\n", 0644);
}

bool is_done(const Places& places) { return is_there(places.done()); }

Result<Secret> one_time_code(const Places& places) {
  if (is_there(places.code)) return read_secret_file(places.code);
  // Without what looks alike: 0 and O, 1, I and L, U and V, 2 and Z, 5 and S, 8 and B.
  static constexpr std::string_view letters = "ACDEFGHJKMNPQRTWXY34679";
  static constexpr std::size_t count = letters.size();
  static constexpr std::size_t length = 8;
  std::string code;
  while (code.size() < length) {
    const std::string random = crypto::sha256_raw(crypto::random_token().reveal());
    for (const char letter : random) {
      const auto byte = static_cast<unsigned char>(letter);
      // Bytes above the last multiple would favour some letters.
      if (byte < 256 - 256 % count && code.size() < length) code.push_back(letters[byte % count]);
    }
  }
  SLIPWAY_CHECK(replace_file(places.code, code + "\n", 0600));
  return Secret(code);
}

}  // namespace slipway::firstboot
