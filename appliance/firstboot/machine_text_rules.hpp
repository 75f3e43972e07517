// The texts of the files that answers become. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "appliance/firstboot/answers.hpp"

namespace slipway::firstboot {

/// /etc/hosts with the machine's names at 127.0.1.1, as Debian has them; every other line stays.
[[nodiscard]] std::string hosts_with(std::string_view hosts, std::string_view full_name);
/// The full name there, or an empty text.
[[nodiscard]] std::string full_name_in(std::string_view hosts);

/// The .network file of systemd-networkd for the card of this name.
[[nodiscard]] std::string network_file(const Answers::Network& network, std::string_view card);

/// Elements for the sets of the firewall's table that hold from where SSH is reachable.
[[nodiscard]] std::string management_file(const Texts& networks);

/// Keys that are there, and those of the answers behind them, each once.
[[nodiscard]] std::string authorized_keys(std::string_view there, const Texts& keys);

/// What a program of ours says at its end: "PROGRAM: what went wrong", and "hint: the way out" below it.
struct LastWords {
  std::string message;  ///< may have several lines; empty: it has not said anything
  std::string hint;
};
/// Of what it wrote to its standard error, where lines of its progress stand before it. Without an error of the
/// program's own, the last line (a library's, or a loader's).
[[nodiscard]] LastWords last_words_of(std::string_view program, std::string_view said);

/// "mysql://USER@HOST:PORT/DATABASE" with the port, also where it was left out, so that two can be compared.
[[nodiscard]] std::string with_port(std::string_view server);

}  // namespace slipway::firstboot
