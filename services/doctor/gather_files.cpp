// Secrets and configuration.
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "appliance/base/secret_file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostEntries = 20'000;
constexpr std::chrono::hours kCutShort{24};

std::string user_name(uid_t id) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return std::to_string(id);
}

std::string group_name(gid_t id) {
  std::array<char, 4096> buffer{};
  group entry{};
  group* found = nullptr;
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->gr_name;
  return std::to_string(id);
}

Fact<FileState> state_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return Unknown{path.string() + ": " + std::strerror(errno),
                   "slipway setup makes what is missing; embedded: slipway up"};
  FileState state;
  state.path = path.string();
  state.regular = S_ISREG(status.st_mode);
  state.directory = S_ISDIR(status.st_mode);
  state.mode = status.st_mode & 07777U;
  state.owner = user_name(status.st_uid);
  state.group = group_name(status.st_gid);
  state.bytes = static_cast<std::uint64_t>(status.st_size);
  return state;
}

/// What only backups need, and is made when they begin.
Fact<FileState> of_backups(const Sources& sources, const fs::path& path) {
  struct stat status {};
  if (!sources.config.boolean("backup.enabled") && ::lstat(path.c_str(), &status) != 0 && errno == ENOENT)
    return Absent{"backups are off, and it is not there"};
  return state_of(path);
}

/// Every entry below `top`, down to `depth`; stops after very many.
void walk(const fs::path& top, int depth, const std::function<void(const fs::directory_entry&)>& visit) {
  std::error_code failure;
  std::size_t count = 0;
  fs::recursive_directory_iterator at(top, fs::directory_options::skip_permission_denied, failure);
  for (const fs::recursive_directory_iterator end; !failure && at != end && count < kMostEntries; ++count) {
    visit(*at);
    if (at.depth() >= depth) at.disable_recursion_pending();
    at.increment(failure);
  }
}

Names open_to_others(const fs::path& top) {
  Names found;
  walk(top, 4, [&](const fs::directory_entry& entry) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) == 0 && !S_ISLNK(status.st_mode) && (status.st_mode & S_IWOTH) != 0)
      found.push_back(entry.path().string());
  });
  return found;
}

Names left_by_upgrades() {
  static constexpr auto endings = std::to_array<std::string_view>(
      {".dpkg-dist", ".dpkg-new", ".dpkg-old", ".dpkg-tmp", ".ucf-dist", ".ucf-new", ".ucf-old"});
  Names found;
  for (const char* top : {"/etc/slipway", "/etc/nginx", "/etc/mysql", "/etc/ssh", "/etc/prometheus"})
    walk(top, 3, [&](const fs::directory_entry& entry) {
      const std::string name = entry.path().filename().string();
      if (std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); }))
        found.push_back(entry.path().string());
    });
  return found;
}

Names unfinished(const std::vector<fs::path>& tops) {
  Names found;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& top : tops)
    walk(top, 2, [&](const fs::directory_entry& entry) {
      const std::string name = entry.path().filename().string();
      const bool temporary =
          name.ends_with(".part") || name.ends_with(".tmp") || name.find("unfinished") != std::string::npos;
      std::error_code failure;
      const auto written = entry.last_write_time(failure);
      if (temporary && !failure && now - written > kCutShort) found.push_back(entry.path().string());
    });
  return found;
}

/// Pairs with the same bytes. Only sums are kept.
Fact<Names> equal_secrets(const std::vector<fs::path>& files) {
  std::map<std::string, std::string> seen;
  Names equal;
  for (const auto& file : files) {
    if (!is_there(file)) continue;
    const auto secret = read_secret_file(file);
    if (!secret) {
      // Files that others can read are refused: that is another check's finding.
      if (secret.error().code == Code::permission && !is_root()) return because(secret.error());
      continue;
    }
    const auto [first, fresh] = seen.emplace(crypto::sha256_hex(secret->reveal()), file.filename().string());
    if (!fresh) equal.push_back(first->second + " and " + file.filename().string());
  }
  return equal;
}

Fact<std::uint64_t> root_login_keys() {
  if (!is_root()) return Unknown{"only root sees root's keys"};
  const passwd* const root = ::getpwuid(0);
  const fs::path file = fs::path(root == nullptr ? "/" : root->pw_dir) / ".ssh/authorized_keys";
  if (!is_there(file)) return std::uint64_t{0};
  return then<std::uint64_t>(text_of(file),
                             [](const std::string& text) -> Fact<std::uint64_t> { return count_keys(text); });
}

}  // namespace

void gather_files(const Sources& sources, Files& files) {
  const config::Config& config = sources.config;
  const fs::path account_key = config.path("secrets.account_key_file");
  const fs::path secrets = account_key.parent_path();
  files.configuration_fault = sources.configuration_fault;
  files.owner = sources.embedded ? user_name(::geteuid()) : "root";
  auto& roles = files.by_role;
  roles["configuration"] = state_of(sources.config_file);
  roles["secrets"] = state_of(secrets);
  roles["account_key"] = state_of(account_key);
  roles["session_key"] = state_of(config.path("secrets.session_key_file"));
  roles["backup_key"] = of_backups(sources, config.path("backup.key_file"));
  roles["db_web"] = state_of(secrets / "db_slipway_web");
  roles["db_job"] = state_of(secrets / "db_slipway_job");
  roles["db_backup"] = state_of(secrets / "db_slipway_backup");
  roles["tls_key"] = state_of(key_file(sources));
  roles["tls_certificate"] = state_of(certificate_file(sources));
  roles["database"] = state_of(config.path("backup.data_dir"));
  roles["backup_work"] = of_backups(sources, config.path("backup.work_dir"));
  files.equal_secrets =
      equal_secrets({account_key, config.path("secrets.session_key_file"), config.path("backup.key_file"),
                     secrets / "db_slipway_web", secrets / "db_slipway_job", secrets / "db_slipway_backup"});
  files.open_to_others = open_to_others(sources.config_file.parent_path());
  if (sources.embedded) {
    files.left_by_upgrades = of_the_machine();
    files.root_login_keys = of_the_machine();
    files.unfinished =
        unfinished({sources.state_dir / "config", sources.state_dir / "secrets", sources.state_dir / "run"});
    return;
  }
  files.left_by_upgrades = left_by_upgrades();
  files.unfinished = unfinished({"/etc/slipway", "/var/lib/slipway"});
  files.root_login_keys = root_login_keys();
}

}  // namespace slipway::doctor
