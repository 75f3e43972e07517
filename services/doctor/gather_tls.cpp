// The certificate, and what is offered with it.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "appliance/crypto/certificate_facts.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

Certificate certificate_of(const crypto::CertificateFacts& facts) {
  Certificate one;
  one.subject = facts.subject;
  one.issuer = facts.issuer;
  one.self_made = facts.self_signed;
  one.not_before = facts.not_before;
  one.not_after = facts.not_after;
  one.names = facts.names;
  one.key_kind = facts.key_kind;
  one.key_bits = facts.key_bits;
  one.digest = facts.digest;
  one.fingerprint = facts.fingerprint;
  return one;
}

Fact<CertificateChain> chain_of(const Sources& sources) {
  const auto pem = text_of(certificate_file(sources));
  if (!pem.known()) return pem.as<CertificateChain>();
  const auto facts = crypto::inspect_chain(*pem);
  if (!facts) return because(facts.error());
  CertificateChain chain;
  chain.trusted = facts->trusted;
  for (std::size_t i = 0; i < facts->certificates.size(); ++i) {
    chain.certificates.push_back(certificate_of(facts->certificates[i]));
    // The last one has nobody after it.
    if (i + 1 < facts->certificates.size()) chain.linked = chain.linked && facts->certificates[i].signed_by_next;
  }
  const auto matches = crypto::key_belongs_to(key_file(sources), *pem);
  if (!matches && matches.error().code != Code::corrupt) return because(matches.error());
  chain.key_matches = matches.value_or(false);
  return chain;
}

/// By what name and address people may come.
Names own_names(const Sources& sources) {
  Names names;
  const std::string host = host_name();
  if (const auto hosts = text_of("/etc/hosts"); hosts.known() && !sources.embedded)
    for (const auto line : lines_of(*hosts)) {
      const auto words = words_of(line.substr(0, line.find('#')));
      if (std::ranges::find(words, host) == words.end()) continue;
      for (std::size_t i = 1; i < words.size(); ++i) names.emplace_back(words[i]);
    }
  if (sources.embedded) names.emplace_back("localhost");
  names.push_back(host);
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return names;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    const int family = one->ifa_addr->sa_family;
    if (family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
    if (family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
    if (bytes == nullptr || std::string_view(one->ifa_name) == "lo") continue;
    if (::inet_ntop(family, bytes, text.data(), text.size()) != nullptr) names.emplace_back(text.data());
  }
  ::freeifaddrs(all);
  return names;
}

/// Only the form of it counts: openssl itself must be made to offer old protocols.
Fact<std::string> handshake(const Sources& sources, std::vector<std::string> options) {
  std::vector<std::string> argv{"openssl", "s_client", "-connect", front_address(sources)};
  std::ranges::move(options, std::back_inserter(argv));
  return output_of({.argv = std::move(argv), .limit = std::chrono::seconds(6), .any_status = true, .errors_too = true});
}

bool nobody_listens(std::string_view said) {
  return said.find("connect:errno") != std::string_view::npos ||
         said.find("Connection refused") != std::string_view::npos;
}

/// Whether a handshake with these options comes about.
Fact<bool> accepts(const Sources& sources, std::vector<std::string> options) {
  return then<bool>(handshake(sources, std::move(options)), [&](const std::string& said) -> Fact<bool> {
    if (nobody_listens(said))
      return Unknown{front_address(sources) + ": nobody listens", "slipway doctor --area programs"};
    // "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384" against "New, (NONE), Cipher is (NONE)".
    const auto at = said.find("Cipher is ");
    return at != std::string::npos && !said.substr(at).starts_with("Cipher is (NONE)");
  });
}

Fact<std::string> served_fingerprint(const Sources& sources) {
  return then<std::string>(handshake(sources, {}), [&](const std::string& said) -> Fact<std::string> {
    if (nobody_listens(said))
      return Unknown{front_address(sources) + ": nobody listens", "slipway doctor --area programs"};
    const auto served = crypto::inspect_chain(said);
    if (!served) return Unknown{front_address(sources) + ": shows no certificate", "slipway doctor --area programs"};
    return served->certificates.front().fingerprint;
  });
}

/// Older ones together: taken if either is.
Fact<bool> accepts_older(const Sources& sources) {
  Fact<bool> taken = false;
  for (const char* version : {"-tls1", "-tls1_1"}) {
    auto one = accepts(sources, {version, "-cipher", "DEFAULT@SECLEVEL=0"});
    if (!one.known() || *one) return one;
  }
  return taken;
}

}  // namespace

fs::path certificate_file(const Sources& sources) {
  return sources.embedded ? sources.config.path("web.certificate") : fs::path("/etc/slipway/tls/fullchain.pem");
}

fs::path key_file(const Sources& sources) {
  return sources.embedded ? sources.config.path("web.key") : fs::path("/etc/slipway/tls/privkey.pem");
}

std::string front_address(const Sources& sources) {
  return "127.0.0.1:" + (sources.embedded ? std::to_string(sources.config.integer("web.port")) : "443");
}

void gather_certificate(const Sources& sources, Tls& tls) {
  tls.chain = chain_of(sources);
  tls.host_names = own_names(sources);
  if (sources.embedded) {
    tls.configured_protocols = Absent{"an embedded installation has no nginx"};
  } else if (!is_root()) {
    tls.configured_protocols = Unknown{"only root reads nginx's configuration"};
  } else {
    tls.configured_protocols =
        then<Names>(output_of({.argv = {"nginx", "-T", "-q"}}),
                    [](const std::string& text) -> Fact<Names> { return parse_nginx_protocols(text); });
  }
}

void gather_protocols(const Sources& sources, Tls& tls) {
  tls.served_fingerprint = served_fingerprint(sources);
  tls.accepts_tls_1_2 = accepts(sources, {"-tls1_2"});
  tls.accepts_tls_1_3 = accepts(sources, {"-tls1_3"});
  tls.accepts_older = accepts_older(sources);
}

}  // namespace slipway::doctor
