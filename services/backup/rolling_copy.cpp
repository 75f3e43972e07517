#include "services/backup/rolling_copy.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "appliance/base/file.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

fs::path note_of(const fs::path& directory) { return directory / "copy.json"; }

std::string this_boot() {
  std::string boot;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
  return boot;
}

}  // namespace

fs::path scratch_server(const fs::path& directory) { return directory / "server"; }
fs::path scratch_work(const fs::path& directory) { return directory / "work"; }

Status note_copy(const fs::path& directory, const RollingCopy& copy) {
  const nlohmann::ordered_json json{{"backup", copy.backup},
                                    {"repository", copy.repository},
                                    {"log_line", copy.line},
                                    {"gtid", copy.position.to_text()},
                                    {"boot", this_boot()}};
  return replace_file(note_of(directory), json.dump(2) + "\n");
}

Result<RollingCopy> find_copy(const fs::path& directory) {
  const Error none{Code::not_found, "directory '" + directory.string() + "': holds no copy of a proof before",
                   "the proof of a backup leaves one"};
  std::ifstream file(note_of(directory));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("boot", "") != this_boot()) return none;
  RollingCopy copy{.backup = json.value("backup", ""),
                   .repository = json.value("repository", ""),
                   .line = json.value("log_line", ""),
                   .position = {}};
  SLIPWAY_TRY(copy.position, sql::GtidPosition::parse(json.value("gtid", "")));
  if (copy.backup.empty() || !fs::exists(scratch_server(directory) / "data")) return none;
  return copy;
}

void forget_copy(const fs::path& directory) {
  std::error_code problem;
  fs::remove(note_of(directory), problem);
}

void clear_scratch(const fs::path& directory) {
  forget_copy(directory);
  std::error_code problem;
  fs::remove_all(scratch_server(directory), problem);
  fs::remove_all(scratch_work(directory), problem);
}

}  // namespace slipway::backup
