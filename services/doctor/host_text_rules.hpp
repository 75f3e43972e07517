// What programs and files of the machine say, as values. Pure: text in, facts out; what cannot be read is left out, or
// unknown where a part would be worse than nothing.
#pragma once

#include <string_view>

#include "services/doctor/facts.hpp"

namespace slipway::doctor {

/// Lines without their ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
/// Words between blanks and tabs.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);
/// Without blanks, tabs and line ends around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

[[nodiscard]] Fact<Memory> parse_meminfo(std::string_view text);
/// The number behind `name` in lines like those of /proc/vmstat.
[[nodiscard]] Fact<std::uint64_t> parse_counter(std::string_view text, std::string_view name);
/// The avg300 of the line that begins with `kind` ("some", "full") in /proc/pressure/….
[[nodiscard]] Fact<double> parse_pressure(std::string_view text, std::string_view kind);
/// File systems of this machine's disks in /proc/mounts, each device once; sizes are not in there.
[[nodiscard]] std::vector<FileSystem> parse_mounts(std::string_view text);
/// The mount options of a mount point in /proc/mounts; empty: it is none.
[[nodiscard]] std::string mount_options(std::string_view text, std::string_view mount_point);
[[nodiscard]] Release parse_os_release(std::string_view text);
/// Seconds that the clock is off, from `chronyc -c tracking`.
[[nodiscard]] Fact<double> parse_chrony_offset(std::string_view text);

/// One line a package of `dpkg-query -f '${db:Status-Abbrev}|${binary:Package}|${Version}\n'`.
struct PackageList {
  std::string slipway;
  Names broken;
  Names held;
  Names kernels;  ///< releases of installed kernels
};
[[nodiscard]] PackageList parse_packages(std::string_view text);
struct PendingUpdates {
  Names security;
  Names other;
};
/// From `apt-get -s upgrade`.
[[nodiscard]] PendingUpdates parse_apt_simulation(std::string_view text);
/// Whether a source of security updates stands in the text of a sources file.
[[nodiscard]] bool names_security_archive(std::string_view text);

/// From `ss -H -l -n -t -u -p`.
[[nodiscard]] std::vector<Listener> parse_listeners(std::string_view text);
/// A default route in /proc/net/route, or in /proc/net/ipv6_route.
[[nodiscard]] bool has_default_route(std::string_view v4, std::string_view v6);
/// From /etc/resolv.conf.
[[nodiscard]] Names parse_resolvers(std::string_view text);
/// "key value" lines of `sshd -T`.
[[nodiscard]] Settings parse_sshd(std::string_view text);
/// Protocols of all ssl_protocols in what `nginx -T` prints.
[[nodiscard]] Names parse_nginx_protocols(std::string_view text);

/// Blocks of `systemctl show --timestamp=unix`, by Id without ".service".
struct ShownUnit {
  Unit unit;
  int pid = 0;
};
[[nodiscard]] std::map<std::string, ShownUnit> parse_units(std::string_view text);

/// The status of an HTTP/1 answer that a TLS client's own remarks may stand before; nothing: no answer is there.
[[nodiscard]] std::optional<int> parse_http_status(std::string_view said);

/// From `fail2ban-client status`.
[[nodiscard]] Names parse_jails(std::string_view text);
/// "update", "upgrade" from `apt-config dump APT::Periodic`.
[[nodiscard]] Settings parse_periodic(std::string_view text);
/// Users of /etc/shadow that sign in with nothing.
[[nodiscard]] Names without_password_in(std::string_view shadow);
/// Users of /etc/passwd with number 0.
[[nodiscard]] Names administrators_in(std::string_view passwd);
/// Whether somebody becomes root without a password by this text of a sudoers file.
[[nodiscard]] bool grants_without_password(std::string_view sudoers);
/// Keys in an authorized_keys file.
[[nodiscard]] std::uint64_t count_keys(std::string_view text);
/// The host that a repository's URL names; empty: none, as for a directory.
[[nodiscard]] std::string host_of_url(std::string_view url);
/// The folder of a file:// URL; empty: it is another.
[[nodiscard]] std::string folder_of_url(std::string_view url);

}  // namespace slipway::doctor
