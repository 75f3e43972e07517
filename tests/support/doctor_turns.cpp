#include "tests/support/doctor_turns.hpp"

namespace slipway::test {
namespace {

using namespace doctor;
using std::chrono::hours;
using Turns = std::vector<DoctorTurn>;
using enum Verdict;

std::function<void(Facts&)> kernel(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.network.sysctl)[key] = value; };
}
std::function<void(Facts&)> ssh(std::string key, std::string value) {
  return [key, value](Facts& facts) { (*facts.ssh)[key] = value; };
}
std::function<void(Facts&)> file(std::string role, std::function<void(FileState&)> change) {
  return [role, change](Facts& facts) { change(*facts.files.by_role[role]); };
}
std::function<void(Facts&)> leaf(std::function<void(Certificate&)> change) {
  return [change](Facts& facts) { change(facts.tls.chain->certificates[0]); };
}
std::function<void(Facts&)> listens(const char* protocol, const char* address, std::uint16_t port) {
  return [=](Facts& facts) { facts.network.listeners->push_back({protocol, address, port, "some"}); };
}

void add(Turns& all, Turns more) {
  for (auto& turn : more) all.push_back(std::move(turn));
}

Turns of_system() {
  return {{"system.release", warning, [](Facts& f) { f.system.release->version = "11"; }},
          {"system.kernel.newest", warning, [](Facts& f) { f.system.kernel = std::string("6.1.0-9-cloud-amd64"); }},
          {"system.clock.synchronised", warning, [](Facts& f) { f.system.clock_synchronised = false; }},
          {"system.clock.offset", warning, [](Facts& f) { f.system.clock_offset_s = -0.2; }},
          {"system.clock.offset", failure, [](Facts& f) { f.system.clock_offset_s = 3.0; }},
          {"system.memory.size", warning, [](Facts& f) { f.system.memory->total_bytes = 1U << 30U; }},
          {"system.memory.size", note, [](Facts& f) { f.system.memory->total_bytes = 2ULL << 30U; }},
          {"system.memory.available", warning, [](Facts& f) { f.system.memory->available_bytes = 1000; }},
          {"system.memory.out_of_memory", warning, [](Facts& f) { f.system.out_of_memory_kills = std::uint64_t{2}; }},
          {"system.memory.pressure", warning, [](Facts& f) { f.system.memory_pressure = 20.0; }},
          {"system.swap", warning, [](Facts& f) { f.system.memory->swap_total_bytes = 1000; }},
          {"system.load", note, [](Facts& f) { f.system.load_15min_per_cpu = 2.0; }},
          {"system.load", warning, [](Facts& f) { f.system.load_15min_per_cpu = 9.0; }},
          {"system.reboot_needed", warning, [](Facts& f) { f.system.reboot_required = true; }},
          {"system.units.failed", warning, [](Facts& f) { f.system.failed_units = Names{"some.service"}; }},
          {"system.state", note, [](Facts& f) { f.system.state = std::string("starting"); }},
          {"system.state", warning, [](Facts& f) { f.system.state = std::string("maintenance"); }},
          {"system.journal.size", warning, [](Facts& f) { f.system.journal_bytes = 9ULL << 30U; }},
          {"system.journal.kept", warning, [](Facts& f) { f.system.journal_persistent = false; }},
          {"system.open_files", warning, [](Facts& f) { f.system.open_files = std::uint64_t{399'000}; }},
          {"system.log_rotation", warning, [](Facts& f) { f.system.log_rotation_active = false; }},
          {"system.disk.space", warning, [](Facts& f) { f.system.file_systems->at(0).available_bytes = 800U << 20U; }},
          {"system.disk.space", failure, [](Facts& f) { f.system.file_systems->at(1).available_bytes = 1; }},
          {"system.disk.inodes", warning, [](Facts& f) { f.system.file_systems->at(0).free_inodes = 50'000; }},
          {"system.disk.inodes", failure, [](Facts& f) { f.system.file_systems->at(0).free_inodes = 2; }},
          {"system.disk.writable", failure, [](Facts& f) { f.system.file_systems->at(1).options = "nosuid,ro"; }},
          {"system.disk.data_volume", failure, [](Facts& f) { f.system.data_volume = std::string(); }},
          {"system.disk.data_volume", warning, [](Facts& f) { f.system.data_volume = std::string("/mnt"); }},
          {"system.disk.errors", failure, [](Facts& f) { f.system.disk_errors = std::uint64_t{1}; }},
          {"system.disk.pressure", warning, [](Facts& f) { f.system.io_pressure = 60.0; }}};
}

Turns of_files() {
  Turns all{
      {"files.configuration.valid", failure, [](Facts& f) { f.files.configuration_fault = std::string("line 2"); }},
      {"files.configuration.kept", failure, file("configuration", [](FileState& s) { s.mode = 0666; })},
      {"files.configuration.kept", failure, file("configuration", [](FileState& s) { s.owner = "www-data"; })},
      {"files.secrets_folder", failure, file("secrets", [](FileState& s) { s.mode = 0755; })},
      {"files.secrets_folder", failure, file("secrets", [](FileState& s) { s.directory = false; })},
      {"files.certificate.kept", failure, file("tls_certificate", [](FileState& s) { s.mode = 0664; })},
      {"files.database_folder", failure, file("database", [](FileState& s) { s.mode = 0777; })},
      {"files.database_folder", failure, file("database", [](FileState& s) { s.owner = "root"; })},
      {"files.backup_folder", failure, file("backup_work", [](FileState& s) { s.mode = 0750; })},
      {"files.secrets_differ", failure, [](Facts& f) { f.files.equal_secrets = Names{"a and b"}; }},
      {"files.open_to_others", failure, [](Facts& f) { f.files.open_to_others = Names{"/etc/slipway/x"}; }},
      {"files.left_by_upgrades", note, [](Facts& f) { f.files.left_by_upgrades = Names{"x.dpkg-dist"}; }},
      {"files.unfinished", note, [](Facts& f) { f.files.unfinished = Names{"x.part"}; }},
      {"files.root_login_keys", note, [](Facts& f) { f.files.root_login_keys = std::uint64_t{1}; }}};
  for (const char* role : {"account_key", "session_key", "backup_key", "db_web", "db_job", "db_backup", "tls_key"}) {
    const std::string id = std::string("files.secret.") + role;
    add(all, {{id, failure, file(role, [](FileState& s) { s.mode = 0644; })},
              {id, failure, file(role, [](FileState& s) { s.mode = 0640; })},
              {id, failure, file(role, [](FileState& s) { s.owner = "nobody"; })},
              {id, failure, file(role, [](FileState& s) { s.bytes = 0; })},
              {id, failure, file(role, [](FileState& s) { s.regular = false; })},
              {id, unknown, [role](Facts& f) { f.files.by_role[role] = Unknown{"not there"}; }}});
  }
  return all;
}

Turns of_packages() {
  return {{"packages.slipway", failure, [](Facts& f) { f.packages.slipway = std::string("0.1.10-1"); }},
          {"packages.slipway", warning, [](Facts& f) { f.packages.slipway = std::string(); }},
          {"packages.whole", failure, [](Facts& f) { f.packages.broken = Names{"nginx"}; }},
          {"packages.held", note, [](Facts& f) { f.packages.held = Names{"nginx"}; }},
          {"packages.security", warning, [](Facts& f) { f.packages.security_pending = Names{"openssl"}; }},
          {"packages.updates", note, [](Facts& f) { f.packages.pending = Names{"tzdata"}; }},
          {"packages.lists", warning, [](Facts& f) { f.packages.lists_updated_at = f.place.now - hours(300); }},
          {"packages.security_archive", failure, [](Facts& f) { f.packages.security_archive = false; }},
          {"packages.restarts", warning, [](Facts& f) { f.packages.outdated_processes = Names{"nginx"}; }}};
}

Turns of_network() {
  const auto chains = [](std::vector<FilterChain> some) {
    return [some](Facts& f) { f.network.filter->chains = some; };
  };
  return {{"network.listen.https", failure, [](Facts& f) { f.network.listeners = std::vector<Listener>{}; }},
          {"network.listen.tcp", failure, listens("tcp", "0.0.0.0", 80)},
          {"network.listen.tcp", failure, listens("tcp", "*", 8080)},
          {"network.listen.tcp", ok, listens("tcp", "[::1]", 8080)},
          {"network.listen.udp", warning, listens("udp", "[::]", 111)},
          {"network.listen.database", failure, listens("tcp", "0.0.0.0", 3306)},
          {"network.listen.monitoring", failure, listens("tcp", "*", 9100)},
          {"network.filter.input_v4", failure, chains({{"ip6", "input", "drop"}, {"inet", "forward", "drop"}})},
          {"network.filter.input_v6", failure, chains({{"ip", "input", "drop"}, {"inet", "forward", "drop"}})},
          {"network.filter.forward_v4", failure, chains({{"inet", "input", "drop"}, {"inet", "forward", "accept"}})},
          {"network.filter.forward_v6", failure, chains({})},
          {"network.filter.ssh", warning, [](Facts& f) { f.network.filter->ssh_from_anywhere = true; }},
          {"network.filter.at_boot", failure, [](Facts& f) { f.network.filter_at_boot = false; }},
          {"network.forwarding.v4", failure, kernel("net.ipv4.ip_forward", "1")},
          {"network.forwarding.v6", failure, kernel("net.ipv6.conf.all.forwarding", "1")},
          {"network.default_route", warning, [](Facts& f) { f.network.default_route = false; }},
          {"network.resolvers", warning, [](Facts& f) { f.network.resolvers = Names{}; }},
          {"network.repository_hosts", failure, [](Facts& f) { f.network.unresolved_hosts = Names{"x.example.net"}; }},
          {"network.interfaces", failure, [](Facts& f) { f.network.interfaces = Names{}; }},
          {"network.interface_errors", warning, [](Facts& f) { f.network.interface_errors = 4.0; }}};
}

Turns of_tls() {
  return {
      {"tls.certificate.present", failure, [](Facts& f) { f.tls.chain->certificates.clear(); }},
      {"tls.certificate.present", failure, [](Facts& f) { f.tls.chain = Unknown{"not there"}; }},
      {"tls.certificate.expires", failure, [](Facts& f) { f.place.now += hours(24 * 61); }},
      {"tls.certificate.expires", failure, [](Facts& f) { f.place.now += hours(24 * 55); }},
      {"tls.certificate.expires", warning, [](Facts& f) { f.place.now += hours(24 * 45); }},
      {"tls.certificate.begun", failure, [](Facts& f) { f.place.now -= hours(24 * 40); }},
      {"tls.certificate.lifetime", note, leaf([](Certificate& c) { c.not_after += hours(24 * 900); })},
      {"tls.certificate.key", failure, [](Facts& f) { f.tls.chain->key_matches = false; }},
      {"tls.certificate.name", warning, leaf([](Certificate& c) { c.names = {"other.example.net"}; })},
      {"tls.certificate.issuer", note, [](Facts& f) { f.tls.chain->trusted = false; }},
      {"tls.chain.linked", failure, [](Facts& f) { f.tls.chain->linked = false; }},
      {"tls.chain.expires", failure, [](Facts& f) { f.tls.chain->certificates[1].not_after = f.place.now - hours(1); }},
      {"tls.chain.expires", warning,
       [](Facts& f) { f.tls.chain->certificates[1].not_after = f.place.now + hours(24); }},
      {"tls.key.strength", failure, leaf([](Certificate& c) { c.key_kind = "RSA", c.key_bits = 1024; })},
      {"tls.key.strength", failure, leaf([](Certificate& c) { c.key_kind = "DSA", c.key_bits = 2048; })},
      {"tls.certificate.digest", failure, leaf([](Certificate& c) { c.digest = "SHA1"; })},
      {"tls.served", failure, [](Facts& f) { f.tls.served_fingerprint = std::string("cd34"); }},
      {"tls.protocol.tls_1_2", failure, [](Facts& f) { f.tls.accepts_tls_1_2 = false; }},
      {"tls.protocol.tls_1_3", failure, [](Facts& f) { f.tls.accepts_tls_1_3 = false; }},
      {"tls.protocol.older", failure, [](Facts& f) { f.tls.accepts_older = true; }},
      {"tls.protocol.configured", failure,
       [](Facts& f) {
         f.tls.configured_protocols = Names{"TLSv1.1", "TLSv1.2"};
       }},
      {"tls.protocol.configured", warning, [](Facts& f) { f.tls.configured_protocols = Names{}; }}};
}

Turns of_ssh() {
  return {{"ssh.valid", failure, [](Facts& f) { f.ssh = Unknown{"sshd: exit status 255"}; }},
          {"ssh.root_login", failure, ssh("permitrootlogin", "yes")},
          {"ssh.password", failure, ssh("passwordauthentication", "yes")},
          {"ssh.empty_passwords", failure, ssh("permitemptypasswords", "yes")},
          {"ssh.keyboard_interactive", warning, ssh("kbdinteractiveauthentication", "yes")},
          {"ssh.public_key", failure, ssh("pubkeyauthentication", "no")},
          {"ssh.host_based", failure, ssh("hostbasedauthentication", "yes")},
          {"ssh.rhosts", failure, ssh("ignorerhosts", "no")},
          {"ssh.x11", warning, ssh("x11forwarding", "yes")},
          {"ssh.user_environment", warning, ssh("permituserenvironment", "yes")},
          {"ssh.agent_forwarding", note, ssh("allowagentforwarding", "yes")},
          {"ssh.tcp_forwarding", note, ssh("allowtcpforwarding", "yes")},
          {"ssh.tunnel", warning, ssh("permittunnel", "yes")},
          {"ssh.strict_modes", failure, ssh("strictmodes", "no")},
          {"ssh.log_level", warning, ssh("loglevel", "QUIET")},
          {"ssh.tries", warning, ssh("maxauthtries", "60")},
          {"ssh.grace", warning, ssh("logingracetime", "0")},
          {"ssh.sessions", warning, ssh("maxsessions", "100")},
          {"ssh.idle", note, ssh("clientaliveinterval", "0")},
          {"ssh.ciphers", warning, ssh("ciphers", "aes256-ctr,aes128-cbc")},
          {"ssh.macs", warning, ssh("macs", "hmac-sha1")},
          {"ssh.key_exchange", warning, ssh("kexalgorithms", "diffie-hellman-group14-sha1")},
          {"ssh.host_key_algorithms", warning, ssh("hostkeyalgorithms", "ssh-rsa")}};
}

Turns of_security() {
  return {{"security.apparmor", failure, [](Facts& f) { f.security.apparmor = false; }},
          {"security.apparmor.mariadbd", failure,
           [](Facts& f) { (*f.security.confined)["/usr/sbin/mariadbd"] = "complain"; }},
          {"security.apparmor.nginx", failure, [](Facts& f) { f.security.confined->erase("nginx"); }},
          {"security.apparmor.unconfined", failure, [](Facts& f) { f.security.unconfined = Names{"/usr/sbin/nginx"}; }},
          {"security.fail2ban", failure, [](Facts& f) { f.security.jails = Unknown{"no socket"}; }},
          {"security.fail2ban.ssh", failure, [](Facts& f) { f.security.jails = Names{"nginx"}; }},
          {"security.fail2ban.nginx", failure, [](Facts& f) { f.security.jails = Names{"sshd"}; }},
          {"security.updates.lists", failure, [](Facts& f) { (*f.security.automatic_upgrades)["update"] = "0"; }},
          {"security.updates.install", failure, [](Facts& f) { f.security.automatic_upgrades->erase("upgrade"); }},
          {"security.updates.timer", failure, [](Facts& f) { (*f.security.automatic_upgrades)["timer"] = "inactive"; }},
          {"security.core_dumps", warning, [](Facts& f) { f.security.core_dumps = true; }},
          {"security.passwords", failure, [](Facts& f) { f.security.without_password = Names{"guest"}; }},
          {"security.administrators", failure, [](Facts& f) { f.security.administrators->push_back("toor"); }},
          {"security.tmp", warning, [](Facts& f) { f.security.tmp_options = std::string("rw"); }},
          {"security.tmp", note, [](Facts& f) { f.security.tmp_options = std::string(); }},
          {"security.sudo", note, [](Facts& f) { f.security.sudo_asks = false; }},
          {"security.kernel.address_layout", failure, kernel("kernel.randomize_va_space", "0")},
          {"security.kernel.kernel_pointers", warning, kernel("kernel.kptr_restrict", "0")},
          {"security.kernel.kernel_log", warning, kernel("kernel.dmesg_restrict", "0")},
          {"security.kernel.tracing", warning, kernel("kernel.yama.ptrace_scope", "0")},
          {"security.kernel.bpf", warning, kernel("kernel.unprivileged_bpf_disabled", "0")},
          {"security.kernel.magic_keys", note, kernel("kernel.sysrq", "1")},
          {"security.kernel.hard_links", failure, kernel("fs.protected_hardlinks", "0")},
          {"security.kernel.symbolic_links", failure, kernel("fs.protected_symlinks", "0")},
          {"security.kernel.fifos", note, kernel("fs.protected_fifos", "0")},
          {"security.kernel.privileged_dumps", warning, kernel("fs.suid_dumpable", "2")},
          {"security.kernel.syn_cookies", failure, kernel("net.ipv4.tcp_syncookies", "0")},
          {"security.kernel.source_check_v4", warning, kernel("net.ipv4.conf.all.rp_filter", "0")},
          {"security.kernel.redirects_v4", warning, kernel("net.ipv4.conf.all.accept_redirects", "1")},
          {"security.kernel.redirects_v6", warning, kernel("net.ipv6.conf.all.accept_redirects", "1")},
          {"security.kernel.redirects_sent", warning, kernel("net.ipv4.conf.all.send_redirects", "1")},
          {"security.kernel.source_route_v4", warning, kernel("net.ipv4.conf.all.accept_source_route", "1")},
          {"security.kernel.source_route_v6", warning, kernel("net.ipv6.conf.all.accept_source_route", "1")},
          {"security.kernel.broadcast_echo", warning, kernel("net.ipv4.icmp_echo_ignore_broadcasts", "0")},
          {"security.kernel.bogus_errors", note, kernel("net.ipv4.icmp_ignore_bogus_error_responses", "0")}};
}

Turns of_identity() {
  return {
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string("uninitialized"); }},
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string(32, 'a'); }},
      {"identity.machine_id", failure, [](Facts& f) { f.identity.machine_id = std::string("0f3c"); }},
      {"identity.host_name", warning, [](Facts& f) { f.identity.host_name = std::string("localhost"); }},
      {"identity.host_name", note, [](Facts& f) { f.identity.host_name = std::string("slipway"); }},
      {"identity.host_name.resolves", warning, [](Facts& f) { f.identity.host_name_resolves = false; }},
      {"identity.host_keys", failure, [](Facts& f) { f.identity.host_keys = Names{}; }},
      {"identity.host_keys", warning, [](Facts& f) { f.identity.host_keys = Names{"rsa"}; }},
      {"identity.cloud_init", warning, [](Facts& f) { f.identity.cloud_init = std::string("error"); }},
      {"identity.cloud_init", note, [](Facts& f) { f.identity.cloud_init = std::string("running"); }},
      {"identity.server_id", note, [](Facts& f) { f.identity.database_server_id = std::uint64_t{1}; }},
      {"identity.server_id", failure, [](Facts& f) { f.identity.backup_server_id = *f.identity.database_server_id; }}};
}

}  // namespace

const std::vector<DoctorTurn>& doctor_turns() {
  static const Turns turns = [] {
    Turns all = doctor_service_turns();
    for (const auto part : {of_system, of_files, of_packages, of_network, of_tls, of_ssh, of_security, of_identity})
      add(all, part());
    return all;
  }();
  return turns;
}

}  // namespace slipway::test
