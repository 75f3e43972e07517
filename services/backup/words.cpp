#include "services/backup/words.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "appliance/embedded/data_directory.hpp"
#include "services/backup/catalog_rules.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::uint64_t kUnit = 1024;

double seconds_since(steady_clock::time_point then) {
  return std::chrono::duration<double>(steady_clock::now() - then).count();
}

}  // namespace

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < kUnit) return std::to_string(bytes) + " bytes";
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= kUnit && unit + 1 < units.size(); ++unit) size /= kUnit;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), size < 10 ? "%.1f %s" : "%.0f %s", size, units.at(unit));
  return text.data();
}

std::string column(std::string_view text, std::size_t width) {
  std::string padded(text);
  padded.resize(std::max(width, padded.size() + 1), ' ');
  return padded;
}

Result<Workshop> Workshop::open(const config::Config& config, const std::string& verb) {
  const fs::path place = config.path("backup.work_dir") / "by_hand";
  SLIPWAY_CHECK(embedded::make_private_directory(place));
  std::string name = verb;
  std::ranges::replace(name, ' ', '-');
  auto lock = FileLock::take(place / (name + ".lock"));
  if (!lock && lock.error().code == Code::in_use)
    return Error{Code::in_use, "'slipway " + verb + "': is at work already, in " + place.string(),
                 "wait for it to end, or stop it"};
  if (!lock) return lock.error();
  std::error_code problem;
  fs::remove_all(place / name, problem);
  if (problem) return Error{Code::permission, "directory '" + (place / name).string() + "': " + problem.message()};
  return Workshop(place / name, *std::move(lock));
}

Workshop::Workshop(Workshop&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), lock_(std::move(other.lock_)) {}

Workshop::~Workshop() {
  std::error_code problem;
  if (!folder_.empty()) fs::remove_all(folder_, problem);
}

bool ProgressLines::is_time(const std::string& step) {
  const auto now = steady_clock::now();
  if (step != step_) {
    step_ = step;
    begun_ = now;
    told_ = now;
    context_.progress("· " + step);
    return false;
  }
  if (now - told_ < std::chrono::seconds(1)) return false;
  told_ = now;
  return true;
}

std::string ProgressLines::remaining(std::uint64_t done, std::uint64_t of) const {
  if (of == 0 || done == 0 || done >= of) return "";
  const double left = seconds_since(begun_) * static_cast<double>(of - done) / static_cast<double>(done);
  return ", " + duration_text(std::chrono::seconds(static_cast<std::int64_t>(left) + 1)) + " left";
}

void ProgressLines::tell(const std::string& step, std::uint64_t done, std::uint64_t of) {
  if (!is_time(step)) return;
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(done) / std::max(seconds_since(begun_), 0.001));
  context_.progress("  " + step + ": " + size_text(done) + (of == 0 ? "" : " of " + size_text(of)) + ", " +
                    size_text(rate) + "/s" + remaining(done, of));
}

void ProgressLines::tell_count(const std::string& step, std::uint64_t done, std::uint64_t of, const std::string& what) {
  if (!is_time(step)) return;
  context_.progress("  " + step + ": " + std::to_string(done) + (of == 0 ? "" : " of " + std::to_string(of)) + " " +
                    what + remaining(done, of));
}

}  // namespace slipway::backup
