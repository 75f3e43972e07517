// The parts of a support bundle but for logs and database.
#include "services/doctor/bundle.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"
#include "services/doctor/report.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Parts = std::vector<BundlePart>;

struct Asked {
  const char* name;
  const char* why;
  std::vector<std::string> argv;
};

void add_output(Parts& parts, const Asked& asked) {
  parts.push_back(
      {asked.name, asked.why,
       output_of({.argv = asked.argv, .limit = std::chrono::seconds(20), .any_status = true, .errors_too = true})});
}

void add_report(Parts& parts, const Facts& facts) {
  const auto findings = examine(facts);
  parts.push_back({"doctor.json", "what 'slipway doctor' found, for programs",
                   report_json(facts.place, findings).dump(2, ' ', false, ordered_json::error_handler_t::replace)});
  parts.push_back({"doctor.txt", "the same for people", report_text(findings, {.all = true})});
}

void add_settings(Parts& parts, const Sources& sources) {
  ordered_json settings = ordered_json::object();
  for (const config::Option& option : config::option_table()) {
    const config::Setting& setting = sources.config.setting(option.key);
    settings[std::string(option.key)] = {{"value", setting.text}, {"origin", setting.origin}};
  }
  parts.push_back({"configuration/settings.json", "every setting in force and where it comes from", settings.dump(2)});
  parts.push_back({"configuration/" + sources.config_file.filename().string(), "the configuration as it is written",
                   text_of(sources.config_file)});
}

/// Small text files of a folder, each as a part.
void add_folder(Parts& parts, const fs::path& folder, const std::string& below, const std::string& why) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const auto ending = entry.path().extension();
    if (!entry.is_regular_file(failure) ||
        (ending != ".cnf" && ending != ".conf" && ending != ".yml" && ending != ".nft"))
      continue;
    parts.push_back({below + entry.path().filename().string(), why, text_of(entry.path())});
  }
}

void add_metrics(Parts& parts, const Sources& sources) {
  const config::Config& config = sources.config;
  const auto add = [&](const std::string& name, const Page& page) {
    parts.push_back({"metrics/" + name + ".txt", "the figures of " + name,
                     then<std::string>(fetch_page(page),
                                       [](const Fetched& fetched) -> Fact<std::string> { return fetched.body; })});
  };
  const std::string local = "http://localhost/metrics";
  if (sources.embedded) {
    add("slipway-webd",
        {.url = "https://" + front_address(sources) + "/metrics", .ca_file = certificate_file(sources)});
  } else {
    add("slipway-webd", {.url = local, .unix_socket = config.path("web.socket")});
    add("node", {.url = "http://127.0.0.1:9100/metrics"});
    add("mysqld", {.url = "http://127.0.0.1:9104/metrics"});
  }
  add("slipway-jobd", {.url = local, .unix_socket = config.path("jobs.socket")});
  if (config.boolean("backup.enabled")) {
    add("slipway-backupd", {.url = local, .unix_socket = config.path("backup.socket")});
    parts.push_back({"backups.json", "what can be restored, and the agent's alerts",
                     then<std::string>(
                         fetch_page({.url = "http://localhost/timeline", .unix_socket = config.path("backup.socket")}),
                         [](const Fetched& fetched) -> Fact<std::string> { return fetched.body; })});
  }
}

const std::vector<Asked>& of_every_machine() {
  static const std::vector<Asked> asked{
      {"versions/kernel.txt", "which kernel", {"uname", "-srvm"}},
      {"versions/mariadbd.txt", "which database server", {"mariadbd", "--no-defaults", "--version"}},
      {"versions/openssl.txt", "which OpenSSL", {"openssl", "version"}},
      {"system/disks.txt", "how full the disks are", {"df", "-hT", "-x", "tmpfs", "-x", "devtmpfs"}},
      {"system/inodes.txt", "how many files fit", {"df", "-i", "-x", "tmpfs", "-x", "devtmpfs"}},
      {"system/memory.txt", "how much memory is left", {"free", "-m"}},
      {"system/load.txt", "how long it runs, and how busy", {"uptime"}},
      // Without arguments: they may hold secrets.
      {"system/processes.txt",
       "what runs, by memory",
       {"ps", "-eo", "pid,ppid,user,rss,pcpu,etimes,stat,comm", "--sort=-rss"}},
  };
  return asked;
}

const std::vector<Asked>& of_appliances() {
  static const std::vector<Asked> asked{
      {"versions/nginx.txt", "which nginx", {"nginx", "-v"}},
      {"versions/packages.txt",
       "which packages",
       {"dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${binary:Package} ${Version}\n"}},
      {"system/block_devices.txt", "which disks", {"lsblk", "-o", "NAME,SIZE,TYPE,FSTYPE,LABEL,MOUNTPOINT,RO"}},
      {"system/clock.txt", "how right the clock is", {"chronyc", "-n", "tracking"}},
      {"network/addresses.txt", "which addresses", {"ip", "-brief", "address"}},
      {"network/routes.txt", "which ways out", {"ip", "route", "show", "table", "main"}},
      {"network/listeners.txt", "what is open", {"ss", "-l", "-n", "-t", "-u", "-p"}},
      {"network/filter.txt", "what is let through", {"nft", "list", "ruleset"}},
      {"configuration/nginx.txt", "nginx's whole configuration", {"nginx", "-T", "-q"}},
      {"configuration/sshd.txt", "what sshd has in force", {"sshd", "-T"}},
      {"units/all.txt", "every unit and its state", {"systemctl", "list-units", "--all", "--no-pager", "--plain"}},
      {"units/timers.txt", "what is due when", {"systemctl", "list-timers", "--all", "--no-pager"}},
      {"units/slipway.txt",
       "our units in detail",
       {"systemctl", "show", "slipway-setup", "slipway-webd", "slipway-jobd", "slipway-backupd", "mariadb", "nginx",
        "-p",
        "Id,ActiveState,SubState,Result,ExecMainStatus,ExecMainCode,NRestarts,MemoryCurrent,MemoryMax,TasksCurrent,"
        "CPUUsageNSec,"
        "ActiveEnterTimestamp,StateChangeTimestamp,WatchdogUSec,FragmentPath,DropInPaths"}},
      {"security/apparmor.txt", "what is confined", {"aa-status"}},
      {"security/jails.txt", "whom fail2ban watches", {"fail2ban-client", "status"}},
  };
  return asked;
}

void add_monitoring(Parts& parts) {
  for (const auto& [name, url] : {std::pair{"targets", "http://127.0.0.1:9090/api/v1/targets?state=active"},
                                  std::pair{"rules", "http://127.0.0.1:9090/api/v1/rules"},
                                  std::pair{"alerts", "http://127.0.0.1:9090/api/v1/alerts"}})
    parts.push_back({std::string("monitoring/") + name + ".json", std::string("Prometheus' ") + name,
                     then<std::string>(fetch_page({.url = url}),
                                       [](const Fetched& fetched) -> Fact<std::string> { return fetched.body; })});
}

}  // namespace

Parts collect(const Sources& sources, const Facts& facts, const BundleOptions& options,
              const std::function<void(const std::string&)>& progress) {
  Parts parts;
  add_report(parts, facts);
  progress("configuration");
  add_settings(parts, sources);
  progress("machine");
  parts.push_back({"versions/release.txt", "which operating system", text_of("/etc/os-release")});
  for (const Asked& asked : of_every_machine()) add_output(parts, asked);
  if (!sources.embedded) {
    for (const Asked& asked : of_appliances()) add_output(parts, asked);
    add_folder(parts, "/etc/mysql/mariadb.conf.d", "configuration/mariadb/", "the database server's configuration");
    add_folder(parts, "/etc/prometheus", "configuration/prometheus/", "what is watched, and who is told");
    add_folder(parts, "/etc/fail2ban/jail.d", "configuration/fail2ban/", "who is shut out");
    add_monitoring(parts);
  }
  progress("figures");
  add_metrics(parts, sources);
  progress("database");
  for (BundlePart& part : collect_database(sources, facts)) parts.push_back(std::move(part));
  progress("logs");
  for (BundlePart& part : collect_logs(sources, options)) parts.push_back(std::move(part));
  return parts;
}

}  // namespace slipway::doctor
