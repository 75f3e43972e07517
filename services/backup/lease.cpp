#include "services/backup/lease.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include "services/backup/document.hpp"

namespace slipway::backup {
namespace {

constexpr const char* kName = "lease.json";

std::string first_line(const std::string& file) {
  std::string line;
  std::ifstream stream(file);
  std::getline(stream, line);
  return line;
}

/// Field 22 of /proc/PID/stat, counted behind the name, which may hold anything.
std::string start_of(int pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const auto behind = line.rfind(')');
  if (behind == std::string::npos) return "";
  std::istringstream fields(line.substr(behind + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number) {
  }
  return field;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::optional<LeaseHolder> read_holder(const Repository& repository, const std::string& text) {
  const auto json = open_document(repository.key(), kName, text);
  if (!json) return std::nullopt;  // half-written by nobody: a document is replaced in one step
  LeaseHolder holder;
  holder.host = json->value("host", "");
  holder.boot = json->value("boot", "");
  holder.pid = json->value("pid", 0);
  holder.started = json->value("started", "");
  const auto until = parse_timestamp(json->value("until", ""));
  if (until) holder.until = *until;
  return holder;
}

bool is_ours(const LeaseHolder& holder) {
  const auto self = this_process({});
  return holder.host == self.host && holder.boot == self.boot && holder.pid == self.pid &&
         holder.started == self.started;
}

}  // namespace

LeaseHolder this_process(Timestamp until) {
  return {host_name(), first_line("/proc/sys/kernel/random/boot_id"), ::getpid(), start_of(::getpid()), until};
}

bool is_alive(const LeaseHolder& holder, Timestamp now) {
  const auto self = this_process(now);
  if (holder.host != self.host) return holder.until > now;
  return holder.boot == self.boot && !holder.started.empty() && start_of(holder.pid) == holder.started;
}

Status take_lease(const Repository& repository, Timestamp now) {
  const auto text = read_all(repository.storage(), kName);
  if (!text && text.error().code != Code::not_found) return text.error();
  if (text) {
    const auto holder = read_holder(repository, *text);
    if (holder && !is_ours(*holder) && is_alive(*holder, now))
      return Error{Code::in_use,
                   repository.describe() + ": is used by process " + std::to_string(holder->pid) + " on host '" +
                       holder->host + "'",
                   "stop that agent; a lease of another host ends by itself at " + to_iso8601(holder->until)};
  }
  const auto self = this_process(now + kLeaseLife);
  return repository.storage().replace(kName, seal_document(repository.key(), kName,
                                                           {{"host", self.host},
                                                            {"boot", self.boot},
                                                            {"pid", self.pid},
                                                            {"started", self.started},
                                                            {"until", to_iso8601(self.until)}}));
}

bool agent_is_alive(const Repository& repository, Timestamp now) {
  const auto text = read_all(repository.storage(), kName);
  const auto holder = text ? read_holder(repository, *text) : std::nullopt;
  return holder && is_alive(*holder, now);
}

void drop_lease(const Repository& repository, Timestamp now) {
  const auto text = read_all(repository.storage(), kName);
  if (!text) return;
  const auto holder = read_holder(repository, *text);
  if (holder && is_ours(*holder) && holder->until > now - kLeaseLife)
    static_cast<void>(repository.storage().remove(kName).has_value());  // it ends by itself
}

Status take_leases(const std::vector<const Repository*>& repositories, Timestamp now) {
  for (const Repository* repository : repositories) {
    auto taken = take_lease(*repository, now);
    // One that does not answer is seen by everything else as well.
    if (!taken && taken.error().code == Code::in_use) return taken;
  }
  return {};
}

void drop_leases(const std::vector<const Repository*>& repositories, Timestamp now) {
  for (const Repository* repository : repositories) drop_lease(*repository, now);
}

}  // namespace slipway::backup
