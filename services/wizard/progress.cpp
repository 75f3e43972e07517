#include "services/wizard/progress.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "appliance/base/file.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<Progress> parse_progress(std::string_view text) {
  const auto said = json::parse(text, nullptr, false);
  if (!said.is_object()) return Error{Code::corrupt, "state of the first boot: cannot be read"};
  Progress progress;
  const std::string state = text_of(said, "state");
  if (state == "running") progress.stage = Progress::Stage::running;
  if (state == "failed") progress.stage = Progress::Stage::failed;
  if (state == "done") progress.stage = Progress::Stage::done;
  if (const auto steps = said.find("steps"); steps != said.end() && steps->is_array())
    for (const json& step : *steps)
      if (step.is_object()) progress.steps.push_back({text_of(step, "name"), text_of(step, "state")});
  progress.what = text_of(said, "error");
  progress.way_out = text_of(said, "hint");
  return progress;
}

Result<Progress> read_progress(const std::filesystem::path& state_dir) {
  const auto file = state_dir / "status.json";
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) return Progress();
  std::ifstream in(file);
  if (!in) return file_error(file, "cannot be opened", errno);
  return parse_progress(std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

}  // namespace slipway::wizard
