#include "appliance/firstboot/certificate_rules.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::firstboot {
namespace {

using Link = SeenCertificate::Link;

constexpr const char* kChain = "certificate.chain";
constexpr std::chrono::days kLeastLeft{30};

std::string day(Timestamp time) { return to_iso8601(time).substr(0, 10); }

bool same(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string joined(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
  if (names.size() > kShown) text.append(", ...");
  return text.empty() ? "-" : text;
}

void check_links(const SeenCertificate& seen, std::vector<Fault>& faults) {
  const auto& links = seen.links;
  if (links.front().self_signed) {
    faults.push_back({kChain, Wrong::certificate_self_signed});
    return;
  }
  for (std::size_t i = 0; i + 1 < links.size(); ++i)
    if (!links[i].signed_by_next) faults.push_back({kChain, Wrong::chain_out_of_order, links[i].subject});
  // An authority of the customer's own is in no list; its root, which stands at the end, says that the chain is whole.
  if (!seen.trusted && !links.back().self_signed)
    faults.push_back({kChain, Wrong::chain_incomplete, links.back().subject});
}

void check_times(const SeenCertificate& seen, std::string_view contract_end, Timestamp now,
                 std::vector<Fault>& faults) {
  bool valid = true;
  for (const Link& link : seen.links) {
    if (link.not_after <= now)
      faults.push_back({kChain, Wrong::certificate_expired, link.subject, day(link.not_after)});
    if (link.not_before > now)
      faults.push_back({kChain, Wrong::certificate_not_yet, link.subject, day(link.not_before)});
    valid = valid && link.not_after > now && link.not_before <= now;
  }
  const auto end = contract_end.empty() ? std::optional(Timestamp(now + kLeastLeft)) : parse_day_end(contract_end);
  if (!valid || !end) return;
  const Timestamp ends = std::ranges::min_element(seen.links, {}, &Link::not_after)->not_after;
  if (ends < *end)
    faults.push_back(
        {kChain, Wrong::certificate_short, day(ends), contract_end.empty() ? day(*end) : std::string(contract_end)});
}

void check_strength(const Link& link, std::vector<Fault>& faults) {
  const int least = link.key_kind == "RSA" ? 2048 : 224;
  if (link.key_kind == "DSA" || link.key_bits < least)
    faults.push_back(
        {kChain, Wrong::certificate_weak, link.subject, link.key_kind + " " + std::to_string(link.key_bits)});
  // What a root says of itself is not looked at by anybody.
  const bool weak = same(link.digest, "SHA1") || same(link.digest, "MD5");
  if (weak && !link.self_signed) faults.push_back({kChain, Wrong::certificate_weak, link.subject, link.digest});
}

}  // namespace

bool covers(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with("*.")) return same(pattern, name);
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && same(pattern.substr(1), name.substr(dot));
}

std::optional<Timestamp> parse_day_end(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (const char letter : text.substr(from, size)) {
      if (letter < '0' || letter > '9') return -1;
      value = value * 10 + (letter - '0');
    }
    return value;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int date = number(8, 2);
  if (year < 0 || month < 0 || date < 0) return std::nullopt;
  const std::chrono::year_month_day whole{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(date))};
  if (!whole.ok()) return std::nullopt;
  return Timestamp(std::chrono::sys_days(whole) + std::chrono::days(1));
}

std::vector<Fault> check_certificate(const SeenCertificate& seen, std::string_view name, std::string_view contract_end,
                                     Timestamp now) {
  std::vector<Fault> faults;
  if (!seen.readable || seen.links.empty()) {
    faults.push_back({kChain, Wrong::chain_unreadable});
    if (!seen.key_matches) faults.push_back({"certificate.key", Wrong::key_unreadable});
    return faults;
  }
  check_links(seen, faults);
  const Link& own = seen.links.front();
  if (std::ranges::none_of(own.names, [&](const std::string& pattern) { return covers(pattern, name); }))
    faults.push_back({kChain, Wrong::certificate_name, std::string(name), joined(own.names)});
  check_times(seen, contract_end, now, faults);
  for (const Link& link : seen.links) check_strength(link, faults);
  if (!seen.key_matches) faults.push_back({"certificate.key", Wrong::key_unreadable});
  if (seen.key_matches && !*seen.key_matches) faults.push_back({"certificate.key", Wrong::key_of_another});
  return faults;
}

}  // namespace slipway::firstboot
