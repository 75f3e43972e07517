#include "appliance/firstboot/answers_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "appliance/base/password_policy.hpp"
#include "appliance/firstboot/identity_rules.hpp"
#include "appliance/firstboot/network_rules.hpp"

namespace slipway::firstboot {
namespace {

constexpr std::size_t kMostKeys = 32;

/// The faults so far; questions of a section append theirs.
class Checker {
 public:
  Checker(const Answers& answers, const Surroundings& surroundings) : answers_(answers), around_(surroundings) {}

  std::vector<Fault> all() {
    machine();
    append(check_network(answers_.network));
    management();
    administrator();
    certificate();
    choice("site.role", answers_.site.role, {"single", "primary", "secondary"});
    backup();
    start();
    return std::move(faults_);
  }

 private:
  void add(const char* key, Wrong wrong, std::string value = {}, std::string detail = {}) {
    faults_.push_back({key, wrong, std::move(value), std::move(detail)});
  }
  void append(std::vector<Fault> more) {
    for (Fault& fault : more) faults_.push_back(std::move(fault));
  }
  void choice(const char* key, const std::string& value, std::initializer_list<const char*> known) {
    if (std::ranges::any_of(known, [&](const char* one) { return value == one; })) return;
    std::string list;
    for (const char* one : known) list.append(list.empty() ? "" : ", ").append(one);
    add(key, Wrong::no_choice, value, list);
  }
  /// Text that is given although the question was not asked: somebody means something by it.
  void unasked(const char* key, const std::string& text, const char* by) {
    if (!text.empty()) add(key, Wrong::unasked, "", by);
  }

  void machine() {
    if (!answers_.hostname.empty())
      if (const auto wrong = fault_of_host_name(answers_.hostname)) add("hostname", *wrong, answers_.hostname);
    if (!around_.zone_exists(answers_.timezone)) add("timezone", Wrong::no_time_zone, answers_.timezone);
  }

  void management() {
    append(check_management_networks(answers_.management.networks));
    const char* const key = "management.public_keys";
    if (answers_.management.public_keys.size() > kMostKeys) add(key, Wrong::too_many, "", std::to_string(kMostKeys));
    for (const std::string& line : answers_.management.public_keys)
      if (const auto wrong = fault_of_public_key(line)) add(key, *wrong, describe_public_key(line));
  }

  void administrator() {
    const auto& admin = answers_.administrator;
    if (!admin.email.empty())
      if (const auto wrong = fault_of_mail(admin.email)) add("administrator.email", *wrong, admin.email);
    if (admin.password.empty()) return;
    const auto wrong = fault_of_password(admin.password, admin.email, first_label(answers_.hostname));
    if (wrong)
      add("administrator.password", *wrong);
    else if (!check_password(admin.password.reveal(), "admin"))
      add("administrator.password", Wrong::password_simple);
  }

  void certificate() {
    const auto& certificate = answers_.certificate;
    const bool day = certificate.contract_end.empty() || parse_day_end(certificate.contract_end);
    if (!day) add("certificate.contract_end", Wrong::no_date, certificate.contract_end);
    choice("certificate.kind", certificate.kind, {"self-made", "own"});
    if (certificate.kind != "own") {
      if (!certificate.chain.empty()) add("certificate.chain", Wrong::certificate_unasked);
      if (!certificate.key.empty()) add("certificate.key", Wrong::certificate_unasked);
      return;
    }
    if (answers_.hostname.empty()) add("hostname", Wrong::name_missing);
    if (certificate.chain.empty()) add("certificate.chain", Wrong::certificate_missing);
    if (certificate.key.empty()) add("certificate.key", Wrong::key_missing);
    if (answers_.hostname.empty() || certificate.chain.empty() || certificate.key.empty() || !day) return;
    // It is written where the web server reads it, bytes between the blocks as well.
    if (!is_plain_text(certificate.chain, true)) return add("certificate.chain", Wrong::not_text);
    if (!is_plain_text(certificate.key.reveal(), true)) return add("certificate.key", Wrong::not_text);
    append(check_certificate(around_.look_at(certificate), answers_.hostname, certificate.contract_end, around_.now));
  }

  void repository(const char* key, const char* credentials_key, const std::string& address, const Secret& credentials) {
    const auto kind = address.empty() ? std::nullopt : around_.storage_kind(address);
    if (!address.empty() && !kind) add(key, Wrong::no_storage, address);
    // A directory needs nothing to be signed into, and no address no directory.
    if (address.empty() || kind == Storage::directory) return unasked(credentials_key, credentials.reveal(), key);
    if (kind && credentials.empty()) add(credentials_key, Wrong::credentials_missing);
    if (!is_plain_text(credentials.reveal(), true)) add(credentials_key, Wrong::not_text);
    sftp_ = sftp_ || kind == Storage::sftp;
  }

  void backup() {
    const auto& backup = answers_.backup;
    repository("backup.even", "backup.even_credentials", backup.even, backup.even_credentials);
    repository("backup.odd", "backup.odd_credentials", backup.odd, backup.odd_credentials);
    if (!backup.even.empty() && backup.even == backup.odd) add("backup.odd", Wrong::storage_twice);
    if (!is_plain_text(backup.known_hosts, true)) add("backup.known_hosts", Wrong::not_text);
    if (!backup.key.empty() && !around_.is_recovery_key(backup.key)) add("backup.key", Wrong::no_recovery_key);
  }

  void start() {
    const auto& start = answers_.start;
    choice("start.from", start.from, {"new", "repository", "server"});
    if (start.from == "repository") {
      repository("start.repository", "start.repository_credentials", start.repository, start.repository_credentials);
      if (start.repository.empty() && answers_.backup.even.empty() && answers_.backup.odd.empty())
        add("start.repository", Wrong::repository_missing);
      if (answers_.backup.key.empty()) add("backup.key", Wrong::recovery_key_missing);
    } else {
      unasked("start.repository", start.repository, "start.from");
      unasked("start.repository_credentials", start.repository_credentials.reveal(), "start.from");
    }
    if (start.from == "server") {
      if (start.server.empty()) add("start.server", Wrong::server_missing);
      if (!start.server.empty() && !is_server_address(start.server))
        add("start.server", Wrong::no_server, start.server);
      if (start.server_password.empty()) add("start.server_password", Wrong::server_password_missing);
      if (!is_plain_text(start.server_password.reveal(), false)) add("start.server_password", Wrong::not_text);
    } else {
      unasked("start.server", start.server, "start.from");
      unasked("start.server_password", start.server_password.reveal(), "start.from");
    }
    if (sftp_ && answers_.backup.known_hosts.empty()) add("backup.known_hosts", Wrong::known_hosts_missing);
  }

  const Answers& answers_;
  const Surroundings& around_;
  std::vector<Fault> faults_;
  bool sftp_ = false;
};

}  // namespace

std::vector<Fault> check(const Answers& answers, const Surroundings& surroundings) {
  return Checker(answers, surroundings).all();
}

bool is_server_address(std::string_view text) {
  constexpr std::string_view scheme = "mysql://";
  if (!text.starts_with(scheme) || !is_plain_text(text, false) || text.find(' ') != std::string_view::npos)
    return false;
  text.remove_prefix(scheme.size());
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size() ||
      text.find('/', slash + 1) != std::string_view::npos)
    return false;
  const std::string_view authority = text.substr(0, slash);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos || at == 0 || authority.substr(0, at).find(':') != std::string_view::npos)
    return false;
  std::string_view host = authority.substr(at + 1);
  const std::size_t colon = host.ends_with(']') ? std::string_view::npos : host.rfind(':');
  if (colon != std::string_view::npos) {
    unsigned port = 0;
    const std::string_view number = host.substr(colon + 1);
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), port);
    if (failure != std::errc() || end != number.data() + number.size() || port == 0 || port > 65535) return false;
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) return parse_address(host.substr(1, host.size() - 2)).has_value();
  const auto wrong = fault_of_host_name(host);
  return parse_address(host) || !wrong || wrong == Wrong::no_full_name;
}

}  // namespace slipway::firstboot
