#include "appliance/firstboot/check.hpp"

#include <algorithm>
#include <fstream>

#include "appliance/archive/key.hpp"
#include "appliance/archive/storage_address.hpp"
#include "appliance/crypto/certificate_facts.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

bool zone_exists(const fs::path& zone_info, const std::string& name) {
  const bool plain = !name.empty() && name.front() != '/' && std::ranges::all_of(name, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '/' || letter == '_' || letter == '-' || letter == '+';
  });
  if (!plain || name.starts_with("posix/") || name.starts_with("right/")) return false;
  std::error_code failure;
  if (!fs::is_regular_file(zone_info / name, failure)) return false;
  // Lists and tables lie there as well.
  std::ifstream file(zone_info / name, std::ios::binary);
  std::string head(4, '\0');
  file.read(head.data(), 4);
  return head == "TZif";
}

SeenCertificate look_at(const Answers::Certificate& certificate) {
  SeenCertificate seen;
  if (auto chain = crypto::inspect_chain(certificate.chain)) {
    seen.readable = true;
    seen.trusted = chain->trusted;
    for (auto& one : chain->certificates)
      seen.links.push_back({.subject = std::move(one.subject),
                            .issuer = std::move(one.issuer),
                            .not_before = one.not_before,
                            .not_after = one.not_after,
                            .names = std::move(one.names),
                            .key_kind = std::move(one.key_kind),
                            .key_bits = one.key_bits,
                            .digest = std::move(one.digest),
                            .self_signed = one.self_signed,
                            .signed_by_next = one.signed_by_next});
  }
  const auto matches = crypto::key_belongs_to(certificate.key, certificate.chain);
  if (matches) seen.key_matches = *matches;
  // Without a chain that can be read, nothing is said against the key.
  if (!seen.readable) seen.key_matches = false;
  return seen;
}

}  // namespace

Surroundings this_machine(Timestamp now, fs::path zone_info) {
  return {
      .zone_exists = [zone_info =
                          std::move(zone_info)](const std::string& name) { return zone_exists(zone_info, name); },
      .storage_kind = [](const std::string& url) -> std::optional<Storage> {
        const auto parsed = archive::parse_storage_url(url);
        if (!parsed) return std::nullopt;
        if (parsed->kind == archive::StorageKind::directory) return Storage::directory;
        return parsed->kind == archive::StorageKind::sftp ? Storage::sftp : Storage::other;
      },
      .is_recovery_key = [](const Secret& text) { return archive::Key::from_recovery_text(text.reveal()).has_value(); },
      .look_at = look_at,
      .now = now};
}

std::vector<Fault> check_answers(const Answers& answers) { return check(answers, this_machine(SystemClock().now())); }

std::vector<std::string> time_zones(const fs::path& zone_info) {
  std::vector<std::string> names{"Etc/UTC"};
  std::ifstream table(zone_info / "tzdata.zi");
  // "Z NAME …" is a zone, "L OLD NEW" another name of one.
  for (std::string line; std::getline(table, line);) {
    if (!line.starts_with("Z ")) continue;
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    if (name.find('/') != std::string::npos && !name.starts_with("Etc/") && zone_exists(zone_info, name))
      names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Status to_status(const std::vector<Fault>& faults, Language language) {
  if (faults.empty()) return {};
  std::string lines;
  for (const Fault& fault : faults) {
    const Words words = describe(fault, language);
    lines.append(lines.empty() ? "" : "\n").append(fault.key).append(": ").append(words.what);
    lines.append(" (").append(words.way_out).append(")");
  }
  return Error{Code::invalid_argument, lines, "docs/first-boot.md tells what each answer means"};
}

}  // namespace slipway::firstboot
