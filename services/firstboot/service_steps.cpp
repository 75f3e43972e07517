// Steps whose results Slipway's own services read.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/archive/key.hpp"
#include "appliance/archive/storage_address.hpp"
#include "appliance/base/file.hpp"
#include "appliance/config/toml_edit.hpp"
#include "appliance/crypto/certificate_facts.hpp"
#include "appliance/firstboot/certificate_rules.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "appliance/http/client.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAdministratorLogin = "admin";
constexpr const char* kAgent = "slipway-backup";
constexpr std::chrono::seconds kSetUpLimit{3600};
constexpr std::chrono::seconds kServeLimit{180};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// The names that the chain's first certificate speaks for.
std::vector<std::string> names_of(const std::string& chain) {
  const auto facts = crypto::inspect_chain(chain);
  return facts && !facts->certificates.empty() ? facts->certificates.front().names : std::vector<std::string>();
}

bool speaks_for(const std::string& chain, const std::string& name) {
  return std::ranges::any_of(names_of(chain), [&](const std::string& one) { return covers(one, name); });
}

/// What would else be noticed much later only, as a desk that does not answer.
Status require_own_name(const Job& job) {
  const std::string& name = job.answers.hostname;
  if (name.empty() || !job.machine.runs()) return {};
  SLIPWAY_TRY(const std::string chain, job.machine.read(kChain));
  if (speaks_for(chain, name)) return {};
  std::string others;
  for (const std::string& one : names_of(chain)) others.append(others.empty() ? "" : ", ").append(one);
  return Error{
      Code::conflict,
      std::string("certificate ") + kChain + ": does not speak for " + name + ", but for " +
          (others.empty() ? "no name" : others),
      is_there(job.machine.at(kSelfMade))
          ? std::string("it is made for the names of this machine in ") + kHosts +
                ": put that in order, remove the certificate, then: systemctl restart slipway-first-boot"
          : std::string("it was put there by hand: remove it and privkey.pem, or give one as an own certificate")};
}

Status renew_self_made(const Job& job) {
  SLIPWAY_TRY(const std::string chain, job.machine.read(kChain));
  // One that somebody has put there by another way stays.
  const bool foreign = !chain.empty() && !is_there(job.machine.at(kSelfMade));
  const bool good = !chain.empty() && (job.answers.hostname.empty() || speaks_for(chain, job.answers.hostname));
  if (!foreign && !good) {
    SLIPWAY_CHECK(job.machine.remove(kChain));
    SLIPWAY_CHECK(job.machine.tell({"systemctl", "restart", "slipway-selfcert.service"},
                                   "journalctl -u slipway-selfcert says why", std::chrono::seconds(120)));
  }
  return require_own_name(job);
}

/// What opens one repository, and what its agent's unit must know of it.
Status add_repository(const Job& job, const std::string& name, const std::string& address, const Secret& credentials,
                      std::map<std::string, std::string>& settings, std::string& unit) {
  if (address.empty()) return {};
  settings["backup." + name] = config::toml_quoted(address);
  SLIPWAY_TRY(const auto parsed, archive::parse_storage_url(address));
  if (parsed.kind == archive::StorageKind::directory) {
    unit.append("ReadWritePaths=").append(parsed.path).append("\n");
    if (!job.machine.runs() || is_there(parsed.path)) return {};
    std::error_code failure;
    fs::create_directories(parsed.path, failure);
    if (failure) return file_error(parsed.path, "cannot be made", failure.value());
    const passwd* agent = ::getpwnam(kAgent);
    if (agent != nullptr && ::chown(parsed.path.c_str(), agent->pw_uid, agent->pw_gid) != 0)
      return file_error(parsed.path, "owner cannot be set", errno);
    return {};
  }
  const std::string file = std::string(kCredentials) + "/" + name;
  SLIPWAY_CHECK(job.machine.write(file, credentials.reveal(), 0600));
  settings["backup." + name + "_credentials"] = config::toml_quoted(file);
  unit.append("LoadCredential=").append(name).append(":").append(file).append("\n");
  unit.append("Environment=SLIPWAY_BACKUP_")
      .append(name == "even" ? "EVEN" : "ODD")
      .append("_CREDENTIALS=%d/")
      .append(name)
      .append("\n");
  return {};
}

/// The key of existing repositories in the place of one that nothing was sealed with yet.
Status take_backup_key(const Job& job) {
  if (job.answers.backup.key.empty()) return {};
  SLIPWAY_TRY(const auto key, archive::Key::from_recovery_text(job.answers.backup.key.reveal()));
  const fs::path file = job.machine.at(kBackupKey);
  if (is_there(file)) {
    SLIPWAY_TRY(const auto there, archive::Key::read_file(file));
    if (there.id() == key.id()) return {};
    fs::path aside = file;
    aside += "." + there.id();
    if (::rename(file.c_str(), aside.c_str()) != 0) return file_error(file, "cannot be moved aside", errno);
  }
  std::error_code failure;
  if (!is_there(file.parent_path()) && fs::create_directories(file.parent_path(), failure))
    fs::permissions(file.parent_path(), fs::perms::owner_all, failure);
  return key.write_file(file);
}

/// Polls until the question is answered with yes.
bool wait_for(const std::function<bool()>& question, std::chrono::seconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!question()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return true;
}

/// Answers over TLS, with the machine's own certificate or one of an authority that is known here.
bool answers_over_tls(const std::string& full_name) {
  const std::string url = "https://" + (full_name.empty() ? std::string("localhost") : full_name) + "/health";
  for (const fs::path& authority : {fs::path(kChain), fs::path()}) {
    const auto answer = http::fetch({.url = url}, {.ca_file = authority});
    if (answer && answer->status == 200) return true;
  }
  return false;
}

}  // namespace

Status set_certificate(const Job& job) {
  const auto& certificate = job.answers.certificate;
  if (certificate.kind != "own") return renew_self_made(job);
  // First: what is there from here on was not made by this machine, and is never renewed by it.
  SLIPWAY_CHECK(job.machine.remove(kSelfMade));
  SLIPWAY_TRY(const bool new_key, job.machine.write(kChainKey, certificate.key.reveal(), 0600));
  SLIPWAY_TRY(const bool new_chain, job.machine.write(kChain, certificate.chain));
  if (!new_key && !new_chain && job.machine.ask({"systemctl", "is-active", "--quiet", "nginx.service"})) return {};
  if (!job.machine.ask({"systemctl", "is-enabled", "--quiet", "nginx.service"})) return {};
  return job.machine.tell({"systemctl", "reload-or-restart", "nginx.service"}, "journalctl -u nginx says why");
}

Status set_repositories(const Job& job) {
  const auto& backup = job.answers.backup;
  std::map<std::string, std::string> settings{{"site.role", config::toml_quoted(job.answers.site.role)}};
  std::string unit = "# Written at the first boot: what the repositories need that were named there.\n[Service]\n";
  SLIPWAY_CHECK(take_backup_key(job));
  SLIPWAY_CHECK(add_repository(job, "even", backup.even, backup.even_credentials, settings, unit));
  SLIPWAY_CHECK(add_repository(job, "odd", backup.odd, backup.odd_credentials, settings, unit));
  if (!backup.known_hosts.empty()) {
    const std::string file = std::string(kCredentials) + "/known_hosts";
    SLIPWAY_CHECK(job.machine.write(file, backup.known_hosts, 0600));
    unit.append("LoadCredential=known_hosts:").append(file).append("\n");
  }
  const bool any = !backup.even.empty() || !backup.odd.empty();
  if (any) settings["backup.enabled"] = "true";
  SLIPWAY_TRY(std::string toml, job.machine.read(kSettings));
  if (toml.empty()) {
    SLIPWAY_TRY(toml, job.machine.read("/usr/share/slipway/slipway.toml"));
  }
  SLIPWAY_CHECK(job.machine.write(kSettings, config::settings_with(toml, settings)));
  if (!any && !is_there(job.machine.at(kAgentDropIn))) return {};
  SLIPWAY_TRY(const bool changed, job.machine.write(kAgentDropIn, unit));
  return changed ? job.machine.tell({"systemctl", "daemon-reload"}, "journalctl -b says why") : Status();
}

Status set_up(const Job& job) {
  job.note("secrets, databases and first accounts are made: this takes a minute or two");
  const std::string hint = "journalctl -u slipway-setup -u mariadb says why";
  SLIPWAY_CHECK(job.machine.tell({"systemctl", "start", "mariadb.service"}, hint, kSetUpLimit));
  // A first failure may be that of a server that was only starting; the unit tries again by itself.
  // Not only started: an earlier attempt may have set up what a restore has replaced since.
  static_cast<void>(job.machine.tell({"systemctl", "restart", "slipway-setup.service"}, hint, kSetUpLimit).has_value());
  const bool active = wait_for(
      [&] {
        return job.machine.ask({"systemctl", "is-active", "--quiet", "slipway-setup.service"});
      },
      std::chrono::seconds(120));
  return active ? Status() : Status(Error{Code::unavailable, "slipway-setup.service: does not succeed", hint});
}

Status set_administrator(const Job& job) {
  const auto& wanted = job.answers.administrator;
  if (wanted.email.empty() && wanted.password.empty()) return {};
  SLIPWAY_TRY(const auto name, AccountName::parse(kAccount));
  SLIPWAY_TRY(auto admin, job.context.administrator(std::string(account::kPlatformDatabase)));
  SLIPWAY_TRY(Secret key, job.context.account_key());
  account::Administration administration(admin, std::move(key));
  if (!wanted.email.empty()) SLIPWAY_CHECK(administration.set_person_mail(name, kAdministratorLogin, wanted.email));
  if (wanted.password.empty()) return {};
  SLIPWAY_CHECK(administration.set_password(name, kAdministratorLogin, wanted.password));
  // That one opens nothing any more.
  return job.machine.remove(std::string(kSecrets) + "/admin_" + kAccount);
}

Status serve(const Job& job) {
  const Places places;
  // Before the programs: their target waits for it. A first boot whose programs do not serve is not over.
  SLIPWAY_CHECK(replace_file(places.done(), to_iso8601(SystemClock().now()) + "\n", 0644));
  Status served =
      job.machine.tell({"systemctl", "start", "slipway.target"}, "journalctl -u slipway-webd says why", kSetUpLimit);
  if (served) {
    const bool web_server = job.machine.ask({"systemctl", "is-enabled", "--quiet", "nginx.service"});
    if (web_server)
      static_cast<void>(job.machine.tell({"systemctl", "start", "nginx.service"}, "", kServeLimit).has_value());
    const auto healthy = [&] {
      return web_server ? answers_over_tls(job.answers.hostname)
                        : job.machine.ask({"systemctl", "is-active", "--quiet", "slipway-webd.service"});
    };
    if (!wait_for(healthy, kServeLimit))
      served = Error{Code::timeout, "the service desk does not answer on https within 180 s",
                     "journalctl -u slipway-webd -u nginx says why; slipway doctor looks at all of it"};
  }
  if (!served) static_cast<void>(job.machine.remove(places.done()).has_value());
  return served;
}

}  // namespace slipway::firstboot
