// The machine: kernel, clock, memory, load, disks, units.
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <thread>

#include "services/doctor/check_rules.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

Fact<std::string> running_kernel() {
  utsname name{};
  if (::uname(&name) != 0) return Unknown{"uname: failed"};
  return std::string(name.release);
}

void gather_clock(System& system) {
  if (in_container()) {
    system.clock_synchronised = of_the_host();
    system.clock_offset_s = of_the_host();
    return;
  }
  system.clock_synchronised =
      then<bool>(output_of({.argv = {"timedatectl", "show", "-p", "NTPSynchronized", "--value"}}),
                 [](const std::string& text) -> Fact<bool> { return trimmed(text) == "yes"; });
  system.clock_offset_s = then<double>(output_of({.argv = {"chronyc", "-c", "tracking"}}), parse_chrony_offset);
}

Fact<double> load_per_cpu() {
  return then<double>(text_of("/proc/loadavg"), [](const std::string& text) -> Fact<double> {
    const auto words = words_of(text);
    if (words.size() < 3) return Unknown{"/proc/loadavg: not understood"};
    const unsigned cpus = std::max(1U, std::thread::hardware_concurrency());
    return std::strtod(std::string(words[2]).c_str(), nullptr) / cpus;
  });
}

/// Where a file system can answer, its sizes; one that cannot is left out.
bool measure(FileSystem& one) {
  struct statvfs sizes {};
  if (::statvfs(one.mount_point.c_str(), &sizes) != 0 || sizes.f_blocks == 0) return false;
  one.total_bytes = static_cast<std::uint64_t>(sizes.f_blocks) * sizes.f_frsize;
  one.available_bytes = static_cast<std::uint64_t>(sizes.f_bavail) * sizes.f_frsize;
  one.total_inodes = sizes.f_files;
  one.free_inodes = sizes.f_favail;
  return true;
}

/// An embedded installation: the one it lies on. An appliance: all of them.
Fact<std::vector<FileSystem>> file_systems(const Sources& sources) {
  return then<std::vector<FileSystem>>(text_of("/proc/mounts"),
                                       [&](const std::string& text) -> Fact<std::vector<FileSystem>> {
                                         std::vector<FileSystem> found;
                                         if (sources.embedded) {
                                           FileSystem one;
                                           one.mount_point = sources.state_dir.string();
                                           one.device = "its file system";
                                           if (measure(one)) found.push_back(std::move(one));
                                           return found;
                                         }
                                         for (FileSystem& one : parse_mounts(text))
                                           if (measure(one)) found.push_back(std::move(one));
                                         return found;
                                       });
}

Fact<std::string> data_volume(const Sources& sources) {
  if (sources.embedded) return of_the_machine();
  const fs::path label = "/dev/disk/by-label/slipway-data";
  if (!is_there(label) && in_container()) return of_the_host();
  std::error_code failure;
  const auto device = fs::canonical(label, failure);
  if (failure) return std::string();
  return then<std::string>(text_of("/proc/mounts"), [&](const std::string& text) -> Fact<std::string> {
    std::string found;
    for (const auto line : lines_of(text)) {
      const auto words = words_of(line);
      if (words.size() < 2 || fs::weakly_canonical(fs::path(words[0]), failure) != device) continue;
      if (found.empty() || words[1] == "/srv/slipway") found = words[1];
    }
    return found;
  });
}

Fact<std::uint64_t> disk_errors(const Sources& sources) {
  if (sources.embedded) return of_the_machine();
  if (in_container()) return of_the_host();
  if (!runs_systemd()) return no_systemd();
  if (!is_root()) return Unknown{"only root reads the kernel's log"};
  // Exit status 1: nothing of the kind is there.
  return then<std::uint64_t>(
      output_of({.argv = {"journalctl", "-k", "-b", "-q", "--no-pager", "-o", "cat", "-n", "2000", "-g",
                          "I/O error|EXT4-fs error|XFS.*corrupt|critical medium error"},
                 .limit = std::chrono::seconds(20),
                 .any_status = true}),
      [](const std::string& text) -> Fact<std::uint64_t> {
        std::uint64_t count = 0;
        for (const auto line : lines_of(text))  // drives without a medium tell of one, too
          if (line.find(" fd0") == std::string_view::npos && line.find(" sr0") == std::string_view::npos) ++count;
        return count;
      });
}

std::uint64_t bytes_below(const fs::path& top) {
  std::uint64_t sum = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator at(top, fs::directory_options::skip_permission_denied, failure), end;
       !failure && at != end; at.increment(failure))
    if (at->is_regular_file(failure)) sum += at->file_size(failure);
  return sum;
}

}  // namespace

void gather_system(const Sources& sources, System& system) {
  system.kernel = in_container() || sources.embedded
                      ? Fact<std::string>(sources.embedded ? of_the_machine() : of_the_host())
                      : running_kernel();
  system.memory = then<Memory>(text_of("/proc/meminfo"), parse_meminfo);
  system.load_15min_per_cpu = load_per_cpu();
  system.memory_pressure = then<double>(text_of("/proc/pressure/memory"),
                                        [](const std::string& text) { return parse_pressure(text, "some"); });
  system.io_pressure =
      then<double>(text_of("/proc/pressure/io"), [](const std::string& text) { return parse_pressure(text, "full"); });
  if (!is_there("/proc/pressure/memory")) {
    system.memory_pressure = Absent{"this kernel does not measure it"};
    system.io_pressure = Absent{"this kernel does not measure it"};
  }
  system.open_files =
      then<std::uint64_t>(text_of("/proc/sys/fs/file-nr"), [](const std::string& text) -> Fact<std::uint64_t> {
        const auto words = words_of(text);
        if (words.empty()) return Unknown{"/proc/sys/fs/file-nr: not understood"};
        return static_cast<std::uint64_t>(number_of(words[0]).value_or(0));
      });
  system.most_open_files =
      then<std::uint64_t>(text_of("/proc/sys/fs/file-max"), [](const std::string& text) -> Fact<std::uint64_t> {
        // Larger than any number that counts: there is no limit.
        return static_cast<std::uint64_t>(number_of(trimmed(text)).value_or(std::numeric_limits<std::int64_t>::max()));
      });
  if (sources.embedded) {
    system.release = of_the_machine();
    system.clock_synchronised = of_the_machine();
    system.clock_offset_s = of_the_machine();
    system.out_of_memory_kills = of_the_machine();
    system.reboot_required = of_the_machine();
    return;
  }
  system.release = then<Release>(text_of("/etc/os-release"),
                                 [](const std::string& text) -> Fact<Release> { return parse_os_release(text); });
  system.out_of_memory_kills =
      in_container() ? Fact<std::uint64_t>(of_the_host())
                     : then<std::uint64_t>(text_of("/proc/vmstat"),
                                           [](const std::string& text) { return parse_counter(text, "oom_kill"); });
  system.reboot_required = is_there("/run/reboot-required");
  gather_clock(system);
}

void gather_disks(const Sources& sources, System& system) {
  system.file_systems = file_systems(sources);
  system.data_volume = data_volume(sources);
  system.disk_errors = disk_errors(sources);
}

void gather_units(const Sources& sources, System& system) {
  if (sources.embedded || !runs_systemd()) {
    const Absent absent = sources.embedded ? of_the_machine() : no_systemd();
    system.state = absent;
    system.failed_units = absent;
    system.journal_bytes = absent;
    system.journal_persistent = absent;
    system.log_rotation_active = absent;
    return;
  }
  system.state =
      then<std::string>(output_of({.argv = {"systemctl", "is-system-running"}, .any_status = true}),
                        [](const std::string& text) -> Fact<std::string> { return std::string(trimmed(text)); });
  system.failed_units =
      then<Names>(output_of({.argv = {"systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager"}}),
                  [](const std::string& text) -> Fact<Names> {
                    Names names;
                    for (const auto line : lines_of(text))
                      if (const auto words = words_of(line); !words.empty()) names.emplace_back(words[0]);
                    return names;
                  });
  system.log_rotation_active =
      then<bool>(output_of({.argv = {"systemctl", "is-active", "logrotate.timer"}, .any_status = true}),
                 [](const std::string& text) -> Fact<bool> { return trimmed(text) == "active"; });
  system.journal_bytes = bytes_below("/var/log/journal") + bytes_below("/run/log/journal");
  std::error_code failure;
  system.journal_persistent = is_there("/var/log/journal") && !fs::is_empty("/var/log/journal", failure);
}

}  // namespace slipway::doctor
