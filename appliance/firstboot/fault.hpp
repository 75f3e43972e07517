// What is wrong with an answer, and how it is put right, in the words of either language. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::firstboot {

enum class Language { english, french };
/// "en", "fr".
[[nodiscard]] std::optional<Language> parse_language(std::string_view text);

/// In the order of the table in fault.cpp, which has the words.
enum class Wrong {
  not_text,              ///< not UTF-8, or control characters
  no_full_name,          ///< a host name without its domain
  no_host_name,          ///< not of RFC 1123
  name_is_address,       ///< a host name whose last part is a number
  no_time_zone,          ///< not in zoneinfo
  no_network_address,    ///< not ADDRESS/PREFIX
  address_of_nothing,    ///< of the network itself, broadcast, loopback, multicast
  address_twice,         ///< said twice
  too_many,              ///< more than a machine can use
  gateway_alone,         ///< a gateway without an address
  no_address,            ///< no IP address
  gateway_outside,       ///< in none of the networks
  gateway_is_self,       ///< the machine's own address
  gateways_of_a_family,  ///< two of one family
  no_network,            ///< not NETWORK/PREFIX
  network_has_host,      ///< bits behind the prefix
  network_is_all,        ///< /0: everybody
  private_key_shown,     ///< a private key where a public one belongs
  no_public_key,         ///< not a line of a .pub file
  weak_public_key,       ///< DSA, or RSA below 3072 bits
  no_mail,               ///< no mail address
  password_short,        ///< below 12 characters
  password_long,         ///< above 200
  password_simple,       ///< short of the desk's policy
  password_guessed,      ///< says the mail address or the machine's name, or one letter again and again
  no_choice,             ///< not one of a few words
  certificate_unasked,   ///< a chain or key with kind "self-made"
  certificate_missing,   ///< no chain, with kind "own"
  key_missing,           ///< no key, with kind "own"
  name_missing,          ///< kind "own" without a host name
  chain_unreadable,
  key_unreadable,
  certificate_self_signed,
  chain_out_of_order,   ///< one is not signed by the next
  chain_incomplete,     ///< leads to nothing
  key_of_another,       ///< does not belong to the certificate
  certificate_name,     ///< does not speak for the host name
  certificate_expired,  ///< one of the chain
  certificate_not_yet,  ///< the clock, or too early
  certificate_short,    ///< does not outlive the contract
  certificate_weak,     ///< key or signature
  no_date,
  no_storage,  ///< not an address of a repository
  storage_twice,
  credentials_missing,
  known_hosts_missing,
  no_recovery_key,
  recovery_key_missing,
  repository_missing,
  server_missing,
  no_server,  ///< not mysql://…
  server_password_missing,
  unasked  ///< an answer to a question that another answer closes
};

/// One fault. `value` is the part of the answer that is meant; never a secret.
struct Fault {
  std::string key;  ///< as in the file: "network.address"
  Wrong wrong;
  std::string value = {};
  std::string detail = {};  ///< what stands in the text's second place: a bound, a name, a date
};

/// A sentence without a full stop, and one that says what to do.
struct Words {
  std::string what;
  std::string way_out;
};
[[nodiscard]] Words describe(const Fault& fault, Language language);

/// For a program: "no_full_name".
[[nodiscard]] std::string_view to_text(Wrong wrong);

}  // namespace slipway::firstboot
