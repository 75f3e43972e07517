#include "services/upgrade/progress.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace slipway::upgrade {

namespace fs = std::filesystem;

void ProgressFile::tell(std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  if (now - told_ < std::chrono::milliseconds(250) && bytes < total_) return;
  told_ = now;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_).count();
  const fs::path beside = places_.progress().string() + ".new";
  std::error_code ignored;
  fs::create_directories(places_.run_dir, ignored);
  std::ofstream(beside) << nlohmann::json{{"bytes", bytes}, {"total", total_}, {"elapsed_ms", elapsed}}.dump();
  fs::rename(beside, places_.progress(), ignored);
}

std::optional<Progress> read_progress(const Places& places) {
  std::ifstream file(places.progress());
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return Progress{json.value("bytes", std::uint64_t{0}), json.value("total", std::uint64_t{0}),
                  json.value("elapsed_ms", std::uint64_t{0})};
}

}  // namespace slipway::upgrade
