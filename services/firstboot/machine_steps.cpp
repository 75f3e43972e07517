// Steps whose results the operating system reads: name, time, network, who may sign in.
#include <net/if_arp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <thread>

#include "appliance/base/file.hpp"
#include "appliance/firstboot/identity_rules.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr int kFurtherReloads = 3;
constexpr std::chrono::seconds kReloadPause{2};

/// Without it, cloud-init would put the platform's name and addresses back at the next boot.
Status keep_cloud_init_away(const Job& job) {
  std::string text =
      "# Written at the first boot: from here on the machine is what its operators say.\npreserve_hostname: "
      "true\nmanage_etc_hosts: false\n";
  const auto& network = job.answers.network;
  if (!network.address.empty() || !network.dns.empty()) text.append("network: {config: disabled}\n");
  std::error_code ignored;
  if (!fs::is_directory(job.machine.at(kCloudSettings).parent_path(), ignored)) return {};
  SLIPWAY_CHECK(job.machine.write(kCloudSettings, text));
  return {};
}

int number_in(const fs::path& file) {
  std::ifstream stream(file);
  int number = -1;
  stream >> number;
  return number;
}

/// The wired card that the answers are about: one of a machine's own before a virtual one, one with a cable before one
/// without, then the first. Empty: there is none.
std::string choose_card(const fs::path& classes = "/sys/class/net") {
  std::string chosen;
  std::tuple<bool, bool, int> best{};
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(classes, failure)) {
    if (number_in(entry.path() / "type") != ARPHRD_ETHER) continue;
    const std::tuple rank{fs::exists(entry.path() / "device"), number_in(entry.path() / "carrier") == 1,
                          -number_in(entry.path() / "ifindex")};
    if (!chosen.empty() && rank <= best) continue;
    chosen = entry.path().filename().string();
    best = rank;
  }
  return chosen;
}

Status make_operator(const Job& job) {
  if (!job.machine.runs() || ::getpwnam(kOperator) != nullptr) return {};
  return job.machine.tell({"useradd", "--create-home", "--shell", "/bin/bash", "--comment", "Slipway administrator",
                           "--groups", "adm,systemd-journal", kOperator},
                          "look at /etc/passwd and /etc/group: another user or group may have that name");
}

Status own_by_operator(const Job& job, const fs::path& path) {
  if (!job.machine.runs()) return {};
  const passwd* user = ::getpwnam(kOperator);
  if (user == nullptr)
    return Error{Code::not_found, std::string("user ") + kOperator + ": is not there", "look at /etc/passwd"};
  if (::lchown(path.c_str(), user->pw_uid, user->pw_gid) != 0) return file_error(path, "owner cannot be set", errno);
  return {};
}

}  // namespace

Status set_host_name(const Job& job) {
  SLIPWAY_CHECK(keep_cloud_init_away(job));
  const std::string& full = job.answers.hostname;
  if (full.empty()) return {};
  const std::string shorter(first_label(full));
  SLIPWAY_TRY(const std::string hosts, job.machine.read(kHosts));
  SLIPWAY_CHECK(job.machine.write(kHosts, hosts_with(hosts, full)));
  SLIPWAY_CHECK(job.machine.write(kHostName, shorter + "\n"));
  if (job.machine.runs() && ::sethostname(shorter.data(), shorter.size()) != 0)
    return file_error("host name", "cannot be set", errno);
  return {};
}

Status set_time_zone(const Job& job) {
  const fs::path zone = fs::path("/usr/share/zoneinfo") / job.answers.timezone;
  const fs::path link = job.machine.at(kLocalTime);
  std::error_code failure;
  if (fs::read_symlink(link, failure) != zone) {
    fs::path beside = link;
    beside += ".new";
    fs::remove(beside, failure);
    fs::create_symlink(zone, beside, failure);
    if (!failure) fs::rename(beside, link, failure);
    if (failure) return file_error(link, "cannot be replaced", failure.value());
    SLIPWAY_CHECK(sync_folder_of(link));
  }
  SLIPWAY_CHECK(job.machine.write(kTimeZone, job.answers.timezone + "\n"));
  return {};
}

Status set_network(const Job& job) {
  const auto& network = job.answers.network;
  const bool dhcp = network.address.empty() && network.dns.empty();
  std::error_code ignored;
  const bool was_set = fs::exists(job.machine.at(kNetworkFile), ignored);
  if (dhcp && !was_set) return {};
  if (dhcp) {
    SLIPWAY_CHECK(job.machine.remove(kNetworkFile));
  } else {
    const std::string card = job.machine.runs() ? choose_card() : "e*";
    if (card.empty())
      return Error{Code::not_found, "network: this machine has no wired card",
                   "give it one on the platform, and start it anew"};
    SLIPWAY_CHECK(job.machine.write(kNetworkFile, network_file(network, card)));
  }
  // Where networkd does not run, it reads the file when it starts.
  if (!job.machine.ask({"systemctl", "is-active", "--quiet", "systemd-networkd.service"})) return {};
  return job.machine.tell({"networkctl", "reload"}, "journalctl -u systemd-networkd says why");
}

Status set_management(const Job& job) {
  SLIPWAY_CHECK(job.machine.write(kManagement, management_file(job.answers.management.networks)));
  // Also where the file is as it has to be: a call that was cut off, or whose rules were not taken, has written it.
  if (!job.machine.ask({"systemctl", "is-active", "--quiet", "nftables.service"})) return {};
  // While a machine starts, others change the rules as well; what is refused at one moment is taken at the next.
  for (int further = kFurtherReloads;; --further) {
    const Status loaded = job.machine.tell({"systemctl", "reload", "nftables.service"},
                                           "journalctl -u nftables and nft --check --file /etc/nftables.conf say why");
    if (loaded || further == 0) return loaded;
    std::this_thread::sleep_for(kReloadPause);
  }
}

Status set_keys(const Job& job) {
  if (job.answers.management.public_keys.empty()) return {};
  SLIPWAY_CHECK(make_operator(job));
  SLIPWAY_CHECK(job.machine.write("/etc/sudoers.d/90-slipway-operator",
                                  std::string(kOperator) + " ALL=(ALL) NOPASSWD:ALL\n", 0440));
  const fs::path keys = job.machine.at(kOperatorKeys);
  SLIPWAY_TRY(const std::string there, job.machine.read(kOperatorKeys));
  SLIPWAY_CHECK(job.machine.write(kOperatorKeys, authorized_keys(there, job.answers.management.public_keys), 0600));
  if (::chmod(keys.parent_path().c_str(), 0700) != 0)
    return file_error(keys.parent_path(), "mode cannot be set", errno);
  SLIPWAY_CHECK(own_by_operator(job, keys.parent_path()));
  return own_by_operator(job, keys);
}

}  // namespace slipway::firstboot
