// Backups, as the agent tells of them.
#include <sys/stat.h>

#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_json_rules.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

/// The number of the file system that a path, or what there is of it, lies on.
std::optional<dev_t> device_of(fs::path path) {
  struct stat status {};
  while (!path.empty() && ::stat(path.c_str(), &status) != 0) {
    if (path == path.parent_path()) return std::nullopt;
    path = path.parent_path();
  }
  return path.empty() ? std::nullopt : std::optional(status.st_dev);
}

bool beside(const std::string& url, const fs::path& data) {
  const std::string folder = folder_of_url(url);
  return !folder.empty() && device_of(folder) == device_of(data);
}

Fact<std::uint64_t> room_in(fs::path folder) {
  std::error_code failure;
  while (!is_there(folder) && folder != folder.parent_path()) folder = folder.parent_path();
  const auto space = fs::space(folder, failure);
  if (failure) return Unknown{folder.string() + ": " + failure.message()};
  return static_cast<std::uint64_t>(space.available);
}

}  // namespace

void gather_backups(const Sources& sources, Backups& backups) {
  const config::Config& config = sources.config;
  if (sources.configuration_fault.empty()) {
    backups.enabled = config.boolean("backup.enabled");
  } else {
    backups.enabled = Unknown{"the configuration cannot be read", "slipway config check"};
  }
  backups.even = config.text("backup.even");
  backups.odd = config.text("backup.odd");
  backups.monthly = config.text("backup.monthly");
  const fs::path data = config.path("backup.data_dir");
  backups.on_this_machine = beside(backups.even, data) && beside(backups.odd, data);
  backups.incremental_every = config.duration("backup.incremental_every");
  backups.work_available_bytes = room_in(config.path("backup.work_dir"));
  if (!config.boolean("backup.enabled")) {
    backups.agent = Absent{"backups are off"};
    return;
  }
  const auto socket = config.path("backup.socket");
  if (socket.empty()) {
    backups.agent = Unknown{"no socket of the agent is configured", "set backup.socket"};
    return;
  }
  backups.agent = then<BackupAgent>(fetch_page({.url = "http://localhost/timeline", .unix_socket = socket}),
                                    [](const Fetched& page) -> Fact<BackupAgent> {
                                      if (page.status != 200)
                                        return Unknown{"backup agent: answers with " + std::to_string(page.status),
                                                       "journalctl -u slipway-backupd -e"};
                                      return parse_timeline(page.body);
                                    });
}

}  // namespace slipway::doctor
