// The certificate and what is offered with it (A3).
#include <algorithm>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr const char* kReplace =
    "put a valid chain into /etc/slipway/tls/fullchain.pem and its key into privkey.pem, then: systemctl reload nginx";

std::chrono::seconds until(Timestamp now, Timestamp then) {
  return std::chrono::duration_cast<std::chrono::seconds>(then - now);
}

Outcome about_leaf(const Facts& facts, const std::function<Outcome(const Certificate&)>& look) {
  return about(facts.tls.chain, [&](const CertificateChain& chain) -> Outcome {
    if (chain.certificates.empty()) return failure("the file holds none", kReplace);
    return look(chain.certificates.front());
  });
}

Outcome present(const Facts& facts) {
  if (facts.tls.chain.unknown()) return no_answer(facts, *facts.tls.chain.unknown(), kReplace);
  return about_leaf(facts, [](const Certificate& leaf) { return ok(leaf.subject + ", issued by " + leaf.issuer); });
}

Outcome expires(const Facts& facts) {
  return about_leaf(facts, [&](const Certificate& leaf) -> Outcome {
    const auto left = until(facts.place.now, leaf.not_after);
    const std::string text = to_iso8601(leaf.not_after) + ", in " + span_text(left);
    if (left.count() <= 0) return failure("it expired at " + to_iso8601(leaf.not_after), kReplace);
    if (left < std::chrono::hours(24 * 7)) return failure("it expires at " + text, kReplace);
    if (left < std::chrono::hours(24 * 21)) return warning("it expires at " + text, kReplace);
    return ok("it is valid until " + text);
  });
}

Outcome begun(const Facts& facts) {
  return about_leaf(facts, [&](const Certificate& leaf) -> Outcome {
    if (leaf.not_before <= facts.place.now) return ok("valid since " + to_iso8601(leaf.not_before));
    return failure("it is valid only from " + to_iso8601(leaf.not_before),
                   "look at the clock: timedatectl; or wait until then");
  });
}

Outcome lifetime(const Facts& facts) {
  return about_leaf(facts, [](const Certificate& leaf) -> Outcome {
    const auto span = until(leaf.not_before, leaf.not_after);
    if (span <= std::chrono::hours(24 * 398)) return ok("valid for " + span_text(span));
    return note("valid for " + span_text(span) + ": some browsers take at most 398 d", kReplace);
  });
}

Outcome key_matches(const Facts& facts) {
  return about(facts.tls.chain, [](const CertificateChain& chain) {
    if (chain.key_matches) return ok("they belong together");
    return failure("the key is not the one of the certificate", kReplace);
  });
}

bool covers(const std::string& pattern, const std::string& name) {
  if (pattern == name) return true;
  if (!pattern.starts_with("*.")) return false;
  const auto dot = name.find('.');
  return dot != std::string::npos && name.substr(dot) == pattern.substr(1);
}

Outcome name(const Facts& facts) {
  return about_leaf(facts, [&](const Certificate& leaf) {
    return about(facts.tls.host_names, [&](const Names& names) -> Outcome {
      for (const auto& wanted : names)
        if (std::ranges::any_of(leaf.names, [&](const auto& pattern) { return covers(pattern, wanted); }))
          return ok("it speaks for " + wanted);
      return warning("it speaks for " + join(leaf.names) + "; this machine is " + join(names),
                     "ask for one with this machine's public name");
    });
  });
}

Outcome issuer(const Facts& facts) {
  return about(facts.tls.chain, [](const CertificateChain& chain) -> Outcome {
    if (chain.trusted) return ok("an authority that this machine knows stands behind it");
    if (!chain.certificates.empty() && chain.certificates.front().self_made)
      return note("it is self-made: browsers warn", kReplace);
    return note("no authority that this machine knows stands behind it", kReplace);
  });
}

Outcome linked(const Facts& facts) {
  return about(facts.tls.chain, [](const CertificateChain& chain) -> Outcome {
    if (!chain.linked) return failure("a certificate of the chain is not signed by the one after it", kReplace);
    return ok(std::to_string(chain.certificates.size()) + " in order");
  });
}

Outcome intermediates(const Facts& facts) {
  return about(facts.tls.chain, [&](const CertificateChain& chain) -> Outcome {
    for (std::size_t i = 1; i < chain.certificates.size(); ++i) {
      const Certificate& one = chain.certificates[i];
      const auto left = until(facts.place.now, one.not_after);
      if (left.count() <= 0) return failure(one.subject + " expired at " + to_iso8601(one.not_after), kReplace);
      if (left < std::chrono::hours(24 * 21))
        return warning(one.subject + " expires at " + to_iso8601(one.not_after), kReplace);
    }
    return ok("none behind the first expires soon");
  });
}

Outcome key_strength(const Facts& facts) {
  return about_leaf(facts, [](const Certificate& leaf) -> Outcome {
    const std::string text = leaf.key_kind + ", " + std::to_string(leaf.key_bits) + " bits";
    const int least = leaf.key_kind == "RSA" ? 2048 : 256;
    if (leaf.key_kind == "DSA" || leaf.key_bits < least) return failure(text + ", too weak", kReplace);
    return ok(text);
  });
}

Outcome digest(const Facts& facts) {
  return about_leaf(facts, [](const Certificate& leaf) -> Outcome {
    const bool weak = leaf.digest == "SHA1" || leaf.digest == "MD5";
    if (weak) return failure("signed with " + leaf.digest, kReplace);
    return ok("signed with " + leaf.digest);
  });
}

Outcome served(const Facts& facts) {
  return about_leaf(facts, [&](const Certificate& leaf) {
    return about(facts.tls.served_fingerprint, [&](const std::string& fingerprint) {
      if (fingerprint == leaf.fingerprint) return ok("the file's certificate is served");
      return failure("another certificate is served than the file's", "systemctl reload nginx");
    });
  });
}

/// Whether a protocol is taken, and whether it should be.
Outcome protocol(const Fact<bool>& accepted, bool wanted, const std::string& what) {
  return about(accepted, [&](bool taken) {
    const std::string text = what + (taken ? " is taken" : " is refused");
    if (taken == wanted) return ok(text);
    return failure(text, "set ssl_protocols TLSv1.2 TLSv1.3 in nginx's site, then: systemctl reload nginx");
  });
}

Outcome configured(const Facts& facts) {
  return about(facts.tls.configured_protocols, [](const Names& names) -> Outcome {
    Names old;
    for (const auto& one : names)
      if (one != "TLSv1.2" && one != "TLSv1.3") old.push_back(one);
    if (names.empty())
      return warning("nginx leaves it to its defaults", "set ssl_protocols TLSv1.2 TLSv1.3 in nginx's site");
    if (old.empty()) return ok(join(names));
    return failure("also " + join(old), "set ssl_protocols TLSv1.2 TLSv1.3 wherever nginx -T names them");
  });
}

}  // namespace

Checks tls_checks() {
  constexpr Area area = Area::tls;
  return {{"tls.certificate.present", area, "There is a certificate", present},
          {"tls.certificate.expires", area, "The certificate stays valid", expires},
          {"tls.certificate.begun", area, "The certificate is valid already", begun},
          {"tls.certificate.lifetime", area, "Browsers take its period of validity", lifetime},
          {"tls.certificate.key", area, "Certificate and key belong together", key_matches},
          {"tls.certificate.name", area, "The certificate names this machine", name},
          {"tls.certificate.issuer", area, "Browsers trust the certificate", issuer},
          {"tls.chain.linked", area, "The chain is in order", linked},
          {"tls.chain.expires", area, "The rest of the chain stays valid", intermediates},
          {"tls.key.strength", area, "The key is strong", key_strength},
          {"tls.certificate.digest", area, "The signature is strong", digest},
          {"tls.served", area, "The certificate is the one that is served", served},
          {"tls.protocol.tls_1_2", area, "TLS 1.2 is taken",
           [](const Facts& facts) { return protocol(facts.tls.accepts_tls_1_2, true, "TLS 1.2"); }},
          {"tls.protocol.tls_1_3", area, "TLS 1.3 is taken",
           [](const Facts& facts) { return protocol(facts.tls.accepts_tls_1_3, true, "TLS 1.3"); }},
          {"tls.protocol.older", area, "TLS 1.0 and 1.1 are refused",
           [](const Facts& facts) { return protocol(facts.tls.accepts_older, false, "TLS 1.0 or 1.1"); }},
          {"tls.protocol.configured", area, "Only TLS 1.2 and 1.3 are configured", configured}};
}

}  // namespace slipway::doctor
